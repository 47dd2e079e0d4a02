"""Hosts that are hostile as a whole, for hostile_site: their robots.txt, their walls, their floods. Each class answers
for one address: `serve(site, path, out)`, true when the connection goes on."""
import itertools
import random
import time

CHALLENGE = """<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title></head><body>
<script>window._cf_chl_opt={cvId: '3'};</script><form action="/solved" method="POST"></form></body></html>"""
LOGIN = '<img src="/logo.gif"><form action="/entered" method="post"><input name=u><input type=password name=p></form>'


class Robots:
    """Names a picture in /private and one in /open; its robots.txt decides."""

    def __init__(self, file, *, allows: set[str]):
        self.file, self.allows = file, allows

    def serve(self, site, path, out):
        if path.startswith("/robots"):
            return self.file(site, path, out)
        if path == "/":
            out.write(site.answer(site.page('<a href="/private/">x</a><a href="/open/">x</a>')))
        else:
            out.write(site.answer(site.page("x")))
        return True


def text(body: bytes, status: str = "200 OK"):
    def file(site, path, out):
        out.write(site.answer(body, "text/plain", status))
        return True
    return file


def silent(site, path, out):
    time.sleep(40)


def endless(site, path, out):
    out.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nUser-agent: *\nDisallow: /private\n")
    for _ in itertools.count():
        out.write(b"# and so on\n" * 5_000)


def redirected(site, path, out):
    number = int("0" + "".join(filter(str.isdigit, path)))
    if number == 5:
        out.write(site.answer(b"User-agent: *\nDisallow: /private\n", "text/plain"))
    else:
        out.write(site.redirect(f"/robots{number + 1}.txt"))
    return True


RULE = b"User-agent: *\nDisallow: /private\n"
ROBOTS = {
    "large": Robots(text(RULE + b"# filling\n" * 1_000_000 + b"Disallow: /open\n"), allows={"/", "/open/"}),
    "late": Robots(text(b"# filling\n" * 1_000_000 + RULE), allows={"/", "/open/", "/private/"}),
    "silent": Robots(silent, allows=set()),
    "endless": Robots(endless, allows={"/", "/open/"}),
    "binary": Robots(text(random.Random(1).randbytes(100_000)), allows={"/", "/open/", "/private/"}),
    "odd": Robots(text(b"\xef\xbb\xbfUSER-AGENT: *\rdisALLOW: /private/$\rDisallow: /open\r\rAllow: /open/\r"),
                  allows={"/", "/open/"}),
    "redirected": Robots(redirected, allows={"/", "/open/"}),
    "forbidden": Robots(text(b"no", "403 Forbidden"), allows={"/", "/open/", "/private/"}),
    "absent": Robots(text(b"no", "404 Not Found"), allows={"/", "/open/", "/private/"}),
    "busy": Robots(text(b"no", "503 Service Unavailable"), allows=set()),
}


class Challenger:
    """A riddle in place of every page, now with one status, now with another."""

    def serve(self, site, path, out):
        status = "404 Not Found" if path == "/robots.txt" else "503 Service Unavailable"
        out.write(site.answer(site.page(CHALLENGE), status=status))
        return True


class Doorkeeper:
    """Sends everybody to its log-in page, but those who show a cookie."""

    def serve(self, site, path, out):
        if path == "/robots.txt":
            out.write(site.answer(b"", status="404 Not Found"))
        elif path.startswith("/login"):
            out.write(site.answer(site.page(LOGIN + "".join(f'<a href="/t/{n}">x</a>' for n in range(10)))))
        elif path == "/logo.gif":
            out.write(site.answer(site.PICTURE, "image/gif"))
        else:
            out.write(site.redirect(f"/login?next={path}"))
        return True


class Flood:
    """Ten pages that name ten thousand pictures each, all with the same bytes."""
    PAGES, MOST_PICTURES = 10, 350

    def serve(self, site, path, out):
        number = path.strip("/")
        if path == "/robots.txt":
            out.write(site.answer(b"", status="404 Not Found"))
        elif path.endswith(".jpg"):
            out.write(site.answer(site.other_photograph, "image/jpeg"))
        else:
            pictures = "".join(f'<img src="/{number or 0}/{n}.jpg">' for n in range(10_000))
            links = "".join(f'<a href="/{n}">x</a>' for n in range(1, self.PAGES))
            out.write(site.answer(site.page(links + pictures)))
        return True


class Shop:
    """Facets without end, in queries and in paths: 2^20 pages that show the same; and a calendar. Between them an honest
    thread of so many pages, each with a picture of its own."""
    MOST_OF_ONE_KIND, THREAD = 500, 40

    def serve(self, site, path, out):
        target, _, query = path.partition("?")
        if path == "/robots.txt":
            out.write(site.answer(b"", status="404 Not Found"))
        elif path.endswith(".gif"):
            out.write(site.answer(site.PICTURE + path.encode(), "image/gif"))
        elif path.startswith("/thread"):
            number = int(path.rpartition("/")[2])
            link = f'<a href="/thread/{number + 1}">next</a>' if number < self.THREAD else ""
            out.write(site.answer(site.page(f'{link}<img src="/pictures/{number}.gif">')))
        elif path.startswith("/calendar"):
            out.write(site.answer(site.page(f'<a href="/calendar?day={int(query[4:] or 0) + 1}">tomorrow</a>')))
        elif path.startswith("/tag"):
            chosen = set(filter(None, target.rpartition("/")[2].split("+")))
            links = ("+".join(sorted(chosen ^ {f"{letter}x"})) for letter in "abcdefghijklmnopqrst")
            out.write(site.answer(site.page("".join(f'<a href="/tag/{link}">x</a>' for link in links))))
        else:
            chosen = {part.split("=")[0] for part in query.split("&")} if query else set()
            links = ("&amp;".join(f"{name}=1" for name in sorted(chosen ^ {letter})) for letter in "abcdefghijklmnopqrst")
            others = '<a href="/tag/ax">x</a><a href="/calendar?day=1">x</a><a href="/thread/1">x</a>'
            out.write(site.answer(site.page(others + "".join(f'<a href="/list?{link}">x</a>' for link in links))))
        return True
