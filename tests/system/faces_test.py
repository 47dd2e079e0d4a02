"""A face that is enrolled and looked for by the real daemon, and where embeddings go: those of strangers nowhere. Models and faces are
drawn (face_models.py); what real models find is measured by scripts/bench-faces."""
import http.server
import json
import os
import pathlib
import re
import struct
import subprocess
import tempfile
import threading
import time
import unittest

import face_models
import stage
from stage import eventually

import installation  # found through stage
import receivers

READER = stage.BUILD / "sandbox" / "stillwatch-faces"
PERSON, STRANGER, OTHER = face_models.DrawnFace(1), face_models.DrawnFace(2), face_models.DrawnFace(3)
NUMBERS = 48  # of an embedding, looked for in a row


class Site:
    """Pages by path, each a list of pictures; whatever is asked for beside them is not there."""

    def __init__(self):
        self.pages: dict[str, list[str]] = {}
        self.pictures: dict[str, bytes] = {}
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                page, picture = site.pages.get(self.path), site.pictures.get(self.path)
                body = picture or "".join(f'<p><img src="{name}"></p>' for name in page or []).encode()
                if self.path == "/":
                    body = "".join(f'<a href="{name}">a thread</a>' for name in site.pages).encode()
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", "image/png" if picture else "text/html")
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


def as_floats(face: face_models.DrawnFace) -> re.Pattern[bytes]:
    """The embedding as it is sent and compared; what rounding does to the lower half of a number is left open."""
    each = (re.escape(struct.pack("<f", number)[2:]) for number in face.embedding[:NUMBERS])
    return re.compile(b"".join(b".." + upper for upper in each), re.DOTALL)


def as_steps(face: face_models.DrawnFace) -> re.Pattern[bytes]:
    """The embedding as people are kept in memory (faces/people.cpp)."""
    return re.compile(re.escape(struct.pack(f"<{NUMBERS}h", *(round(number * 16384) for number in face.embedding[:NUMBERS]))))


def in_memory(pid: int, *patterns: re.Pattern[bytes]) -> list[bool]:
    """Which of them stand in the memory that a process can write. PermissionError where it may not be read."""
    found = [False] * len(patterns)
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
            places, rights, *_ = line.split()
            if not rights.startswith("rw"):
                continue
            begin, end = (int(place, 16) for place in places.split("-"))
            try:
                memory.seek(begin)
                content = memory.read(end - begin)
            except OSError:
                continue  # given back meanwhile, or a device's
            found = [known or bool(pattern.search(content)) for known, pattern in zip(found, patterns)]
    return found


