"""What becomes of matches: a site that floods, a disk that refuses, a picture that goes and comes back."""
import http.server
import json
import pathlib
import tempfile
import threading
import time
import unittest

import hostile_pictures
import stage

import installation  # found through stage
import receivers

PICTURES = 60
CONCURRENCY = 8


class Site:
    """One page with many pictures of one motif, each with other bytes at every visit; they can be taken down."""

    def __init__(self):
        self.photograph = hostile_pictures.photograph()
        self.is_down = False
        self.served = 0
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                status, kind, body = site.answer(self.path)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.2", 0), Handler)
        self.host = f"127.0.0.2:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path: str) -> tuple[int, str, bytes]:
        if path == "/":
            return 200, "text/html", "".join(f"<p><img src=/{n}.jpg>" for n in range(PICTURES)).encode()
        if not path.endswith(".jpg") or self.is_down:
            return 404, "text/plain", b"no"
        self.served += 1
        return 200, "image/jpeg", self.photograph + f"visit {self.served}".encode()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Findings(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="sw-")
        self.addCleanup(folder.cleanup)
        work = pathlib.Path(folder.name)
        self.site = Site()
        self.addCleanup(self.site.close)
        self.stillwatch = installation.Installation(installation.Programs(stage.BUILD), work / "i")
        self.addCleanup(self.stillwatch.kill)
        smtp, hook = installation.free_port(), installation.free_port()
        self.mail = receivers.MailSink("127.0.0.1", smtp)
        self.addCleanup(self.mail.close)
        self.hook = receivers.WebhookSink("127.0.0.1", hook, self.stillwatch.webhook_secret)
        self.addCleanup(self.hook.close)
        self.stillwatch.initialise()
        self.stillwatch.configure(hosts=[self.site.host], smtp=f"127.0.0.1:{smtp}", webhook=f"127.0.0.1:{hook}",
                                  metrics=installation.free_port(), delay="0ms", concurrency=CONCURRENCY)
        self.evidence = work / "i" / "data" / "evidence"
        reference = work / "reference.jpg"
        reference.write_bytes(self.site.photograph)
        self.case = self.stillwatch.open_case([reference])

    def crawl(self):
        self.stillwatch.start()
        self.assertTrue(stage.eventually(lambda: self.stillwatch.is_idle() and self.stillwatch.status()["images"] == PICTURES
                                         and self.stillwatch.status()["alerts_queued"] == 0), "the crawl did not come to its end")

    def finding(self) -> dict:
        findings = self.stillwatch.ask("findings", "list", "--grouped")
        self.assertEqual(len(findings), 1)
        return findings[0]

    def test_a_site_that_changes_its_bytes_is_one_finding_and_one_alert_a_channel(self):
        self.crawl()
        finding = self.finding()
        self.assertEqual(finding["occurrence_count"], PICTURES)
        self.assertEqual(self.mail.ids, [finding["alert"]])
        self.assertEqual(self.hook.ids, [finding["alert"]])
        self.assertIn(f"F-{finding['id']}", self.mail.messages[0].get_body(("plain",)).get_content())
        shown = self.stillwatch.ask("findings", "show", self.mail.ids[0])[0]
        self.assertEqual(len(shown["occurrences"]), PICTURES)
        packages = [place for place in shown["occurrences"] if place["evidence"] == "stored"]
        # The bound is looked at before a package is made: visits that were under way then make theirs, too.
        self.assertIn(len(packages), range(32, 32 + CONCURRENCY))
        self.stillwatch.verify_evidence(self.stillwatch.open_evidence(packages[-1]))
        first = self.stillwatch.plain("findings", "list").splitlines()
        self.assertTrue(all(len(line) <= 80 for line in first[:2]), first)
        second = self.stillwatch.ask("findings", "show", f"F-{finding['id']}", "--limit", "50", "--after",
                                     str(shown["occurrences"][49]["occurrence"]))[0]
        self.assertEqual(second["occurrences"], shown["occurrences"][50:])

    def test_a_match_without_evidence_is_told_at_once_and_gets_it_later(self):
        elsewhere = self.evidence.with_name("elsewhere")
        self.evidence.rename(elsewhere)
        self.crawl()
        finding = self.finding()
        self.assertEqual(finding["evidence"], "pending")
        self.assertIn("pending", self.mail.messages[0].get_body(("plain",)).get_content())
        self.assertEqual(self.hook.deliveries[0][1]["data"]["evidence"], "pending")
        self.assertIn("cannot be written", json.dumps(self.stillwatch.status()))
        elsewhere.rename(self.evidence)
        self.stillwatch.plain("findings", "check", finding["alert"])
        finding = self.finding()
        self.assertEqual(finding["evidence"], "stored")
        self.stillwatch.verify_evidence(self.stillwatch.open_evidence(finding))
        self.assertEqual(len(self.mail.ids), 1)

    def test_a_check_says_what_is_there_now(self):
        self.crawl()
        self.assertIn("it matches", self.stillwatch.plain("findings", "check", "1"))
        self.site.is_down = True
        self.assertIn("gone (HTTP 404)", self.stillwatch.plain("findings", "check", "F-1"))
        self.assertEqual(self.finding()["occurrences"][0]["look_status"], 404)
        self.assertEqual(self.stillwatch.stop(), 0)
        with self.assertRaisesRegex(RuntimeError, "daemon is not running"):
            self.stillwatch.plain("findings", "check", "1")

    def alerts_come_to(self, number: int) -> None:
        self.assertTrue(stage.eventually(lambda: len(self.mail.ids) >= number), "an alert did not come")

    def test_what_is_down_and_seen_again_is_one_new_alert_in_the_next_epoch(self):
        self.crawl()
        first = self.finding()["alert"]
        self.assertEqual(self.stillwatch.plain("findings", "confirm", "F-1").split(), ["F-1", "confirmed"])
        with self.assertRaisesRegex(RuntimeError, "it is confirmed; allowed now: noticed"):
            self.stillwatch.plain("findings", "confirm", "F-1")
        self.stillwatch.plain("findings", "mark", "F-1", "noticed", "--reason", "ticket-7")
        self.stillwatch.plain("findings", "mark", "F-1", "down")
        self.stillwatch.plain("findings", "check", "F-1")
        self.stillwatch.plain("findings", "check", "F-1")
        finding = self.finding()
        self.assertEqual((finding["state"], finding["epoch"]), ("reappeared", 2))
        self.alerts_come_to(3)  # that it is down is told, too
        self.assertEqual([self.mail.ids[0], self.mail.ids[2]], [first, finding["alert"]])
        self.assertEqual(self.stillwatch.ask("findings", "show", first)[0]["id"], finding["id"])
        told = self.stillwatch.plain("findings", "show", "F-1")
        for part in ("ticket-7", "new > confirmed", "down > reappeared"):
            self.assertIn(part, told)
        self.assertEqual(len(self.stillwatch.ask("findings", "list", "--state", "reappeared", "--older-than", "0m")),
                         50)  # a line a place, the best of them

    def test_many_are_dismissed_after_a_count_and_stay_silent(self):
        self.crawl()
        dismiss = ("findings", "dismiss", "--reason", "wrong_match", "--case", self.case)
        with self.assertRaisesRegex(RuntimeError, "1 finding would be dismissed: say --yes"):
            self.stillwatch.plain(*dismiss)
        self.assertEqual(self.finding()["state"], "new")
        with self.assertRaises(RuntimeError):
            self.stillwatch.plain("findings", "dismiss", "--reason", "wrong_match")  # which?
        self.assertEqual(self.stillwatch.plain(*dismiss, "--yes").strip(), "1 finding dismissed")
        self.stillwatch.plain("findings", "check", "F-1")
        self.assertEqual(self.finding()["state"], "dismissed")
        self.assertEqual(len(self.mail.ids), 1)
        groups = self.stillwatch.ask("findings", "list", "--groups")
        self.assertEqual((groups[0]["findings"], groups[0]["open"], groups[0]["places"]), (1, 0, PICTURES))
        self.stillwatch.plain("findings", "undo", "F-1")
        self.assertEqual(self.finding()["state"], "new")


if __name__ == "__main__":
    unittest.main(verbosity=2)
