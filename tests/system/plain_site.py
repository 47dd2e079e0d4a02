"""A plain site with the demonstration's pictures, for the tests of whole programs: each way a page can name a picture, in turn."""
import html
import io
import json
import os
import pathlib
import random

from PIL import Image

import alter
import demo_site
import photographs

THREADS, GALLERIES, BOARDS = 9, 6, 6


# How a page can name a picture; each is used in turn. {u}: the address.
MARKUP = [
    '<img src="{u}" alt="">',
    '<a href="{u}">full size</a>',
    '<img src="/static/blank.gif" data-src="{u}" class="lazyload" alt="">',
    '<img srcset="{u} 1x" alt="">',
    '<picture><source srcset="{u}"><img src="/static/blank.gif" alt=""></picture>',
    '<div class="tile" style="background-image:url(\'{u}\')"></div>',
    '<video poster="{u}" controls></video>',
    '<noscript><img src="{u}" alt=""></noscript>',
]


def _page(title: str, body: str, head: str = "") -> str:
    return (f"<!doctype html><html><head><meta charset=utf-8><title>{html.escape(title)}</title>{head}"
            f"<link rel=stylesheet href=/static/site.css></head><body><nav><a href=/>home</a> "
            f"<a href=/forum/>forum</a> <a href=/gallery/>gallery</a> <a href=/b/>board</a></nav>"
            f"<h1>{html.escape(title)}</h1>{body}</body></html>")


def _pager(base: str, number: int, count: int) -> str:
    links = [f'<a href="{base}?page={n}">{n}</a>' if n != number else f"<b>{n}</b>" for n in range(1, count + 1)]
    return "<p class=pager>" + " ".join(links) + "</p>"


def build(out: pathlib.Path, seed: int, cache: pathlib.Path, pages: str, pictures: str) -> dict:
    """Writes the site below out/www (hosts `pages` and `pictures`, each HOST:PORT) and returns the plan."""
    rng = random.Random(seed)
    chosen, posted = demo_site.made_pictures(rng, photographs.photographs(cache))
    for number, picture in enumerate(posted):
        picture.host = rng.choice(["pages", "pictures"])
        picture.path = f"/img/{number:04}.{alter.suffix_of(picture.data)}"
    origin = {"pages": f"http://{pages}", "pictures": f"http://{pictures}"}
    files: dict[str, str] = {}

    leaves = ([f"/forum/thread-{n}.html" for n in range(1, THREADS + 1)] +
              [f"/gallery/album-{n}.html" for n in range(1, GALLERIES + 1)] +
              [f"/b/{n}.html" for n in range(1, BOARDS + 1)])
    on_page: dict[str, list[demo_site.Posted]] = {leaf: [] for leaf in leaves}
    for number, picture in enumerate(posted):
        picture.pages.append(leaves[number % len(leaves)])
        on_page[picture.pages[0]].append(picture)
    # A few re-posts stand on a second page too: another occurrence of the same picture.
    for picture in rng.sample([p for p in posted if p.reference], 3):
        other = rng.choice([leaf for leaf in leaves if leaf not in picture.pages])
        picture.pages.append(other)
        on_page[other].append(picture)

    for leaf, shown in on_page.items():
        parts, head = [], ""
        for number, picture in enumerate(shown):
            address = html.escape(origin[picture.host] + picture.path if picture.host == "pictures" or rng.random() < .5
                                  else picture.path)
            if number == 0:
                head = f'<meta property="og:image" content="{address}">'
                continue
            markup = MARKUP[(number + len(leaf)) % len(MARKUP)].format(u=address)
            parts.append(f"<article class=post><p>posted by user{rng.randrange(999)}</p>{markup}</article>")
        files[leaf] = _page(leaf.strip("/").removesuffix(".html"), "".join(parts), head)

    def listing(base: str, shown: list[str], each: int) -> None:
        count = -(-len(shown) // each)
        for number in range(1, count + 1):
            entries = "".join(f'<li><a href="{leaf}">{leaf}</a>' for leaf in shown[(number - 1) * each:number * each])
            name = f"{base}index.html" if number == 1 else f"{base}index.html@page={number}"
            files[name] = _page(base.strip("/"), f"<ul>{entries}</ul>" + _pager(base, number, count))

    listing("/forum/", leaves[:THREADS], 3)
    listing("/gallery/", leaves[THREADS:THREADS + GALLERIES], 3)
    listing("/b/", leaves[THREADS + GALLERIES:], 3)
    files["/index.html"] = _page("Demonstration", '<a href="/about.html">about</a> <a href="/private/list.html">members</a>'
                                 '<img src="/static/blank.gif" alt="">')
    files["/about.html"] = _page("About", "<p>Drawn and photographed for a demonstration.</p>")
    files["/private/list.html"] = _page("Private", "<p>robots.txt forbids this page.</p>")
    files["/robots.txt"] = "User-agent: *\nDisallow: /private/\n"
    files["/static/site.css"] = "article{border:1px solid #ccc;margin:1em;padding:1em} .tile{width:300px;height:200px}"

    for host in ("pages", "pictures"):
        (out / "www" / host / "img").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        file = out / "www" / "pages" / name.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    blank = io.BytesIO()
    Image.new("L", (1, 1)).save(blank, "GIF")
    (out / "www" / "pages" / "static" / "blank.gif").write_bytes(blank.getvalue())
    for picture in posted:
        (out / "www" / picture.host / picture.path.lstrip("/")).write_bytes(picture.data)

    references = out / "references"
    references.mkdir(exist_ok=True)
    for photo in chosen:
        (references / photo.name).write_bytes(photo.read_bytes())
    plan = {
        "seed": seed,
        "pages": sum(1 for name in files if ".html" in name and not name.startswith("/private/")),
        "references": [photo.name for photo in chosen],
        "pictures": [{"url": origin[p.host] + p.path, "reference": p.reference, "tier": p.tier, "kind": p.kind,
                      "pages": [origin["pages"] + page for page in p.pages]} for p in posted],
    }
    (out / "plan.json").write_text(json.dumps(plan, indent=1))
    return plan


def nginx_configuration(out: pathlib.Path, pages: str, pictures: str) -> pathlib.Path:
    """Two static hosts; index.html@page=2 answers /forum/?page=2. Everything nginx writes stays in out/nginx."""
    work = out / "nginx"
    work.mkdir(parents=True, exist_ok=True)
    servers = ""
    for name, listen in (("pages", pages), ("pictures", pictures)):
        servers += f"""
    server {{
        listen {listen};
        root {out}/www/{name};
        location / {{
            if ($arg_page ~ "^[2-9]$") {{ rewrite ^(.*)/$ $1/index.html@page=$arg_page break; }}
            index index.html;
        }}
    }}"""
    file = work / "nginx.conf"
    # As root, nginx would serve as another user, who may not be let into our folder.
    user = "user root root;" if os.geteuid() == 0 else ""
    file.write_text(f"""daemon off;
{user}
worker_processes 1;
pid {work}/nginx.pid;
error_log {work}/error.log;
events {{ worker_connections 256; }}
http {{
    types {{ text/html html htm; text/css css; text/plain txt; image/jpeg jpg; image/png png; image/gif gif; image/webp webp; }}
    default_type text/html;
    log_format judged '$msec $server_addr $status $body_bytes_sent "$request_uri" "$http_user_agent"';
    access_log {work}/access.log judged;
    client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fastcgi;
    uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi;{servers}
}}
""")
    return file
