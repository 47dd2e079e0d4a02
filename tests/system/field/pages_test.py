"""What pages of boards, galleries and image hosts hold: next pages that are no anchors, redirectors, pictures inside
pages, addresses put together in scripts, attachments without an ending. Each is a site of its own, in markup like that of
the software named beside it; one pass looks at all of them."""
import base64
import json
import unittest
import urllib.parse

import field

ORIGINAL = field.scene(31)
PICTURE = ("image/jpeg", field.encoded(ORIGINAL, quality=88))
SMALL = ("image/jpeg", field.encoded(ORIGINAL.resize((320, 240)), quality=80))
DATA = "data:image/jpeg;base64," + base64.b64encode(SMALL[1]).decode()


def page(markup: str):
    return ("text/html", f"<!doctype html><title>board</title>{markup}")


def leads(markup: str, to: str = "/more?page=2"):
    """A list whose next page is the only one with the picture."""
    return {"/": page(markup), to: page('<img src="/p.jpg">'), "/p.jpg": PICTURE}


NEXT = {
    "next-lemmy-htmx": leads('<div hx-get="/more?page=2" hx-trigger="revealed" hx-swap="afterend"></div>'),
    "next-chevereto-button": leads('<button class="btn-load-more" data-action="load-more" data-next-url="/more?page=2">More'
                                   "</button>"),
    "next-piwigo-jump-list": leads('<select onchange="location = this.value"><option>-<option value="/more?page=2">2'
                                   "</select>"),
    "next-phpbb-jump-form": leads('<form action="/more" method="get"><select name="page"><option value="2">2</select>'
                                  '<input type="submit" value="Go"></form>'),
    "next-form-button": leads('<form action="/more"><input type="hidden" name="page" value="2"><button>Older</button></form>'),
    "next-coppermine-handler": leads("<td onclick=\"window.location.href='/more?page=2'\">&raquo;</td>"),
    "next-smf-function": leads("<a href=\"#\" onclick=\"return reqWin('/more?page=2')\">more</a>"),
    "next-row": leads('<table><tr class="clickable" data-href="/more?page=2"><td>album</table>'),
    "next-turbo-frame": leads('<turbo-frame id="more" src="/more?page=2" loading="lazy"></turbo-frame>'),
    "next-mastodon-state": leads('<script id="initial-state" type="application/json">'
                                 '{"timeline":{"links":{"next":{"href":"\\/more?page=2"}}}}</script>'),
    "next-wordpress-script": leads("<script>var infiniteScroll = {settings: {next_url: '/more?page=2', text: 'Older'}};"
                                   "</script>"),
    "next-discourse-joined": leads("<script>const topic = '/more'; location.assign(`${topic}?page=${1 + ''}`);"
                                   "location.href = topic + '?page=' + 2;</script>"),
}

DEEDS = {"/": page('<p>nothing</p><img src="/p.jpg"><button data-url="/thread/5/like">+1</button>'
                   "<a data-href='/logout'>out</a><span onclick=\"vote('/poll?choice=1')\">yes</span>"
                   '<form method="post" action="/reply"><button formaction="/reply?quick=1">Send</button></form>'
                   '<form action="/search"><input name="q"><button>Search</button></form>'
                   '<b data-method="delete" data-url="/post/5">x</b><select><option value="/cart/add">buy</select>'),
         "/p.jpg": PICTURE}


def redirects(link: str):
    return lambda origin: {"/": page(f'<a href="{link.format(url=origin + "/p.jpg", **coded(origin + "/p.jpg"))}">picture</a>'),
                           "/p.jpg": PICTURE}


def coded(url: str) -> dict:
    plain = base64.b64encode(url.encode()).decode()
    return {"percent": urllib.parse.quote(url, safe=""), "twice": urllib.parse.quote(urllib.parse.quote(url, safe=""), safe=""),
            "base64": plain, "bare": plain.rstrip("="), "safe": base64.urlsafe_b64encode(url.encode()).decode().rstrip("="),
            "hex": url.encode().hex()}


AWAY = {
    "away-xenforo-proxy": redirects("/proxy.php?link={percent}&amp;hash=0123"),
    "away-base64": redirects("/redirect/?to={bare}&amp;e=1&amp;m=b64"),
    "away-safe-base64": redirects("/goto/link-confirmation?url={safe}&amp;s=0123"),
    "away-vbulletin-path": redirects("/out/{url}"),
    "away-in-path": redirects("/link/{bare}"),
    "away-twice": redirects("/leave?x=1&amp;target={twice}"),
    "away-anonymous": redirects("http://127.0.0.9:1/?{url}"),
    "away-hexadecimal": redirects("/r.php?h={hex}"),
}

