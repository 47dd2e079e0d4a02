"""A restored database of cases under a wrong key: told at once, nothing counts as compared, and all is compared again."""
import os
import shutil
import unittest
import urllib.error
import urllib.request

import stage
from stage import eventually


class Keys(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage(41)
        self.addCleanup(self.stage.close)
        self.stillwatch = self.stage.stillwatch
        self.key = next((self.stage.work / "i").rglob("installation.key"))

    def health(self) -> str:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.stage.metrics}/healthz") as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.read().decode()

    def exchange_key(self) -> None:
        """Another installation's key, made by the program itself; the right one is kept."""
        right = self.key.with_suffix(".right")
        if right.exists():
            os.replace(right, self.key)
            return
        os.replace(self.key, right)
        self.stillwatch.plain("init", str(self.stage.work / "other"), "--evidence-recipient",
                              "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
                              "--organisation", "Other", "--contact", "https://helpline.example/monitoring")
        shutil.copy(next((self.stage.work / "other").rglob("installation.key")), self.key)
        self.key.chmod(0o600)

    def test_a_wrong_key_is_told_and_its_pictures_are_compared_again_under_the_right_one(self):
        case = self.stillwatch.open_case(self.stage.references)
        self.exchange_key()
        self.stillwatch.start()
        self.assertTrue(eventually(lambda: self.stillwatch.status()["due"] == 0
                               and self.stillwatch.status()["in_flight"] == 0 and self.stillwatch.status()["images"] > 0))
        self.assertIn("keys " + case, self.health())
        status = self.stillwatch.status()
        self.assertEqual(status["coverage"]["compared"], 0)
        self.assertEqual(status["references"], 0)
        self.assertEqual(self.stillwatch.ask("case", "show", case)[0]["coverage"]["compared"], 0)
        self.assertEqual(self.stillwatch.ask("findings", "list", "--grouped"), [])
        self.assertEqual(self.stillwatch.stop(), 0)
        self.exchange_key()
        self.stillwatch.start()
        self.assertTrue(eventually(self.stillwatch.is_idle))
        self.assertEqual(self.health(), "ok\n")
        self.assertEqual(self.stage.found(), self.stage.planted)
        coverage = self.stillwatch.ask("case", "show", case)[0]["coverage"]
        self.assertEqual(coverage["compared"] + coverage["undecodable"] + coverage["too_small"], coverage["images"])

    def test_the_same_picture_is_added_once(self):
        self.stillwatch.start()
        case = self.stillwatch.open_case(self.stage.references[:1])
        with self.assertRaisesRegex(RuntimeError, "R-01, number 1"):
            self.stillwatch.plain("reference", "add", case.lower(), str(self.stage.references[0]))
        self.assertEqual(self.stillwatch.stop(), 0)
        with self.assertRaisesRegex(RuntimeError, "R-01, number 1"): # without a daemon, too
            self.stillwatch.plain("reference", "add", case, str(self.stage.references[0]))
        self.assertEqual(len(self.stillwatch.ask("reference", "list", case)), 1)


if __name__ == "__main__":
    unittest.main()
