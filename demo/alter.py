"""What people do to a picture before they post it again. Each kind belongs to one tier of matching."""
import collections.abc
import functools
import io
import math
import random
import typing

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps, PngImagePlugin


def _jpeg(picture: Image.Image, quality: int = 88) -> bytes:
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def _saved(picture: Image.Image, kind: str, **options) -> bytes:
    out = io.BytesIO()
    picture.convert("RGB").save(out, kind, **options)
    return out.getvalue()


def _scaled(picture: Image.Image, factor: float) -> Image.Image:
    size = (round(picture.width * factor), round(picture.height * factor))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _sepia(picture: Image.Image) -> Image.Image:
    return ImageOps.colorize(ImageOps.grayscale(picture), black="#1a0f00", white="#fff0d0")


def _noisy(picture: Image.Image, rng: random.Random) -> Image.Image:
    noise = Image.effect_noise(picture.size, 24)
    return Image.blend(picture.convert("RGB"), Image.merge("RGB", (noise, noise, noise)), 0.06 + rng.random() * 0.02)


def _comment(original: bytes, rng: random.Random) -> bytes:
    """The same JPEG data with a comment segment (marker FE) behind the start: other bytes, same picture."""
    text = f"posted again, copy {rng.randrange(10**9)}".encode()
    return original[:2] + b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text + original[2:]


EXACT = {
    "same bytes": lambda original, rng: original,
    "other metadata": _comment,
}

NEAR = {
    "JPEG quality 40": lambda p, rng: _jpeg(p, 40),
    "smaller": lambda p, rng: _jpeg(_scaled(p, 0.75)),
    "larger": lambda p, rng: _jpeg(_scaled(p, 1.5)),
    "brighter": lambda p, rng: _jpeg(ImageEnhance.Brightness(p.convert("RGB")).enhance(1.15)),
    "darker": lambda p, rng: _jpeg(ImageEnhance.Brightness(p.convert("RGB")).enhance(0.7)),
    "grey": lambda p, rng: _jpeg(ImageOps.grayscale(p)),
    "sepia": lambda p, rng: _jpeg(_sepia(p)),
    "noisy": lambda p, rng: _jpeg(_noisy(p, rng)),
    "softened": lambda p, rng: _jpeg(p.convert("RGB").filter(ImageFilter.GaussianBlur(1))),
    "mirrored": lambda p, rng: _jpeg(ImageOps.mirror(p.convert("RGB"))),
    "turned left": lambda p, rng: _jpeg(p.convert("RGB").rotate(90, expand=True)),
    "turned over": lambda p, rng: _jpeg(p.convert("RGB").rotate(180)),
    "as WebP": lambda p, rng: _saved(p, "WEBP", quality=60),
    "as PNG": lambda p, rng: _saved(p, "PNG"),
    "as GIF": lambda p, rng: _saved(p, "GIF"),
}

# Tier derived: what is left of the photograph is a part of the new picture, or the new picture a part of it.

WORDS = ("about again always anybody because before better colour corner day everybody evening first found from garden "
         "have here holiday home house just know last light little look maybe more morning never new night nobody old "
         "other people picture place really right same saw see some somewhere still street summer thing think this "
         "today very water week when where who window winter with year yesterday you").split()


def _sentence(rng: random.Random, fewest: int, most: int) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(fewest, most))).capitalize()


@functools.cache
def _font(height: int) -> ImageFont.FreeTypeFont | None:
    try:
        return ImageFont.truetype("DejaVuSans.ttf", height)
    except OSError:  # Debian's fonts-dejavu-core is not installed
        return None


def _lettering(text: str, height: int) -> Image.Image:
    """A mask of the text on one line, about `height` pixels high."""
    font = _font(height) or ImageFont.load_default()
    _, _, right, bottom = font.getbbox(text)
    letters = Image.new("L", (max(right, 1), max(bottom, 1)))
    ImageDraw.Draw(letters).text((0, 0), text, fill=255, font=font)
    if _font(height):
        return letters
    return letters.resize((round(letters.width * height / letters.height), height), Image.Resampling.BICUBIC)


def _write(picture: Image.Image, place: tuple[int, int], text: str, height: int, colour) -> None:
    letters = _lettering(text, height)
    picture.paste(Image.new("RGB", letters.size, colour), place, letters)


