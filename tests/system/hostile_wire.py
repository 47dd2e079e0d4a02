"""Connections and heads that break, for hostile_site."""
import itertools
import socket
import time

RESET = b"\1\0\0\0\0\0\0\0"


class Wire:
    """Cases of the wire; a mixin of hostile_site.Site. Each writes to `out`; true when the connection goes on."""

    def case_silence(self, path, out):
        time.sleep(20)

    def case_slow_head(self, path, out):
        for letter in itertools.cycle(b"X"):
            out.write(bytes([letter]))
            time.sleep(0.5)

    def case_slow_body(self, path, out):
        out.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        for letter in itertools.cycle(b"<a>"):
            out.write(bytes([letter]))
            time.sleep(0.5)

    def case_endless(self, path, out):
        out.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            out.write(b"<p>more</p>" * 6000)

    def case_endless_picture(self, path, out):
        out.write(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n")
        while True:
            out.write(b"--b\r\nContent-Type: image/gif\r\n\r\n" + self.PICTURE * 1000)

    def case_endless_head(self, path, out):
        out.write(b"HTTP/1.1 200 OK\r\n")
        for number in itertools.count():
            out.write(f"X-{number}: {number}\r\n".encode())

    def case_early_hints(self, path, out):
        while True:
            out.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n")

    def case_wide_head(self, path, out):
        out.write(b"HTTP/1.1 200 OK\r\nX: " + b"x" * (1 << 20) + b"\r\nContent-Length: 0\r\n\r\n")

    def case_many_heads(self, path, out):
        out.write(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(10_000)) + b"Content-Length: 0\r\n\r\n")

    def case_null_in_head(self, path, out):
        out.write(b"HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n<p>")

    def case_no_http(self, path, out):
        out.write(b"\x00\x01\x02 this is no HTTP\r\n" * 100)

    def case_odd_status(self, path, out):
        out.write(self.answer(self.page("x"), status="999 Odd"))
        return True

    def case_two_lengths(self, path, out):
        out.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 60\r\n\r\nxHTTP/1.1 200 OK\r\n\r\n<a href=/smuggled>")

    def case_cut(self, path, out):
        out.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 999999\r\n\r\n<a href=/ok/of-a-cut-page>x</a>")

    def case_not_modified(self, path, out):
        out.write(b"HTTP/1.1 304 Not Modified\r\n\r\n")
        return True

    def case_cookies(self, path, out):
        out.write(self.answer(self.page('<a href="/ok/after-the-cookies">x</a>'),
                              extra="".join(f"Set-Cookie: c{n}={'x' * 300}\r\n" for n in range(200))))
        return True

    def case_race(self, path, out):
        """Keeps the connection and resets it as the next request arrives."""
        links = "".join(f'<a href="/race/{n}">x</a><a href="/ok/after-race-{n}">x</a>' for n in range(8))
        out.write(self.answer(self.page(links if path == "/race" else "")))
        out.connection.recv(1)
        out.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    def case_tenth(self, path, out):
        """An answer that is reset at every tenth byte of its body. Heads that break make its host rest: see tests/integration/net."""
        whole = self.answer(self.page('<a href="/ok/of-a-whole-answer">x</a>'))
        ends = range(whole.index(b"\r\n\r\n") + 14, len(whole), 10)
        if path == "/tenth":
            out.write(self.answer(self.page("".join(f'<a href="/tenth/{n}">x</a>' for n in [*ends, len(whole)]))))
            return True
        out.write(whole[:int(path.rpartition("/")[2])])
        out.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
