"""Evidence as people handle it: fetched by an operator, opened with age, checked, taken out and read."""
import json
import os
import pathlib
import subprocess
import unittest

import stage
from stage import within


class Evidence(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = stage.Stage(57)
        cls.addClassCleanup(cls.stage.close)
        cls.stillwatch = cls.stage.stillwatch
        cls.stillwatch.start()
        cls.stillwatch.open_case(cls.stage.references)
        if not within(120, lambda: cls.stillwatch.ask("findings", "list", "--grouped") and cls.stillwatch.is_idle()):
            raise RuntimeError("nothing was found")
        cls.finding = cls.stillwatch.ask("findings", "list", "--grouped")[0]["id"]

    def command(self, *arguments, config=True, **more):
        environment = {**os.environ, "STILLWATCH_CONFIG": str(self.stillwatch.config) if config else "/nonexistent/none.toml"}
        return subprocess.run([self.stillwatch.programs.command, *map(str, arguments)], capture_output=True, env=environment, **more)

    def opened(self, name: str) -> bytes:
        folder = self.stage.work / name
        folder.mkdir()
        done = self.command("--json", "evidence", "get", self.finding, folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        sealed = pathlib.Path(json.loads(done.stdout)["written"])
        self.assertEqual(sealed.read_bytes(), (self.stage.storage / "evidence" / sealed.name).read_bytes())
        return subprocess.run(["age", "-d", "-i", self.stillwatch.identity, sealed], check=True, capture_output=True).stdout

    def test_an_operator_fetches_a_package_once_and_the_audit_log_says_so(self):
        self.opened("got")
        again = self.command("evidence", "get", self.finding, self.stage.work / "got")
        self.assertEqual(again.returncode, 1)
        self.assertIn(b"exists", again.stderr)
        self.assertIn("evidence.get", [line["action"] for line in self.stillwatch.ask("audit", "list")])
        for name in ("../cases.db", "/etc/passwd", "nothing.tar.age", "999999"):
            self.assertEqual(self.command("evidence", "get", name, self.stage.work / "other").returncode, 1, name)
        self.assertFalse((self.stage.work / "other").exists())

    def test_the_public_key_needs_no_secret_with_or_without_a_daemon(self):
        keys = self.stage.storage / "keys"
        pem = self.command("evidence", "key").stdout
        self.assertTrue(pem.startswith(b"-----BEGIN PUBLIC KEY-----"))
        self.assertEqual(len(self.command("evidence", "key", "--hex").stdout), 65)
        self.assertEqual((self.stillwatch.config.parent / "signing_key.pub").read_bytes(), pem)
        self.assertTrue(keys.is_dir())

    def test_a_package_is_whole_under_its_key_and_unproven_under_none_or_another(self):
        archive = self.opened("verify")
        own = self.command("evidence", "verify", "-", input=archive)
        self.assertEqual(own.returncode, 0, own.stdout + own.stderr)
        self.assertIn(b"whole", own.stdout)
        key = self.command("evidence", "key", "--hex").stdout.decode().strip()
        self.assertEqual(self.command("evidence", "verify", "--key", key, "-", config=False, input=archive).returncode, 0)
        for options in ((), ("--key", "00" * 32)):
            done = self.command("evidence", "verify", *options, "-", config=False, input=archive)
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"unproven", done.stdout)

    def test_what_is_taken_out_is_the_picture_the_page_and_a_report(self):
        archive = self.opened("extract")
        folder = self.stage.work / "out"
        done = self.command("--json", "evidence", "extract", "-", folder, input=archive)
        self.assertEqual(done.returncode, 0, done.stderr)
        files = json.loads(done.stdout)["files"]
        self.assertEqual(sorted(files), sorted(path.name for path in folder.iterdir()))
        self.assertTrue(any(name.startswith("picture.") for name in files), files)
        report = (folder / "report.txt").read_text()
        self.assertIn("whole: signed with the expected key", report)
        html = (folder / "report.html").read_text()
        self.assertNotRegex(html, r"<(script|img|link|iframe|a)\b")
        again = self.command("evidence", "extract", "-", folder, input=archive)
        self.assertEqual(again.returncode, 1)


if __name__ == "__main__":
    unittest.main()
