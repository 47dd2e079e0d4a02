"""kill -9 of the daemon at random moments of a crawl: no alert is lost, none has two ids."""
import os
import random
import sqlite3
import time
import unittest

import stage

KILLS = 20


class Kill(unittest.TestCase):
    def setUp(self):
        self.seed = int(os.environ.get("STILLWATCH_SEED", "20"))
        self.stage = stage.Stage(self.seed, delay="60ms", concurrency=2)
        self.addCleanup(self.stage.close)

    def integrity(self, name: str) -> str:
        with sqlite3.connect(self.stage.storage / name) as database:
            return database.execute("PRAGMA integrity_check").fetchone()[0]

    def test_twenty_kills_lose_no_alert_and_double_none(self):
        rng = random.Random(self.seed)
        stillwatch = self.stage.stillwatch
        stillwatch.open_case(self.stage.references)
        for _ in range(KILLS):
            stillwatch.start()
            time.sleep(rng.uniform(0.05, 0.9))
            stillwatch.kill()
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
        self.assertEqual({finding["evidence"] for finding in findings}, {"stored"})
        named = {place["evidence_file"] for place in stillwatch.places()} - {""}
        for file in named:
            stillwatch.verify_evidence(stillwatch.open_evidence({"evidence_file": file}))
        self.assertLessEqual(named, {file.name for file in (self.stage.storage / "evidence").iterdir()})
        self.assertEqual(stillwatch.ask("audit", "verify")[0]["audit"], "whole")
        self.assertEqual(stillwatch.stop(), 0)
        self.assertEqual(self.integrity("cases.db"), "ok")
        self.assertEqual(self.integrity("frontier.db"), "ok")


if __name__ == "__main__":
    unittest.main(verbosity=2)
