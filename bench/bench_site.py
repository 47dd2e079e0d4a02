"""A web site for measuring a crawl: pages by the thousand, and every picture named in exactly one way.

make(folder, photographs, pages, pictures, seed) writes document roots, `nginx.conf` and the truth. The same arguments give
the same site; it is made once and found again. Four hosts on loopback are inside the scope, one is outside.
"""
import dataclasses
import gzip
import html
import io
import json
import multiprocessing
import pathlib
import random
import shutil

from PIL import Image

PORT = 8790
HOSTS = {name: f"127.0.0.{n}:{PORT}" for n, name in enumerate(("forum", "gallery", "blog", "files"), start=2)}
OFF_SCOPE = f"127.0.0.9:{PORT}"
VERSION = 1  # of what is made; another one is made anew


def escaped(url: str) -> str:
    return html.escape(url, quote=True)


# How a page names a picture: share of all, class, markup for an address on the page's own host or another. What ends in
# "_" stands in the head. Those without markup are named by documents of their own (see documents()).
MECHANISMS = {
    "img": (20, "core", lambda u: f'<img class="att" alt="" src="{escaped(u)}">'),
    "a_href": (10, "core", lambda u: f'<a href="{escaped(u)}" rel="nofollow">full size</a>'),
    "srcset": (6, "core", lambda u: f'<img src="data:," srcset="{escaped(u)} 480w, {escaped(u)} 1080w" sizes="100vw">'),
    "picture": (4, "core", lambda u: f'<picture><source srcset="{escaped(u)}, {escaped(u)} 2x"><img src="data:,"></picture>'),
    "lazy": (6, "core", lambda u: f'<img class="lazy" src="data:," data-original="{escaped(u)}">'),
    "lazy_any": (3, "core", lambda u: f'<div data-x-full-shot="{escaped(u)}"></div>'),
    "lazy_srcset": (2, "core", lambda u: f'<img data-srcset="{escaped(u)} 300w,{escaped(u)} 600w">'),
    "noscript": (2, "core", lambda u: f'<noscript><img src="{escaped(u)}"></noscript>'),
    "poster": (3, "core", lambda u: f'<video poster="{escaped(u)}" preload="none"></video>'),
    "og_image_": (3, "core", lambda u: f'<meta property="og:image" content="{escaped(u)}">'),
    "twitter_image_": (1, "core", lambda u: f'<meta name="twitter:image" content="{escaped(u)}">'),
    "style": (3, "core", lambda u: f'<div style="background:#eee url(&quot;{escaped(u)}&quot;) 50%"></div>'),
    "style_block_": (2, "core", lambda u: f"<style>.hero{{background-image:url({u})}}</style>"),
    "json_ld_": (2, "core", lambda u: f'<script type="application/ld+json">{json.dumps({"@type": "ImageObject", "contentUrl": u})}</script>'),
    "link_rel_": (2, "core", lambda u: f'<link rel="preload" as="image" imagesrcset="{escaped(u)} 1x">'),
    "script": (4, "core", lambda u: "<script>window.state=" + json.dumps({"file": u}).replace("/", "\\/") + "</script>"),
    "entities": (2, "core", lambda u: f'<img src="{escaped(u)}&#63;w=1&amp;copy=2">'),
    "blanks": (1, "core", lambda u: f'<img src="\n  {escaped(u)}\t ">'),
    "other_scheme": (1, "core", lambda u: f'<img src="{escaped(u.removeprefix("http:"))}">'),
    "rss": (1, "core", None), "atom": (1, "core", None), "sitemap": (1, "core", None), "style_sheet": (2, "core", None),
    "import": (1, "core", None), "directory": (3, "core", None), "redirect": (1, "core", None),
    "svg": (1, "extended", lambda u: f'<svg><image xlink:href="{escaped(u)}"/></svg>'),
    "input": (1, "extended", lambda u: f'<input type="image" src="{escaped(u)}">'),
    "object": (1, "extended", lambda u: f'<object data="{escaped(u)}" type="image/jpeg"></object>'),
    "background": (1, "extended", lambda u: f'<table background="{escaped(u)}"></table>'),
    "template": (1, "extended", lambda u: f'<template><img src="{escaped(u)}"></template>'),
    "srcdoc": (1, "extended", lambda u: f'<iframe srcdoc="{escaped(f"<img src={u}>")}"></iframe>'),
    "data_json": (1, "extended", lambda u: f'<div data-gallery="{escaped(json.dumps([{"file": u}]))}"></div>'),
    "itemprop": (1, "extended", lambda u: f'<span itemprop="image" content="{escaped(u)}"></span>'),
    "comment": (1, "extended", lambda u: f'<!-- <img src="{escaped(u)}"> -->'),
    "image_set": (1, "extended", lambda u: f"<div style=\"background-image:image-set('{escaped(u)}' 1x)\"></div>"),
    "text": (2, "extended", lambda u: f"<pre>see {escaped(u)} and the rest</pre>"),
    "json": (1, "extended", None), "manifest": (1, "extended", None), "storyboard": (1, "extended", None),
}


