"""Members of staff at the control socket, and how a signed receipt is verified without the program."""
import base64
import json
import os
import pathlib
import re
import subprocess
import tempfile


def open_to_staff(stillwatch) -> None:
    """Lets other users of this machine reach the control socket through root's group, as /run/stillwatch does."""
    text = re.sub(r'(?m)^socket = "[^"]*"', 'socket = "run/control.sock"', stillwatch.config.read_text())
    stillwatch.config.write_text(text)
    run = stillwatch.folder / "run"
    run.mkdir(exist_ok=True)
    for path, mode in ((run, 0o750), (stillwatch.folder.parent, 0o750), (stillwatch.folder, 0o750), (stillwatch.config, 0o640)):
        path.chmod(mode)


class Person:
    """A member of staff: whatever they run, the kernel names `user` to the daemon. None: whoever runs this."""

    def __init__(self, stillwatch, user: str | None):
        self.stillwatch, self.user = stillwatch, user

    def run(self, *arguments, stdin: str | None = None) -> subprocess.CompletedProcess:
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "STILLWATCH_CONFIG": str(self.stillwatch.config)}
        other = {"user": self.user, "group": 0, "extra_groups": []} if self.user else {}
        return subprocess.run([self.stillwatch.programs.command, *map(str, arguments)], env=environment, text=True,
                              capture_output=True, input=stdin, timeout=60, **other)

    def ask(self, *arguments, stdin: str | None = None) -> list[dict]:
        done = self.run("--json", *arguments, stdin=stdin)
        if done.returncode != 0:
            raise RuntimeError(f"{self.user}: stillwatch {' '.join(map(str, arguments))}: exit {done.returncode}: {done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def refused(self, *arguments, stdin: str | None = None) -> str:
        """What stillwatch said when it did not do it."""
        done = self.run(*arguments, stdin=stdin)
        if done.returncode == 0:
            raise AssertionError(f"{self.user} was allowed: stillwatch {' '.join(map(str, arguments))}")
        return done.stderr


def verify_note(note: str, public_key_pem: str) -> str:
    """The text of a C2SP signed note of one signature, verified with `openssl`; raises where it does not hold."""
    text, signature = note.split("\n\n", 1)
    blob = base64.b64decode(re.search(r"— \S+ (\S+)", signature)[1])
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "text").write_bytes((text + "\n").encode())
        (folder / "signature").write_bytes(blob[4:])
        (folder / "key.pem").write_text(public_key_pem)
        subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", folder / "key.pem", "-rawin", "-in", folder / "text",
                        "-sigfile", folder / "signature"], check=True, capture_output=True)
    return text
