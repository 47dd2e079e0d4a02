"""Videos on watched pages: what they show moving is compared like what pages show still. Clips are made by Debian's ffmpeg of
drawn scenes; a server with ranges gives parts, one without gives all."""
import pathlib
import re
import subprocess
import tempfile
import unittest

import field

REFERENCE = field.encoded(field.scene(1))
MEGABYTE = 1 << 20


def film(folder: pathlib.Path, name: str, scenes: list, words: list[str], *, seconds: float = 2, size=(640, 360)) -> bytes:
    """A clip that shows each scene for so long, on a slowly moving ground."""
    listed = []
    for number, scene in enumerate(scenes):
        canvas = field.scene(900 + number, *size)
        picture = scene.resize((int(size[1] * scene.width / scene.height), size[1]))
        canvas.paste(picture, ((size[0] - picture.width) // 2, 0))
        file = folder / f"{name}-{number}.png"
        canvas.save(file)
        listed.append(f"file '{file}'\nduration {seconds}\n")
    (folder / f"{name}.txt").write_text("".join(listed) + f"file '{file}'\n")
    out = folder / name
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", folder / f"{name}.txt",
                    "-vf", "fps=10", "-pix_fmt", "yuv420p", *words, out], check=True)
    return out.read_bytes()


H264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "26", "-g", "20"]
OTHERS = [field.scene(n) for n in (50, 51, 52)]


def streamed(folder: pathlib.Path, name: str, clip: bytes, words: list[str], listed: str) -> dict:
    """The clip as a playlist and its segments, by address below /NAME/; `listed`: the playlist's name."""
    out = folder / name
    out.mkdir()
    (out.parent / f"{name}.mp4").write_bytes(clip)
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", f"../{name}.mp4", "-c", "copy", *words, listed], check=True, cwd=out)
    kinds = {".m3u8": "application/vnd.apple.mpegurl", ".mpd": "application/dash+xml", ".ts": "video/mp2t", ".m4s": "video/iso.segment"}
    return {f"/{name}/{file.name}": (kinds.get(file.suffix, "application/octet-stream"), file.read_bytes(), 200) for file in out.iterdir()}


def ranged(kind: str, body: bytes, headers: dict | None = None):
    """An address that gives ranges, as every ordinary server does."""
    def answer(handler):
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", handler.headers.get("Range", ""))
        if not asked:
            return (kind, body, 200, {"Accept-Ranges": "bytes", "ETag": '"1"'})
        first, last = int(asked[1]), min(int(asked[2]), len(body) - 1)
        return (kind, body[first:last + 1], 206,
                {"Content-Range": f"bytes {first}-{last}/{len(body)}", "ETag": '"1"', **(headers or {})})
    return answer


