"""Lists of hashes that others keep: taken, found, repeated, withdrawn, against the built programs."""
import gzip
import hashlib
import http.server
import json
import pathlib
import subprocess
import tempfile
import threading
import unittest

import hostile_pictures
import stage

import installation  # found through stage
import receivers


class Site:
    """A page with one photograph, plain and as an encoded body that only a worker can read."""

    def __init__(self, photograph: bytes):
        bodies = {"/": b"<p><img src=/plain.jpg><img src=/packed.jpg>", "/plain.jpg": photograph + b" plain",
                  "/packed.jpg": gzip.compress(photograph + b" packed")}

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = bodies.get(self.path, b"")
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", "text/html" if self.path == "/" else "image/jpeg")
                if self.path == "/packed.jpg":
                    self.send_header("Content-Encoding", "gzip")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.2", 0), Handler)
        self.host = f"127.0.0.2:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Imports(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="sw-")
        self.addCleanup(folder.cleanup)
        self.work = pathlib.Path(folder.name)
        self.photograph = hostile_pictures.photograph()
        self.site = Site(self.photograph)
        self.addCleanup(self.site.close)
        self.stillwatch = installation.Installation(installation.Programs(stage.BUILD), self.work / "i")
        self.addCleanup(self.stillwatch.kill)
        smtp, hook = installation.free_port(), installation.free_port()
        self.mail = receivers.MailSink("127.0.0.1", smtp)
        self.addCleanup(self.mail.close)
        self.hook = receivers.WebhookSink("127.0.0.1", hook, self.stillwatch.webhook_secret)
        self.addCleanup(self.hook.close)
        self.stillwatch.initialise()
        self.stillwatch.configure(hosts=[self.site.host], smtp=f"127.0.0.1:{smtp}", webhook=f"127.0.0.1:{hook}",
                                  metrics=installation.free_port(), delay="0ms")
        self.case = self.stillwatch.ask("case", "open", "--expires", self.in_half_a_year())[0]["case"]

    @staticmethod
    def in_half_a_year() -> str:
        return subprocess.run(["date", "-d", "+180 days", "+%F"], check=True, capture_output=True, text=True).stdout.strip()

    def pdq(self) -> str:
        file = self.work / "picture.jpg"
        file.write_bytes(self.photograph)
        return self.stillwatch.plain("fingerprint", str(file)).split()[0]

    def imported(self, text: str, format: str, *options: str, name: str = "list") -> dict:
        file = self.work / name
        file.write_text(text)
        return self.stillwatch.ask("reference", "import", self.case, str(file), "--format", format, *options)[0]

    def record(self, status: str) -> str:
        return json.dumps({"hashRecords": [{"signalType": "ImagePDQ", "hashValue": self.pdq(), "hashStatus": status,
                                            "caseNumbers": {"1": status}, "CSPFeedbacks": []}]})

    def test_a_hash_finds_is_told_as_such_and_goes_when_it_is_withdrawn(self):
        self.stillwatch.start()
        told = self.imported(self.record("Active"), "stopncii")
        self.assertEqual((told["added"], told["list"]), (1, "list"))
        self.assertTrue(stage.eventually(lambda: self.stillwatch.ask("findings", "list", "--grouped")
                                     and len(self.hook.ids) > 0 and len(self.mail.ids) > 0))
        finding = self.stillwatch.ask("findings", "list", "--grouped")[0]
        self.assertTrue(finding["hash_only"])
        self.assertEqual(finding["tier"], "near")
        self.assertTrue(self.hook.deliveries[0][1]["data"]["hash_only"])
        self.assertIn("hash that others brought", self.mail.messages[0].get_body(("plain",)).get_content())
        self.assertTrue(stage.eventually(lambda: self.stillwatch.ask("findings", "list", "--grouped")[0]["evidence"]
                                     == "stored"))
        archive = self.stillwatch.open_evidence(self.stillwatch.ask("findings", "list", "--grouped")[0])
        self.stillwatch.verify_evidence(archive)
        self.assertTrue(b'"hash_only": true' in archive)
        again = self.imported(self.record("Active"), "stopncii")
        self.assertEqual((again["added"], again["known"], again["erased"]), (0, 1, 0))
        gone = self.imported(self.record("Withdrawn"), "stopncii")
        self.assertEqual((gone["added"], gone["erased"]), (0, 1))
        self.assertEqual(self.stillwatch.ask("reference", "list", self.case), [])
        self.assertEqual(self.stillwatch.status()["references"], 0)

    def test_files_are_found_by_md5_and_sha1_also_where_they_come_encoded(self):
        plain = hashlib.md5(self.photograph + b" plain").hexdigest()
        packed = hashlib.sha1(self.photograph + b" packed").hexdigest()
        told = self.imported(f"md5 {plain}\nsha1 {packed}\nnonsense\nvideo_md5 {plain}\n", "hma")
        self.assertEqual((told["added"], told["skipped"], told["other_kinds"]), (2, 1, 1))
        self.stillwatch.start()
        self.assertTrue(stage.eventually(lambda: len(self.stillwatch.places()) == 2))
        self.assertEqual({place["tier"] for place in self.stillwatch.places()}, {"exact"})

    def test_what_is_gone_from_a_whole_list_is_erased_unless_it_looks_like_a_broken_file(self):
        lines = [f"md5 {hashlib.md5(bytes([n])).hexdigest()}" for n in range(10)]
        self.assertEqual(self.imported("\n".join(lines), "hma")["added"], 10)
        self.assertEqual(self.imported("\n".join(lines[:8]), "hma")["erased"], 2)
        self.assertEqual(self.imported("\n".join([*lines[:7], "broken"]), "hma")["erased"], 0)
        with self.assertRaisesRegex(RuntimeError, "--yes"):
            self.imported(lines[0], "hma")
        self.assertEqual(self.imported(lines[0], "hma", "--yes")["erased"], 7)
        self.assertEqual(self.stillwatch.ask("reference", "list", self.case)[0]["references"], 1)
        self.stillwatch.plain("reference", "remove", self.case, "--list", "list")
        self.assertEqual(self.stillwatch.ask("reference", "list", self.case), [])

    def test_what_stands_where_it_may_stay_is_recorded_and_told_to_nobody(self):
        self.stillwatch.plain("place", "add", self.case, self.site.host)
        self.assertEqual(self.stillwatch.ask("place", "list", self.case)[0]["place"], self.site.host)
        self.stillwatch.start()
        self.imported(self.record("Active"), "stopncii")
        self.assertTrue(stage.eventually(lambda: len(self.stillwatch.places()) == 2))
        finding = self.stillwatch.ask("findings", "list", "--grouped")[0]
        self.assertEqual((finding["state"], finding["reason"]), ("dismissed", "consented_place"))
        self.assertEqual((self.hook.ids, self.mail.ids), ([], []))

    def test_lists_of_pictures_of_children_are_refused(self):
        with self.assertRaisesRegex(RuntimeError, "guard"):
            self.imported("<queryResult/>", "ncmec")


if __name__ == "__main__":
    unittest.main()