@unittest.skipUnless(READER.exists(), "this build reads no faces (libopencv-dnn-dev)")
class Faces(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="sw-")
        self.addCleanup(folder.cleanup)
        self.work = pathlib.Path(folder.name)
        self.site = Site()
        self.addCleanup(self.site.close)
        smtp, hook = installation.free_port(), installation.free_port()
        self.mail = receivers.MailSink("127.0.0.1", smtp)
        self.addCleanup(self.mail.close)
        self.stillwatch = installation.Installation(installation.Programs(stage.BUILD), self.work / "i")
        self.hook = receivers.WebhookSink("127.0.0.1", hook, self.stillwatch.webhook_secret)
        self.addCleanup(self.hook.close)
        self.addCleanup(self.stillwatch.kill)
        self.stillwatch.initialise()
        self.stillwatch.configure(hosts=[self.site.host], smtp=f"127.0.0.1:{smtp}", webhook=f"127.0.0.1:{hook}",
                                  metrics=installation.free_port(), delay="0ms")
        self.profile = face_models.install(self.work / "models")
        text = self.stillwatch.config.read_text()
        text = text.replace('profile = ""', f'profile = "{self.profile}"').replace('models = ""', f'models = "{self.work / "models"}"')
        text = re.sub(r'level = "info"', 'level = "debug"', text)
        self.stillwatch.config.write_text(text)
        self.stillwatch.plain("check-config")

    def show(self, page: str, *pictures: bytes) -> None:
        names = []
        for picture in pictures:
            names.append(f"/p{len(self.site.pictures)}.png")
            self.site.pictures[names[-1]] = picture
        self.site.pages[page] = names

    def enrol(self, scope: str = "pictures,faces") -> str:
        expires = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 9e6))
        case = self.stillwatch.ask("case", "open", "--expires", expires, "--scope", scope)[0]["case"]
        portraits = []
        for number in range(3):
            portraits.append(self.work / f"portrait-{number}.png")
            portraits[-1].write_bytes(PERSON.picture(number))
        self.assertEqual([row["reference"] for row in self.stillwatch.ask("reference", "add-face", case, *map(str, portraits))],
                         ["F-01", "F-02", "F-03"])
        return case

    def findings(self) -> list[dict]:
        return self.stillwatch.ask("findings", "list")

    def assert_nowhere(self, patterns: dict[str, re.Pattern[bytes]]) -> None:
        files = [file for file in self.stillwatch.folder.rglob("*") if file.is_file() and not file.is_socket()]
        self.assertTrue([file for file in files if file.name == "cases.db"])
        self.assertIn(b"read", (self.stillwatch.folder / "stillwatchd.log").read_bytes())
        for what, pattern in patterns.items():
            self.assertEqual([file.name for file in files if pattern.search(file.read_bytes())], [], what)
            for request in self.hook.requests:
                self.assertIsNone(pattern.search(request["body"]), what)

    def test_a_face_like_the_persons_is_a_lead_and_of_strangers_nothing_is_kept(self):
        self.show("/one", face_models.picture({(2, 2): PERSON, (7, 5): STRANGER}, 20), OTHER.picture(21))
        self.show("/two", STRANGER.picture(22), face_models.picture({}, 23))
        self.stillwatch.start()
        case = self.enrol()
        self.assertTrue(eventually(lambda: self.findings() and self.stillwatch.is_idle()))
        found = self.findings()
        self.assertEqual([(row["case"], row["image_url"], row["tier"], row["relation"], row["state"]) for row in found],
                         [(case, f"http://{self.site.host}/p0.png", "resemblance", "face_only", "new")])
        self.assertTrue(eventually(lambda: self.hook.deliveries))
        body = self.hook.deliveries[0][1]
        self.assertEqual((body["data"]["tier"], body["data"]["relation"]), ("resemblance", "face_only"))

        strangers = {f"{name}, {form.__name__}": form(face) for form in (as_floats, as_steps)
                     for name, face in (("a stranger beside the person", STRANGER), ("another", OTHER))}
        self.assert_nowhere({**strangers, "the person, sealed": as_floats(PERSON)})
        try:
            person, *others = in_memory(self.stillwatch.pid, as_steps(PERSON), *strangers.values())
        except PermissionError:
            self.stillwatch.stop()
            self.skipTest("the files were looked through; memory of another process may not be read here")
        self.assertTrue(person, "what is looked for is not what is kept, so nothing is shown")
        self.assertEqual(others, [False] * len(strangers), list(strangers))

        self.stillwatch.ask("findings", "dismiss", "F-1", "--reason", "not_the_person")
        told = self.stillwatch.ask("faces", "calibrate")[0]
        self.assertEqual([(row["references"], row["faces"], row["another_person"], row["right_between"]) for row in told["leads"]],
                         [(3, 1, 1, "0.00 and 0.79")])
        self.assertEqual((told["enrolled_people"], told["false_leads"], told["tightened"]), (1, 1, "1.00"))
        self.assertEqual(told["written"], "nothing: the thresholds stay")

        self.stillwatch.ask("case", "withdraw", case, "--yes")
        gone = lambda: not any(in_memory(self.stillwatch.pid, as_steps(PERSON), as_floats(PERSON)))
        self.assertTrue(eventually(gone), "a face outlives its consent")
        self.assertEqual(self.stillwatch.stop(), 0)
        self.assert_nowhere({**strangers, "the person": as_floats(PERSON), "the person in steps": as_steps(PERSON)})


@unittest.skipUnless(READER.exists(), "this build reads no faces (libopencv-dnn-dev)")
class Calibrated(unittest.TestCase):
    """As yunet22+sface is shipped: a profile without thresholds of its own; here with two embedders that share one table."""

    PEOPLE = 450  # 101 025 pairs of strangers: enough for a rate of 1e-4

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="sw-")
        self.addCleanup(folder.cleanup)
        self.work = pathlib.Path(folder.name)
        self.models = self.work / "models"
        self.profile = face_models.install(self.models, embedders=2, needs_calibration=True)

    def faces(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run([stage.BUILD / "cli" / "stillwatch", "--config", self.work / "none.toml", "--json", "faces", *words,
                               "--face-profile", self.profile, "--face-models", self.models], capture_output=True, text=True)

    def test_a_profile_without_thresholds_is_refused_until_it_was_calibrated_on_a_local_set(self):
        refused = self.faces("plan")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("faces calibrate", refused.stderr)
        alone = self.faces("calibrate")
        self.assertEqual(alone.returncode, 1)
        self.assertIn("name a directory", alone.stderr)
        photographs = self.work / "people"
        for number in range(self.PEOPLE):
            (photographs / str(number)).mkdir(parents=True)
            drawn = face_models.DrawnFace(1000 + number).picture(number, cell=(1, 1), size=(224, 224))
            (photographs / str(number) / "portrait.png").write_bytes(drawn)
        proposed = self.faces("calibrate", str(photographs), "--propose")
        self.assertEqual(proposed.returncode, 0, proposed.stderr)
        self.assertEqual(self.faces("plan").returncode, 1, "nothing was to be written")
        made = self.faces("calibrate", str(photographs))
        self.assertEqual(made.returncode, 0, made.stderr)
        told = json.loads(made.stdout)
        self.assertEqual((told["people"], told["left_out"]), (self.PEOPLE, 0))
        self.assertEqual(told["pairs_of_strangers"], self.PEOPLE * (self.PEOPLE - 1) // 2)
        plan = self.faces("plan")
        self.assertEqual(plan.returncode, 0, plan.stderr)
        # Strangers agree in half of 49 blocks, with a deviation of 1/7: the rarest of a hundred thousand pairs is at 4 of them.
        self.assertGreater(float(json.loads(plan.stdout.splitlines()[0])["lead_from"]), 0.55)


if __name__ == "__main__":
    unittest.main()
