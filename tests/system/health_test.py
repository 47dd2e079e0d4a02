"""Health tells the truth: what is wrong is named by /healthz, `status`, the log, metrics and alerts."""
import http.server
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import unittest
import urllib.error
import urllib.request

import stage
import installation  # found through stage
from life_test import eventually


class Handler(http.server.BaseHTTPRequestHandler):
    """Pages without end, without pictures; what else is wrong is the server's to say."""

    def do_GET(self):  # noqa: N802
        status, headers, body = self.server.answer(self.path)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "text/plain" if self.path == "/robots.txt" else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


class Server:
    def __init__(self, address: str, answer, certificate: pathlib.Path | None = None):
        self.http = http.server.ThreadingHTTPServer((address, 0), Handler)
        self.http.answer = answer
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
            scheme = "https"
        self.host = f"{address}:{self.http.server_port}"
        self.seed = f"{scheme}://{self.host}/"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()


def plain_page(path: str):
    if path == "/robots.txt":
        return 404, {}, ""
    return 200, {}, "".join(f'<a href="/{n}.html">page {n}</a>' for n in range(14)) + "words " * 50


def forbidden_by_robots(path: str):
    return (200, {}, "User-agent: *\nDisallow: /\n") if path == "/robots.txt" else plain_page(path)


def wall(path: str):
    if path == "/robots.txt":
        return 404, {}, ""
    if path.startswith("/login"):
        return 200, {}, ('<title>Log in</title><form method="post" action="/login">'
                         '<input name="user"><input type="password" name="password"></form>')
    return 302, {"Location": "/login?next=" + path}, ""


def turned_away(path: str):
    return (404, {}, "") if path == "/robots.txt" else (403, {}, "Forbidden")