@dataclasses.dataclass
class Site:
    folder: pathlib.Path
    pictures: dict[str, tuple[str, str]]  # "HOST:PORT/path": mechanism, class
    others: set[str]                      # pages and documents, the same way

    @property
    def seeds(self) -> list[str]:
        return [f"http://{host}/" for host in HOSTS.values()]


def encode(job: tuple[pathlib.Path, pathlib.Path, int]) -> None:
    """A picture of its own out of a photograph: cropped, mirrored, scaled."""
    photograph, target, seed = job
    rng = random.Random(seed)
    with Image.open(photograph) as opened:
        opened.draft("RGB", (1600, 1600))
        image = opened.convert("RGB")
    width, height = image.size
    left, top = int(width * 0.3 * rng.random()), int(height * 0.3 * rng.random())
    image = image.crop((left, top, left + int(width * rng.uniform(0.5, 0.7)), top + int(height * rng.uniform(0.5, 0.7))))
    if rng.random() < 0.3:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    image.thumbnail((rng.choice((500, 640, 800, 960)),) * 2)
    if target.suffix == ".jpg":
        image.save(target, "JPEG", quality=rng.choice((72, 80, 88)), progressive=rng.random() < 0.2)
    elif target.suffix == ".webp":
        image.save(target, "WEBP", quality=80, method=0)
    else:
        image.thumbnail((300, 300))
        image.save(target, "PNG", compress_level=1)


