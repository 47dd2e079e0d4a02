"""A clock of the day that is ahead, for one program: the demonstration's daemon lives through weeks in seconds.

Debian's libfaketime gives a program another time of day; nothing in ours knows of it. Only a start reads it, so time jumps from one
start of the daemon to the next. The monotonic clock, by which the daemon waits, goes on as ever, and workers, which are started
with an empty environment, never load it: their walls stand as they do without.
"""
import datetime
import os
import pathlib


class Clock:
    """`ahead` of the real clock by so much; moved by pass_to only."""

    def __init__(self):
        self.ahead = datetime.timedelta(0)

    def pass_to(self, ahead: datetime.timedelta) -> None:
        assert ahead >= self.ahead, "this clock does not go back"
        self.ahead = ahead

    def environment(self) -> dict[str, str]:
        """What a program is started with, beside its own environment."""
        if not self.ahead:
            return {}
        libraries = sorted(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        if not libraries:
            raise SystemExit("libfaketime is missing: scripts/install-packages")
        return {"LD_PRELOAD": str(libraries[0]), "FAKETIME": f"+{int(self.ahead.total_seconds())}",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}


def forget(pid: int) -> None:
    """Removes what libfaketime leaves in shared memory behind a program that ended."""
    if pathlib.Path(f"/proc/{pid}").exists():
        return  # somebody else by now
    for name in (f"faketime_shm_{pid}", f"sem.faketime_sem_{pid}"):
        pathlib.Path("/dev/shm", name).unlink(missing_ok=True)