class Health(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage(47)
        self.addCleanup(self.stage.close)
        self.stillwatch = self.stage.stillwatch
        self.edit(r'check_every = "[^"]*"', 'check_every = "300ms"')
        self.edit(r'site_grace = "[^"]*"', 'site_grace = "2s"')
        self.edit(r'alert_after = "[^"]*"', 'alert_after = "0ms"')

    def edit(self, pattern: str, text: str) -> None:
        before = self.stillwatch.config.read_text()
        after, count = re.subn(pattern, text, before, count=1)
        self.assertEqual(count, 1, pattern)
        self.stillwatch.config.write_text(after)

    def reload(self) -> None:
        os.kill(self.stillwatch.pid, signal.SIGHUP)

    def health(self) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.stage.metrics}/healthz") as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metrics(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.stage.metrics}/metrics") as answer:
            return answer.read().decode()

    def problems(self) -> set[str]:
        return {f"{row['kind']} {row['subject']}".strip() for row in self.stillwatch.status()["problems"]}

    def log(self) -> str:
        return (self.stage.work / "i" / "stillwatchd.log").read_text()

    def told(self) -> list[tuple[str, str, str]]:
        bodies = [delivery[1] for delivery in self.stage.hook.deliveries]
        return [(body["type"], body["data"]["problem"], body["data"]["subject"]) for body in bodies
                if body["type"].startswith("problem.")]

    def test_each_of_six_broken_sites_is_named_everywhere_and_told_once(self):
        certificate = self.stage.work / "self-signed.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=nobody",
                        "-keyout", certificate, "-out", self.stage.work / "cert.pem"], check=True, capture_output=True)
        certificate.write_text(certificate.read_text() + (self.stage.work / "cert.pem").read_text())
        servers = {"tls": Server("127.0.0.12", plain_page, certificate),
                   "robots": Server("127.0.0.13", forbidden_by_robots),
                   "walled": Server("127.0.0.14", wall),
                   "turned-away": Server("127.0.0.15", turned_away),
                   "no-pictures": Server("127.0.0.16", plain_page)}
        for server in servers.values():
            self.addCleanup(server.close)
        dead = f"127.0.0.11:{installation.free_port('127.0.0.11')}"
        sites = {"dead": (f"http://{dead}/", dead)} | {name: (one.seed, one.host) for name, one in servers.items()}
        text = self.stillwatch.config.read_text()
        for name, (seed, host) in sites.items():
            text += f'\n[[site]]\nname = "{name}"\nseeds = ["{seed}"]\nhosts = ["{host}"]\ndelay = "0ms"\n'
        self.stillwatch.config.write_text(text)
        self.stillwatch.start()
        wanted = {f"site {name}" for name in sites}
        self.assertTrue(eventually(lambda: wanted <= self.problems()),
                        (wanted - self.problems(), self.stillwatch.ask("site", "health")))
        self.assertNotIn("site demonstration", self.problems())
        self.assertTrue(eventually(lambda: self.health()[0] == 200), self.health())  # one site is fine
        body = self.health()[1]
        for name in sites:
            self.assertRegex(body, rf"(?m)^warning site {name}: \w+")
            self.assertRegex(self.log(), rf"problem began.*site.*{name}")
            self.assertIn(f'stillwatch_problem{{kind="site",subject="{name}"}} 1', self.metrics())
            self.assertIn(f'stillwatch_site_fine{{site="{name}"}} 0', self.metrics())
        began = {("problem.began", "site", name) for name in sites}
        self.assertTrue(eventually(lambda: began <= set(self.told())), self.told())
        # A restart tells nothing twice.
        self.stillwatch.stop()
        self.stillwatch.start()
        self.assertTrue(eventually(lambda: wanted <= self.problems()))
        self.stillwatch.plain("alert-test", "hook")
        for fact in began:
            self.assertEqual(self.told().count(fact), 1, fact)
        table = self.stillwatch.plain("status")
        self.assertRegex(table, r"(?m)^site +turned-away +warning ")

    def test_refused_reload_is_named_until_a_good_one(self):
        self.stillwatch.start()
        good = self.stillwatch.config.read_text()
        self.stillwatch.config.write_text(good.replace("[organisation]", "[organisation]\nnmae = 1"))
        self.reload()
        self.assertTrue(eventually(lambda: self.health()[0] == 503))
        self.assertRegex(self.health()[1], r"failing configuration: .*stillwatch\.toml:\d+: ")
        self.assertTrue(eventually(lambda: ("problem.began", "configuration", "") in self.told()))
        # Commands for the daemon need only its socket.
        done = self.command("site", "stop", self.stage.hosts[0], "--reason", "a complaint")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("the configuration has a problem", done.stderr)
        self.assertIn("an older configuration is in force", self.command("alert-test", "nobody").stderr)
        self.stillwatch.config.write_text(good)
        self.reload()
        self.assertTrue(eventually(lambda: "configuration" not in self.health()[1]), self.health())
        self.assertTrue(eventually(lambda: ("problem.ended", "configuration", "") in self.told()))

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run([self.stillwatch.programs.command, *arguments], capture_output=True, text=True, timeout=60,
                              env={**os.environ, "STILLWATCH_CONFIG": str(self.stillwatch.config), **environment})

    def test_a_host_is_stopped_with_the_socket_alone(self):
        self.stillwatch.start()
        path = re.search(r'(?m)^socket = "(.*)"$', self.stillwatch.config.read_text())[1]
        found = str((self.stillwatch.config.parent / path).resolve())
        done = self.command("--socket", found, "site", "stop", self.stage.hosts[0], "--reason", "a complaint",
                            STILLWATCH_CONFIG="/absent/stillwatch.toml")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_consent_that_ends_soon_is_told_before_it_does(self):
        self.stillwatch.start()
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 6 * 86400))
        case = self.stillwatch.ask("case", "open", "--recorded-by", "anna", "--approved-by", "berit",
                                   "--expires", soon)[0]["case"]
        self.stillwatch.plain("reference", "add", case, str(self.stage.references[0]))
        self.assertTrue(eventually(lambda: f"consent_ends_in_7_days {case}" in self.problems()))
        self.assertRegex(self.health()[1], rf"(?m)^warning consent_ends_in_7_days {case}: ")
        self.assertTrue(eventually(lambda: any(told[1] == "consent_ends_in_7_days" for told in self.told())))

    def test_a_low_disk_is_named(self):
        self.edit(r"min_free_mb = \d+", "min_free_mb = 1000000000")
        self.stillwatch.start()
        self.assertTrue(eventually(lambda: "disk storage" in self.problems()))
        self.assertEqual(self.health()[0], 503)

    def test_two_hundred_silent_clients_do_not_hold_up_a_stop(self):
        self.stillwatch.start()
        path = re.search(r'(?m)^socket = "(.*)"$', self.stillwatch.config.read_text())[1]
        silent = []
        for _ in range(200):
            client = socket.socket(socket.AF_UNIX)
            client.connect(str(self.stillwatch.config.parent / path))
            silent.append(client)
            self.addCleanup(client.close)
        began = time.monotonic()
        self.stillwatch.plain("site", "stop", self.stage.hosts[0], "--reason", "a complaint")
        self.assertLess(time.monotonic() - began, 5)

    def test_alert_test_says_what_became_of_it(self):
        self.stillwatch.start()
        done = self.command("alert-test", "hook")
        self.assertEqual((done.returncode, "delivered" in done.stdout), (0, True), done)
        self.stage.hook.close()
        done = self.command("alert-test", "hook")
        self.assertEqual((done.returncode, "refused" in done.stdout), (1, True), done)
        self.assertTrue(eventually(lambda: "channel hook" in self.problems()))
        with socket.socket() as silent:  # takes the connection and says nothing
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            self.edit(r'url = "http://127.0.0.1:\d+/alerts"', f'url = "http://127.0.0.1:{silent.getsockname()[1]}/alerts"')
            self.reload()
            self.assertTrue(eventually(lambda: "configuration taken over" in self.log()))
            done = self.command("alert-test", "hook", "--wait", "1")
            self.assertEqual((done.returncode, "queued" in done.stdout), (75, True), done)

    def test_without_a_daemon_an_operator_is_told_to_start_it(self):
        if os.geteuid() != 0:
            self.skipTest("only root can be somebody else")
        self.edit(r'socket = "[^"]*"', 'socket = "run/control.sock"')
        (self.stillwatch.folder / "run").mkdir()
        (self.stillwatch.folder / "run").chmod(0o755)
        self.stage.work.chmod(0o755)
        self.stillwatch.folder.chmod(0o755)
        self.stillwatch.config.chmod(0o644)
        # As a user who may read the configuration and nothing else.
        programs = self.stage.work / "bin"
        programs.mkdir()
        shutil.copy(self.stillwatch.programs.command, programs / "stillwatch")
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", programs / "stillwatch",
                               "--config", self.stillwatch.config, "status"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("the daemon is not running (start it: systemctl start stillwatchd)", done.stderr)
        self.stillwatch.start()
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", programs / "stillwatch",
                               "--config", self.stillwatch.config, "status"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("you are not in the group", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
