"""A host that shows pictures which a browser shows, and says of each something that might hide it from us."""
import gzip
import zlib

from hostile_pictures import photograph

# Statuses that libcurl gives the body of and that ask for no patience.
STATUSES = ("203 Non-Authoritative", "206 Partial Content", "226 IM Used", "300 Multiple Choices", "400 Bad Request",
            "401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone", "451 Unavailable", "500 Internal Server Error")


def broken(body: bytes) -> bytes:
    """Packed, and broken behind its last byte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush(zlib.Z_SYNC_FLUSH) + b"\x07" * 40  # a block of the type that there is not


class Way:
    """How one picture is served."""

    def __init__(self, status="200 OK", kind="image/jpeg", extra="", pack=lambda body: body, tag="img"):
        self.status, self.kind, self.extra, self.pack, self.tag = status, kind, extra, pack, tag


WAYS = {
    **{f"status-{status[:3]}": Way(status) for status in STATUSES},
    "challenge-header": Way(extra="cf-mitigated: challenge\r\n"),
    "challenge-header-403": Way("403 Forbidden", extra="cf-mitigated: challenge\r\nServer: cloudflare\r\n"),
    "false-gzip": Way(extra="Content-Encoding: gzip\r\n"),
    "false-brotli": Way(extra="Content-Encoding: br\r\n"),
    "long-encoding": Way(extra=f"Content-Encoding: {'identity, ' * 300}identity\r\n"),
    "two-encodings": Way(extra="Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n",
                         pack=lambda body: gzip.compress(gzip.compress(body))),
    "gzip-that-breaks": Way(extra="Content-Encoding: gzip\r\n", pack=lambda body: broken(body)),
    "packed-page": Way(kind="text/html", extra="Content-Encoding: gzip\r\n", pack=gzip.compress, tag="a"),
    "packed-error": Way("404 Not Found", kind="text/html", extra="Content-Encoding: gzip\r\n", pack=gzip.compress),
    "picture-at-a-pages-address": Way("403 Forbidden", kind="text/html", tag="a"),
    "tag-with-controls": Way(extra='ETag: "\x01"\r\n'),
    "killed-worker": Way(),
}


class Hider:
    """Each way has a motif of its own, and so a reference of its own. `kill_workers` is called when one is at work, once:
    the picture is asked for again as evidence, and one that loses two workers rightly waits."""

    def __init__(self):
        self.pictures = {name: photograph(motif=1000 + number) for number, name in enumerate(WAYS)}
        self.references = {name: photograph(800, 600, 80, motif=1000 + number) for number, name in enumerate(WAYS)}
        self.kill_workers = lambda: None

    def serve(self, site, path, out):
        name = path.rpartition("/")[2].removesuffix(".jpg")
        if path == "/":
            # The same bytes once with a false encoding and then without: what the first says, the second must not suffer.
            names = "".join(f'<img src="/{name}.jpg">' if way.tag == "img" else f'<a href="/{name}.jpg">x</a>'
                            for name, way in WAYS.items())
            out.write(site.answer(site.page(names)))
        elif name in WAYS:
            way = WAYS[name]
            out.write(site.answer(way.pack(self.pictures[name]), way.kind, way.status, way.extra))
            if name == "killed-worker":
                kill, self.kill_workers = self.kill_workers, lambda: None
                kill()
        else:
            out.write(site.answer(b"", status="404 Not Found"))
        return True
