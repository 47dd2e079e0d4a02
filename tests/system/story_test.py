"""One case from the first call to the last backup, as the people of a helpline live it with the built programs."""
import email
import email.policy
import logging
import os
import re
import shutil
import time
import unittest
import urllib.request

import stage
from stage import eventually
import installation
import people

DESK, LEAD = "desk@helpline.example", "lead@helpline.example"


@unittest.skipUnless(os.geteuid() == 0, "only root can be somebody else")
class Story(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage(53)
        self.addCleanup(self.stage.close)
        self.stillwatch = self.stage.stillwatch
        self.certificates = people.Certificates(self.stage.work / "certificates", DESK)
        self.keyring = people.Keyring(self.stage.work / "gpg", LEAD)
        self.addCleanup(self.keyring.close)
        port = installation.free_port()
        self.mail = people.TlsMail(port, self.certificates)
        self.addCleanup(self.mail.close)
        text = self.stillwatch.config.read_text()
        text = re.sub(r'check_every = "[^"]*"', 'check_every = "300ms"', text)
        text = re.sub(r'alert_after = "[^"]*"', 'alert_after = "0ms"', text)
        text += "".join(f'''
[[channel]]
name = "{name}"
kind = "email"
to = ["{DESK}", "{LEAD}"]
from = "stillwatch@helpline.example"
server = "smtp://localhost:{port}"
ca_file = "{self.certificates / ca}"
{more}
''' for name, ca, more in (("sealed", "authority.pem", f'smime_certificates = ["{self.certificates / "recipient.pem"}"]\n'
                            f'openpgp_keys = ["{self.keyring.public}"]'),
                           ("stranger", "stranger.pem", 'events = ["test"]')))
        self.stillwatch.config.write_text(text)
        people.open_to_staff(self.stillwatch)
        self.stillwatch.plain("check-config")
        self.anna, self.berit, self.ines = (people.Person(self.stillwatch, user) for user in ("games", "news", "man"))

    def test_one_case_from_its_opening_to_a_restored_backup(self):
        self.two_accounts_stand_behind_a_consent()
        self.everybody_is_told_of_each_match_once()
        self.a_stranger_in_place_of_the_mail_server_is_told_nothing()
        self.findings_are_worked_on()
        self.what_was_down_comes_back_once()
        self.a_consent_ends_by_itself()
        self.the_person_withdraws()
        self.no_backup_brings_the_case_back()

    def test_a_key_that_cannot_be_used_is_told_and_keeps_nobody_from_being_told(self):
        expired = people.Keyring(self.stage.work / "expired", LEAD, "--faked-system-time", "20240101T000000")
        self.addCleanup(expired.close)
        good = self.stillwatch.config.read_text()
        check = lambda: self.anna.run("check-config")
        self.stillwatch.config.write_text(good.replace(str(self.keyring.public), str(self.stage.work / "missing.asc")))
        self.assertRaisesRegex(RuntimeError, "missing.asc: it cannot be read", self.stillwatch.plain, "check-config")
        self.stillwatch.config.write_text(good.replace(str(self.keyring.public), str(self.certificates / "server.pem")))
        self.assertRaisesRegex(RuntimeError, "no public key", self.stillwatch.plain, "check-config")
        text = good.replace(str(self.keyring.public), str(expired.public)).replace('name = "sealed"', 'name = "sealed"\ndisclosure = "url"')
        self.stillwatch.config.write_text(text)
        self.stillwatch.plain("check-config")  # notes it, and refuses nothing

        self.stillwatch.start()
        self.assertIn("expired", (self.stillwatch.folder / "stillwatchd.log").read_text())
        self.stillwatch.open_case(self.stage.references[:2])
        self.assertTrue(eventually(lambda: self.mail.to(LEAD) and self.stillwatch.is_idle()))
        for mail in self.mail.to(LEAD):
            clear = email.message_from_bytes(mail, policy=email.policy.default)
            self.assertNotIn("Where", clear.get_body(("plain",)).get_content())  # the certificate's owner has it, sealed
        self.assertIn("Where: http", self.certificates.opened(self.mail.to(DESK)[0]).get_content())
        problems = {(row["kind"], row["subject"]): row["detail"] for row in self.stillwatch.status()["problems"]}
        self.assertIn("the key has expired", problems.get(("mail_unsealed", "sealed"), str(problems)))

    # The chapters, in order.

    def two_accounts_stand_behind_a_consent(self):
        for name, role, person in (("anna", "caseworker", self.anna), ("berit", "lead", self.berit), ("ines", "auditor", self.ines)):
            self.stillwatch.plain("account", "add", name, "--role", role, "--unix-user", person.user)
        self.stillwatch.start()
        opened = self.anna.ask("case", "open", "--expires", self.in_seconds(90 * 86400))[0]
        self.case, self.pin = opened["case"], opened["withdrawal_pin"]
        self.assertEqual((opened["consent"], opened["approval"]), ("unapproved", "none"))
        self.assertIn("unapproved", self.anna.refused("reference", "add", self.case, self.stage.references[0]))
        self.assertIn("recorded", self.anna.refused("case", "approve", self.case))
        self.assertIn("auditor", self.ines.refused("case", "approve", self.case))
        approved = self.berit.ask("case", "approve", self.case)[0]
        self.assertEqual((approved["consent"], approved["approval"]), ("valid", "second_person"))

        lines = self.ines.ask("audit", "list", "--limit", "100")
        deeds = [(line["actor"], line["action"]) for line in lines]
        for deed in (("anna", "case.open"), ("berit", "consent.approve"), ("ines", "refused"), ("anna", "refused")):
            self.assertIn(deed, deeds)

    def everybody_is_told_of_each_match_once(self):
        self.anna.ask("reference", "add", self.case, *self.stage.references[:3])
        self.assertTrue(eventually(lambda: self.stillwatch.status()["findings"] > 0 and self.stillwatch.is_idle()))
        self.assertTrue(eventually(lambda: self.stillwatch.status()["alerts_queued"] == 0))
        findings = {row["alert"]: row for row in self.anna.ask("findings", "list", "--grouped")}
        self.assertGreaterEqual(len(findings), 4)

        told = [payload["data"]["alert"] for payload in self.verified() if payload["type"] == "match.opened"]
        self.assertEqual(sorted(told), sorted(findings))
        self.assertTrue(all(tls for _, tls, _ in self.mail.kept))
        self.assertTrue(all(len(recipients) == 1 for recipients, _, _ in self.mail.kept))
        for recipient, opens in ((DESK, self.certificates.opened), (LEAD, self.keyring.opened)):
            self.told_in_sealed_mail(self.mail.to(recipient), opens, findings)

    def told_in_sealed_mail(self, sealed: list[bytes], opens, findings: dict):
        opened = [opens(mail) for mail in sealed]
        for mail, clear in zip(sealed, opened):
            outside = mail.split(b"\r\n\r\n")[0].decode()
            self.assertIn("Subject: [...]", outside)
            self.assertNotIn(self.case, outside)
            self.assertRegex(clear["Subject"], r"^\[Desk\] ")
        texts = [clear.get_content() for clear in opened]
        self.assertEqual(sorted(match for text in texts for match in set(re.findall(r"alt_[a-z2-7]{26}", text)) & set(findings)),
                         sorted(findings))

    def a_stranger_in_place_of_the_mail_server_is_told_nothing(self):
        logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)  # the refused hand-shake is what is tested
        before = len(self.mail.kept)
        done = self.berit.run("--json", "alert-test", "stranger")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("certificate", done.stdout + done.stderr)
        # Others may hear, sealed, that the channel fails; its own mail is not sealed.
        for _, _, mail in self.mail.kept[before:]:
            self.assertIn(b"Subject: [...]", mail)

    def findings_are_worked_on(self):
        rows = self.anna.ask("findings", "list", "--grouped")
        self.confirmed, self.dismissed = rows[0]["id"], rows[1]["id"]
        self.anna.ask("alerts", "ack", f"F-{self.confirmed}")
        for row in self.anna.ask("alerts", "explain", f"F-{self.confirmed}"):
            self.assertNotIn("next", row)  # nobody is reminded
        self.anna.ask("findings", "confirm", f"F-{self.confirmed}")
        self.anna.ask("findings", "dismiss", "--reason", "wrong_match", f"F-{self.dismissed}")
        self.assertIn("allowed now: undo", self.anna.refused("findings", "confirm", f"F-{self.dismissed}"))
        self.assertIn("auditor", self.ines.refused("findings", "list"))
        self.anna.ask("findings", "mark", f"F-{self.confirmed}", "noticed", "--reason", "ticket-77")
        self.berit.ask("findings", "mark", f"F-{self.confirmed}", "down")
        down = lambda: [body["data"] for _, body in self.stage.hook.deliveries if body["type"] == "item.down"]
        self.assertTrue(eventually(down))
        self.assertEqual([(data["case"], data["finding"], data["count"]) for data in down()], [(self.case, self.confirmed, 1)])
        shown = self.anna.ask("findings", "show", f"F-{self.confirmed}")[0]
        self.assertEqual([(change["actor"], change["to"]) for change in shown["history"]],
                         [("anna", "confirmed"), ("anna", "noticed"), ("berit", "down")])

    def what_was_down_comes_back_once(self):
        """Both pictures are still up: of the one that was down somebody is told, of the dismissed one nobody."""
        for finding in (self.confirmed, self.dismissed, self.confirmed):
            self.anna.ask("findings", "check", f"F-{finding}")
        back = lambda: [body["data"] for _, body in self.stage.hook.deliveries if body["type"] == "match.reappeared"]
        self.assertTrue(eventually(back))
        self.assertTrue(eventually(self.stillwatch.is_idle))
        self.assertEqual([(data["finding"], data["epoch"]) for data in back()], [(self.confirmed, 2)])
        shown = self.anna.ask("findings", "show", f"F-{self.confirmed}")[0]
        self.assertEqual((shown["state"], shown["epoch"]), ("reappeared", 2))
        self.assertEqual(self.anna.ask("findings", "show", f"F-{self.dismissed}")[0]["state"], "dismissed")

    def a_consent_ends_by_itself(self):
        before = self.references_in_force()
        other = self.berit.ask("case", "open", "--expires", self.in_seconds(8))[0]["case"]
        self.anna.ask("case", "approve", other)
        self.anna.ask("reference", "add", other, self.stage.references[3])
        self.assertEqual(self.references_in_force(), before + 1)
        self.assertTrue(eventually(lambda: self.anna.ask("case", "show", other)[0]["consent"] == "expired"))
        self.assertTrue(eventually(lambda: self.references_in_force() == before))
        self.assertIn("expired", self.anna.refused("reference", "add", other, self.stage.references[4]))
        ended = lambda: [body["data"] for _, body in self.stage.hook.deliveries if body["type"] == "problem.began"
                         and body["data"]["problem"] == "consent_ended"]
        self.assertTrue(eventually(ended))
        self.assertEqual({(data["case"], data["event"]) for data in ended()}, {(other, "consent.expiring")})

        # A new consent is approved again, by somebody else than recorded it.
        self.anna.ask("case", "renew", other, "--expires", self.in_seconds(30 * 86400))
        self.assertEqual(self.references_in_force(), before)
        self.assertIn("recorded", self.anna.refused("case", "approve", other))
        self.assertEqual(self.berit.ask("case", "approve", other)[0]["consent"], "valid")
        self.assertTrue(eventually(lambda: self.references_in_force() == before + 1))
        self.other = other

    def the_person_withdraws(self):
        self.backup = self.stage.work / "backup"
        self.stillwatch.ask("backup", str(self.backup))
        files = {row["evidence_file"] for row in self.anna.ask("findings", "list", self.case)} - {""}
        self.assertTrue(files)
        wrong = str((int(self.pin) + 1) % 100_000_000).zfill(8)
        no_pin = self.anna.refused("case", "withdraw", self.case, "--pin", "--yes", stdin=wrong + "\n")
        no_case = self.anna.refused("case", "withdraw", "C-ZZZZ", "--pin", "--yes", stdin=self.pin + "\n")
        self.assertEqual(no_pin, no_case)
        receipt = self.ines.ask("case", "withdraw", self.case, "--pin", "--yes", stdin=self.pin + "\n")[0]
        self.assertEqual(receipt["references_erased"], 3)
        text = people.verify_note(receipt["receipt"], self.stillwatch.plain("evidence", "key"))
        self.assertIn(f"case {self.case}", text.splitlines())

        self.assertEqual(self.anna.ask("case", "show", self.case)[0]["consent"], "withdrawn")
        self.assertEqual([row for row in self.anna.ask("findings", "list") if row["case"] == self.case], [])
        self.assertEqual(files & {file.name for file in (self.stage.storage / "evidence").iterdir()}, set())
        gone = lambda: [body["data"]["case"] for _, body in self.stage.hook.deliveries if body["type"] == "consent.withdrawn"]
        self.assertTrue(eventually(gone))
        self.assertEqual(gone(), [self.case])
        self.assertEqual(self.ines.ask("audit", "verify")[0]["audit"], "whole")

    def no_backup_brings_the_case_back(self):
        self.stillwatch.stop()
        told = self.stillwatch.ask("restore", str(self.backup), "--force")[0]
        self.assertEqual(told["withdrawn_since"], 1)
        self.still_withdrawn()
        # Nor does a copy that somebody puts in place by hand.
        self.stillwatch.stop()
        for file in self.stage.storage.glob("cases.db*"):
            file.unlink()
        shutil.copy(next(self.backup.glob("state-*/cases.db")), self.stage.storage / "cases.db")
        self.still_withdrawn()
        self.assertIn("was in the database again", (self.stillwatch.folder / "stillwatchd.log").read_text())

    def still_withdrawn(self):
        self.stillwatch.start()
        self.assertEqual({row["case"]: row["consent"] for row in self.anna.ask("case", "list")},
                         {self.case: "withdrawn", self.other: "valid"})
        self.assertEqual([row for row in self.anna.ask("findings", "list") if row["case"] == self.case], [])
        self.assertIn("withdrawn", self.anna.refused("reference", "add", self.case, self.stage.references[0]))

    # What they ask.

    @staticmethod
    def in_seconds(seconds: int) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))

    def verified(self) -> list[dict]:
        self.assertEqual(self.stage.hook.failures, [])
        return people.verify_with_npm(list(self.stage.hook.requests), self.stillwatch.webhook_secret)

    def references_in_force(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.stage.metrics}/metrics") as answer:
            return int(float(re.search(r"(?m)^stillwatch_references (\S+)$", answer.read().decode())[1]))


if __name__ == "__main__":
    unittest.main()
