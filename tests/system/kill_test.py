"""kill -9 of the daemon at random moments, most of them around commits and sends, and while it checks whether what it found is
still up: no alert is lost, none has two ids, those of a channel come in order, and no check is skipped or doubled."""
import datetime
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
import unittest

import stage
import time_authority

# In every run; `STILLWATCH_KILLS=50 scripts/test system.kill` says how it went more thoroughly (docs/performance.md).
KILLS = int(os.environ.get("STILLWATCH_KILLS", "35"))
CHECK_KILLS = KILLS // 5  # of them, while what was found is looked for again


class Moment:
    """A moment to kill at: after some time, when the next alert comes in (before or just after it is answered), when the
    database has written its next commit, when a file of evidence comes or goes, or when a time authority has answered (before
    or just after its answer was sent)."""

    KINDS = ("time", "before the answer", "after the answer", "commit", "stamp made", "package", "stamp sent")

    def __init__(self, kind: str, rng: random.Random, test: "Kill"):
        self.kind, self.rng, self.test = kind, rng, test

    def strike(self) -> None:
        stillwatch, hook = self.test.stage.stillwatch, self.test.stage.hook
        log = self.test.stage.storage / "cases.db-wal"
        until = time.monotonic() + self.rng.uniform(0.05, 0.9)
        if self.kind == "time":
            time.sleep(max(0, until - time.monotonic()))
        elif self.kind == "commit":
            stamp = self.written(log)
            while self.written(log) == stamp and time.monotonic() < until:
                time.sleep(0.0002)
            time.sleep(self.rng.uniform(0, 0.004))
        elif self.kind == "package":
            packages = self.test.stage.storage / "evidence"
            there = len(os.listdir(packages))
            while len(os.listdir(packages)) == there and time.monotonic() < until:
                time.sleep(0.0002)
            time.sleep(self.rng.uniform(0, 0.004))
        elif self.kind.startswith("stamp"):
            came = threading.Event()
            self.test.authority.on_reply = lambda moment: moment == self.kind[6:] and (stillwatch.kill_now(), came.set())
            came.wait(max(1.5, until - time.monotonic()))
            self.test.authority.on_reply = lambda moment: None
        else:
            came = threading.Event()
            hook.on_request = (lambda: (stillwatch.kill_now(), came.set())) if self.kind == "before the answer" else came.set
            came.wait(max(0, until - time.monotonic()))
            hook.on_request = None
            if self.kind == "after the answer":
                time.sleep(self.rng.uniform(0, 0.004))
        stillwatch.kill()

    @staticmethod
    def written(log) -> tuple:
        try:
            status = log.stat()
            return status.st_mtime_ns, status.st_size
        except FileNotFoundError:
            return ()


