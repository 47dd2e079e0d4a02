"""Ways in which boards, galleries and picture hosts let their visitors in: refreshes, sessions, gates, where one comes from.
Each is a site of its own; one pass looks at all of them."""
import unittest

import field

PICTURE = field.encoded(field.scene(1))
JPEG = ("image/jpeg", PICTURE)
OTHER = ("image/png", field.encoded(field.scene(99, 320, 80), "PNG"))


def page(markup: str, status: int = 200, **headers):
    return ("text/html", markup, status, {name.replace("_", "-"): value for name, value in headers.items()})


def shows(path: str = "/p.jpg"):
    return page(f'<h1>Holidays</h1><img src="{path}">')


def cookies(request) -> dict:
    pairs = (one.strip().partition("=") for one in (request.headers.get("Cookie") or "").split(";"))
    return {name: value for name, _, value in pairs if name}


def referer(request) -> str:
    return request.headers.get("Referer") or ""


# ---- refreshes
def refresh(value: str, status: int = 200):
    return {"/": page("<p>one moment</p>", status, Refresh=value), "/board/": shows(), "/p.jpg": JPEG}


def meta(markup: str):
    return {"/": page(markup), "/board/": shows(), "/p.jpg": JPEG}


REFRESHES = {
    "header-plain": refresh("0; url=/board/"),
    "header-quotes-and-capitals": refresh("5;URL='/board/'"),
    "header-comma": refresh("0,url=/board/"),
    "header-without-its-name": refresh("1 /board/"),
    "header-with-an-error": refresh("0; url=/board/", 404),
    "header-with-a-refusal": refresh("0; url=/board/", 403),
    "header-and-no-body": {**refresh("0; url=/board/"), "/": ("text/html", "", 200, {"Refresh": "0; url=/board/"})},
    "meta-capitals": meta('<META HTTP-EQUIV="REFRESH" CONTENT="0;URL=/board/">'),
    "meta-no-quotes": meta("<meta content=0;url=/board/ http-equiv=Refresh>"),
    "meta-in-noscript": meta('<noscript><meta http-equiv="refresh" content="0; url=\'/board/\'"></noscript>'),
    "meta-with-entities": meta('<meta http-equiv="refresh" content="0&#59;&#32;url&#61;&#x2F;board/">'),
    "meta-with-a-refusal": {**meta(""), "/": page('<meta http-equiv=refresh content="0; /board/">', 403)},
    "link-next": {"/": page("<p>first</p>", Link='</board/>; rel="next"'), "/board/": shows(), "/p.jpg": JPEG},
    "content-location": {"/": page("<p>in two languages</p>", Content_Location="board/"), "/board/": shows(),
                         "/p.jpg": JPEG},
}


# ---- sessions and gates
def to_itself(request):
    return shows() if "sid" in cookies(request) else page("", 302, Location="/", Set_Cookie="sid=abc123; HttpOnly; Path=/")


def by_detour(request):
    return shows() if cookies(request).get("sid") == "2" else page("", 302, Location="/login/check?to=/")


def by_two_cookies(request):
    got = cookies(request)
    if "a" not in got:
        return page("", 307, Location="/", Set_Cookie="a=1")
    return shows() if "b" in got else page("", 303, Location="/", Set_Cookie=["b=1; Max-Age=600", "c=; Max-Age=0"])


def gate_in_place(request):
    return shows() if cookies(request).get("age") == "ok" else page('<p>Are you over 18?</p><a href="/?age=ok">Enter</a>')


def gate_elsewhere(request):
    return shows() if "adult" in cookies(request) else page("", 302, Location="/welcome")


class MarkedSession:
    """The cookie is the same before and after: the server marks its session."""

    def __init__(self):
        self.is_open = False

    def front(self, request):
        if self.is_open and "PHPSESSID" in cookies(request):
            return shows()
        return page('<p>Some of this is for adults.</p><a href="/enter.php">I agree</a>', Set_Cookie="PHPSESSID=k3jh5k3jh5")

    def enter(self, request):
        self.is_open = self.is_open or "PHPSESSID" in cookies(request)
        return page("", 302, Location="/")


def consent(request):
    if "consent" in cookies(request):
        return shows()
    return page('<p>We use cookies.</p><a href="/consent?accept=all">Accept</a> <a href="/consent?accept=none">Decline</a>')


def in_address(request):
    return page("", 302, Location="/?PHPSESSID=8f14e45fceea167a5a36dedd4bea2543") if request.path == "/" else shows()


def varied(request):
    return page(f'<p>visitor {cookies(request).get("visitor", "new")}</p><a href="/a">a</a><img src="/p.jpg">',
                Set_Cookie=f"visitor={id(request)}")


def let_in_by_its_own_page(request):
    return JPEG if "seen" in cookies(request) else page("<p>see it on our page</p>", 403)