class Videos(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="sw-")
        cls.addClassCleanup(folder.cleanup)
        work = pathlib.Path(folder.name)
        shown = [OTHERS[0], field.scene(1), OTHERS[1]]
        cls.mp4 = film(work, "shown.mp4", shown, H264)
        cls.webm = film(work, "shown.webm", shown, ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "900k"])
        cls.other = film(work, "other.mp4", OTHERS, H264)
        # Larger than what is asked for first, its index at the end: noise does not shrink.
        cls.large = film(work, "large.mp4", [*OTHERS, field.scene(1), *OTHERS, *OTHERS],
                         ["-vf", "fps=10,noise=alls=40:allf=t", "-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-g", "10"],
                         seconds=2)
        assert len(cls.large) > 4 * MEGABYTE, len(cls.large)
        # Two seconds a segment; HLS with its key beside it, behind a playlist of qualities.
        (work / "key").write_bytes(bytes(range(16)))
        (work / "key.info").write_text(f"k.bin\n{work / 'key'}\n")
        hls = streamed(work, "hls", cls.mp4, ["-f", "hls", "-hls_time", "2", "-hls_playlist_type", "vod", "-hls_key_info_file",
                                              work / "key.info", "-master_pl_name", "master.m3u8"], "list.m3u8")
        hls["/hls/k.bin"] = ("application/octet-stream", (work / "key").read_bytes(), 200)
        assert b"METHOD=AES-128" in hls["/hls/list.m3u8"][1]
        dash = streamed(work, "dash", cls.mp4, ["-f", "dash", "-seg_duration", "2", "-use_template", "1"], "list.mpd")
        page = lambda markup: ("text/html", f"<h1>Clips</h1>{markup}", 200)
        sites = {
            "tag": {"/": page('<video src="/v/1.mp4" poster="/p.jpg"></video>'), "/v/1.mp4": ranged("video/mp4", cls.mp4),
                    "/p.jpg": ("image/jpeg", field.encoded(OTHERS[0]), 200)},
            "source": {"/": page('<video><source src="/v/1.webm" type="video/webm"></video>'),
                       "/v/1.webm": ("video/webm", cls.webm, 200)},
            "link": {"/": page('<a href="/v/other.mp4">clip</a>'), "/v/other.mp4": ranged("video/mp4", cls.other)},
            "large": {"/": page('<video src="/v/large.mp4"></video>'), "/v/large.mp4": ranged("video/mp4", cls.large)},
            "changing": {"/": page('<video src="/v/large.mp4"></video>'),
                         "/v/large.mp4": ranged("video/mp4", cls.large)},
            "hls": {"/": page('<video src="/hls/master.m3u8"></video>'), **hls},
            "dash": {"/": page('<script>player.setup({"dash": "/dash/list.mpd"})</script>'), **dash},
            "off": {"/": page('<video src="/v/1.mp4"></video>'), "/v/1.mp4": ranged("video/mp4", cls.mp4)},
            "broken": {"/": page('<video src="/v/1.mp4"></video>'), "/v/1.mp4": ranged("video/mp4", cls.mp4[:300] + b"\xff" * 4000)},
        }
        cls.sites = {name: [field.Site(pages)] for name, pages in sites.items()}
        for [site] in cls.sites.values():
            cls.addClassCleanup(site.close)
        # After its beginning another file stands there.
        whole = cls.sites["changing"][0].pages["/v/large.mp4"]

        def changed(handler):
            answer = whole(handler)
            first = handler.headers.get("Range", "").startswith("bytes=0-")
            return answer if first else (*answer[:3], {**answer[3], "ETag": '"2"'})
        cls.sites["changing"][0].pages["/v/large.mp4"] = changed
        cls.watch = field.Watch(cls.sites, [REFERENCE], {"off": 'videos = "off"'})
        cls.addClassCleanup(cls.watch.close)
        cls.summary = cls.watch.crawl()
        cls.rows = cls.watch.ask("findings", "list", "--grouped")

    def found(self, name: str) -> list[dict]:
        return [row for row in self.rows if row["image_url"].startswith(self.sites[name][0].origin + "/")]

    def test_a_picture_shown_in_a_video_is_found(self):
        for name, path in (("tag", "/v/1.mp4"), ("source", "/v/1.webm"), ("large", "/v/large.mp4")):
            with self.subTest(name):
                [row] = self.found(name)
                self.assertTrue(row["image_url"].endswith(path), row["image_url"])
                self.assertEqual(row["page_state"], "named")

    def test_it_is_told_when_it_is_shown(self):
        [row] = self.found("tag")
        [shown] = self.watch.ask("findings", "show", str(row["id"]))
        [span] = shown["video"]["spans"]
        # The second of three scenes of two seconds.
        self.assertAlmostEqual(span["from_s"], 2, delta=0.6)
        # It stands still: frames that differ from nothing are not compared.
        self.assertLessEqual(span["from_s"], span["best_s"])
        self.assertLessEqual(span["best_s"], span["to_s"])
        self.assertLessEqual(span["to_s"], 4.6)
        self.assertEqual(shown["video"]["codec"], "h264")
        self.assertAlmostEqual(shown["video"]["duration_s"], 6, delta=0.5)

    def test_what_playlists_name_is_joined_and_found(self):
        for name, path, begins in (("hls", "/hls/master.m3u8", 2), ("dash", "/dash/list.mpd", 2)):
            with self.subTest(name):
                [row] = self.found(name)
                self.assertTrue(row["image_url"].endswith(path), row["image_url"])
                [shown] = self.watch.ask("findings", "show", str(row["id"]))
                self.assertAlmostEqual(shown["video"]["spans"][0]["from_s"], begins, delta=0.6)
        self.assertEqual(self.sites["hls"][0].asked("/hls/k.bin"), 1)

    def test_other_videos_are_not(self):
        self.assertEqual(self.found("link"), [])
        self.assertEqual(self.found("off"), [])
        self.assertEqual(self.found("broken"), [])

    def test_a_video_is_asked_for_a_range_at_a_time(self):
        [large] = self.sites["large"]
        ranges = [headers["Range"] for path, headers in large.requests if path == "/v/large.mp4"]
        self.assertEqual(ranges[0], f"bytes=0-{MEGABYTE - 1}")
        self.assertGreater(len(ranges), 1)
        self.assertTrue(all(ranges))
        [short] = self.sites["tag"]
        self.assertEqual(short.asked("/v/1.mp4"), 1)

    def test_another_file_under_the_same_address_is_not_mixed_in(self):
        self.assertEqual(self.found("changing"), [])
        health = {row["site"]: row for row in self.watch.ask("site", "health")}
        self.assertEqual(health["changing"]["videos_not_looked_at"], 1)

    def test_a_site_whose_videos_are_left_out_is_not_asked_for_them_and_says_so(self):
        self.assertEqual(self.sites["off"][0].asked("/v/1.mp4"), 0)
        health = {row["site"]: row for row in self.watch.ask("site", "health")}
        self.assertEqual(health["off"]["videos_not_looked_at"], 1)
        self.assertEqual(health["broken"]["videos_not_looked_at"], 1)
        self.assertEqual(health["tag"]["videos_not_looked_at"], 0)

    def test_evidence_holds_what_was_fetched_and_when_it_is_shown(self):
        [row] = self.found("large")
        package = self.watch.folder / "package"
        self.watch.run("evidence", "get", str(row["id"]), package)
        # Sealed to a key that only the organisation has: its size tells that the ranges are in it.
        self.assertGreater(package.stat().st_size, 2 * MEGABYTE)

    def test_what_is_known_is_not_compared_again(self):
        before = self.sites["link"][0].asked("/v/other.mp4")
        self.watch.crawl()
        self.assertLessEqual(self.sites["link"][0].asked("/v/other.mp4"), before + 1)
        rows = self.watch.ask("findings", "list", "--grouped")
        self.assertEqual(len(rows), len(self.rows))


if __name__ == "__main__":
    unittest.main()
