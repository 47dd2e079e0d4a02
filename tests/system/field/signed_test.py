"""Stores that sign the addresses of pictures anew at each view of a page, and refuse the signatures of the view before. Each
is a site of its own; three passes look at all of them."""
import hashlib
import unittest

import field

REFERENCE = field.encoded(field.scene(1))


def drawn(view: int, length: int = 32) -> str:
    return hashlib.sha256(b"view %d" % view).hexdigest()[:length]


def time_of(view: int) -> int:
    return 1_700_000_000 + 3600 * view


# What the page writes at a view.
ADDRESSES = {
    "amazon": lambda n: f"/b/1.jpg?X-Amz-Algorithm=AWS4-HMAC-SHA256&amp;X-Amz-Date=2026010{n}T000000Z&amp;X-Amz-Expires=60&amp;X-Amz-Signature={drawn(n)}",
    "cloudfront": lambda n: f"/b/1?Expires={time_of(n)}&amp;Signature={drawn(n)}~&amp;Key-Pair-Id=K2",
    "google": lambda n: f"/b/1.jpg?X-Goog-Date={n}&amp;X-Goog-Signature={drawn(n)}",
    "azure": lambda n: f"/b/1.jpg?sv=2022-11-02&amp;st=2026-01-0{n}&amp;se=2026-02-0{n}&amp;sr=b&amp;sp=r&amp;sig={drawn(n)}%3D",
    "discord": lambda n: f"/attachments/1/2/1.jpg?ex={time_of(n):x}&amp;is={time_of(n) - 9:x}&amp;hm={drawn(n)}",
    "facebook": lambda n: f"/v/t1/1.jpg?stp=x&amp;_nc_cat={n}&amp;_nc_ohc={drawn(n, 11)}&amp;oh=00_{drawn(n)}&amp;oe={time_of(n):X}",
    "akamai": lambda n: f"/b/1.jpg?hdnts=exp={time_of(n)}~hmac={drawn(n)}",
    "token": lambda n: f"/b/1.jpg?token={drawn(n)}&amp;expires={time_of(n)}",
    "secure-link": lambda n: f"/b/1.jpg?md5={drawn(n, 22)}&amp;e={time_of(n)}",
    "unknown-name": lambda n: f"/b/1.jpg?qq={drawn(n, 20)}",
    "script-and-unknown-name": lambda n: f"/image.php?id=7&amp;qq={drawn(n, 20)}",
    "in-the-path": lambda n: f"/s/{drawn(n)}/{time_of(n)}/b/1.jpg",
    "with-its-thumbnail": lambda n: f"/b/1.jpg?X-Amz-Date={n}&amp;X-Amz-Signature={drawn(n)}",
}


def store(name: str, address) -> field.Site:
    site, views = field.Site(), []
    picture = ("image/jpeg", field.encoded(field.scene(1).resize((600, 450)), quality=85), 200, {"Cache-Control": "no-store"})

    def page(_):
        views.append(1)
        written = address(len(views))
        asked_for = written.replace("&amp;", "&")
        for old in [path for path in site.pages if path != "/"]:
            site.pages[old] = ("text/plain", "expired", 403)
        site.pages[asked_for] = picture
        markup = f'<h1>Holidays</h1><img src="{written}">'
        if name == "with-its-thumbnail":
            small = written.replace("?", "?w=200&amp;")
            site.pages[small.replace("&amp;", "&")] = ("image/jpeg", field.encoded(field.scene(1).resize((200, 150))))
            markup = f'<h1>Holidays</h1><a href="{written}"><img src="{small}"></a>'
        return ("text/html", markup, 200, {"Cache-Control": "no-store"})

    site.pages["/"] = page
    return site


class Signed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sites = {name: [store(name, address)] for name, address in ADDRESSES.items()}
        cls.watch = field.Watch(cls.sites, [REFERENCE])
        for _ in range(3):
            cls.summary = cls.watch.crawl()
        cls.rows = cls.watch.ask("findings", "list", "--grouped")

    @classmethod
    def tearDownClass(cls):
        cls.watch.close()
        for [site] in cls.sites.values():
            site.close()

    def found(self, name: str) -> list[dict]:
        return [row for row in self.rows if row["image_url"].startswith(self.sites[name][0].origin + "/")]

    def test_a_document_under_changing_addresses_is_one_finding_in_one_place(self):
        for name in ADDRESSES:
            with self.subTest(name):
                [row] = self.found(name)
                self.assertEqual(len(row["occurrences"]), 2 if name == "with-its-thumbnail" else 1)

    def test_the_page_names_what_it_signed_anew(self):
        for name in ADDRESSES:
            with self.subTest(name):
                self.assertEqual({row["page_state"] for row in self.found(name)}, {"named"})

    def test_what_is_on_record_has_the_newest_address(self):
        for name in set(ADDRESSES) - {"with-its-thumbnail"}:
            with self.subTest(name):
                [row] = self.found(name)
                site = self.sites[name][0]
                self.assertEqual(site.pages[row["image_url"].removeprefix(site.origin)][0], "image/jpeg")

    def test_no_address_is_left_behind(self):
        # The page itself is visited three times and once more for the evidence.
        self.assertEqual(self.summary["images"], len(ADDRESSES) + 1)


if __name__ == "__main__":
    unittest.main()