def _write_centred(picture: Image.Image, top: int, text: str, height: int, colour, rim=None) -> None:
    """The text in the middle, smaller where it would not fit; `rim`: a colour around the letters."""
    letters = _lettering(text, height)
    if letters.width > 0.94 * picture.width:
        letters = _scaled(letters, 0.94 * picture.width / letters.width)
    left = (picture.width - letters.width) // 2
    if rim:
        wide = ImageOps.expand(letters, 2).filter(ImageFilter.MaxFilter(5))
        picture.paste(Image.new("RGB", wide.size, rim), (left - 2, top - 2), wide)
    picture.paste(Image.new("RGB", letters.size, colour), (left, top), letters)


def _part(picture: Image.Image, rng: random.Random) -> Image.Image:
    """About half of the area, anywhere, of about the same shape."""
    share = rng.uniform(0.45, 0.55)
    across = min(1, math.sqrt(share) * math.exp(rng.uniform(-0.2, 0.2)))
    width, height = round(picture.width * across), round(picture.height * min(1, share / across))
    left, top = rng.randint(0, picture.width - width), rng.randint(0, picture.height - height)
    return picture.convert("RGB").crop((left, top, left + width, top + height))


def _cropped(picture: Image.Image, others: list[Image.Image], rng: random.Random) -> bytes:
    return _jpeg(_part(picture, rng), rng.randint(75, 90))


