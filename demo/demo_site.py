"""Builds the demonstration site: what it looks like, which pictures are re-posts and where follows from the seed."""
import dataclasses
import io
import itertools
import json
import os
import pathlib
import random

from PIL import Image

import alter
import films
import forum
import imageboard
import photographs

REFERENCES = 8
PLANTED_EACH = 4      # re-posts of one reference: one of tier exact, the others near
DERIVED_EACH = 3      # and pictures that hold a part of it or were made from it
HARD_EACH = 2         # innocent pictures altered in each of the ways that make derived ones
PICTURES = 165
OWN_FILM = "own-film.mp4"  # the person's own, a reference like the pictures
OWN_SCENES = 3
NAMES = ("holiday", "img", "dsc", "photo", "screenshot", "untitled")
# What is posted and nobody's reference: postcards (drawings, photographs in broad frames, out of focus: most are weak
# references, and `reference add` says so), a drawing, a cat on white, and a person whom everybody knows.
NO_REFERENCES = ("postcard", "primitives", "0001", "Tom_Cruise")


@dataclasses.dataclass
class Posted:
    """One picture on the site."""
    data: bytes
    reference: str | None = None  # file name of the reference, None for an innocent picture
    tier: str | None = None
    kind: str = "innocent"    # how it was altered, of an innocent one too
    url: str = ""
    file: str = ""            # below www/
    thumbnail: str = ""       # its address; empty where it has none
    thumbnail_file: str = ""
    pages: list[str] = dataclasses.field(default_factory=list)
    between: tuple[float, float] = (0, 0)  # seconds of a film in which the reference is shown


def _opened(photo: pathlib.Path) -> Image.Image:
    with Image.open(photo) as picture:
        picture.load()
        return picture


def _dealt(kinds: list[str], rng: random.Random):
    """Every kind once in any order, then again: all equally often."""
    while True:
        yield from rng.sample(kinds, len(kinds))


def made_films(work: pathlib.Path, references: list[pathlib.Path], own: list[pathlib.Path], others: list[pathlib.Path]) -> list[Posted]:
    """Films on the site, and the person's own one in `work`: of photographs that are posted nowhere else."""
    shown = [_opened(photo) for photo in references[:2]]
    filler = [_opened(photo) for photo in others]
    clip = work / OWN_FILM
    films.written(clip, itertools.chain.from_iterable(films.camera(_opened(photo), 2.5, number) for number, photo in enumerate(own)))
    posted = []

    def post(name: str, reference: str | None, kind: str, make, between: tuple[float, float]) -> None:
        out = work / name
        make(out)
        posted.append(Posted(out.read_bytes(), reference, "video" if reference else None, kind, between=between))

    parts = lambda *made: itertools.chain(*made)
    post("burns.mp4", references[0].name, "Ken Burns", lambda out: films.written(out, parts(
        films.camera(filler[0], 3), films.ken_burns(shown[0], 4), films.camera(filler[1], 3))), (3, 7))
    post("inset.mp4", references[1].name, "picture in picture", lambda out: films.written(out, parts(
        films.camera(filler[2], 3), films.inset(shown[1], filler[3], 4), films.camera(filler[0], 2, 2))), (3, 7))
    post("again.webm", OWN_FILM, "film re-encoded", lambda out: films.again(clip, out), (0, 7.5))
    post("other.mp4", None, "film", lambda out: films.written(out, parts(
        films.camera(filler[1], 3, 1), films.inset(filler[2], filler[3], 3))), (0, 0))
    return posted


