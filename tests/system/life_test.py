"""The daemon as its operators live with it: reload, commands, withdrawal, watchdog, stop."""
import os
import re
import signal
import socket
import subprocess
import time
import unittest
import urllib.error
import urllib.request

from PIL import Image

import stage
from stage import eventually


class Life(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage(31)
        self.addCleanup(self.stage.close)
        self.stillwatch = self.stage.stillwatch

    def crawled(self) -> None:
        self.stillwatch.start()
        self.assertTrue(eventually(lambda: self.stillwatch.status()["contents"] > 0 and self.stillwatch.is_idle()))

    def log(self) -> str:
        return (self.stage.work / "i" / "stillwatchd.log").read_text()

    def metric(self, name: str) -> float:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.stage.metrics}/metrics") as answer:
            return float(re.search(rf"(?m)^stillwatch_{name} (\S+)$", answer.read().decode())[1])

    def test_case_opened_after_a_full_crawl_is_compared_within_one_pass(self):
        self.crawled()
        before = len(self.stage.requests())
        case = self.stillwatch.open_case(self.stage.references)
        self.assertTrue(eventually(self.stillwatch.is_idle))
        self.assertEqual(self.stage.found(), self.stage.planted)
        coverage = self.stillwatch.ask("case", "show", case)[0]["coverage"]
        self.assertEqual(coverage["compared"] + coverage["undecodable"] + coverage["too_small"], coverage["images"])
        second_pass = self.stage.requests()[before:]
        refetched = [line for line in second_pass if "/img/" in line]
        # Asked without conditions: a 304 would not bring the bytes that must be compared.
        self.assertFalse([line for line in refetched if " 304 " in line])

    def draft_notice(self, finding: dict) -> None:
        """From a finding to a notice that was sent, whose time runs."""
        name = f"F-{finding['id']}"
        with self.assertRaisesRegex(RuntimeError, "a notice needs a confirmed finding"):
            self.stillwatch.plain("notice", "draft", name, "--route", "take-it-down")
        self.stillwatch.plain("findings", "confirm", name)
        text = self.stage.work / "notice.txt"
        draft = self.stillwatch.ask("notice", "draft", name, "--route", "take-it-down", "--out", str(text))[0]
        self.assertIn(finding["image_url"], text.read_text())
        self.assertIn("A. Signatory of Demonstration Helpline", text.read_text())
        self.assertIn("not named", draft["privacy"])
        notice = f"N-{draft['notice']}"
        sent = self.stillwatch.ask("notice", "sent", notice, "--to", "abuse@board.example")[0]
        self.assertIsNotNone(sent["deadline_at"])
        with self.assertRaisesRegex(RuntimeError, "has time until"):
            self.stillwatch.plain("notice", "escalate", notice)
        self.assertEqual(self.stillwatch.ask("findings", "show", name)[0]["state"], "noticed")
        self.assertEqual(self.stillwatch.status()["notices_running"], 1)

    def test_withdrawal_is_in_force_with_its_receipt_and_leaves_nothing(self):
        good = self.stillwatch.config.read_text()
        self.stillwatch.config.write_text(good.replace('signatory = ""', 'signatory = "A. Signatory"').replace(
            'notice_email = ""', 'notice_email = "notices@helpline.example"'))
        self.crawled()
        case = self.stillwatch.open_case(self.stage.references)
        self.assertTrue(eventually(self.stillwatch.is_idle))
        self.assertEqual(self.metric("references"), len(self.stage.references))
        findings = self.stillwatch.ask("findings", "list", "--grouped")
        self.draft_notice(findings[0])
        evidence = self.stage.storage / "evidence"
        self.assertTrue(list(evidence.iterdir()))
        receipt = self.stillwatch.ask("case", "withdraw", case, "--yes")[0]
        self.assertEqual(self.metric("references"), 0)  # with the receipt, not some time after it
        self.assertEqual(receipt["references_erased"], len(self.stage.references))
        self.assertEqual(receipt["findings_erased"], len(findings))
        self.assertEqual(list(evidence.iterdir()), [])
        self.assertEqual(self.stillwatch.ask("findings", "list", "--grouped"), [])
        with self.assertRaisesRegex(RuntimeError, "withdrawn"):
            self.stillwatch.plain("reference", "add", case, str(self.stage.references[0]))
        self.assertEqual(self.stillwatch.stop(), 0)
        picture, page = next(iter(self.stage.planted))
        for file in self.stage.storage.glob("cases.db*"):
            content = file.read_bytes()
            self.assertNotIn(picture.encode(), content, f"{file.name} still names a picture")
            self.assertNotIn(page.encode(), content, f"{file.name} still names a page")
            self.assertNotIn(b"abuse@board.example", content, f"{file.name} still says where a notice went")
        # And it stays withdrawn after a restart.
        self.stillwatch.start()
        self.assertEqual(self.metric("references"), 0)

    def test_a_thumbnail_and_its_full_picture_are_reported_once(self):
        www = self.stage.work / "www" / "pages"
        reference = self.stage.references[0]
        full, thumb = f"/img/full{reference.suffix}", "/img/thumb.jpg"
        (www / full[1:]).write_bytes(reference.read_bytes())
        with Image.open(reference) as picture:
            half = picture.convert("RGB").resize((picture.width // 2, picture.height // 2))
            half.save(www / thumb[1:], quality=85)
        (www / "pair.html").write_text(f'<a href="{full}"><img src="{thumb}" srcset="{thumb} 1x, {full} 2x"></a>')
        (www / "thumb.html").write_text(f'<a href="/about.html"><img src="{thumb}"></a>')
        home = www / "index.html"
        home.write_text(home.read_text() + "<a href=/pair.html>pair</a><a href=/thumb.html>thumb</a>")
        self.stillwatch.open_case([reference])
        self.crawled()
        self.assertTrue(eventually(self.stillwatch.is_idle))
        pages = f"http://{self.stage.hosts[0]}"
        of_pair = {place["image_url"]: place for place in self.stage.matches() if place["page_url"] == pages + "/pair.html"}
        self.assertEqual(set(of_pair), {pages + full, pages + thumb})
        self.assertEqual(len({place["id"] for place in of_pair.values()}), 1)
        self.assertEqual(of_pair[pages + full]["evidence"], "stored")
        # Where it stands alone it is a place of its own.
        alone = [place["image_url"] for place in self.stage.matches() if place["page_url"] == pages + "/thumb.html"]
        self.assertEqual(alone, [pages + thumb])
        self.assertGreaterEqual(self.metric("occurrences_tied_total"), 1)

    def test_no_file_of_the_installation_holds_a_reference_in_clear(self):
        self.stillwatch.open_case(self.stage.references)
        self.crawled()
        canaries = []
        for reference in self.stage.references:
            data = reference.read_bytes()
            canaries.append((reference.name, data[len(data) // 2:][:64]))
            canaries.append((reference.name, reference.name.encode()))
            fingerprint = self.stillwatch.ask("fingerprint", str(reference))[0]
            canaries.append((reference.name, bytes.fromhex(fingerprint["pdq"])))
            canaries.append((reference.name, bytes.fromhex(fingerprint["pdq"])[::-1]))
            canaries.append((reference.name, fingerprint["pdq"].encode()))
        looked_at = 0
        for file in (self.stage.work / "i").rglob("*"):
            # The frontier keeps digests of what sites showed, a reference's file digest among them when it was
            # re-posted byte by byte; pictures, names and fingerprints it must not hold.
            if file.is_file() and not file.is_socket():
                content = file.read_bytes()
                looked_at += 1
                for name, canary in canaries:
                    self.assertNotIn(canary, content, f"{file} holds something of {name}")
        self.assertGreater(looked_at, 5)

    def test_consent_that_ended_stops_matching_by_itself(self):
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 4))
        self.stillwatch.start()
        case = self.stillwatch.ask("case", "open", "--recorded-by", "anna", "--approved-by", "berit",
                                   "--expires", soon)[0]["case"]
        self.stillwatch.plain("reference", "add", case, str(self.stage.references[0]))
        self.assertEqual(self.metric("references"), 1)
        self.assertTrue(eventually(lambda: self.metric("references") == 0))
        self.assertEqual(self.stillwatch.ask("case", "show", case)[0]["consent"], "expired")

    def test_bad_configuration_at_reload_keeps_the_old_one(self):
        self.crawled()
        good = self.stillwatch.config.read_text()
        self.stillwatch.config.write_text(good.replace("[organisation]", "[organisation]\nnmae = 1"))
        os.kill(self.stillwatch.pid, signal.SIGHUP)
        self.assertTrue(eventually(lambda: "not taken over" in self.log()))
        self.assertRegex(self.log(), r"stillwatch\.toml:\d+: ")
        self.assertTrue(self.stillwatch.is_running())
        self.stillwatch.config.write_text(good)
        self.assertEqual(self.stillwatch.status()["sites"], 1)

    def test_reload_takes_over_sites_and_channels(self):
        self.crawled()
        text = self.stillwatch.config.read_text()
        text = text.replace('name = "hook"', 'name = "hook-two"').replace('name = "demonstration"', 'name = "other"')
        self.stillwatch.config.write_text(text)
        os.kill(self.stillwatch.pid, signal.SIGHUP)
        self.assertTrue(eventually(lambda: "configuration taken over" in self.log()))
        self.assertEqual([site["site"] for site in self.stillwatch.ask("site", "list")], ["other"])
        self.stillwatch.plain("alert-test", "hook-two")
        self.assertTrue(eventually(lambda: len(self.stage.hook.deliveries) == 1))
        self.assertEqual(self.stage.hook.deliveries[0][1]["type"], "test")

    def test_alert_test_reaches_both_channels_and_refuses_others(self):
        self.stillwatch.start()
        self.stillwatch.plain("alert-test", "desk")
        self.stillwatch.plain("alert-test", "hook")
        self.assertTrue(eventually(lambda: self.stage.mail.messages and self.stage.hook.deliveries))
        self.assertEqual(self.stage.mail.problems([]), [])
        with self.assertRaisesRegex(RuntimeError, "no channel"):
            self.stillwatch.plain("alert-test", "nobody")

    def test_commands_work_without_a_daemon_and_through_it(self):
        case = self.stillwatch.open_case(self.stage.references[:1])
        self.stillwatch.start()
        self.assertEqual(self.metric("references"), 1)
        self.assertEqual([row["case"] for row in self.stillwatch.ask("case", "list")], [case])
        actions = [line["action"] for line in self.stillwatch.ask("audit", "list")]
        self.assertIn("case.open", actions)
        self.assertIn("reference.add", actions)

    def test_second_daemon_is_refused(self):
        self.stillwatch.start()
        second = subprocess.run([self.stillwatch.programs.daemon, "--config", self.stillwatch.config],
                                capture_output=True, text=True, timeout=20)
        self.assertEqual(second.returncode, 1)
        self.assertIn(str(self.stillwatch.pid), second.stderr)
        self.assertTrue(self.stillwatch.is_running())

    def test_stops_within_ten_seconds_while_a_server_keeps_silent(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.4", 0))
            silent.listen()
            host = f"127.0.0.4:{silent.getsockname()[1]}"
            text = self.stillwatch.config.read_text()
            text += f'\n[[site]]\nname = "silent"\nseeds = ["http://{host}/"]\nhosts = ["{host}"]\n'
            self.stillwatch.config.write_text(text)
            self.stillwatch.start()
            self.assertTrue(eventually(lambda: self.stillwatch.status()["in_flight"] > 0))
            began = time.monotonic()
            self.assertEqual(self.stillwatch.stop(), 0)
            self.assertLess(time.monotonic() - began, 10)

    def test_health_and_metrics_answer_on_loopback(self):
        self.stillwatch.start()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.stage.metrics}/healthz") as answer:
            self.assertEqual(answer.read(), b"ok\n")
        with self.assertRaises(urllib.error.HTTPError):
            urllib.request.urlopen(f"http://127.0.0.1:{self.stage.metrics}/other")

    def test_watchdog_and_stop_are_told_to_the_service_manager(self):
        name = f"\0stillwatch-test-{os.getpid()}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(name)
            manager.settimeout(10)
            environment = {**os.environ, "NOTIFY_SOCKET": "@" + name[1:], "WATCHDOG_USEC": "400000"}
            daemon = subprocess.Popen([self.stillwatch.programs.daemon, "--config", self.stillwatch.config],
                                      env=environment, stderr=subprocess.DEVNULL)
            try:
                heard = []
                while sum("WATCHDOG=1" in message for message in heard) < 3:
                    heard.append(manager.recv(4096).decode())
                self.assertTrue(any("READY=1" in message for message in heard))
                daemon.send_signal(signal.SIGHUP)
                while not any("RELOADING=1" in message for message in heard):
                    heard.append(manager.recv(4096).decode())
                daemon.terminate()
                while not any("STOPPING=1" in message for message in heard):
                    heard.append(manager.recv(4096).decode())
                self.assertEqual(daemon.wait(12), 0)
            finally:
                daemon.kill()
                daemon.wait()

    def test_workers_die_with_a_killed_daemon(self):
        self.crawled()
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.stillwatch.pid)], capture_output=True,
                                  text=True).stdout.split()
        self.assertTrue(children)
        self.stillwatch.kill()
        self.assertTrue(eventually(lambda: not any(os.path.exists(f"/proc/{child}") for child in children)))


if __name__ == "__main__":
    unittest.main(verbosity=2)
