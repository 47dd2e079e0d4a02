"""Backups of a running installation, restored elsewhere and in its place."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import time
import unittest

import stage  # first: it shows the way to the next
import installation
from life_test import eventually


class Backups(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage(37)
        self.addCleanup(self.stage.close)
        self.stillwatch = self.stage.stillwatch
        self.backup = self.stage.work / "backup"
        self.keys = self.stage.work / "keys"
        self.case = self.stillwatch.open_case(self.stage.references)
        self.stillwatch.start()

    def found_all(self) -> None:
        self.assertTrue(eventually(lambda: self.stillwatch.status()["contents"] > 0 and self.stillwatch.is_idle()))

    def run_command(self, *arguments, config: pathlib.Path | None = None) -> subprocess.CompletedProcess:
        environment = {**os.environ, "STILLWATCH_CONFIG": str(config or self.stillwatch.config)}
        return subprocess.run([self.stillwatch.programs.command, *map(str, arguments)], env=environment, capture_output=True,
                              text=True, timeout=120)

    def restored_elsewhere(self, *options) -> installation.Installation:
        other = installation.Installation(self.stillwatch.programs, self.stage.work / "other")
        other.folder.mkdir()
        secret = self.stillwatch.folder / "webhook.secret"
        shutil.copy2(secret, other.folder)  # named by the configuration, and not in the backup
        done = self.run_command("restore", self.backup, "--keys", self.keys, *options, config=other.config)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.said = done.stderr
        self.addCleanup(other.kill)
        return other

    def test_made_while_the_daemon_crawls_it_starts_elsewhere_with_every_finding_and_its_evidence(self):
        self.assertTrue(eventually(lambda: self.stillwatch.ask("findings", "list", "--grouped")))
        told = self.stillwatch.ask("backup", str(self.backup), "--keys", str(self.keys))[0]
        self.assertTrue(self.stillwatch.is_running())
        self.assertGreater(told["evidence"], 0)
        self.found_all()
        self.stillwatch.ask("backup", str(self.backup))
        before = self.stillwatch.ask("findings", "list", "--grouped")
        self.assertEqual(self.stillwatch.stop(), 0)
        other = self.restored_elsewhere()
        public = "signing_key.pub"
        self.assertEqual((other.config.parent / public).read_bytes(), (self.stillwatch.config.parent / public).read_bytes())
        self.assertIn("withdrew after that is not known", self.said)
        other.start()
        after = other.ask("findings", "list", "--grouped")
        self.assertEqual([(finding["page_url"], finding["image_url"]) for finding in after],
                         [(finding["page_url"], finding["image_url"]) for finding in before])
        other.identity = self.stillwatch.identity
        for finding in after[:5]:
            other.verify_evidence(other.open_evidence(finding))
        self.assertEqual(other.ask("audit", "verify")[0]["audit"], "whole")
        self.assertIn("store.restored", [line["action"] for line in other.ask("audit", "list")])
        self.assertEqual(other.ask("case", "show", self.case)[0]["references"], len(self.stage.references))

    def test_a_second_one_into_the_same_folder_copies_no_package_again(self):
        self.found_all()
        first = self.stillwatch.ask("backup", str(self.backup))[0]
        second = self.stillwatch.ask("backup", str(self.backup))[0]
        self.assertGreater(first["evidence_copied"], 0)
        self.assertEqual((second["evidence_copied"], second["evidence"]), (0, first["evidence"]))
        self.assertEqual(len(list(self.backup.glob("state-*"))), 1)

    def test_its_files_are_for_their_owner_only_and_no_key_is_among_them(self):
        self.stillwatch.ask("backup", str(self.backup), "--frontier")
        secret = (self.stage.storage / "keys" / "installation.key").read_text().splitlines()[1].encode()
        for path in [self.backup, *self.backup.rglob("*")]:
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)
            if path.is_file():
                self.assertNotIn(secret, path.read_bytes())
        self.assertTrue(list(self.backup.glob("state-*/frontier.db")))
        self.assertFalse((self.stage.storage / "snapshot").exists())

    def test_keys_do_not_go_where_the_backup_is(self):
        done = self.run_command("backup", self.backup, "--keys", self.backup / "keys")
        self.assertEqual(done.returncode, 1)
        self.assertIn("apart", done.stderr)
        self.assertEqual(list(self.backup.rglob("*.key")), [])

    def test_it_is_refused_inside_the_storage_and_in_a_folder_of_other_things(self):
        for folder in (self.stage.storage / "backup", self.stage.storage / "evidence" / "b", self.stage.work):
            done = self.run_command("backup", folder)
            self.assertEqual(done.returncode, 1, folder)
            self.assertIn("refused", done.stderr)

    def test_without_a_daemon_it_is_made_from_the_files(self):
        self.stillwatch.stop()
        self.stillwatch.ask("backup", str(self.backup), "--keys", str(self.keys))
        other = self.restored_elsewhere()
        self.assertEqual([row["case"] for row in other.ask("case", "list")], [self.case])

    def test_one_that_was_broken_off_is_finished_by_the_next(self):
        self.backup.mkdir()
        (self.backup / "state-20200101T000000.000Z").mkdir()
        (self.backup / "state-20200101T000000.000Z" / "cases.db.tmp").write_bytes(b"half")
        (self.stage.storage / "snapshot").mkdir()
        (self.stage.storage / "snapshot" / "cases.db").write_bytes(b"half")
        self.stillwatch.ask("backup", str(self.backup), "--keys", str(self.keys))
        self.assertEqual(len(list(self.backup.glob("state-*"))), 1)
        self.restored_elsewhere()

    def test_restoring_is_refused_while_the_daemon_runs_and_over_a_store_without_force(self):
        self.stillwatch.ask("backup", str(self.backup))
        running = self.run_command("restore", self.backup, "--force")
        self.assertEqual(running.returncode, 1)
        self.assertIn("stop the daemon", running.stderr)
        self.stillwatch.stop()
        occupied = self.run_command("restore", self.backup)
        self.assertEqual(occupied.returncode, 1)
        self.assertIn("--force", occupied.stderr)

    def test_a_changed_backup_is_refused_and_nothing_is_touched(self):
        self.stillwatch.ask("backup", str(self.backup))
        self.stillwatch.stop()
        database = next(self.backup.glob("state-*/cases.db"))
        content = bytearray(database.read_bytes())
        content[len(content) // 2] ^= 1
        database.write_bytes(content)
        before = (self.stage.storage / "cases.db").read_bytes()
        done = self.run_command("restore", self.backup, "--force")
        self.assertEqual(done.returncode, 1)
        self.assertIn("corrupt", done.stderr)
        self.assertEqual((self.stage.storage / "cases.db").read_bytes(), before)

    def test_keys_of_another_installation_are_refused(self):
        self.stillwatch.ask("backup", str(self.backup))
        self.stillwatch.stop()
        other = self.stage.work / "stranger"
        self.run_command("init", other)
        done = self.run_command("restore", self.backup, "--keys", other / "data" / "keys", "--force")
        self.assertEqual(done.returncode, 1)
        self.assertIn("not those of this backup", done.stderr)

    def test_evidence_that_the_backup_lacks_is_told_and_the_rest_restored(self):
        self.found_all()
        self.stillwatch.ask("backup", str(self.backup))
        self.stillwatch.stop()
        package = next((self.backup / "evidence").glob("*.age"))
        package.unlink()
        shutil.rmtree(self.stage.storage / "evidence")
        done = self.run_command("restore", self.backup, "--force")
        self.assertEqual(done.returncode, 1)
        self.assertIn(package.name, done.stderr)
        self.stillwatch.start()
        self.assertTrue(self.stillwatch.ask("findings", "list", "--grouped"))

    def test_a_case_withdrawn_since_stays_withdrawn_and_its_evidence_does_not_come_back(self):
        self.found_all()
        self.stillwatch.ask("backup", str(self.backup))
        self.stillwatch.ask("case", "withdraw", self.case, "--yes")
        self.stillwatch.stop()
        done = self.run_command("--json", "restore", self.backup, "--force")
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads(done.stdout)
        self.assertEqual((told["withdrawn_since"], told["open_cases"], told["withdrawals_known"]), (1, 0, True))
        self.assertEqual([path for path in (self.stage.storage / "evidence").iterdir() if path.is_file()], [])
        self.stillwatch.start()
        self.assertEqual(self.stillwatch.ask("case", "list")[0]["consent"], "withdrawn")
        # And the next backup erases it from the folder, too.
        self.stillwatch.ask("backup", str(self.backup))
        self.assertEqual(list((self.backup / "evidence").iterdir()), [])
        picture, _ = next(iter(self.stage.planted))
        for path in self.backup.glob("state-*/cases.db"):
            self.assertNotIn(picture.encode(), path.read_bytes())

    def test_what_may_show_a_person_under_18_stays_erased(self):
        self.found_all()
        before = self.stillwatch.places()
        self.stillwatch.ask("backup", str(self.backup))
        erased = before[0]
        self.stillwatch.ask("findings", "under-18", f"F-{erased['id']}", "--yes")
        after = {(place["page_url"], place["image_url"]) for place in self.stillwatch.places()}
        self.assertNotIn(erased["image_url"], {image for _, image in after})
        self.stillwatch.stop()
        told = self.stillwatch.ask("restore", str(self.backup), "--force")[0]
        self.assertGreaterEqual(told["under_18_erased_since"], 1)
        self.assertEqual({(place["page_url"], place["image_url"]) for place in self.stillwatch.places()}, after)
        self.assertNotIn(erased["evidence_file"], [file.name for file in (self.stage.storage / "evidence").iterdir()])

    def test_a_case_named_as_withdrawn_is_withdrawn_before_the_store_is_used(self):
        self.stillwatch.ask("backup", str(self.backup), "--keys", str(self.keys))
        self.stillwatch.stop()
        other = self.restored_elsewhere("--withdrawn", self.case)
        self.assertEqual(other.ask("case", "list")[0]["consent"], "withdrawn")

    def test_after_an_older_store_came_back_every_picture_is_compared_again(self):
        self.found_all()
        self.stillwatch.ask("backup", str(self.backup))
        # Comparisons that the older store does not know raise the numbers that it would give again.
        second = self.stillwatch.open_case(self.stage.references[:2])
        self.found_all()
        before = self.stillwatch.status()["generation"]
        self.stillwatch.stop()
        done = self.run_command("restore", self.backup, "--force")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.stillwatch.start()
        self.assertGreater(self.stillwatch.status()["generation"], before)
        self.assertNotIn(second, [row["case"] for row in self.stillwatch.ask("case", "list")])
        third = self.stillwatch.open_case(self.stage.references[:2])
        self.found_all()
        self.assertTrue([row for row in self.stillwatch.ask("findings", "list", "--grouped") if row["case"] == third])


if __name__ == "__main__":
    unittest.main(verbosity=2)