def made_pictures(rng: random.Random, photos: list[pathlib.Path]) -> tuple[list[pathlib.Path], list[Posted]]:
    chosen = rng.sample([photo for photo in photos if not photo.name.startswith(NO_REFERENCES)], REFERENCES)
    others = [photo for photo in photos if photo not in chosen]
    rng.shuffle(others)
    deck = _dealt(list(alter.DERIVED), rng)
    posted: list[Posted] = []
    for reference in chosen:
        original, picture = reference.read_bytes(), _opened(reference)
        kind = rng.choice(list(alter.EXACT))
        posted.append(Posted(alter.EXACT[kind](original, rng), reference.name, "exact", kind))
        for kind in rng.sample(list(alter.NEAR), PLANTED_EACH - 1):
            posted.append(Posted(alter.NEAR[kind](picture, rng), reference.name, "near", kind))
        for kind in itertools.islice(deck, DERIVED_EACH):
            derivation = alter.DERIVED[kind]
            # What becomes part of a re-post is posted nowhere else.
            parts = [_opened(others.pop()) for _ in range(derivation.others)]
            posted.append(Posted(derivation.make(picture, parts, rng), reference.name, "derived", kind))
    for photo in others:
        posted.append(Posted(photo.read_bytes()))
    # Hard ones: the same pages, collages, captions and frames around photographs that nobody looks for.
    for kind, derivation in alter.DERIVED.items():
        for _ in range(HARD_EACH):
            picture, *parts = map(_opened, rng.sample(others, 1 + derivation.others))
            posted.append(Posted(derivation.make(picture, parts, rng), kind=kind))
    while len(posted) < PICTURES:
        posted.append(Posted(alter.drawn(rng)))
    rng.shuffle(posted)
    return chosen, posted


def _placed(posted: list[Posted], rng: random.Random, origin: dict[str, str]) -> dict[str, list[dict]]:
    """Puts each picture on a page of the forum or the image board, where it lies as such software keeps it."""
    leaves = [(leaf, forum) for leaf in forum.leaves()] + [(leaf, imageboard) for leaf in imageboard.leaves()]
    on_page: dict[str, list[dict]] = {leaf: [] for leaf, _ in leaves}
    for number, picture in enumerate(posted):
        leaf, software = leaves[number % len(leaves)]
        turn = number // len(leaves) + number % len(leaves)  # each way of showing meets each page
        placed = software.place(number + 1, alter.suffix_of(picture.data), f"{rng.choice(NAMES)}-{rng.randrange(9999)}", origin, turn)
        picture.url, picture.file, picture.thumbnail = placed["url"], placed["file"], placed["thumbnail"]
        picture.thumbnail_file = placed["thumbnail_file"]
        picture.pages.append(leaf)
        on_page[leaf].append(placed)
    # A few re-posts of the forum stand on a second page too: another occurrence of the same picture.
    for picture in rng.sample([p for p in posted if p.reference and p.pages[0] in forum.leaves()], 3):
        other = rng.choice([leaf for leaf in forum.leaves() if leaf not in picture.pages])
        on_page[other].append(next(placed for placed in on_page[picture.pages[0]] if placed["url"] == picture.url))
        picture.pages.append(other)
    return on_page


def _thumbnail(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as picture:
        small = picture.convert("RGB")
    small.thumbnail((240, 240))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=80)
    return out.getvalue()


def _furniture(rng: random.Random) -> dict[str, bytes]:
    """Avatars, signatures, logo, banner: what every page shows."""
    def saved(picture: Image.Image, form: str) -> bytes:
        out = io.BytesIO()
        picture.save(out, form)
        return out.getvalue()

    def drawn(width: int, height: int) -> Image.Image:
        with Image.open(io.BytesIO(alter.drawn(rng))) as picture:
            return picture.convert("RGB").resize((width, height))

    furniture = {"static/blank.gif": saved(Image.new("L", (1, 1)), "GIF"), "static/logo.png": saved(drawn(300, 36), "PNG"),
                 "static/spoiler.png": saved(drawn(128, 128), "PNG"), "static/banner.png": saved(drawn(300, 100), "PNG")}
    for number in range(1, len(forum.MEMBERS) + 1):
        face = drawn(192, 192)
        furniture[f"data/avatars/l/0/{number}.png"] = saved(face, "PNG")
        furniture[f"data/avatars/m/0/{number}.png"] = saved(face.resize((96, 96)), "PNG")
    for number in range(1, 4):
        furniture[f"data/signatures/{number}.gif"] = saved(drawn(350, 40), "GIF")
    return furniture


def _file_of(address: str) -> str:
    """Where nginx looks for a page."""
    return address.lstrip("/") + ("index.html" if address.endswith("/") else "")


