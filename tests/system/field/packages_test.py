"""Archives and PDF files that hold pictures: each picture is compared for itself, and what is found says which one it is."""
import io
import random
import struct
import unittest
import zipfile
import zlib

import field

SOUGHT = field.encoded(field.scene(1).resize((500, 375)), quality=85)
ALSO = field.encoded(field.scene(2).resize((500, 375)), quality=85)
OTHERS = [field.encoded(field.scene(100 + number, 240, 180), quality=80) for number in range(40)]


def archive(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in entries.items():
            package.writestr(name, data)
    return out.getvalue()


def album(sought: dict[str, bytes], padding: int = 0) -> bytes:
    entries = {f"set/{number:02}.jpg": data for number, data in enumerate(OTHERS)}
    if padding:
        entries["readme.bin"] = random.Random(1).randbytes(padding)
    return archive({**entries, **sought})


def document() -> bytes:
    """A PDF file of twenty pages."""
    from PIL import Image
    pages = [Image.open(io.BytesIO(data)) for data in OTHERS[:19] + [SOUGHT]]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:])
    return out.getvalue()


def locked() -> bytes:
    """A RAR file whose very list of names is under a password."""
    head = b"\x73" + struct.pack("<HH", 0x0080, 13) + bytes(6)
    return b"Rar!\x1a\x07\x00" + struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head + bytes(64)


def many_scenes() -> bytes:
    scenes = [field.scene(300 + number, 160, 120) for number in range(20)]
    return field.encoded(scenes[0], "GIF", save_all=True, append_images=scenes[1:], duration=100)


FORTY = ("application/zip", album({"set/zz \x1b[31mred\u202e \u00fc.jpg": SOUGHT}))
HOLDINGS = {
    "one-of-forty": {"/": ("text/html", '<a href="/a/set.zip">all pictures</a>'), "/a/set.zip": FORTY},
    "two-of-forty": {"/": ("text/html", '<a href="/a/set.cbz">all</a>'),
                     "/a/set.cbz": ("application/octet-stream", album({"x/one.jpg": SOUGHT, "x/two.jpg": ALSO}))},
    "larger-than-pages": {"/": ("text/html", '<a href="/set.zip">all</a>'),
                          "/set.zip": ("application/zip", album({"late.jpg": SOUGHT}, 12 << 20))},
    "larger-and-without-its-ending": {"/": ("text/html", '<a href="/download.php?id=3">all</a>'),
                                      "/download.php?id=3": ("application/zip", album({"late.jpg": SOUGHT}, 9 << 20))},
    "inside-another": {"/": ("text/html", '<a href="/o.zip">all</a>'),
                       "/o.zip": ("application/zip", archive({"inner.zip": album({"deep.jpg": SOUGHT})}))},
    "page-of-a-document": {"/": ("text/html", '<a href="/d.pdf">brochure</a>'), "/d.pdf": ("application/pdf", document())},
}
OTHER = {
    "locked": {"/": ("text/html", '<a href="/l.rar">all</a>'), "/l.rar": ("application/x-rar", locked())},
    "many-scenes": {"/": ("text/html", '<img src="/m.gif">'), "/m.gif": ("image/gif", many_scenes())},
    "one-scene": {"/": ("text/html", '<img src="/o.gif">'),
                  "/o.gif": ("image/gif", field.encoded(field.scene(400, 160, 120), "GIF"))},
}
ENTRIES = {"one-of-forty": ["set/zz%20%1B%5B31mred%E2%80%AE%20%C3%BC.jpg"], "two-of-forty": ["x/one.jpg", "x/two.jpg"],
           "larger-than-pages": ["late.jpg"], "larger-and-without-its-ending": ["late.jpg"],
           "inside-another": ["inner.zip/deep.jpg"]}


class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sites = {name: [field.Site(pages)] for group in (HOLDINGS, OTHER) for name, pages in group.items()}
        cls.watch = field.Watch(cls.sites, [SOUGHT, ALSO])
        cls.watch.crawl()
        cls.rows = cls.watch.ask("findings", "list", "--grouped")
        cls.health = {row["site"]: row for row in cls.watch.ask("site", "health")}

    @classmethod
    def tearDownClass(cls):
        cls.watch.close()
        for [site] in cls.sites.values():
            site.close()

    def found(self, name: str) -> list[dict]:
        return [row for row in self.rows if row["image_url"].startswith(self.sites[name][0].origin + "/")]

    def test_each_picture_of_a_package_is_compared_and_named(self):
        for name, entries in ENTRIES.items():
            with self.subTest(name):
                self.assertEqual(sorted(row["image_url"].partition("&entry=")[2] for row in self.found(name)), entries)

    def test_the_page_and_the_package_witness_it(self):
        for name in HOLDINGS:
            with self.subTest(name):
                for row in self.found(name) or [{}]:
                    self.assertEqual(row.get("page_url"), self.sites[name][0].origin + "/")
                    self.assertEqual((row["page_state"], row["evidence"]), ("named", "stored"))

    def test_a_picture_of_a_document_is_named_by_its_object(self):
        [row] = self.found("page-of-a-document")
        self.assertRegex(row["image_url"], r"/d\.pdf#sha256-[0-9a-f]{64}&entry=object-\d+$")

    def test_what_is_under_a_password_is_told(self):
        self.assertEqual(self.health["locked"]["bounds"].get("package_under_password"), 1)

    def test_what_is_looked_at_in_part_is_told(self):
        self.assertEqual(self.health["many-scenes"]["bounds"].get("picture_looked_at_in_part"), 1)
        self.assertNotIn("picture_looked_at_in_part", self.health["one-scene"]["bounds"])
        self.assertNotIn("picture_looked_at_in_part", self.health["one-of-forty"]["bounds"])

    def test_another_pass_tells_nothing_twice(self):
        places = sorted(place["image_url"] for row in self.rows for place in row["occurrences"])
        self.watch.crawl()
        rows = self.watch.ask("findings", "list", "--grouped")
        self.assertEqual({row["id"] for row in rows}, {row["id"] for row in self.rows})
        self.assertEqual(sorted(place["image_url"] for row in rows for place in row["occurrences"]), places)


if __name__ == "__main__":
    unittest.main()
