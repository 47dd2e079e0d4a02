"""Small sites as they are found in the field, for the system tests beside this file: each case is a site of its own on
loopback, and all of a test's sites are looked at in one pass of one installation."""
import http.server
import io
import json
import os
import pathlib
import random
import re
import shutil
import socketserver
import subprocess
import tempfile
import threading
import time

from PIL import Image, ImageDraw, ImageFilter

BUILD = pathlib.Path(os.environ["STILLWATCH_BUILD"])
COMMAND = BUILD / "cli" / "stillwatch"


def scene(seed: int, width: int = 640, height: int = 480) -> Image.Image:
    """A made picture with shapes and grain, as rich in structure as a photograph."""
    rng = random.Random(seed)
    image = Image.effect_noise((width, height), 60).convert("RGB").filter(ImageFilter.GaussianBlur(2))
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        x, y, size = rng.randrange(width), rng.randrange(height), rng.randrange(15, 120)
        colour = tuple(rng.randrange(256) for _ in range(3))
        if rng.random() < 0.5:
            draw.ellipse([x - size, y - size // 2, x + size, y + size // 2], fill=colour)
        else:
            draw.polygon([(x + rng.randint(-size, size), y + rng.randint(-size, size)) for _ in range(4)], fill=colour)
    return image


def encoded(image: Image.Image, form: str = "JPEG", **options) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


class Site:
    """A web server of `pages`: path with query → (type, body[, status[, {header: value}]]), or a function of the request
    handler that returns such a tuple. `requests`: (path, headers) in the order in which they came."""

    def __init__(self, pages: dict | None = None, host: str = "127.0.0.2"):
        self.pages, self.requests = pages or {}, []
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                site.requests.append((self.path, self.headers))
                page = site.pages.get(self.path, ("text/html", "nothing here", 404))
                page = page(self) if callable(page) else page
                kind, body, status, headers = page + (200, {})[len(page) - 2:]
                body = body.encode() if isinstance(body, str) else body
                self.send_response(status)
                if kind:
                    self.send_header("Content-Type", kind)
                for name, value in headers.items():
                    for one in value if isinstance(value, list) else [value]:
                        self.send_header(name, one)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.server = Server((host, 0), Handler)
        self.host = f"{host}:{self.server.server_address[1]}"
        self.origin = "http://" + self.host
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def asked(self, path: str) -> int:
        return sum(1 for one, _ in self.requests if one == path)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Watch:
    """An installation that watches `sites` (name → list of Site, the first of which holds the seed) for `references`."""

    def __init__(self, sites: dict, references: list[bytes], settings: dict | None = None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sw-"))
        self.config = self.folder / "i" / "stillwatch.toml"
        identity = subprocess.run(["age-keygen"], check=True, capture_output=True, text=True).stdout
        self.run("init", self.folder / "i", "--evidence-recipient", re.search(r"age1\w+", identity)[0],
                 "--organisation", "Example Helpline", "--contact", "https://helpline.example/monitoring")
        text = self.config.read_text()
        text = re.sub(r"(?m)^allowed_private_networks = .*$", 'allowed_private_networks = ["127.0.0.0/8"]', text, count=1)
        text = re.sub(r"(?m)^listen = .*$", 'listen = ""', text, count=1)
        for name, servers in sites.items():
            text += f'\n[[site]]\nname = "{name}"\nseeds = ["{servers[0].origin}/"]\n' \
                    f"hosts = {json.dumps([server.host for server in servers])}\n" \
                    f'delay = "0ms"\nconcurrency = 2\n{(settings or {}).get(name, "")}\n'
        self.config.write_text(text)
        expires = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 90 * 86400))
        case = self.ask("case", "open", "--recorded-by", "a", "--approved-by", "b", "--expires", expires)[0]["case"]
        for number, reference in enumerate(references):
            file = self.folder / f"reference-{number}"
            file.write_bytes(reference)
            self.run("reference", "add", case, file)

    def run(self, *arguments) -> str:
        done = subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=120,
                              env={**os.environ, "STILLWATCH_CONFIG": str(self.config)})
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, arguments))}: exit {done.returncode}: {done.stderr}{done.stdout}")
        self.said = done.stderr
        return done.stdout

    def ask(self, *arguments) -> list[dict]:
        return [json.loads(line) for line in self.run("--json", *arguments).splitlines()]

    def crawl(self) -> dict:
        """One full pass; its summary."""
        return self.ask("crawl", "--once")[-1]

    def found(self, site: Site) -> set[str]:
        """Paths on a site's host where a reference was found: one finding may have many places."""
        places = [row["image_url"] for row in self.ask("findings", "list")]
        return {place.removeprefix(site.origin) for place in places if place.startswith(site.origin + "/")}

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