class Maker:
    def __init__(self, folder: pathlib.Path, pages: int, pictures: int, seed: int):
        self.rng, self.pages, self.folder = random.Random(seed), pages, folder
        self.named: dict[str, list[str]] = {name: [] for name in MECHANISMS}  # URLs by mechanism
        self.site = Site(folder, {}, set())
        self.pages_by_host = ["forum", "gallery", "blog"]
        total = sum(share for share, _, _ in MECHANISMS.values())
        shares = [name for name, (share, _, _) in MECHANISMS.items() for _ in range(share)]
        for number in range(pictures):
            name = shares[number % total]
            host = "files" if name == "directory" else self.rng.choice(self.pages_by_host)
            stem = f"{self.rng.getrandbits(48):012x}.{self.rng.choices(('jpg', 'webp', 'png'), (78, 14, 8))[0]}"
            path = f"/set{int(stem[0], 16):02d}/{stem}" if name == "directory" else f"/i/{stem[:2]}/{stem}"
            url = f"http://{HOSTS[host]}{path}"
            self.named[name].append(url)
            asked = path + ("?w=1&copy=2" if name == "entities" else "")
            self.site.pictures[HOSTS[host] + asked] = (name.rstrip("_"), MECHANISMS[name][1])

    def write(self, host: str, path: str, data: str | bytes, listed: bool = True) -> None:
        target = self.folder / "www" / host / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.encode() if isinstance(data, str) else data)
        if listed:
            self.site.others.add(HOSTS[host] + path.removesuffix("index.html"))

    def page(self, host: str, path: str, markup: str, head: str = "") -> None:
        filler = "".join(f"<p class=post>{self.rng.getrandbits(64):x} words about nothing, quoted and quoted again</p>\n"
                         for _ in range(self.rng.randrange(40, 300)))
        self.write(host, path, f"<!doctype html><html><head><title>t</title>{head}</head><body>{markup}{filler}</body></html>")

    def threads(self) -> None:
        """Threads with pictures, and lists of them that also name what is not to be asked for."""
        inline = [(name, url) for name, urls in self.named.items() if MECHANISMS[name][2] for url in urls]
        self.rng.shuffle(inline)
        each = -(-len(inline) // self.pages)
        for number in range(self.pages):
            host = self.pages_by_host[number % 3]
            head, body = "", ""
            for name, url in inline[number * each:(number + 1) * each]:
                own = url.removeprefix(f"http://{HOSTS[host]}") if self.rng.random() < 0.7 and name != "other_scheme" and name != "text" else url
                markup = MECHANISMS[name][2](own)
                head, body = (head + markup, body) if name.endswith("_") else (head, body + markup)
            self.page(host, f"/t/{number}.html", body, head)
        for place, host in enumerate(self.pages_by_host):
            lists = range(place, self.pages, 3)
            for position in range(0, len(lists), 25):
                links = ""
                for number in lists[position:position + 25]:
                    path = f"/t/{number}.html"
                    links += f'<a href="{self.rng.choice((path, f"..{path}", f"http://{HOSTS[host]}{path}", f"{path}#last", f"/t/./{number}.html"))}">t</a>'
                    links += self.rng.choice(("", f'<a href="{path}?utm_source=list">share</a>', f'<a href="{path}?sid={number:x}a7">s</a>'))
                links += f'<a href="/private/{position}.html">p</a><a href="http://{OFF_SCOPE}/x">e</a><a href="/logout?t=1">l</a>'
                links += f'<a href="/b/{position + 25}.html" rel="next">next</a>' if position + 25 < len(lists) else ""
                self.page(host, f"/b/{position}.html", links)

    def documents(self) -> None:
        """Feeds, sitemaps, style sheets and the like; the front pages; robots.txt."""
        blog = f"http://{HOSTS['blog']}"
        named = self.named
        self.write("blog", "/feed.xml", '<?xml version="1.0"?><rss version="2.0"><channel>' + "".join(
            f'<item><enclosure type="image/jpeg" url="{escaped(url)}"/></item>' if n % 2 else
            f'<item><description><![CDATA[<img src="{url}">]]></description></item>' for n, url in enumerate(named["rss"])) + "</channel></rss>")
        self.write("blog", "/atom.xml", '<feed xmlns="http://www.w3.org/2005/Atom">' + "".join(
            f'<entry><content type="html">{escaped(f"<img src={url}>")}</content></entry>' for url in named["atom"]) + "</feed>")
        self.write("blog", "/sitemap.xml", f"<sitemapindex><sitemap><loc>{blog}/pictures.xml.gz</loc></sitemap></sitemapindex>")
        self.write("blog", "/pictures.xml.gz", gzip.compress(("<urlset>" + "".join(
            f"<url><image:image><image:loc>{url}</image:loc></image:image></url>" for url in named["sitemap"]) + "</urlset>").encode(), mtime=0))
        self.write("forum", "/s/main.css", '@import "more.css";' + "".join(f".c{n}{{background:url({url})}}" for n, url in enumerate(named["style_sheet"])))
        self.write("forum", "/s/more.css", "".join(f".d{n}{{background:url('{url}')}}" for n, url in enumerate(named["import"])))
        self.write("forum", "/catalog.json", json.dumps([{"threads": [{"file": url} for url in named["json"]]}]))
        self.write("forum", "/site.webmanifest", json.dumps({"icons": [{"src": url} for url in named["manifest"]]}))
        self.write("forum", "/board.vtt", "WEBVTT\n\n" + "".join(f"00:0{n % 10}.000 --> 00:0{n % 10}.900\n{url}#xywh=0,0,9,9\n\n" for n, url in enumerate(named["storyboard"])))
        redirects = "".join(f'<img src="{url.replace("/i/", "/go/")}">' for url in named["redirect"])
        head = ('<link rel="stylesheet" href="/s/main.css"><link rel="manifest" href="/site.webmanifest">'
                '<link rel="alternate" type="application/json" href="/catalog.json">')
        track = '<video><track kind="metadata" src="/board.vtt"></video>'
        for host in self.pages_by_host:
            feeds = '<link rel="alternate" type="application/rss+xml" href="/feed.xml"><link rel="alternate" href="/atom.xml">'
            self.page(host, "/index.html", '<a href="/b/0.html">all</a>' + (track + redirects if host == "forum" else ""),
                      head if host == "forum" else feeds if host == "blog" else "")
        for host in HOSTS:
            rules = "User-agent: *\nDisallow: /private/\nDisallow: /*?sid=\n" + (f"Sitemap: {blog}/sitemap.xml\n" if host == "blog" else "")
            self.write(host, "/robots.txt", rules, listed=False)
        self.site.others |= {HOSTS["files"] + "/"} | {HOSTS["files"] + "/" + url.split("/")[3] + "/" for url in named["directory"]}
        self.site.others |= {url.removeprefix("http://").replace("/i/", "/go/") for url in named["redirect"]}

    def encode_pictures(self, photographs: list[pathlib.Path], seed: int) -> None:
        jobs = []
        for number, address in enumerate(self.site.pictures):
            host = next(name for name, at in HOSTS.items() if address.startswith(at + "/"))
            target = self.folder / "www" / host / address.split("/", 1)[1].split("?")[0]
            target.parent.mkdir(parents=True, exist_ok=True)
            jobs.append((photographs[number % len(photographs)], target, seed * 1_000_003 + number))
        with multiprocessing.Pool() as pool:
            for _ in pool.imap_unordered(encode, jobs, chunksize=16):
                pass

    def configure(self) -> None:
        servers = ""
        for name, at in (*HOSTS.items(), ("elsewhere", OFF_SCOPE)):
            (self.folder / "www" / name).mkdir(parents=True, exist_ok=True)
            servers += (f"  server {{ listen {at} backlog=4096; root {self.folder}/www/{name}; "
                        + ("autoindex on; " if name == "files" else "")
                        + "location /go/ { rewrite ^/go/(.*)$ /i/$1 redirect; } }\n")
        (self.folder / "nginx.conf").write_text(f"""worker_processes 1; daemon on; pid {self.folder}/nginx.pid; error_log {self.folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  types {{ text/html html; text/css css; text/vtt vtt; image/jpeg jpg; image/png png; image/webp webp; application/json json webmanifest; text/xml xml; application/gzip gz; text/plain txt; }}
  sendfile on; tcp_nodelay on; keepalive_requests 1000000; open_file_cache max=40000 inactive=600s; open_file_cache_valid 600s;
  log_format crawl '$server_addr:$server_port $request_uri $status $http_host';
  access_log {self.folder}/access.log crawl buffer=256k flush=1s;
{servers}}}
""")


def make(folder: pathlib.Path, photographs: list[pathlib.Path], pages: int, pictures: int, seed: int) -> Site:
    maker = Maker(folder, pages, pictures, seed)
    done = folder / "made"
    is_there = done.exists() and done.read_text() == f"{VERSION} {pages} {pictures} {seed}"
    if not is_there:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        maker.encode_pictures(photographs, seed)
    maker.threads()
    maker.documents()
    maker.configure()
    done.write_text(f"{VERSION} {pages} {pictures} {seed}")
    return maker.site
