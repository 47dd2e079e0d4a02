"""What pages and elements let be told of a page decides the Referer, as in browsers: <meta name=referrer>, referrerpolicy,
rel=noreferrer, beside the header. The pictures lie on another host; what counts is the first request for each."""
import unittest

import field

PICTURES = {name: ("image/png", field.encoded(field.scene(50 + number, 200, 150), "PNG")) for number, name in enumerate(
    ["plain", "header", "meta", "meta-over-header", "old-name", "unknown", "img", "anchor", "rel", "img-over-meta"])}

# Of each picture: what its page says (header, head, markup with {u}), and what of the page may be told.
PAGES = {
    "plain": ({}, "", '<img src="{u}">', "origin"),
    "header": ({"Referrer-Policy": "unsafe-url"}, "", '<img src="{u}">', "page"),
    "meta": ({}, '<meta name="referrer" content="no-referrer">', '<img src="{u}">', ""),
    "meta-over-header": ({"Referrer-Policy": "no-referrer"}, '<META NAME=Referrer CONTENT=unsafe-url>', '<img src="{u}">', "page"),
    "old-name": ({}, '<meta name=referrer content=always>', '<img src="{u}">', "page"),
    "unknown": ({}, '<meta name=referrer content=whatever>', '<img src="{u}">', "origin"),
    "img": ({}, "", '<img referrerpolicy="no-referrer" src="{u}">', ""),
    "anchor": ({}, "", '<a referrerpolicy="unsafe-url" href="{u}">full size</a>', "page"),
    "rel": ({}, "", '<a rel="nofollow noreferrer" href="{u}">full size</a>', ""),
    "img-over-meta": ({}, '<meta name="referrer" content="never">', '<img src="{u}" referrerpolicy=origin>', "origin"),
}


class Referrers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pictures = field.Site({f"/{name}.png": picture for name, picture in PICTURES.items()})
        cls.pages = field.Site({"/": ("text/html", "".join(f'<a href="/{name}">{name}</a>' for name in PAGES))})
        for name, (headers, head, markup, _) in PAGES.items():
            body = f"<html><head>{head}</head><body>{markup.format(u=f'{cls.pictures.origin}/{name}.png')}</body></html>"
            cls.pages.pages[f"/{name}"] = ("text/html", body, 200, headers)
        cls.watch = field.Watch({"site": [cls.pages, cls.pictures]}, [field.encoded(field.scene(1))])
        cls.watch.crawl()

    @classmethod
    def tearDownClass(cls):
        cls.watch.close()
        cls.pages.close()
        cls.pictures.close()

    def test_the_first_request_tells_what_a_browser_would(self):
        for name, (_, _, _, told) in PAGES.items():
            with self.subTest(name):
                headers = [headers for path, headers in self.pictures.requests if path == f"/{name}.png"]
                expected = {"": None, "origin": self.pages.origin + "/", "page": f"{self.pages.origin}/{name}"}[told]
                self.assertEqual([one.get("Referer") for one in headers], [expected])


if __name__ == "__main__":
    unittest.main()
