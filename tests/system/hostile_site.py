"""A site that means harm, on several loopback addresses: redirects, silence, bombs, traps, hostile markup."""
import collections
import gzip
import socket
import socketserver
import threading
import urllib.parse
import zlib

from hostile_hiding import Hider
from hostile_hosts import ROBOTS, Challenger, Doorkeeper, Flood, Shop
from hostile_pictures import Pictures
from hostile_traps import Traps
from hostile_wire import RESET, Wire

# Bytes of a picture that nobody decodes here.
PICTURE = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"


def page(body: str) -> bytes:
    return f"<!doctype html><title>page</title>{body}".encode()


def answer(body: bytes, kind: str = "text/html", status: str = "200 OK", extra: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode("latin-1") + body


def redirect(location: str | None) -> bytes:
    return answer(b"", status="302 Found", extra=f"Location: {location}\r\n" if location is not None else "")


def bomb(megabytes: int) -> bytes:
    """So many megabytes of blanks, packed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(page('<a href="/ok/before-the-bomb">x</a>'))]
    parts += [packer.compress(b" " * (1 << 20)) for _ in range(megabytes)]
    return b"".join(parts) + packer.flush()


class Site(Wire, Traps, Pictures):
    """Serves HOSTS on one port. `log`: (host address, path) of every request, in order of arrival."""

    HOSTILE, GOOD, THROTTLED, DEAD, CLOSING, CANARY = (f"127.0.0.{n}" for n in (2, 3, 4, 5, 6, 9))
    CHALLENGED, WALLED, FLOODED, SHOP, HIDING = (f"127.0.0.{n}" for n in (7, 8, 10, 11, 12))
    ROBOTS = {name: f"127.0.0.{number}" for number, name in enumerate(ROBOTS, 20)}
    GOOD_PAGES = 15
    PICTURE = PICTURE
    page, answer, redirect = staticmethod(page), staticmethod(answer), staticmethod(redirect)

    def __init__(self, port: int):
        self.port = port
        self.log: list[tuple[str, str]] = []
        self.connections: dict[str, int] = collections.Counter()
        self.hider = Hider()
        self._hosts = {self.CHALLENGED: Challenger(), self.WALLED: Doorkeeper(), self.FLOODED: Flood(), self.SHOP: Shop(),
                       self.HIDING: self.hider}
        self._hosts |= {address: ROBOTS[name] for name, address in self.ROBOTS.items()}
        self._prepare_pictures()
        self._bomb = bomb(128)
        self._bomb_of_bombs = gzip.compress(gzip.compress(self._bomb))
        self._servers = []
        for host in (self.HOSTILE, self.GOOD, self.THROTTLED, self.DEAD, self.CLOSING, self.CANARY, *self._hosts):
            server = socketserver.ThreadingTCPServer((host, port), self._handler(host), bind_and_activate=False)
            server.allow_reuse_address = server.daemon_threads = True
            server.server_bind()
            server.server_activate()
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            self._servers.append(server)

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def asked(self, host: str) -> list[str]:
        return [path for at, path in self.log if at == host]

    def _handler(self, host: str):
        site = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                site.connections[host] += 1
                if host == site.CLOSING:
                    return
                if host == site.DEAD:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                    return
                self.wfile.connection = self.connection  # for cases that break it
                try:
                    while (line := self.rfile.readline(65536)).strip():
                        while self.rfile.readline(65536).strip():
                            pass
                        path = line.split()[1].decode("latin-1")
                        site.log.append((host, path))
                        if not site._respond(host, path, self.wfile):
                            return
                except (OSError, IndexError):
                    pass  # the crawler hung up: what most of this is for

        return Handler

    def _respond(self, host: str, path: str, out) -> bool:
        """Whether the connection goes on."""
        if host == self.THROTTLED and path != "/robots.txt":
            out.write(answer(b"slow down", status="429 Too Many Requests", extra="Retry-After: 31536000\r\n"))
        elif host == self.GOOD:
            number = int(path.rpartition("/")[2]) if path.startswith("/page/") else 0
            links = f'<a href="/page/{number + 1}">next</a>' if number < self.GOOD_PAGES else ""
            out.write(answer(b"", status="404 Not Found") if path == "/robots.txt"
                      else answer(page(f'{links}<img src="/picture/{number}.gif">')) if path.startswith("/page/")
                      else answer(PICTURE, "image/gif"))
        elif host == self.CANARY:
            out.write(answer(page("nobody may come here")))
        elif host in self._hosts:
            return bool(self._hosts[host].serve(self, path, out))
        else:
            return self._harm(path, out)
        return True

    def index(self) -> bytes:
        cases = [name for name in dir(Site) if name.startswith("case_")]
        links = "".join(f'<a href="/{name.removeprefix("case_")}">{name}</a>\n' for name in cases)
        return page(links + "".join(f'<a href="{reference}">x</a>' for reference in self.refused()))

    def refused(self) -> list[str]:
        """Addresses that must never be asked for."""
        canary = f"{self.CANARY}:{self.port}"
        good = f"http://{self.GOOD}:{self.port}/page/0"
        return [f"http://{canary}/", f"//{canary}/", f"http://2130706441:{self.port}/", f"http://0x7f.0.0.9:{self.port}/",
                f"http://0177.0.0.011:{self.port}/", f"http://127.9:{self.port}/", f"http://[::ffff:127.0.0.9]:{self.port}/",
                f"http://user:pass@{canary}/", "file:///etc/passwd", f"ftp://{canary}/x.jpg", "gopher://127.0.0.9/",
                "javascript:alert(1)", f"https://saucenao.com/search.php?url={good}",
                f"/search?image={urllib.parse.quote(good, safe='')}", f"/proxy?u={good}",
                "/logout", "/report?post=1", "/post/1/delete", "/vote?up=1"]

    def _harm(self, path: str, out) -> bool:
        if path == "/robots.txt":
            out.write(answer(b"", status="404 Not Found"))
            return True
        if path == "/":
            out.write(answer(self.index()))
            return True
        name = path.strip("/").split("/")[0].split("?")[0].replace("-", "_")
        case = getattr(self, f"case_{name}", None)
        if case is not None:
            return bool(case(path, out))
        out.write(answer(page("fine")) if path.startswith("/ok/") else
                  answer(PICTURE, "image/gif") if path.startswith("/same/") else answer(b"", status="404 Not Found"))
        return True

    # Each case: what it writes; true when the connection goes on.
    def case_loop(self, path, out):
        out.write(redirect("/loop"))
        return True

    def case_chain(self, path, out):
        out.write(redirect(f"/chain/{path.count('/') and int('0' + ''.join(filter(str.isdigit, path))) + 1}"))
        return True

    def case_inward(self, path, out):
        targets = self.refused()
        number = int("0" + "".join(filter(str.isdigit, path)))
        if path == "/inward":
            out.write(answer(page("".join(f'<a href="/inward/{n}">x</a>' for n in range(len(targets))))))
        else:
            out.write(redirect(targets[min(number, len(targets) - 1)]))
        return True

    def case_nowhere(self, path, out):
        out.write(redirect(None))
        return True

    def case_far(self, path, out):
        out.write(redirect("/" + "x" * 200_000))

    def case_split(self, path, out):
        out.write(b"HTTP/1.1 302 Found\r\nLocation: /ok/%0d%0aX: y\r\nContent-Length: 0\r\n\r\n")
        return True

    def case_bomb(self, path, out):
        out.write(answer(self._bomb, extra="Content-Encoding: gzip\r\n"))
        return True

    def case_bombs(self, path, out):
        out.write(answer(self._bomb_of_bombs, extra="Content-Encoding: gzip, gzip, gzip\r\n"))
        return True

    def case_bad_gzip(self, path, out):
        out.write(answer(b"\x1f\x8b" + b"garbage" * 100, extra="Content-Encoding: gzip\r\n"))
        return True

    def case_flood(self, path, out):
        out.write(answer(page("".join(f'<img src="/same/{n}.gif">' for n in range(300)))))
        return True

    def case_nested(self, path, out):
        out.write(answer(page("<div>" * 100_000 + '<a href="/ok/below-100000-tags">x</a>')))
        return True

    def case_attributes(self, path, out):
        many = " ".join(f"a{n}=1" for n in range(100_000))
        out.write(answer(page(f'<p {many}>x</p><a href="/ok/after-100000-attributes">x</a>')))
        return True

    def case_wide(self, path, out):
        out.write(answer(page(f'<p title="{"x" * 5_000_000}">x</p><a href="/ok/after-5-megabytes">x</a>')))
        return True

    def case_utf16(self, path, out):
        out.write(answer('\ufeff<a href="/ok/in-utf-16">x</a>'.encode("utf-16-le")))
        return True

    def case_unclosed(self, path, out):
        out.write(answer(page('<a href="/ok/before-the-comment">x</a><!-- <a href="/never/in-a-comment">')))
        return True

    def case_base(self, path, out):
        out.write(answer(page(f'<base href="http://{self.CANARY}:{self.port}/"><a href="astray">x</a><img src="astray.jpg">')))
        return True

    def case_refresh(self, path, out):
        out.write(answer(page('<meta http-equiv=refresh content="0; url=/refresh">')))
        return True

    def case_json(self, path, out):
        out.write(answer(b'{"a":' * 100_000 + b'"/ok/deep.gif"', "application/json"))
        return True

    def case_css(self, path, out):
        out.write(answer(b'@import "/css"; @import url(/css?again); .x { background: url(/same/css.gif) }', "text/css"))
        return True

    def case_entities(self, path, out):
        out.write(answer(b'<?xml version="1.0"?><!DOCTYPE u [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">'
                         b'<!ENTITY f SYSTEM "file:///etc/passwd">]><urlset><url><loc>http://' + self.HOSTILE.encode() +
                         f":{self.port}".encode() + b"/ok/of-a-sitemap</loc></url><url><loc>&f;&b;</loc></url></urlset>",
                         "application/xml"))
        return True
