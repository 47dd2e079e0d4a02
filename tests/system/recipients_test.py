"""A channel of several recipients: whom the mail server refuses or puts off keeps nobody else from being told."""
import json
import re
import socketserver
import threading
import unittest

import stage
from stage import eventually


class Mail(socketserver.StreamRequestHandler):
    """Says 550 to gone@, 450 to later@ as long as they are put off, and keeps everything else."""

    def handle(self):
        self.say("220 sink")
        to = []
        while line := self.rfile.readline():
            command = line.decode("latin-1").strip()
            word = command[:4].upper()
            if word == "RCPT":
                answer = self.server.refusals.get(re.search(r"<(\w+)@", command)[1], "250 ok")
                if answer.startswith("250"):
                    to.append(re.search(r"<([^>]*)>", command)[1])
                self.say(answer)
            elif word == "DATA":
                self.say("354 go on")
                data = b""
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    data += line
                alert = re.search(rb"(?m)^Message-ID: <(alt_\w+)", data)[1].decode()
                self.server.kept += [(alert, recipient) for recipient in to]
                to = []
                self.say("250 kept")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, line: str):
        self.wfile.write(line.encode() + b"\r\n")


class Recipients(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage(83)
        self.addCleanup(self.stage.close)
        self.stillwatch = self.stage.stillwatch
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail)
        self.server.daemon_threads = True
        self.server.kept, self.server.refusals = [], {"gone": "550 5.1.1 no such user", "later": "450 4.2.0 greylisted"}
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        text = self.stillwatch.config.read_text()
        text = re.sub(r'check_every = "[^"]*"', 'check_every = "300ms"', text)
        text = re.sub(r'alert_after = "[^"]*"', 'alert_after = "0ms"', text)
        self.stillwatch.config.write_text(text + f'''
[[channel]]
name = "three"
kind = "email"
to = ["gone@helpline.example", "later@helpline.example", "here@helpline.example"]
from = "stillwatch@helpline.example"
server = "smtp://127.0.0.1:{self.server.server_address[1]}"
''')

    def row(self) -> dict:
        return [row for row in self.stillwatch.ask("outbox", "list") if row["channel"] == "three"
                and row["alert"] == self.alert][0]

    def test_each_has_a_state_of_their_own(self):
        self.stillwatch.start()
        answer = json.loads(self.stillwatch.plain("--json", "alert-test", "three", check=False))
        self.alert = answer["alert"]
        self.assertEqual(answer["state"], "refused")  # not everybody has it
        self.assertIn("gone@helpline.example: refused", answer["answer"])
        self.assertIn("550", answer["answer"])
        self.assertEqual(self.row()["told"], ["here@helpline.example"])
        self.assertEqual(self.row()["state"], "queued")

        # Those who are reached are told of it, over this channel and the others.
        kinds = lambda: {row["kind"] for row in self.stillwatch.status()["problems"]}
        self.assertTrue(eventually(lambda: "recipients" in kinds()), kinds())
        self.assertNotIn("channel", kinds())
        told = lambda: [body["data"]["problem"] for _, body in self.stage.hook.deliveries if body["type"] == "problem.began"]
        self.assertTrue(eventually(lambda: "recipients" in told()), told())

        # Whoever was put off is told alone, also after a restart; nobody is told twice.
        self.server.refusals.pop("later")
        self.stillwatch.stop()
        self.stillwatch.start()
        self.stillwatch.plain("outbox", "replay", str(self.row()["id"]))
        self.assertTrue(eventually(lambda: "later@helpline.example" in self.row()["told"]), self.row())
        self.server.refusals.clear()
        self.stillwatch.plain("outbox", "replay", str(self.row()["id"]))
        self.assertTrue(eventually(lambda: self.row()["state"] == "sent"), self.row())
        copies = [recipient for alert, recipient in self.server.kept if alert == self.alert]
        self.assertEqual(sorted(copies), ["gone@helpline.example", "here@helpline.example", "later@helpline.example"])


if __name__ == "__main__":
    unittest.main()
