"""What people do to a picture before they post it again. Each kind belongs to one tier of matching."""
import io
import random

from PIL import Image, ImageEnhance, ImageFilter, ImageOps, PngImagePlugin


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

SUFFIX = {b"\xff\xd8": "jpg", b"\x89P": "png", b"GI": "gif", b"RI": "webp"}


def suffix_of(data: bytes) -> str:
    return SUFFIX[data[:2]]


def drawn(rng: random.Random) -> bytes:
    """A picture nobody photographed: shapes on a gradient, as avatars and banners are."""
    from PIL import ImageDraw
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