class Kill(unittest.TestCase):
    def setUp(self):
        self.seed = int(os.environ.get("STILLWATCH_SEED", "20"))
        self.stage = stage.Stage(self.seed, delay="60ms", concurrency=2)
        self.addCleanup(self.stage.close)
        self.authority = time_authority.TimeAuthority(self.stage.work / "time")
        self.addCleanup(self.authority.close)
        self.authority.configure(self.stage.stillwatch)
        self.verified: set[str] = set()

    def integrity(self, name: str) -> str:
        with sqlite3.connect(self.stage.storage / name) as database:
            return database.execute("PRAGMA integrity_check").fetchone()[0]

    def test_kills_lose_no_alert_and_double_none(self):
        rng = random.Random(self.seed)
        stillwatch = self.stage.stillwatch
        stillwatch.open_case(self.stage.references)
        for number in range(KILLS - CHECK_KILLS):
            stillwatch.start()
            Moment(Moment.KINDS[number % len(Moment.KINDS)], rng, self).strike()
        stillwatch.start()
        until = time.monotonic() + 120
        while not (stillwatch.is_idle() and stillwatch.status()["alerts_queued"] == 0):
            self.assertLess(time.monotonic(), until, "the crawl did not come to its end")
            time.sleep(0.2)
        findings = stillwatch.ask("findings", "list", "--grouped")
        self.assertEqual(self.stage.found(), self.stage.planted)
        self.assertEqual(len(self.stage.matches()), len(self.stage.planted), "an occurrence was recorded twice")
        for sink in (self.stage.mail, self.stage.hook):
            self.assertEqual(len(set(sink.ids)), len(findings))
        self.assertEqual(set(self.stage.mail.ids), set(self.stage.hook.ids))
        self.assertEqual(self.stage.hook.failures, [])
        # In the order in which they were queued, a repeat only right after itself or after a restart.
        queued = [row["alert"] for row in sorted(stillwatch.ask("outbox", "list", "--limit", "10000"), key=lambda row: row["id"])
                  if row["channel"] == "hook"]
        came = [alert for alert in dict.fromkeys(self.stage.hook.ids) if alert in set(queued)]
        self.assertEqual(came, queued)
        same = {}
        for alert, body in self.stage.hook.deliveries:
            self.assertEqual(same.setdefault(alert, body), body, "a repeat says something else")
        self.assertEqual({finding["evidence"] for finding in findings}, {"stored"})
        self.check_evidence(set())
        self.assertEqual(stillwatch.stop(), 0)
        self.kill_checks(rng)
        self.assertEqual(stillwatch.ask("audit", "verify")[0]["audit"], "whole")
        self.assertEqual(stillwatch.stop(), 0)
        self.assertEqual(self.integrity("cases.db"), "ok")
        self.assertEqual(self.integrity("frontier.db"), "ok")

    def pass_to(self, **hours) -> None:
        """The clock goes on from the next start on, that of the authority with it."""
        self.stage.stillwatch.clock.pass_to(datetime.timedelta(**hours))
        self.authority.clock = self.stage.hook.clock = self.stage.stillwatch.clock

    def checks(self) -> list[dict]:
        stillwatch = self.stage.stillwatch
        return [check for finding in stillwatch.ask("findings", "list", "--grouped")
                for check in stillwatch.ask("findings", "show", str(finding["id"]))[0]["checks"]]

    def kill_checks(self, rng: random.Random) -> None:
        """An hour after everything was found it is looked for again, and the daemon killed at it; five hours later, once more."""
        stillwatch = self.stage.stillwatch
        kinds = ("time", "package", "commit", "stamp made", "package")
        for number in range(CHECK_KILLS):
            self.pass_to(minutes=61 + 4 * number)  # less than a check lasts
            stillwatch.start()
            Moment(kinds[number % len(kinds)], rng, self).strike()
        for done in (1, 2):
            if done == 2:
                self.pass_to(hours=7)
            self.end_checks(done)
            checks, places = self.checks(), stillwatch.places()
            self.assertEqual(sorted(check["occurrence"] for check in checks), sorted([place["occurrence"] for place in places] * done),
                             "a check was skipped or doubled")
            self.assertEqual({check["verdict"] for check in checks}, {"up"})
            witnessed = {place["occurrence"] for place in places if place["evidence"] == "stored"}
            self.assertEqual({bool(check["evidence_file"]) for check in checks if check["occurrence"] in witnessed}, {True})
            self.check_evidence({check["evidence_file"] for check in checks} - {""})
            if done == 1:
                self.assertEqual(stillwatch.stop(), 0)

    def end_checks(self, done: int) -> None:
        """A start begins those that are due, 64 at most, and ends those that have seen all; nobody waits for the next minute."""
        stillwatch = self.stage.stillwatch
        for _ in range(10):
            stillwatch.start()
            seen = stage.eventually(lambda: all("unseen" not in (check["page"], check["picture"]) for check in self.checks()))
            self.assertTrue(seen, "an address under check was not visited")
            checks = self.checks()
            if len(checks) >= done * len(stillwatch.places()) and all(check["ended"] for check in checks):
                return
            self.assertEqual(stillwatch.stop(), 0)
        self.fail("checks did not end")

    def check_evidence(self, of_checks: set[str]) -> None:
        """Each package once and its stamps, nothing else, and each holds."""
        stillwatch = self.stage.stillwatch
        named = {place["evidence_file"] for place in stillwatch.places()} - {""}
        self.assertFalse(named & of_checks)
        named |= of_checks
        evidence = self.stage.storage / "evidence"
        self.assertTrue(stage.eventually(lambda: not list(evidence.glob("*.unstamped"))), "packages were not stamped")
        self.assertEqual({file.name for file in evidence.iterdir()}, named | {name + ".stamp" for name in named})
        for file in sorted(named - self.verified):
            archive = stillwatch.open_evidence({"evidence_file": file})
            stillwatch.verify_evidence(archive, "--stamp", str(evidence / (file + ".stamp")))
        for file in sorted(of_checks)[:1]:  # the first package is found by itself, and holds the bytes
            told = stillwatch.ask("evidence", "verify", "--identity", stillwatch.identity, evidence / file)[0]
            self.assertEqual((told["verdict"], told["first_checked"]), ("whole", str(evidence / told["refers_to"])))
            check, first = (self.stage.work / name for name in ("check.wacz", "first.wacz"))
            check.write_bytes(stillwatch.open_evidence({"evidence_file": file}))
            first.write_bytes(stillwatch.open_evidence({"evidence_file": told["refers_to"]}))
            for other, said in ((first, "its bytes are in the first package"), (check, "first package: holds no picture")):
                program = [sys.executable, stage.ROOT / "evidence" / "verify_pack.py", "--first", other, check]
                done = subprocess.run(program, capture_output=True, text=True)
                self.assertIn(said, done.stdout + done.stderr)
        self.verified |= named


if __name__ == "__main__":
    unittest.main(verbosity=2)