def build(out: pathlib.Path, seed: int, cache: pathlib.Path, pages: str, pictures: str) -> dict:
    """Writes the site below out/www (hosts `pages` and `pictures`, each HOST:PORT) and returns the plan."""
    rng = random.Random(seed)
    references = out / "references"
    references.mkdir(exist_ok=True)
    photos = photographs.photographs(cache)
    own = rng.sample([photo for photo in photos if not photo.name.startswith(NO_REFERENCES)], OWN_SCENES)
    photos = [photo for photo in photos if photo not in own]
    chosen, posted = made_pictures(rng, photos)
    clips = made_films(references, chosen, own, rng.sample([photo for photo in photos if photo not in chosen], 4))
    origin = {"pages": f"http://{pages}", "pictures": f"http://{pictures}"}
    on_page = _placed(posted, rng, origin)
    threads = {}  # of the films
    for number, (leaf, clip) in enumerate(zip(imageboard.leaves(), clips)):
        address = f"/b/src/{imageboard.TIME}{900 + number}.{alter.suffix_of(clip.data)}"
        threads[leaf] = address
        clip.url, clip.file, clip.pages = origin["pages"] + address, "pages" + address, [leaf]
    made = {**forum.files(on_page, rng), **imageboard.files(on_page, threads)}
    made["/robots.txt"] = "User-agent: *\nDisallow: /private/\nDisallow: /login/\n"
    made["/private/list.html"] = forum.page("Staff", "<p>robots.txt forbids this page.</p>")

    files: dict[str, bytes] = {f"pages/{_file_of(address)}": text.encode() for address, text in made.items()}
    files |= {f"pages/{name}": data for name, data in _furniture(rng).items()}
    files["pages/b/src/film.webm"] = b"\x1a\x45\xdf\xa3" + bytes(64)
    for clip in clips:
        files[clip.file] = clip.data
    for picture in posted:
        files[picture.file] = picture.data
        if picture.thumbnail:
            files[picture.thumbnail_file] = _thumbnail(picture.data)
    for name, data in files.items():
        file = out / "www" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    for photo in chosen:
        (references / photo.name).write_bytes(photo.read_bytes())
    plan = {
        "seed": seed,
        "pages": sum(1 for address in made if not address.startswith(("/private/", "/login/", "/robots.txt"))),
        "references": [photo.name for photo in chosen],
        "own_film": OWN_FILM,
        "videos": [{"url": c.url, "file": c.file, "thumbnail": "", "thumbnail_file": "", "reference": c.reference, "tier": c.tier,
                    "kind": c.kind, "between": c.between, "pages": [origin["pages"] + page for page in c.pages]} for c in clips],
        "pictures": [{"url": p.url, "file": p.file, "thumbnail": p.thumbnail, "thumbnail_file": p.thumbnail_file,
                      "reference": p.reference, "tier": p.tier, "kind": p.kind,
                      "pages": [origin["pages"] + page for page in p.pages]} for p in posted],
    }
    (out / "plan.json").write_text(json.dumps(plan, indent=1))
    return plan


def nginx_configuration(out: pathlib.Path, pages: str, pictures: str) -> pathlib.Path:
    """Two static hosts, whose addresses are those of a forum and an image board. Everything nginx writes stays in out/nginx."""
    work = out / "nginx"
    work.mkdir(parents=True, exist_ok=True)
    servers = ""
    for name, listen in (("pages", pages), ("pictures", pictures)):
        servers += f"""
    server {{
        listen {listen};
        root {out}/www/{name};
        index index.html file.jpg file.png file.gif file.webp;
        add_header Set-Cookie "xf_csrf=$request_id; path=/; HttpOnly";
        location = /css.php {{ default_type text/css; return 200 ".bbImage{{max-width:100%}}"; }}
        location = /banners.php {{ rewrite ^ /static/banner.png? last; }}
        location = /download/file.php {{
            set $size full;
            if ($arg_t) {{ set $size thumb; }}
            rewrite ^ /download/$arg_id/$size/? last;
        }}
        location ~ ^/b/src/.*[.]webm$ {{ default_type video/webm; try_files $uri /b/src/film.webm; }}
        location ~ ^/b/src/.*[.]mp4$ {{ default_type video/mp4; }}
        location = /forums/members-only.4/ {{ error_page 403 /forums/members-only.4/index.html; return 403; }}
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
    types {{ text/html html htm; text/css css; application/json json; video/webm webm; text/plain txt; image/jpeg jpg; image/png png; image/gif gif; image/webp webp; }}
    default_type text/html;
    log_format judged '$msec $server_addr $status $body_bytes_sent "$request_uri" "$http_user_agent"';
    access_log {work}/access.log judged;
    client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fastcgi;
    uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi;{servers}
}}
""")
    return file
