"""What is decided about alerts, by the built programs: held, explained, acknowledged, handed on; and the signed heartbeat."""
import base64
import pathlib
import re
import sqlite3
import subprocess
import tempfile
import time
import unittest

import stage
from stage import eventually

DAY = 86_400_000


class Alerts(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage(97)
        self.addCleanup(self.stage.close)
        self.stillwatch = self.stage.stillwatch

    def configure(self, channel: str, lines: str):
        """Puts keys into the section of a channel."""
        text = self.stillwatch.config.read_text()
        text = re.sub(r'check_every = "[^"]*"', 'check_every = "300ms"', text)
        self.stillwatch.config.write_text(re.sub(rf'(?m)^name = "{channel}"$', f'name = "{channel}"\n{lines}', text, count=1))
        self.stillwatch.plain("check-config")

    def matches_of(self, deliveries) -> list[str]:
        return [identity for identity, body in deliveries if body["type"].startswith("match.")]

    def test_quiet_hours_hold_and_what_was_acknowledged_meanwhile_is_not_told(self):
        now = time.gmtime()
        around = f"{(now.tm_hour - 1) % 24:02}:00-{(now.tm_hour + 2) % 24:02}:00"
        self.configure("hook", f'quiet_hours = "{around}"')
        self.stillwatch.start()
        self.stillwatch.open_case(self.stage.references)
        listed = lambda: [row for row in self.stillwatch.ask("alerts", "list") if row["channel"] == "hook"]
        self.assertTrue(eventually(lambda: len(listed()) >= 3 and self.stillwatch.is_idle()), listed())
        self.assertEqual(self.matches_of(self.stage.hook.deliveries), [])
        held = listed()[0]
        self.assertEqual((held["decision"], held["reason"]), ("hold", "quiet_hours"))
        self.assertIn("next_at", held)
        self.assertIn(held["alert"], self.stage.mail.ids)  # the other channel is not quiet

        explained = {row["channel"]: row for row in self.stillwatch.ask("alerts", "explain", held["alert"])}
        self.assertEqual(explained["desk"]["state"], "sent")
        self.assertEqual(explained["desk"]["next"], "remind")
        self.stillwatch.plain("alerts", "ack", held["finding"])
        explained = {row["channel"]: row for row in self.stillwatch.ask("alerts", "explain", held["alert"])}
        self.assertNotIn("next", explained["desk"])
        self.assertTrue(eventually(lambda: self.state_of(held["alert"]) == "silent"))

        # The operator ends the quiet hours: all the others are told, that one is not.
        text = self.stillwatch.config.read_text().replace(f'quiet_hours = "{around}"', "")
        self.stillwatch.config.write_text(text)
        waiting = {row["alert"] for row in listed() if row["state"] == "queued"}
        self.stillwatch.stop()
        self.stillwatch.start()
        told = lambda: set(self.matches_of(self.stage.hook.deliveries))
        self.assertTrue(eventually(lambda: waiting <= told()), waiting - told())
        self.assertNotIn(held["alert"], told())
        actions = [line["action"] for line in self.stillwatch.ask("audit", "list")]
        self.assertIn("alert.acknowledge", actions)

    def state_of(self, alert: str, channel: str = "hook") -> str:
        return next(row["state"] for row in self.stillwatch.ask("alerts", "explain", alert) if row["channel"] == channel)

    def test_what_nobody_acknowledges_is_handed_on_under_the_same_id(self):
        self.configure("desk", 'escalate_after = "1s"\nescalate_to = ["hook"]')
        self.configure("hook", 'events = ["escalated"]\ncases = ["C-NONE"]')
        self.stillwatch.start()
        self.stillwatch.open_case(self.stage.references)
        self.assertTrue(eventually(lambda: self.matches_of(self.stage.hook.deliveries)))
        self.assertLessEqual(set(self.matches_of(self.stage.hook.deliveries)), set(self.stage.mail.ids))

    def test_a_silenced_case_is_told_when_the_silence_is_ended(self):
        self.stillwatch.start()
        case = self.stillwatch.ask("case", "open", "--recorded-by", "anna", "--approved-by", "berit", "--expires",
                                   time.strftime("%Y-%m-%d", time.gmtime(time.time() + 90 * 86400)))[0]["case"]
        self.stillwatch.plain("alerts", "silence", case, "--until", "8h")
        self.stillwatch.plain("reference", "add", case, *map(str, self.stage.references))
        held = lambda: [row for row in self.stillwatch.ask("alerts", "list") if row["reason"] == "silenced"]
        self.assertTrue(eventually(lambda: len(held()) >= 4 and self.stillwatch.is_idle()))
        self.assertEqual(self.matches_of(self.stage.hook.deliveries), [])
        count = len(held())
        self.stillwatch.plain("alerts", "unsilence", case)
        self.assertTrue(eventually(lambda: len(self.matches_of(self.stage.hook.deliveries)) * 2 >= count))
        self.assertTrue(eventually(lambda: not held()))

    def test_the_heartbeat_of_a_missed_hour_is_sent_and_its_signature_holds(self):
        self.configure("hook", "")
        self.stillwatch.start()
        self.stillwatch.open_case(self.stage.references[:1])
        self.assertTrue(eventually(lambda: self.stillwatch.status()["heartbeat"]["compared"] > 0 and self.stillwatch.is_idle()))
        self.assertEqual(self.stillwatch.status()["heartbeat"]["sites"], 1)
        compared = self.stillwatch.status()["heartbeat"]["compared"]
        self.stillwatch.stop()
        database = sqlite3.connect(self.stage.storage / "cases.db")
        database.execute("UPDATE meta SET value = ? WHERE name = 'heartbeat_since'", (int(time.time() * 1000) - 2 * DAY,))
        database.commit()
        database.close()
        self.stillwatch.start()
        beats = lambda: [body for _, body in self.stage.hook.deliveries if body["type"] == "heartbeat"]
        mails = lambda: [mail for mail in self.stage.mail.messages if "is watching" in mail["Subject"]]
        self.assertTrue(eventually(lambda: beats() and mails()))
        numbers = beats()[0]["data"]["heartbeat"]
        self.assertEqual(numbers["sites"], 1)
        self.assertGreaterEqual(numbers["compared"], compared, "what was compared before the restart is not counted")
        self.assertEqual(numbers["checked"] + numbers["blocked"] + numbers["failed"], 1)

        text = mails()[0].get_body(("plain",)).get_content().replace("\r\n", "\n")
        signed = re.search(r"-----BEGIN SIGNED HEARTBEAT-----\n(.*?)-----END", text, re.S)[1]
        self.assertIn(f"compared: {numbers['compared']}\n", signed)
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "text").write_bytes(signed.encode())
            (folder / "signature").write_bytes(base64.b64decode(numbers["signature"]))
            (folder / "key.pem").write_text(self.stillwatch.plain("evidence", "key"))
            subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", folder / "key.pem", "-rawin", "-in",
                            folder / "text", "-sigfile", folder / "signature"], check=True, capture_output=True)
        time.sleep(1)
        self.assertEqual(len(beats()), 1, "told twice a day")


if __name__ == "__main__":
    unittest.main()
