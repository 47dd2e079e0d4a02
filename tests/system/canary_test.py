"""What is planted in a case leaves by no way: no outgoing byte, no log, no metric, no core file; and after erasure no file holds it."""
import http.server
import os
import pathlib
import re
import resource
import secrets
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import unittest.mock
import urllib.error
import urllib.request

import stage
from stage import eventually
import installation
import people

NAME = "zoraya-quillfeather"
NOTE = "her sister calls back on tuesday, 0700 900 461"
PAGE = "/thread/zq-canary-page.html"
PICTURE = "/full/zq-canary-picture.jpg"
SERVED = secrets.token_hex(16).encode()  # stands in the picture's own bytes


class RecordingSite:
    """A small site that keeps every request as it came."""

    def __init__(self, picture: bytes):
        self.requests: list[bytes] = []
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                site.requests.append(self.raw_requestline + bytes(self.headers))
                kind, body = "text/html", b""
                if self.path == "/":
                    body = f'<a href="{PAGE}">a thread</a>'.encode()
                elif self.path == PAGE:
                    body = f'<img src="{PICTURE}" alt="{NAME}">'.encode()
                elif self.path == PICTURE:
                    kind, body = "image/jpeg", picture
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.5", 0), Handler)
        self.host = f"127.0.0.5:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class Canaries(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage(71)
        self.addCleanup(self.stage.close)
        self.stillwatch = self.stage.stillwatch
        # A comment segment behind the first marker: the picture shows the same.
        data = self.stage.references[0].read_bytes()
        self.assertEqual(data[:2], b"\xff\xd8")
        self.picture = data[:2] + b"\xff\xfe" + (2 + len(SERVED)).to_bytes(2, "big") + SERVED + data[2:]
        self.reference = self.stage.work / f"{NAME}-2.jpg"
        self.reference.write_bytes(self.picture)
        self.site = RecordingSite(self.picture)
        self.addCleanup(self.site.close)
        certificates = people.Certificates(self.stage.work / "certificates", "desk@helpline.example")
        port = installation.free_port()
        self.mail = people.TlsMail(port, certificates)
        self.addCleanup(self.mail.close)
        self.certificates = certificates
        text = self.stillwatch.config.read_text()
        text = re.sub(r'check_every = "[^"]*"', 'check_every = "300ms"', text)
        text += f'''
[[site]]
name = "recorded"
seeds = ["http://{self.site.host}/"]
hosts = ["{self.site.host}"]
delay = "0ms"

[[channel]]
name = "sealed"
kind = "email"
to = ["desk@helpline.example", "lead@helpline.example"]
from = "stillwatch@helpline.example"
server = "smtp://localhost:{port}"
ca_file = "{certificates / "authority.pem"}"
smime_certificates = ["{certificates / "recipient.pem"}"]
'''
        self.stillwatch.config.write_text(text)

    def worked_on(self) -> None:
        """A case with everything in it that people write, found once at least."""
        opened = self.stillwatch.ask("case", "open", "--expires", time.strftime("%Y-%m-%d", time.gmtime(time.time() + 9e6)))[0]
        self.case, self.pin = opened["case"], opened["withdrawal_pin"]
        self.stillwatch.ask("reference", "add", self.case, str(self.reference))
        on_site = lambda: [row for row in self.stillwatch.ask("findings", "list") if PICTURE in row["image_url"]]
        self.assertTrue(eventually(lambda: on_site() and self.stillwatch.is_idle()))
        finding = f"F-{on_site()[0]['id']}"
        self.stillwatch.ask("findings", "note", finding, "--text", f"{NAME}: {NOTE}")
        self.stillwatch.ask("findings", "confirm", finding)
        self.stillwatch.ask("findings", "mark", finding, "down")
        self.stillwatch.ask("findings", "check", finding)
        back = lambda: [body for _, body in self.stage.hook.deliveries if body["type"] == "match.reappeared"]
        self.assertTrue(eventually(back))
        self.assertIn(NOTE, self.stillwatch.ask("findings", "show", finding)[0]["history"][0]["note"])
        self.assertTrue(eventually(lambda: self.stillwatch.status()["alerts_queued"] == 0))

    @property
    def canaries(self) -> dict[str, bytes]:
        middle = len(self.picture) // 2
        return {"the person's name": NAME.encode(), "a note": NOTE.encode(), "the PIN": self.pin.encode(),
                "the picture's bytes": SERVED, "the picture's data": self.picture[middle:middle + 48]}

    addresses = {"the page": PAGE.encode(), "the picture's address": PICTURE.encode()}

    def assert_nothing_in(self, where: str, content: bytes, canaries: dict[str, bytes]) -> None:
        for what, canary in canaries.items():
            self.assertNotIn(canary, content, f"{where} holds {what}")

    def test_nothing_of_a_case_leaves_or_is_logged(self):
        self.stillwatch.start()
        self.worked_on()
        everything = {**self.canaries, **self.addresses}
        self.assertGreater(len(self.mail.kept), 2)
        for recipients, _, data in self.mail.kept:
            self.assert_nothing_in(f"a mail to {recipients}", data, everything)
            if recipients == ["desk@helpline.example"]:
                clear = self.certificates.opened(data)
                self.assert_nothing_in("a mail that was opened", clear.as_bytes() + clear.get_content().encode(), everything)
        for message in self.stage.mail.messages:
            text = message.as_bytes() + b"".join(part.get_content().encode() for part in message.walk() if not part.is_multipart())
            self.assert_nothing_in("a mail", text, everything)
        self.assertGreater(len(self.stage.hook.requests), 2)
        for request in self.stage.hook.requests:
            self.assert_nothing_in("a webhook", repr(request["headers"]).encode() + request["body"], everything)
        # Sites are asked for their own addresses and learn nothing else.
        self.assertTrue([request for request in self.site.requests if PICTURE.encode() in request])
        for request in [*self.site.requests, *(line.encode() for line in self.stage.requests())]:
            self.assert_nothing_in("a request", request, {**self.canaries, "the pseudonym": self.case.encode()})
        for path in ("metrics", "healthz"):
            with urllib.request.urlopen(f"http://127.0.0.1:{self.stage.metrics}/{path}") as answer:
                self.assert_nothing_in(path, answer.read(), everything)
        self.assert_nothing_in("the log", (self.stillwatch.folder / "stillwatchd.log").read_bytes(), everything)
        self.assert_nothing_in("the audit log", repr(self.stillwatch.ask("audit", "list", "--limit", "10000")).encode(), everything)

    def answers(self, path: str) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.stage.metrics}/{path}").close()
        except urllib.error.HTTPError:
            pass  # an answer, too
        except OSError:
            return False
        return True

    def test_a_daemon_that_crashes_leaves_no_core_file(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="sw-core-", dir=self.stage.work))
        everything = lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        try:
            everything()
        except (ValueError, PermissionError):
            self.skipTest("core files cannot be allowed here, so nothing would be shown")

        def crash(command) -> int:
            said = self.stage.work / "crash.log"
            with said.open("wb") as stderr:
                process = subprocess.Popen(command, cwd=folder, preexec_fn=everything, stderr=stderr)
            if command[0] == "sleep":
                time.sleep(0.2)
            else:
                # Not by a command: before the daemon has its store, that would take it.
                self.assertTrue(eventually(lambda: self.answers("healthz")), said.read_text())
                limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text()
                self.assertRegex(limits, r"Max core file size\s+0\s+0")
            self.assertIsNone(process.poll(), said.read_text())
            os.kill(process.pid, signal.SIGSEGV)
            _, status = os.waitpid(process.pid, 0)
            process.returncode = -signal.SIGSEGV
            self.assertEqual(os.WTERMSIG(status), signal.SIGSEGV)
            return status

        core_of_another = os.WCOREDUMP(crash(["sleep", "60"]))
        for file in folder.iterdir():
            file.unlink()
        status = crash([self.stillwatch.programs.daemon, "--config", self.stillwatch.config])
        self.assertFalse(os.WCOREDUMP(status), f"a core file was written (that of another program: {core_of_another})")
        self.assertEqual(list(folder.iterdir()), [])

    def test_after_erasure_no_file_holds_anything(self):
        # Its own: other programs leave and take what they like in the common one.
        temporary = self.stage.work / "temporary"
        temporary.mkdir(mode=0o700)
        changed = unittest.mock.patch.dict(os.environ, TMPDIR=str(temporary))
        changed.start()
        self.addCleanup(changed.stop)
        self.stillwatch.start()
        self.worked_on()
        backup = self.stage.work / "backup"
        self.stillwatch.ask("backup", str(backup))
        self.assertTrue(self.files_with(PAGE.encode(), self.stage.storage, "cases.db*"), "nothing to erase, so nothing is shown")
        self.stillwatch.ask("case", "withdraw", self.case, "--yes")
        self.scan()
        self.assertEqual(self.stillwatch.stop(), 0)
        self.scan()
        self.assertEqual(list(temporary.rglob("*")), [])
        # A backup of before holds the case until it is made again (README, "Back it up").
        self.assertTrue(self.files_with(PAGE.encode(), backup, "state-*/cases.db"))
        self.stillwatch.ask("backup", str(backup))
        for what, canary in {**self.canaries, **self.addresses}.items():
            self.assertEqual(self.files_with(canary, backup, "**/*"), [], what)

    def scan(self) -> None:
        for what, canary in self.canaries.items():
            self.assertEqual(self.files_with(canary, self.stillwatch.folder, "**/*"), [], what)
        # What a site is made of the crawler knows from the site: only that something was found there is the case's.
        for what, canary in self.addresses.items():
            left = [file for file in self.files_with(canary, self.stillwatch.folder, "**/*") if not file.name.startswith("frontier.db")]
            self.assertEqual(left, [], what)

    @staticmethod
    def files_with(canary: bytes, folder: pathlib.Path, pattern: str) -> list[pathlib.Path]:
        return [file for file in folder.glob(pattern) if file.is_file() and not file.is_socket() and canary in file.read_bytes()]


if __name__ == "__main__":
    unittest.main()