def _captioned(picture: Image.Image, others: list[Image.Image], rng: random.Random) -> bytes:
    part = ImageOps.mirror(_part(picture, rng))
    height = round(part.height * rng.uniform(0.08, 0.11))
    line = round(1.3 * height)
    lines = [_sentence(rng, 2, 4).upper() for _ in range(rng.randint(1, 2))]
    top = rng.choice([height // 2, part.height - line * len(lines) - height // 2])
    for number, text in enumerate(lines):
        _write_centred(part, top + number * line, text, height, "white", rim="black")
    return _jpeg(part, rng.randint(75, 90))


def _lines(page: Image.Image, left: int, top: int, count: int, rng: random.Random, most: int, height: int = 15) -> None:
    for number in range(count):
        _write(page, (left, top + number * round(1.6 * height)), _sentence(rng, most - 3, most), height, "#333333")


def _web_page(picture: Image.Image, rng: random.Random) -> Image.Image:
    """A browser window of one site: the same bars, buttons and boxes each time, other words."""
    column = 560
    shown = _scaled(picture.convert("RGB"), min(column / picture.width, 640 / picture.height))
    page = Image.new("RGB", (900, 190 + shown.height + 150), "#f2f3f5")
    draw = ImageDraw.Draw(page)
    draw.rectangle([0, 0, 900, 56], fill="#24476b")
    draw.rounded_rectangle([18, 12, 50, 44], 6, fill="#f5a623")
    _write(page, (62, 15), "pictureboard", 24, "white")
    draw.rounded_rectangle([330, 12, 690, 44], 16, fill="white")
    _write(page, (348, 20), "Search", 14, "#999999")
    for number, word in enumerate(("Home", "Forum", "Gallery", "Board", "Help")):
        _write(page, (24 + 90 * number, 68), word, 15, "#24476b")
    draw.line([0, 96, 900, 96], fill="#c9ccd1", width=2)
    draw.rectangle([20, 110, 40 + column, page.height], fill="white", outline="#d5d8dc")
    draw.ellipse([32, 122, 76, 166], fill=tuple(rng.randrange(60, 220) for _ in range(3)))
    _write(page, (88, 124), f"user{rng.randrange(1000)}", 17, "#24476b")
    _write(page, (88, 147), f"{rng.randint(2, 23)} hours ago, {rng.randrange(2000)} views", 13, "#888888")
    page.paste(shown, (30 + (column - shown.width) // 2, 180))
    bottom = 180 + shown.height + 12
    for number, word in enumerate(("Like", "Reply", "Share")):
        draw.rounded_rectangle([32 + 100 * number, bottom, 122 + 100 * number, bottom + 30], 6, fill="#e4e8ee")
        _write(page, (52 + 100 * number, bottom + 6), word, 15, "#24476b")
    _lines(page, 34, bottom + 44, 4, rng, 8)
    draw.rectangle([620, 110, 880, 330], fill="white", outline="#d5d8dc")
    _write(page, (636, 120), "Latest", 18, "#24476b")
    _lines(page, 636, 154, 7, rng, 4, 13)
    draw.rectangle([620, 346, 880, 500], fill="#24476b")
    _write(page, (646, 400), "Join today", 30, "#f5a623")
    return page


def _phone_app(picture: Image.Image, rng: random.Random) -> Image.Image:
    """A telephone that shows one app: the picture as wide as the glass."""
    width = 480
    shown = _scaled(picture.convert("RGB"), min(width / picture.width, 620 / picture.height))
    page = Image.new("RGB", (width, 142 + shown.height + 230), "white")
    draw = ImageDraw.Draw(page)
    _write(page, (22, 6), f"{rng.randrange(24):02}:{rng.randrange(60):02}", 15, "black")
    draw.rounded_rectangle([428, 8, 458, 22], 3, outline="black")
    draw.rectangle([430, 10, 430 + rng.randint(4, 26), 20], fill="black")
    draw.polygon([(398, 22), (416, 22), (416, 6)], fill="black")
    _write(page, (20, 36), "snapshare", 28, "#7a2f8f")
    draw.ellipse([384, 40, 408, 64], outline="black", width=3)
    draw.polygon([(430, 40), (462, 52), (430, 64), (438, 52)], fill="black")
    draw.ellipse([16, 90, 56, 130], fill=tuple(rng.randrange(60, 220) for _ in range(3)), outline="#7a2f8f", width=3)
    _write(page, (68, 100), f"{rng.choice(WORDS)}_{rng.choice(WORDS)}{rng.randrange(100)}", 18, "black")
    for dot in range(3):
        draw.ellipse([436 + 9 * dot, 108, 441 + 9 * dot, 113], fill="black")
    page.paste(shown, ((width - shown.width) // 2, 140))
    bottom = 140 + shown.height
    draw.polygon([(34, bottom + 42), (16, bottom + 24), (25, bottom + 14), (34, bottom + 22), (43, bottom + 14),
                  (52, bottom + 24)], fill="#d8314a")
    draw.ellipse([72, bottom + 14, 100, bottom + 40], outline="black", width=3)
    draw.polygon([(120, bottom + 14), (150, bottom + 14), (128, bottom + 42)], outline="black")
    draw.polygon([(436, bottom + 12), (456, bottom + 12), (456, bottom + 42), (446, bottom + 32), (436, bottom + 42)],
                 outline="black")
    _write(page, (18, bottom + 54), f"{rng.randint(3, 900)} likes", 17, "black")
    _lines(page, 18, bottom + 82, 3, rng, 6)
    _write(page, (18, bottom + 160), f"{rng.randint(2, 23)} hours ago", 13, "#888888")
    draw.line([0, bottom + 186, width, bottom + 186], fill="#cccccc")
    for number in range(5):
        left = 36 + 92 * number
        draw.rounded_rectangle([left, bottom + 196, left + 28, bottom + 222], 7, outline="black", width=3)
    return page


def _screenshot(picture: Image.Image, others: list[Image.Image], rng: random.Random) -> bytes:
    return _jpeg(rng.choice([_web_page, _phone_app])(picture, rng), rng.randint(80, 92))


def _collage(picture: Image.Image, others: list[Image.Image], rng: random.Random) -> bytes:
    cell, gap = rng.randint(250, 320), rng.randint(0, 8)
    whole = Image.new("RGB", (2 * cell + 3 * gap, 2 * cell + 3 * gap), rng.choice(["white", "black"]))
    cells = [picture, *others]
    rng.shuffle(cells)
    for number, shown in enumerate(cells):
        square = ImageOps.fit(shown.convert("RGB"), (cell, cell), centering=(rng.random(), rng.random()))
        whole.paste(square, (gap + number % 2 * (cell + gap), gap + number // 2 * (cell + gap)))
    return _jpeg(whole, rng.randint(75, 90))


def _soft(size: tuple[int, int], rng: random.Random, places: int) -> Image.Image:
    """Smooth light and shade: this many random places each way, and everything between them."""
    return Image.frombytes("L", (places, places), rng.randbytes(places * places)).resize(size, Image.Resampling.BICUBIC)


def _body_edited(picture: Image.Image, others: list[Image.Image], rng: random.Random) -> bytes:
    """35 to 45 percent in the lower middle is another body, or what a generator takes for one; the rest is kept."""
    width, height = picture.size
    share = rng.uniform(0.35, 0.45)
    across = rng.uniform(0.62, 0.8)  # of the width; the height follows from the area of an ellipse
    down = min(0.96, share / (math.pi / 4 * across))
    left = (width - across * width) * rng.uniform(0.3, 0.7)
    top = (height - down * height) * rng.uniform(0.7, 1)
    mask = Image.new("L", picture.size)
    ImageDraw.Draw(mask).ellipse([left, top, left + across * width, top + down * height], fill=255)
    mask = mask.filter(ImageFilter.GaussianBlur(0.015 * min(picture.size)))
    structure = ImageOps.fit(ImageOps.grayscale(others[0]), picture.size).filter(ImageFilter.GaussianBlur(1))
    shade = Image.blend(_soft(picture.size, rng, 4), structure, rng.uniform(0.35, 0.5))
    tone = rng.uniform(0.55, 1)  # of the skin
    ends = [tuple(round(tone * value) for value in colour) for colour in ((120, 72, 54), (255, 214, 188))]
    skin = ImageOps.colorize(ImageOps.autocontrast(shade), *ends)
    edited = Image.composite(skin, picture.convert("RGB"), mask)
    return _jpeg(_scaled(edited, rng.uniform(0.9, 1.1)), rng.randint(80, 92))


def _framed(picture: Image.Image, others: list[Image.Image], rng: random.Random) -> bytes:
    border = round(rng.uniform(0.15, 0.2) * min(picture.size))
    bar = round(0.14 * min(picture.size))
    ground, ink = rng.choice([("white", "black"), ("black", "white"), ("#f3e2c7", "#5a3418"), ("#1d2b53", "#ffd23f")])
    framed = Image.new("RGB", (picture.width + 2 * border, picture.height + 2 * border + bar), ground)
    framed.paste(picture.convert("RGB"), (border, border + bar))
    _write_centred(framed, border // 2 + bar // 4, _sentence(rng, 3, 6), round(0.6 * bar), ink)
    return _jpeg(framed, rng.randint(75, 90))


class Derivation(typing.NamedTuple):
    make: collections.abc.Callable[[Image.Image, list[Image.Image], random.Random], bytes]
    others: int = 0  # how many other photographs become part of it


DERIVED = {
    "cropped": Derivation(_cropped),
    "mirrored, captioned": Derivation(_captioned),
    "page screenshot": Derivation(_screenshot),
    "in a collage": Derivation(_collage, others=3),
    "body edited": Derivation(_body_edited, others=1),
    "framed": Derivation(_framed),
}

SUFFIX = {b"\xff\xd8": "jpg", b"\x89P": "png", b"GI": "gif", b"RI": "webp", b"\x1a\x45": "webm", b"\x00\x00": "mp4"}


def suffix_of(data: bytes) -> str:
    return SUFFIX[data[:2]]


def drawn(rng: random.Random) -> bytes:
    """A picture nobody photographed: shapes on a gradient, as avatars and banners are."""
    width, height = rng.choice([(320, 240), (400, 400), (480, 200)])
    colour = lambda: tuple(rng.randrange(256) for _ in range(3))
    start, end = colour(), colour()
    picture = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(picture)
    for x in range(width):
        mix = x / width
        draw.line([(x, 0), (x, height)], fill=tuple(round(a + (b - a) * mix) for a, b in zip(start, end)))
    for _ in range(rng.randrange(6, 30)):
        x, y, size = rng.randrange(width), rng.randrange(height), rng.randrange(10, 120)
        shape = rng.choice([draw.ellipse, draw.rectangle])
        shape([x, y, x + size, y + size], fill=colour(), outline=colour())
    if rng.random() < 0.5:
        info = PngImagePlugin.PngInfo()
        info.add_text("Title", "drawn")
        return _saved(picture, "PNG", pnginfo=info)
    return _jpeg(picture)
