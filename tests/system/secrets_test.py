"""Configured secrets reach no log, whatever those say who are given them: a site and receivers that send back all they get."""
import base64
import http.server
import pathlib
import re
import socketserver
import tempfile
import threading
import unittest
import urllib.error
import urllib.parse
import urllib.request

import stage
from stage import eventually

import installation  # found through stage

HEADER, COOKIE, COOKIE_IN_FILE = "canary-header-5d1c", "canary-cookie-77ab", "canary-cookie-file-90ef"
PASSWORD, TOKEN, HOOK = "canary-password-31fd", "canary-token-e802", "canary-hook-c4c4"
SIGNING = base64.b64encode(b"canary-signing-secret-0123456789").decode()
CLOSED = "127.0.0.1:1"  # nobody listens there
SECRETS = [HEADER, COOKIE, COOKIE_IN_FILE, PASSWORD, TOKEN, HOOK, SIGNING]


class Echo(http.server.BaseHTTPRequestHandler):
    """Says what it was told in the status line, a header and the body; a page, and pictures that are refused."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/robots.txt":
            return self.say(404, "no such file", b"")
        if self.path == "/":
            names = "".join(f'<img src="/{n}.jpg">' for n in range(3)) + f'<a href="/more">more</a><img src="http://{CLOSED}/x.jpg">'
            return self.say(200, "OK", names.encode())
        self.say(403 if self.path.endswith(".jpg") else 503, self.told(), b"")

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.say(500, self.told(), b"")

    do_PUT = do_POST

    def told(self) -> str:
        return re.sub(r"\s+", " ", f"{self.path} {self.headers}")

    def say(self, status: int, reason: str, body: bytes):
        body += self.told().encode()
        self.server.seen.append(self.told())
        self.send_response(status, reason)
        self.send_header("Content-Type", "text/html")
        self.send_header("X-Told", self.told())
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Mail(socketserver.StreamRequestHandler):
    """Refuses every log-in in the words of the one who tries."""

    def handle(self):
        self.say("220 sink")
        said = []
        while line := self.rfile.readline():
            text = line.decode("latin-1").strip()
            said.append(text)
            if text.upper().startswith("EHLO"):
                self.say("250-sink")
                self.say("250 AUTH PLAIN LOGIN")
            elif text.upper() == "QUIT":
                return self.say("221 bye")
            elif text.upper() == "AUTH PLAIN" or text.upper().startswith("AUTH LOGIN"):
                self.say("334 ")
            else:
                plain = " ".join(self.decoded(word) for word in text.split())
                self.server.seen.append(plain)
                self.say(f"535 5.7.8 not known: {text} {plain}")

    def decoded(self, word: str) -> str:
        try:
            return base64.b64decode(word, validate=True).decode("latin-1").replace("\0", " ")
        except ValueError:
            return word

    def say(self, line: str):
        self.wfile.write(line.encode("latin-1") + b"\r\n")


def serve(case: unittest.TestCase, server: socketserver.TCPServer) -> int:
    server.daemon_threads, server.seen = True, []
    case.addCleanup(server.server_close)
    case.addCleanup(server.shutdown)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


class Secrets(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="sw-")
        self.addCleanup(folder.cleanup)
        self.work = pathlib.Path(folder.name)
        self.echo = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
        self.mail = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail)
        echo, mail = serve(self, self.echo), serve(self, self.mail)
        self.stillwatch = installation.Installation(installation.Programs(stage.BUILD), self.work / "i")
        self.stillwatch.initialise()
        self.metrics = installation.free_port()
        files = {"cookies": f"age={COOKIE_IN_FILE}", "password": PASSWORD, "token": TOKEN,
                 "hook": f"http://127.0.0.1:{echo}/services/{HOOK}", "signing": f"whsec_{SIGNING}"}
        for name, text in files.items():
            file = self.work / "i" / f"{name}.secret"
            file.write_text(text + "\n")
            file.chmod(0o600)
        config = self.stillwatch.config
        text = re.sub(r"(?m)^#?\s*allowed_private_networks = .*$", 'allowed_private_networks = ["127.0.0.0/8"]', config.read_text(), count=1)
        text = re.sub(r"(?m)^#?\s*listen = .*$", f'listen = "127.0.0.1:{self.metrics}"', text, count=1)
        text = re.sub(r'(?m)^#?\s*level = "info"$', 'level = "debug"', text, count=1)
        text = re.sub(r'alert_after = "[^"]*"', 'alert_after = "0ms"', text)
        self.assertIn('level = "debug"', text)
        config.write_text(text + f'''
[[channel]]
name = "mail"
kind = "email"
to = ["desk@helpline.example"]
server = "smtp://127.0.0.1:{mail}"
user = "stillwatch"
password_file = "password.secret"

[[channel]]
name = "webhook"
kind = "webhook"
url = "http://127.0.0.1:{echo}/hooks"
secret_file = "signing.secret"

[[channel]]
name = "slack"
kind = "slack"
secret_file = "hook.secret"

[[channel]]
name = "ntfy"
kind = "ntfy"
url = "http://127.0.0.1:{echo}/topic"
secret_file = "token.secret"

[[site]]
name = "board"
seeds = ["http://127.0.0.1:{echo}/"]
hosts = ["127.0.0.1:{echo}", "{CLOSED}"]
delay = "0ms"
headers = ["X-Access: {HEADER}"]
cookies = ["pass={COOKIE}"]
cookies_file = "cookies.secret"
''')
        self.stillwatch.plain("check-config")
        self.addCleanup(self.stillwatch.kill)

    def leaks(self, text: str) -> list[str]:
        """Secrets in a text, as they are or as somebody writes them."""
        forms = lambda secret: (secret, base64.b64encode(secret.encode()).decode().rstrip("=")[:-2], secret.encode().hex(),
                                urllib.parse.quote(secret, safe=""))
        plain = base64.b64encode(f"\0stillwatch\0{PASSWORD}".encode()).decode()
        return [secret for secret in SECRETS if any(form in text for form in forms(secret))] + ([plain] if plain in text else [])

    def test_no_secret_stands_in_log_status_or_metrics(self):
        self.stillwatch.start()
        answers = [self.stillwatch.plain("--json", "alert-test", name, check=False) for name in ("mail", "webhook", "slack", "ntfy")]
        seen = lambda: " ".join(self.echo.seen + self.mail.seen)
        # Each was sent where it belongs: what follows would say nothing of one that was not.
        sent = [HEADER, COOKIE, COOKIE_IN_FILE, PASSWORD, TOKEN, HOOK]
        self.assertTrue(eventually(lambda: all(secret in seen() for secret in sent)), [one for one in sent if one not in seen()])
        self.assertTrue(eventually(lambda: "/more" in seen() and ".jpg" in seen()), self.echo.seen)
        log = self.work / "i" / "stillwatchd.log"
        self.assertTrue(eventually(lambda: f"http://{CLOSED}/x.jpg" in log.read_text()))  # what only debug tells
        shown = answers + [self.stillwatch.plain(*command, check=False) for command in (
            ("--json", "status"), ("status",), ("site", "health"), ("site", "plan", "board"), ("--json", "outbox", "list"),
            ("audit", "list"), ("check-config",), ("alert-test", "mail"), ("alert-test", "slack"))]
        for path in ("metrics", "healthz"):
            try:
                shown.append(urllib.request.urlopen(f"http://127.0.0.1:{self.metrics}/{path}").read().decode())
            except urllib.error.HTTPError as unwell:
                shown.append(unwell.read().decode())
        self.stillwatch.stop()
        log = log.read_text()
        self.assertEqual(self.leaks(log), [], "\n".join(line for line in log.splitlines() if self.leaks(line)))
        for text in shown:
            self.assertEqual(self.leaks(text), [], text)

    def test_configurations_that_are_wrong_do_not_show_what_they_hold(self):
        text = self.stillwatch.config.read_text()
        for wrong, right in (("X-Access: ", "X Access: "), ('cookies = ["pass=', 'cookies = ["pa ss\\u0001='),
                             ('headers = ["', 'headers = [7, "')):
            self.assertIn(wrong, text)
            self.stillwatch.config.write_text(text.replace(wrong, right))
            environment = {"STILLWATCH_CONFIG": str(self.stillwatch.config)}
            done = stage.subprocess.run([self.stillwatch.programs.command, "check-config"], env=environment, capture_output=True, text=True)
            self.assertNotEqual(done.returncode, 0, right)
            self.assertEqual(self.leaks(done.stdout + done.stderr), [], done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
