"""Sixteen hosts that serve pictures of 33 MB: memory stays bounded, the event loop goes on, and each is compared."""
import http.server
import os
import pathlib
import re
import struct
import tempfile
import threading
import time
import unittest
import urllib.request

import hostile_pictures
import stage

import installation  # found through stage

HOSTS = 16
PICTURES = 2  # of each host
WIDTH, HEIGHT = 3300, 3333  # 33 MB of 24-bit pixels
MOST_RESIDENT_MB = 700  # 256 MB of bodies and what the daemon is without them; it took 3.9 GB
MOST_STALL_SECONDS = 0.1  # it took 8 s


class Pictures(http.server.BaseHTTPRequestHandler):
    """A page that names this host's pictures, and the pictures, all different; one in two is sent in chunks."""
    protocol_version = "HTTP/1.1"
    noise = os.urandom(1 << 20)

    def do_GET(self):
        if self.path == "/":
            page = "".join(f'<img src="/{n}.bmp">' for n in range(PICTURES)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)
        elif self.path.endswith(".bmp"):
            self.picture()
        else:
            self.send_error(404)

    def picture(self):
        size = WIDTH * HEIGHT * 3
        head = b"BM" + struct.pack("<IHHI", 54 + size, 0, 0, 54)
        head += struct.pack("<IiiHHIIiiII", 40, WIDTH, HEIGHT, 1, 24, 0, size, 2835, 2835, 0, 0)
        mark = (self.headers["Host"] + self.path).encode().ljust(64)
        in_chunks = int(self.path[1]) % 2 == 1
        self.send_response(200)
        self.send_header("Content-Type", "image/bmp")
        self.send_header(*(("Transfer-Encoding", "chunked") if in_chunks else ("Content-Length", str(54 + size))))
        self.end_headers()
        self.write(head + mark, in_chunks)
        left = size - len(mark)
        while left > 0:
            part = self.noise[:left]
            self.write(part, in_chunks)
            left -= len(part)
        if in_chunks:
            self.wfile.write(b"0\r\n\r\n")

    def write(self, data: bytes, in_chunks: bool):
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data) if in_chunks else data)

    def log_message(self, *_):
        pass


class Bodies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="sw-")
        cls.addClassCleanup(folder.cleanup)
        work = pathlib.Path(folder.name)
        cls.stillwatch = installation.Installation(installation.Programs(stage.BUILD), work / "i")
        cls.stillwatch.initialise()
        cls.metrics = installation.free_port()
        text = cls.stillwatch.config.read_text()
        text = re.sub(r"(?m)^#?\s*allowed_private_networks = .*$", 'allowed_private_networks = ["127.0.0.0/8"]', text, count=1)
        text = re.sub(r"(?m)^#?\s*listen = .*$", f'listen = "127.0.0.1:{cls.metrics}"', text, count=1)
        for number in range(HOSTS):
            server = http.server.ThreadingHTTPServer((f"127.0.1.{number + 1}", 0), Pictures)
            cls.addClassCleanup(server.server_close)
            cls.addClassCleanup(server.shutdown)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            host = "{}:{}".format(*server.server_address)
            text += (f'\n[[site]]\nname = "s{number}"\nseeds = ["http://{host}/"]\nhosts = ["{host}"]\n'
                     'delay = "0ms"\nconcurrency = 4\n')
        cls.stillwatch.config.write_text(text)
        reference = work / "reference.jpg"
        reference.write_bytes(hostile_pictures.photograph())
        cls.stillwatch.open_case([reference])
        cls.stillwatch.start()
        cls.addClassCleanup(cls.stillwatch.kill)
        until = time.monotonic() + 300
        while cls.metric("pictures_compared_total") < HOSTS * PICTURES and time.monotonic() < until:
            time.sleep(0.5)
        status = pathlib.Path(f"/proc/{cls.stillwatch.pid}/status").read_text()
        cls.most_resident_mb = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024

    @classmethod
    def metric(cls, name: str) -> float:
        with urllib.request.urlopen(f"http://127.0.0.1:{cls.metrics}/metrics") as answer:
            return sum(map(float, re.findall(rf"(?m)^stillwatch_{name}(?:{{[^}}]*}})? (\S+)$", answer.read().decode())))

    def test_every_picture_is_compared(self):
        self.assertEqual(self.metric("pictures_compared_total"), HOSTS * PICTURES)
        self.assertEqual(self.metric("fetch_errors_total"), 0)

    def test_memory_stays_bounded(self):
        self.assertLess(self.most_resident_mb, MOST_RESIDENT_MB)
        self.assertGreater(self.metric("body_waits"), 0, "no body had to wait, so nothing was shown")

    # Of the longest stall only what the loop's own thread computed counts: the machine may be shared.
    def test_the_loop_goes_on(self):
        self.assertLess(self.metric("loop_busy_stall_seconds_max"), MOST_STALL_SECONDS)

    def test_what_bodies_held_is_given_back(self):
        self.assertEqual(self.metric("body_bytes_held"), 0)
        self.assertEqual(self.metric("bodies_waiting"), 0)


if __name__ == "__main__":
    unittest.main()