INSIDE = {
    "inside-img": {"/": page(f'<img alt="one" src="{DATA}">')},
    "inside-style": {"/": page(f"<div style=\"background-image:url('{DATA}')\"></div>")},
    "inside-sheet": {"/": page('<link rel="stylesheet" href="/s.css">'), "/s.css": ("text/css", f".a{{background:url({DATA})}}")},
    "inside-json": {"/": page('<link rel="alternate" href="/a.json">'),
                    "/a.json": ("application/json", json.dumps({"image": DATA}).replace("/", "\\/"))},
    "inside-script": {"/": page(f"<script>var a = ['{DATA.split(',')[1]}'];</script>")},
    "inside-drawing": {"/": page('<img src="data:image/svg+xml;base64,' + base64.b64encode(
        f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{DATA}"/></svg>'.encode()).decode() + '">')},
}

JOINED = {
    "joined-reader": {"/": page('<script>var dir = "/data/7/"; var pages = ["001.jpg", "002.jpg"];\n'
                                "pages.forEach(function (p) { show(dir + p); });</script>"), "/data/7/002.jpg": PICTURE},
    "joined-written": {"/": page('<script>document.write(\'<img src="\' + "/data/" + "8" + "/a.jpg" + \'">\');</script>'),
                       "/data/8/a.jpg": PICTURE},
    "joined-template": {"/": page('<script>const id = "9"; img.src = `/data/${id}/b.jpg`;</script>'), "/data/9/b.jpg": PICTURE},
    "joined-counted": {"/": page("<script>for (let i = 1; i <= 3; i++) add(`/data/${String(i).padStart(3, '0')}.jpg`)</script>"),
                       "/data/003.jpg": PICTURE},
    "joined-base64-list": {"/": page("<script>show(JSON.parse(atob('" +
                                     base64.b64encode(b'["/d/1.jpg","/d/2.jpg"]').decode() + "')))</script>"),
                           "/d/2.jpg": PICTURE},
    "joined-base64-attribute": {"/": page('<div data-src-enc="' + base64.b64encode(b"/d/3.jpg").decode() + '"></div>'),
                                "/d/3.jpg": PICTURE},
}

ATTACHED = {
    "attached-vbulletin": {
        "/": page('<a href="attachment.php?attachmentid=71&amp;d=1700000000" rel="Lightbox_9"><img class="thumbnail" '
                  'src="attachment.php?attachmentid=71&amp;stc=1&amp;thumb=1"></a>'),
        "/attachment.php?attachmentid=71&d=1700000000": PICTURE, "/attachment.php?attachmentid=71&stc=1&thumb=1": SMALL},
    "attached-xenforo": {
        "/": page('<li class="file"><a class="file-preview js-lbImage" href="/attachments/pic-jpg.123/">'
                  '<img src="/data/attachments/0/123-abc.jpg"></a></li>'),
        "/attachments/pic-jpg.123/": PICTURE, "/data/attachments/0/123-abc.jpg": SMALL},
    "attached-smf": {
        "/": page('<a href="/index.php?action=dlattach;topic=5.0;attach=9;image" id="link_9"><img '
                  'src="/index.php?action=dlattach;topic=5.0;attach=10;image"></a>'),
        "/index.php?action=dlattach;topic=5.0;attach=9;image": PICTURE,
        "/index.php?action=dlattach;topic=5.0;attach=10;image": SMALL},
    "attached-phpbb": {
        "/": page('<a href="./download/file.php?id=12&amp;mode=view"><img src="./download/file.php?id=12&amp;t=1"></a>'),
        "/download/file.php?id=12&mode=view": PICTURE, "/download/file.php?id=12&t=1": SMALL},
    "attached-mybb": {"/": page('<a href="attachment.php?aid=12"><img src="attachment.php?thumbnail=12"></a>'),
                      "/attachment.php?aid=12": PICTURE, "/attachment.php?thumbnail=12": SMALL},
}


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sites = {name: [field.Site(pages)] for group in (NEXT, INSIDE, JOINED, ATTACHED) for name, pages in group.items()}
        cls.sites["deeds"] = [field.Site(DEEDS)]
        for name, pages in AWAY.items():
            site = field.Site()
            site.pages.update(pages(site.origin))
            cls.sites[name] = [site]
        cls.watch = field.Watch(cls.sites, [PICTURE[1]])
        cls.watch.crawl()
        cls.rows = cls.watch.ask("findings", "list", "--grouped")

    @classmethod
    def tearDownClass(cls):
        cls.watch.close()
        for [site] in cls.sites.values():
            site.close()

    def found(self, name: str) -> list[dict]:
        return [row for row in self.rows if row["image_url"].startswith(self.sites[name][0].origin + "/")]

    def asked(self, name: str) -> set[str]:
        return {path for path, _ in self.sites[name][0].requests} - {"/robots.txt"}

    def test_next_pages_that_are_no_anchors_are_read(self):
        for name in NEXT:
            with self.subTest(name):
                self.assertEqual(len(self.found(name)), 1, self.asked(name))

    def test_nothing_that_does_something_is_asked_for(self):
        self.assertEqual(self.asked("deeds"), {"/", "/p.jpg"})

    def test_links_that_lead_away_are_taken_for_what_they_lead_to(self):
        for name in AWAY:
            with self.subTest(name):
                self.assertEqual(len(self.found(name)), 1)
                self.assertEqual(self.asked(name), {"/", "/p.jpg"})

    def test_pictures_that_stand_in_a_document_are_compared_without_being_asked_for(self):
        for name, pages in INSIDE.items():
            with self.subTest(name):
                [row] = self.found(name) or [{}]
                document = self.sites[name][0].origin + max(pages, key=len)
                self.assertRegex(row.get("image_url", ""), f"^{document}#sha256-[0-9a-f]{{64}}$".replace("?", r"\?"))
                self.assertEqual(row["page_url"], document)
                self.assertEqual(row["page_state"], "named")
                self.assertEqual(row["evidence"], "stored")

    def test_addresses_put_together_in_scripts_are_found(self):
        for name in JOINED:
            with self.subTest(name):
                self.assertEqual(len(self.found(name)), 1, self.asked(name))

    def test_an_attachment_is_one_with_its_thumbnail(self):
        for name, pages in ATTACHED.items():
            with self.subTest(name):
                self.assertEqual(self.asked(name), set(pages))
                self.assertEqual(len(self.found(name)), 1)

    def test_another_pass_tells_nothing_twice(self):
        before = {row["id"] for row in self.rows}
        self.watch.crawl()
        self.assertEqual({row["id"] for row in self.watch.ask("findings", "list", "--grouped")}, before)


if __name__ == "__main__":
    unittest.main()
