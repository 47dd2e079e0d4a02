"""kill -9 of the daemon at random moments, most of them around commits and sends: no alert is lost, none has two ids, and
those of a channel come in order."""
import os
import random
import sqlite3
import threading
import time
import unittest

import stage
import time_authority

KILLS = 35


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

    def integrity(self, name: str) -> str:
        with sqlite3.connect(self.stage.storage / name) as database:
            return database.execute("PRAGMA integrity_check").fetchone()[0]

    def test_kills_lose_no_alert_and_double_none(self):
        rng = random.Random(self.seed)
        stillwatch = self.stage.stillwatch
        stillwatch.open_case(self.stage.references)
        for number in range(KILLS):
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
        named = {place["evidence_file"] for place in stillwatch.places()} - {""}
        for file in named:
            stillwatch.verify_evidence(stillwatch.open_evidence({"evidence_file": file}))
        evidence = self.stage.storage / "evidence"
        until = time.monotonic() + 60
        while list(evidence.glob("*.unstamped")):
            self.assertLess(time.monotonic(), until, "packages were not stamped")
            time.sleep(0.2)
        # Each package once and its stamps, and nothing else.
        self.assertEqual({file.name for file in evidence.iterdir()}, named | {name + ".stamp" for name in named})
        for file in named:
            archive = stillwatch.open_evidence({"evidence_file": file})
            stillwatch.verify_evidence(archive, "--stamp", str(evidence / (file + ".stamp")))
        self.assertEqual(stillwatch.ask("audit", "verify")[0]["audit"], "whole")
        self.assertEqual(stillwatch.stop(), 0)
        self.assertEqual(self.integrity("cases.db"), "ok")
        self.assertEqual(self.integrity("frontier.db"), "ok")


if __name__ == "__main__":
    unittest.main(verbosity=2)