session = MarkedSession()
SESSIONS = {
    "session-to-itself": {"/": to_itself, "/p.jpg": JPEG},
    "session-by-detour": {"/": by_detour, "/p.jpg": JPEG,
                          "/login/check?to=/": page("", 302, Location="/", Set_Cookie="sid=2; Path=/")},
    "session-by-two-cookies": {"/": by_two_cookies, "/p.jpg": JPEG},
    "gate-in-place": {"/": gate_in_place, "/?age=ok": page("", 302, Location="/", Set_Cookie="age=ok; Path=/"),
                      "/p.jpg": JPEG},
    "gate-elsewhere": {"/": gate_elsewhere, "/welcome": page('<a href="/welcome?yes">Enter</a>'),
                       "/welcome?yes": page("", 302, Location="/", Set_Cookie="adult=1; Max-Age=86400"), "/p.jpg": JPEG},
    "gate-marks-the-session": {"/": session.front, "/enter.php": session.enter, "/p.jpg": JPEG},
    "consent": {"/": consent, "/consent?accept=none": page("thanks"), "/p.jpg": JPEG,
                "/consent?accept=all": page("thanks", Set_Cookie="consent=all", Refresh="1; url=/")},
    "session-in-address": {"/": in_address, "/?PHPSESSID=8f14e45fceea167a5a36dedd4bea2543": in_address, "/p.jpg": JPEG},
    "varied-by-cookie": {"/": varied, "/a": varied, "/p.jpg": JPEG},
    "cookie-for-pictures": {"/": page('<img src="/p.jpg">', Set_Cookie="seen=1"), "/p.jpg": let_in_by_its_own_page},
}


# ---- where one comes from
def only_from(good):
    return lambda request: JPEG if good(referer(request)) else page("<h1>403 Forbidden</h1>", 403)


def something_else_from(bad, other):
    return lambda request: other if bad(referer(request)) else JPEG


def is_ours(value: str) -> bool:
    return value.startswith("http://127.0.0.2:")


PICTURE_HOSTS = {
    "/from-our-pages.jpg": only_from(is_ours),
    "/from-nowhere.jpg": only_from(lambda value: value == ""),
    "/picture-for-strangers.jpg": something_else_from(lambda value: not value, OTHER),
    "/page-for-strangers.jpg": something_else_from(is_ours, page("<h1>Hotlinking</h1>")),
    "/redirect-for-strangers.jpg": something_else_from(is_ours, page("", 302, Location="/")),
}


class Reaching(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sites = {name: field.Site(pages) for name, pages in {**REFRESHES, **SESSIONS}.items()}
        watched = {name: [site] for name, site in cls.sites.items()}
        cls.store = field.Site({**PICTURE_HOSTS, "/": page("a picture host")}, "127.0.0.3")
        images = "".join(f'<img src="{cls.store.origin}{path}">' for path in PICTURE_HOSTS)
        watched["hosts"] = [field.Site({"/": page(images)}), cls.store]
        cls.quiet = field.Site({"/": shows(), "/p.jpg": only_from(bool)})
        watched["referer-none"] = [cls.quiet]
        cls.plain = field.Site({"/": to_itself, "/p.jpg": JPEG})
        watched["cookies-none"] = [cls.plain]
        cls.same = field.Site({"/": page("".join(f'<a href="/t/{n}">{n}</a>' for n in range(24))),
                               **{f"/t/{n}": shows(f"/i/{n}.jpg") for n in range(24)},
                               **{f"/i/{n}.jpg": OTHER for n in range(24)}})
        watched["same-for-all"] = [cls.same]
        cls.watch = field.Watch(watched, [PICTURE], {"referer-none": 'referer = "none"', "cookies-none": 'cookie_jar = "none"'})
        cls.summary = cls.watch.crawl()
        cls.said = cls.watch.said
        cls.everything = [site for servers in watched.values() for site in servers]

    @classmethod
    def tearDownClass(cls):
        cls.watch.close()
        for site in cls.everything:
            site.close()

    def test_a_refresh_leads_on_in_every_spelling(self):
        for name in REFRESHES:
            with self.subTest(name):
                self.assertEqual(self.watch.found(self.sites[name]), {"/p.jpg"})

    def test_whoever_takes_cookies_and_follows_links_is_let_in(self):
        for name in SESSIONS:
            with self.subTest(name):
                self.assertEqual(self.watch.found(self.sites[name]), {"/p.jpg"})

    def test_what_varies_by_cookie_is_no_new_page(self):
        asked = self.sites["varied-by-cookie"].requests
        self.assertLessEqual(len([path for path, _ in asked if path != "/p.jpg"]), 8, asked)

    def test_a_gate_is_not_run_against(self):
        for name in SESSIONS:
            self.assertLessEqual(len(self.sites[name].requests), 16, name)

    def test_a_picture_is_asked_for_as_from_the_page_that_shows_it(self):
        self.assertEqual(self.watch.found(self.store), set(PICTURE_HOSTS))

    def test_a_site_is_not_told_where_one_comes_from_if_its_section_says_so(self):
        self.assertEqual(self.watch.found(self.quiet), set())
        self.assertEqual([path for path, headers in self.quiet.requests if headers.get("Referer")], [])

    def test_no_cookie_is_taken_if_the_section_of_the_site_says_so(self):
        self.assertEqual(self.watch.found(self.plain), set())
        self.assertEqual([path for path, headers in self.plain.requests if headers.get("Cookie")], [])

    def test_one_picture_for_everything_is_told(self):
        self.assertGreaterEqual(self.summary["bounds"]["one_answer_for_many_addresses"], 10)
        health = {row["site"]: row for row in self.watch.ask("site", "health")}
        self.assertGreaterEqual(health["same-for-all"]["bounds"]["one_answer_for_many_addresses"], 10)
        self.assertEqual(health["same-for-all"]["state"], "stand_ins")
        self.assertIn(self.same.host, self.said)


if __name__ == "__main__":
    unittest.main()
