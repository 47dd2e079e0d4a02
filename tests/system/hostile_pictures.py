"""Pictures and documents that are far larger inside than outside, for hostile_site."""
import io
import struct
import zlib

from PIL import Image, ImageDraw


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, data: bytes) -> bytes:
    """One bit a pixel; `data` is the packed picture."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def wide_png() -> bytes:
    """50 000 x 50 000 pixels, all of them there: 313 MB from some hundred kilobytes."""
    packer = zlib.compressobj(9)
    row = bytes(1 + 50_000 // 8)
    parts = [packer.compress(row * 1_000) for _ in range(50)]
    return png(50_000, 50_000, b"".join(parts) + packer.flush())


def vast_png() -> bytes:
    return png(2**31 - 1, 2**31 - 1, zlib.compress(b"\0"))


def long_gif(frames: int = 20_000) -> bytes:
    """One small frame many times."""
    picture = Image.new("P", (64, 64))
    picture.putpalette([255, 0, 0, 0, 0, 255])
    out = io.BytesIO()
    picture.save(out, "GIF")
    data = out.getvalue()
    frame_at = data.index(b"\x2c", 13 + 3 * (2 << (data[10] & 7)))
    frame = data[frame_at:data.rindex(b"\x3b")]
    return data[:frame_at] + (b"\x21\xf9\x04\x00\x01\x00\x00\x00" + frame) * frames + b"\x3b"


def photograph(width: int = 640, height: int = 480, quality: int = 90, motif: int = 7) -> bytes:
    """Drawn here, with enough in it to be compared; of one motif the same at every size and quality."""
    picture = Image.new("RGB", (1280, 960), (30, 60, 110))
    draw = ImageDraw.Draw(picture)
    state = motif
    for _ in range(400):
        state = (state * 1103515245 + 12345) % 2**31
        x, y, size = state % 1280, state // 1280 % 960, 20 + state % 140
        colour = (state % 256, state // 256 % 256, state // 65536 % 256)
        shape = draw.ellipse if state % 3 else draw.rectangle
        shape((x - size, y - size // 2, x + size // 2, y + size), fill=colour, outline=(0, 0, 0), width=3)
    out = io.BytesIO()
    picture.resize((width, height), Image.Resampling.LANCZOS).save(out, "JPEG", quality=quality)
    return out.getvalue()


def entity_bomb(inner: str) -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "bomb"}">' for n in range(12))
    return (f'<?xml version="1.0"?><!DOCTYPE x [{entities}<!ENTITY f SYSTEM "file:///etc/passwd">]>{inner}').encode()


class Pictures:
    """Cases of pictures; a mixin of hostile_site.Site."""

    def _prepare_pictures(self) -> None:
        self._pictures = {"wide.png": wide_png(), "vast.png": vast_png(), "long.gif": long_gif(),
                          "cut.jpg": photograph()[:9_000], "photograph.jpg": photograph(500, 375, 70)}
        self.other_photograph = photograph(motif=11)

    def case_pictures(self, path, out):
        name = path.rpartition("/")[2]
        if name in self._pictures:
            out.write(self.answer(self._pictures[name], "image/png"))
        elif name == "drawing.svg":
            out.write(self.answer(entity_bomb('<svg xmlns="http://www.w3.org/2000/svg"><text>&e11;&f;</text></svg>'), "image/svg+xml"))
        else:
            out.write(self.answer(self.page("".join(f'<img src="/pictures/{each}">' for each in [*self._pictures, "drawing.svg"]))))
        return True

    def case_entity_bomb(self, path, out):
        out.write(self.answer(entity_bomb(f"<rss><channel><title>&e11;</title><item><link>http://{self.HOSTILE}:{self.port}"
                                          "/ok/beside-the-entities</link></item></channel></rss>"), "text/xml"))
        return True
