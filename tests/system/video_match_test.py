"""`match`, `fingerprint` and `reference add` on videos that ffmpeg makes of photographs."""
import csv
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import stage

COMMAND = stage.BUILD / "cli" / "stillwatch"
READER = stage.BUILD / "sandbox" / "stillwatch-video"
ORGANISATION = ("--organisation", "Example Helpline", "--contact", "https://helpline.example/monitoring")


def ffmpeg(*words) -> None:
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, words)], check=True)


def slides(photos: list[pathlib.Path], out: pathlib.Path) -> None:
    """Three seconds of each."""
    inputs = [word for photo in photos for word in ("-loop", "1", "-t", "3", "-i", photo)]
    fitted = "".join(f"[{n}:v]scale=640:360:force_original_aspect_ratio=decrease,pad=640:360:-1:-1,setsar=1,fps=25[v{n}];"
                     for n in range(len(photos)))
    joined = "".join(f"[v{n}]" for n in range(len(photos))) + f"concat=n={len(photos)}[v]"
    ffmpeg(*inputs, "-filter_complex", fitted + joined, "-map", "[v]", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset",
           "veryfast", out)


@unittest.skipUnless(READER.exists(), "this build reads no videos")
class VideoMatch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.made = pathlib.Path(tempfile.mkdtemp(prefix="sw-"))
        cls.addClassCleanup(shutil.rmtree, cls.made)
        cls.photos = sorted((stage.ROOT / "build" / "photographs").rglob("postcard*.jpg"))[:6]
        cls.clip = cls.made / "clip.mp4"
        slides(cls.photos[:3], cls.clip)

    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="sw-"))
        self.addCleanup(shutil.rmtree, self.work)

    def run_command(self, *arguments) -> subprocess.CompletedProcess:
        done = subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=120,
                              env={"PATH": "/usr/bin:/bin"})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def folder(self, name: str, *files: pathlib.Path) -> pathlib.Path:
        folder = self.work / name
        folder.mkdir()
        for file in files:
            shutil.copy(file, folder)
        return folder

    def test_a_picture_in_a_video_is_found_and_said_when(self):
        references = self.folder("references", self.photos[1], self.photos[4])
        drawn, out = self.work / "drawn", self.work / "out.csv"
        self.run_command("match", "--references", references, "--csv", out, "--draw", drawn, self.clip)
        lines = out.read_text().splitlines()
        self.assertEqual(lines[0], "file,status,tier,relation,reference,score,distance_bits,orientation,inliers,"
                                   "from_s,to_s,reference_from_s")
        rows = list(csv.DictReader(lines))
        self.assertEqual([(row["status"], row["reference"]) for row in rows], [("match", self.photos[1].name)])
        self.assertGreaterEqual(float(rows[0]["from_s"]), 2.9)
        self.assertLessEqual(float(rows[0]["from_s"]), 3.6)
        self.assertLessEqual(float(rows[0]["to_s"]), 6.0)
        self.assertEqual(rows[0]["reference_from_s"], "")
        self.assertEqual(len(list(drawn.glob("*.png"))), 1)

    def test_a_video_is_found_in_another_and_in_a_screenshot_of_it(self):
        mirrored, screenshot = self.work / "mirrored.webm", self.work / "screenshot.png"
        ffmpeg("-i", self.clip, "-vf", "hflip,scale=480:270", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8",
               mirrored)
        ffmpeg("-ss", "7.5", "-i", self.clip, "-frames:v", "1", screenshot)
        other = self.work / "other.mp4"
        slides(self.photos[3:6], other)
        told = self.run_command("--json", "match", "--references", self.folder("references", self.clip), self.clip, mirrored,
                                screenshot, other).stdout
        rows = {pathlib.Path(row["file"]).name: row for row in map(json.loads, told.splitlines())}
        self.assertEqual((rows["clip.mp4"]["status"], rows["clip.mp4"]["tier"]), ("match", "exact"))
        again = rows["mirrored.webm"]
        self.assertEqual((again["status"], again["reference"]), ("match", "clip.mp4"))
        self.assertEqual(again["in_order"]["frames"], 3)
        self.assertAlmostEqual(again["in_order"]["speed"], 1, delta=0.2)
        self.assertFalse(again["in_order"]["reversed"])
        self.assertEqual(rows["screenshot.png"]["status"], "match")
        self.assertGreaterEqual(rows["screenshot.png"]["reference_s"], 5.9)
        self.assertEqual(rows["other.mp4"]["status"], "none")

    def test_an_animated_picture_says_when_it_shows_a_reference(self):
        moving = self.work / "moving.gif"
        ffmpeg("-i", self.clip, "-vf", "fps=2,scale=320:-2", "-loop", "0", moving)  # 18 frames of half a second
        references = self.folder("references", self.photos[1], self.photos[4])
        row = json.loads(self.run_command("--json", "match", "--references", references, moving).stdout)
        self.assertEqual((row["status"], row["reference"]), ("match", self.photos[1].name))
        self.assertEqual([(span["from_s"], span["to_s"], span["best_s"]) for span in row["spans"]], [(3, 6, 3)])
        told = self.run_command("match", "--references", references, moving).stdout
        self.assertIn("  at 0:03.0 to 0:06.0  ", told)
        still = self.run_command("--json", "match", "--references", references, self.photos[1]).stdout
        self.assertNotIn("spans", json.loads(still))

    def test_fingerprint_prints_a_line_a_frame(self):
        lines = self.run_command("fingerprint", self.clip).stdout.splitlines()
        self.assertEqual(len(lines), 3, "one a slide: nothing else changes")
        for line in lines:
            self.assertRegex(line, r"^[0-9a-f]{64} \d+ \d{3} 360 .*clip\.mp4#t=\d+\.\d$")
            self.assertLess(int(line.split()[2]), 640, "without the black bars that the clip has on both sides")

    def test_a_picture_in_a_container_of_videos_is_a_picture(self):
        picture = self.made / "still.avif"
        ffmpeg("-i", self.photos[0], "-vf", "scale=320:-2", "-frames:v", "1", "-still-picture", "1", picture)
        said = subprocess.run([COMMAND, "fingerprint", picture], check=True, capture_output=True, text=True).stdout
        self.assertRegex(said, rf"(?m)^[0-9a-f]{{64}} \d+ 320 \d+ {picture}$")

    def test_a_video_is_enrolled_where_the_consent_covers_videos(self):
        configuration = self.work / "i" / "stillwatch.toml"
        self.run_command("init", self.work / "i", *ORGANISATION)
        here = ("--config", configuration, "--json")
        refused = self.opened(here)
        done = subprocess.run([COMMAND, *map(str, (*here, "reference", "add", refused, self.clip))], capture_output=True,
                              text=True, timeout=120)
        self.assertEqual(done.returncode, 1)
        self.assertIn("does not cover", done.stderr)
        case = self.opened(here, "--scope", "pictures,videos")
        added = json.loads(self.run_command(*here, "reference", "add", case, self.clip).stdout)
        self.assertEqual((added["reference"], added["frames"], added["seconds"]), ("R-01", 3, "9.0"))
        listed = [json.loads(line) for line in self.run_command(*here, "reference", "list", case).stdout.splitlines()]
        self.assertEqual([(row["name"], row["frames"]) for row in listed], [("R-01", 3)])
        again = subprocess.run([COMMAND, *map(str, (*here, "reference", "add", case, self.clip))], capture_output=True,
                               text=True, timeout=120)
        self.assertEqual(again.returncode, 1)

    def opened(self, here, *options) -> str:
        opened = json.loads(self.run_command(*here, "case", "open", "--expires", "2027-05-01", *options).stdout)
        return opened["case"]


if __name__ == "__main__":
    unittest.main()
