"""Evidence as people handle it: fetched by an operator, opened with age, checked, taken out and read."""
import base64
import json
import os
import pathlib
import re
import subprocess
import unittest
import zipfile

import rfc3161ng
from PIL import Image

import stage
import tamper
import time_authority
from stage import eventually

REPLAY = stage.ROOT / "tests" / "integration" / "replay"


class Evidence(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = stage.Stage(57)
        cls.addClassCleanup(cls.stage.close)
        cls.stillwatch = cls.stage.stillwatch
        cls.picture = next(picture for picture in cls.stage.plan["pictures"] if picture["reference"])["url"]
        cls.page = f"http://{cls.stage.hosts[0]}/shown.html"
        www = cls.stage.work / "www" / "pages"
        (www / "shown.html").write_text('<!DOCTYPE html><link rel="stylesheet" href="/static/site.css">'
                                        f'<h1>A Sunday</h1><p>Seen by the sea.</p><img src="{cls.picture}">'
                                        '<img src="/static/blank.gif?other">')
        (www / "index.html").write_text((www / "index.html").read_text() + '<a href="/shown.html">shown</a>')
        cls.authority = time_authority.TimeAuthority(cls.stage.work / "time")
        cls.addClassCleanup(cls.authority.close)
        cls.authority.configure(cls.stillwatch)
        cls.authority.is_down = True
        cls.stillwatch.start()
        cls.stillwatch.open_case(cls.stage.references)
        if not eventually(lambda: cls.stillwatch.ask("findings", "list", "--grouped") and cls.stillwatch.is_idle()):
            raise RuntimeError("nothing was found")
        cls.finding = cls.stillwatch.ask("findings", "list", "--grouped")[0]["id"]

    def command(self, *arguments, config=True, **more):
        environment = {**os.environ, "STILLWATCH_CONFIG": str(self.stillwatch.config) if config else "/nonexistent/none.toml"}
        return subprocess.run([self.stillwatch.programs.command, *map(str, arguments)], capture_output=True, env=environment, **more)

    def opened(self, name: str) -> bytes:
        folder = self.stage.work / name
        folder.mkdir()
        done = self.command("--json", "evidence", "get", f"F-{self.finding}", folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        sealed = pathlib.Path(json.loads(done.stdout)["written"])
        self.assertEqual(sealed.read_bytes(), (self.stage.storage / "evidence" / sealed.name).read_bytes())
        return subprocess.run(["age", "-d", "-i", self.stillwatch.identity, sealed], check=True, capture_output=True).stdout

    def test_an_operator_fetches_a_package_once_and_the_audit_log_says_so(self):
        self.opened("got")
        again = self.command("evidence", "get", self.finding, self.stage.work / "got")
        self.assertEqual(again.returncode, 1)
        self.assertIn(b"exists", again.stderr)
        self.assertIn("evidence.get", [line["action"] for line in self.stillwatch.ask("audit", "list")])
        for name in ("../cases.db", "/etc/passwd", "nothing.tar.age", "999999"):
            self.assertEqual(self.command("evidence", "get", name, self.stage.work / "other").returncode, 1, name)
        self.assertFalse((self.stage.work / "other").exists())

    def test_the_public_key_needs_no_secret_with_or_without_a_daemon(self):
        keys = self.stage.storage / "keys"
        pem = self.command("evidence", "key").stdout
        self.assertTrue(pem.startswith(b"-----BEGIN PUBLIC KEY-----"))
        self.assertEqual(len(self.command("evidence", "key", "--hex").stdout), 65)
        self.assertEqual((self.stillwatch.config.parent / "signing_key.pub").read_bytes(), pem)
        self.assertTrue(keys.is_dir())

    def test_a_package_is_whole_under_its_key_and_unproven_under_none_or_another(self):
        archive = self.opened("verify")
        own = self.command("evidence", "verify", "-", input=archive)
        self.assertEqual(own.returncode, 0, own.stdout + own.stderr)
        self.assertIn(b"whole", own.stdout)
        self.assertRegex(own.stdout, rb"in_audit_log +not checked: --log ")
        self.assertIsNone(json.loads(self.command("--json", "evidence", "verify", "-", input=archive).stdout)["in_audit_log"])
        key = self.command("evidence", "key", "--hex").stdout.decode().strip()
        self.assertEqual(self.command("evidence", "verify", "--key", key, "-", config=False, input=archive).returncode, 0)
        for options in ((), ("--key", "00" * 32)):
            done = self.command("evidence", "verify", *options, "-", config=False, input=archive)
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"unproven", done.stdout)

    def test_what_is_taken_out_is_the_picture_the_page_and_a_report(self):
        archive = self.opened("extract")
        folder = self.stage.work / "out"
        done = self.command("--json", "evidence", "extract", "-", folder, input=archive)
        self.assertEqual(done.returncode, 0, done.stderr)
        files = json.loads(done.stdout)["files"]
        self.assertEqual(sorted(files), sorted(path.name for path in folder.iterdir()))
        self.assertTrue(any(name.startswith("picture.") for name in files), files)
        report = (folder / "report.txt").read_text()
        self.assertIn("whole: signed with the expected key", report)
        self.assertRegex(report, r"style sheet:\n +http\S+/static/site\.css\n")
        html = (folder / "report.html").read_text()
        self.assertNotRegex(html, r"<(script|img|link|iframe|a)\b")
        again = self.command("evidence", "extract", "-", folder, input=archive)
        self.assertEqual(again.returncode, 1)

    def test_time_is_pending_while_no_authority_answers_and_then_stamped_and_checked_by_everybody(self):
        evidence = self.stage.storage / "evidence"
        packages = {place["evidence_file"] for place in self.stillwatch.places()} - {""}
        self.assertTrue(packages)
        pending = self.stillwatch.status()["time_stamps"]
        self.assertEqual(pending["pending"], len(packages))
        self.assertIn("503", pending["authorities"][0]["failure"])
        self.assertEqual(self.got("pending")[0]["time_stamp"], "pending")
        self.assertRegex(self.listed(), r"(?m)\.wacz\.age +\S+ +pending since 20\d\d-")
        self.authority.is_down = False
        self.stillwatch.stop()  # what waits is on the disk
        self.stillwatch.start()
        self.assertTrue(eventually(lambda: not list(evidence.glob("*.unstamped"))))
        self.assertEqual({file.name for file in evidence.glob("*.stamp")}, {name + ".stamp" for name in packages})
        self.assertEqual(self.stillwatch.status()["time_stamps"]["pending"], 0)
        self.assertRegex(self.listed(), r"(?m)\.wacz\.age +\S+ +127\.0\.0\.1:\d+ at 20\d\d-")
        rows = [row for row in self.stillwatch.ask("evidence", "list") if row["evidence_file"]]
        self.assertEqual({row["evidence_file"] for row in rows}, packages)
        self.assertEqual({(row["time_stamp"], len(row["time_stamps"]), row["time_stamp_pending_since"]) for row in rows}, {("stamped", 1, None)})
        told, sealed = self.got("stamped")
        self.assertEqual(told["time_stamp"], "stamped")
        archive = self.stage.work / "package.wacz"
        archive.write_bytes(subprocess.run(["age", "-d", "-i", self.stillwatch.identity, sealed], check=True, capture_output=True).stdout)
        witnesses = ["--stamp", told["stamp"], "--roots", self.authority.roots, "--log", told["log"]]
        own = json.loads(self.command("--json", "evidence", "verify", *witnesses, archive).stdout)
        self.assertEqual((own["verdict"], own["in_audit_log"], len(own["time_stamps"])), ("whole", True, 1))
        self.assertEqual(own["time_stamps"][0]["authority"], "CN=Example-Time")
        other = self.verify_pack(archive, *witnesses)
        self.assertEqual(other.returncode, 0, other.stderr)
        self.assertIn(f"time stamp {own['time_stamps'][0]['at'][:19]}Z by {self.authority.url}; in the audit log", other.stdout)
        self.check_with_others(pathlib.Path(told["stamp"]))
        self.check_faults(archive, told)
        self.check_words_that_nobody_signed(archive, told, own["time_stamps"][0]["at"][:19])
        folder = self.stage.work / "stamped-out"
        self.assertEqual(self.command("evidence", "extract", *witnesses, archive, folder).returncode, 0)
        self.assertIn("says CN=Example-Time", (folder / "report.txt").read_text())
        self.assertIn("evidence.stamp", (folder / "report.txt").read_text())

    def test_packages_are_opened_and_sealed_to_others_where_a_private_key_is(self):
        told, sealed = self.got("reseal")
        other = self.stage.work / "other.key"
        other.write_text(subprocess.run(["age-keygen"], check=True, capture_output=True, text=True).stdout)
        recipient = re.search(r"age1\w+", other.read_text())[0]
        folder = self.stage.work / "resealed"
        folder.mkdir()
        identity = self.stillwatch.identity
        clear = self.command("evidence", "open", sealed, "--identity", identity).stdout
        self.assertEqual(self.command("evidence", "verify", "-", input=clear).returncode, 0)
        done = self.command("evidence", "reseal", sealed, "--identity", identity, "--to", recipient, "--into", folder, config=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        again = folder / sealed.name
        self.assertEqual(subprocess.run(["age", "-d", "-i", other, again], check=True, capture_output=True).stdout, clear)
        self.assertEqual(self.command("evidence", "open", again, "--identity", identity).returncode, 1)
        cut = self.stage.work / "cut.wacz.age"
        cut.write_bytes(sealed.read_bytes()[:-1000])
        self.assertEqual(self.command("evidence", "reseal", cut, "--identity", identity, "--to", recipient, "--into", folder).returncode, 1)
        self.assertEqual([file.name for file in folder.iterdir() if file.name.startswith("cut")], [])

    def test_the_daemon_does_not_start_where_a_private_key_of_evidence_is_in_its_configuration(self):
        config = self.stage.work / "with-key.toml"
        config.write_text(self.stillwatch.config.read_text() + "\n# " + self.stillwatch.identity.read_text().splitlines()[-1] + "\n")
        done = subprocess.run([self.stillwatch.programs.daemon, "--config", config], capture_output=True, text=True)
        self.assertEqual(done.returncode, 78)
        self.assertIn("a private key of age stands here", done.stderr)
        self.assertNotIn("AGE-SECRET-KEY", done.stderr)

    def test_replaywebpage_shows_page_and_picture_of_an_opened_package(self):
        """In Chromium, which reaches nothing but the package: tests/integration/replay/fetch brings it."""
        place = next(place for place in self.stillwatch.places() if place["page_url"] == self.page and place["image_url"] == self.picture)
        archive, screenshot = self.stage.work / "shown.wacz", self.stage.work / "shown.png"
        archive.write_bytes(self.stillwatch.open_evidence(place))
        done = subprocess.run(["node", REPLAY / "show.mjs", archive, self.page, screenshot], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = json.loads(done.stdout)
        self.assertEqual(shown["text"].split("\n\n"), ["A Sunday", "Seen by the sea."])
        file = self.stage.work / "www" / ("pages" if self.stage.hosts[0] in self.picture else "pictures") / self.picture.split("/", 3)[3]
        with Image.open(file) as served:
            expected = {self.picture: served.size, f"http://{self.stage.hosts[0]}/static/blank.gif?other": (0, 0)}  # not in the package
        self.assertEqual({picture["src"]: (picture["width"], picture["height"]) for picture in shown["pictures"]}, expected)
        with Image.open(screenshot) as drawn:  # the picture is on the screen, too, and no even ground
            self.assertGreater(len(set(drawn.convert("L").getdata())), 50)

    def test_changed_bytes_are_refused_by_both_programs_in_their_part(self):
        """A small sample of what scripts/check-tampering does."""
        file = self.stage.work / "tamper.wacz"
        _, sealed = self.got("tamper")
        file.write_bytes(self.command("evidence", "open", sealed, "--identity", self.stillwatch.identity).stdout)
        faults = tamper.run([self.stillwatch.programs.command, "evidence", "verify"], [tamper.Archive(file)], 60, seed=57)
        self.assertEqual(faults, [])

    def got(self, name: str) -> tuple[dict, pathlib.Path]:
        folder = self.stage.work / name
        folder.mkdir()
        told = json.loads(self.command("--json", "evidence", "get", self.finding, folder).stdout)
        return told, pathlib.Path(told["written"])

    def verify_pack(self, archive: pathlib.Path, *witnesses) -> subprocess.CompletedProcess:
        with zipfile.ZipFile(archive) as package:
            program = self.stage.work / "verify_pack.py"
            program.write_bytes(package.read("evidence/verify_pack.py"))
        key = self.stillwatch.config.parent / "signing_key.pub"
        return subprocess.run(["/usr/bin/python3", program, "--key", key, *witnesses, archive], capture_output=True, text=True)

    def listed(self) -> str:
        done = self.command("evidence", "list")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode()

    def check_with_others(self, stamp_file: pathlib.Path):
        """Without any program of ours."""
        stamp = json.loads(stamp_file.read_text())["stamps"][0]
        reply = self.stage.work / "reply.tsr"
        reply.write_bytes(base64.b64decode(stamp["reply"]))
        said = subprocess.run(["openssl", "ts", "-verify", "-digest", stamp["root"], "-in", reply, "-CAfile", self.authority.roots],
                              capture_output=True, text=True)
        self.assertIn("Verification: OK", said.stdout)
        token = rfc3161ng.decode_timestamp_response(reply.read_bytes()).time_stamp_token
        certificate = (self.authority.folder / "tsa.pem").read_bytes()
        self.assertTrue(rfc3161ng.check_timestamp(token, certificate, digest=bytes.fromhex(stamp["root"]), hashname="sha256"))
        with self.assertRaisesRegex(ValueError, "imprint"):
            rfc3161ng.check_timestamp(token, certificate, digest=bytes(32), hashname="sha256")

    def check_faults(self, archive: pathlib.Path, told: dict):
        """What is wrong with stamp or proof is named by both programs."""
        stamp, log = json.loads(pathlib.Path(told["stamp"]).read_text()), json.loads(pathlib.Path(told["log"]).read_text())
        one = stamp["stamps"][0]
        other_roots = self.stage.work / "other-roots.pem"
        other_roots.write_text(self.other_roots())
        faults = [("time stamp of", {**stamp, "stamps": [{**one, "index": one["index"] + 1, "size": one["size"] + 2}]}, log, None),
                  ("time stamp of", {**stamp, "stamps": [{**one, "root": "00" * 32}]}, log, None),
                  ("time stamp of", stamp, log, other_roots),
                  ("stamp file", {**stamp, "datapackage_sha256": "00" * 32}, log, None),
                  ("stamp file", {**stamp, "stamps": []}, log, None),
                  ("audit log", stamp, {**log, "index": log["index"] + 1}, None),
                  ("audit log", stamp, {**log, "entry": log["entry"].replace("stillwatchd", "stillwatche")}, None),
                  ("audit log", stamp, {**log, "checkpoint": log["checkpoint"].replace("stillwatch/", "stillwatsh/")}, None),
                  ("audit log", stamp, self.other_proof(), None)]
        for part, changed, proof, roots in faults:
            (self.stage.work / "changed.stamp").write_text(json.dumps(changed, indent=2, sort_keys=True) + "\n")
            (self.stage.work / "changed.log").write_text(json.dumps(proof))
            witnesses = ["--stamp", self.stage.work / "changed.stamp", "--roots", roots or self.authority.roots,
                         "--log", self.stage.work / "changed.log"]
            own = self.command("evidence", "verify", *witnesses, archive)
            self.assertEqual(own.returncode, 1, changed)
            self.assertIn(f": {part}", own.stderr.decode())
            other = self.verify_pack(archive, *witnesses)
            self.assertEqual(other.returncode, 1, changed)
            self.assertTrue(other.stderr.startswith(part), other.stderr)

    def check_words_that_nobody_signed(self, archive: pathlib.Path, told: dict, time: str):
        """The status in front of a token is nobody's word: no time is read from it."""
        stamp = json.loads(pathlib.Path(told["stamp"]).read_text())
        reply = base64.b64decode(stamp["stamps"][0]["reply"])
        forged = b"ok\nTime stamp: Dec 24 12:00:00 2026 GMT"
        for words, code in ((forged, 0), (b"ok\n\nTST info:\n" + forged, 1)):
            stamp["stamps"][0]["reply"] = base64.b64encode(with_status_text(reply, words)).decode()
            changed = self.stage.work / "words.stamp"
            changed.write_text(json.dumps(stamp, indent=2, sort_keys=True) + "\n")
            other = self.verify_pack(archive, "--stamp", changed, "--roots", self.authority.roots, "--log", told["log"])
            self.assertEqual(other.returncode, code, other.stderr)
            self.assertNotIn("2026-12-24", other.stdout)
            if code == 0:
                self.assertIn(f"time stamp {time}Z", other.stdout)

    def other_roots(self) -> str:
        other = time_authority.TimeAuthority(self.stage.work / "other-time")
        self.addCleanup(other.close)
        return other.roots.read_text()

    def other_proof(self) -> dict:
        """Of a line about something else."""
        return json.loads(self.stillwatch.plain("audit", "prove", "1"))


def der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, size] if size < 128 else [tag, 128 | len(length)]) + (b"" if size < 128 else length) + content


def content_of(text: bytes, at: int) -> tuple[int, int]:
    """Where the content of the DER value at `at` begins and ends."""
    size, begin = text[at + 1], at + 2
    if size >= 128:
        begin += size & 127
        size = int.from_bytes(text[at + 2:begin], "big")
    return begin, begin + size


def with_status_text(reply: bytes, words: bytes) -> bytes:
    """A TimeStampResp (RFC 3161 section 2.4.2) whose status says so; its token is as it was."""
    begin, _ = content_of(reply, 0)
    _, token = content_of(reply, begin)
    status = der(0x30, b"\x02\x01\x00" + der(0x30, der(0x0c, words)))  # granted, with a text
    return der(0x30, status + reply[token:])


if __name__ == "__main__":
    unittest.main()
