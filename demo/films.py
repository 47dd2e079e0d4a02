"""Films for the demonstration: what people make of a photograph, and of a person's own film, before they post it."""
import collections.abc
import math
import pathlib
import subprocess

from PIL import Image, ImageOps

SIZE = (480, 270)
RATE = 10  # frames a second
H264 = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "27", "-movflags", "+faststart")
VP8 = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "500k")


def camera(photo: Image.Image, seconds: float, phase: float = 0) -> collections.abc.Iterator[Image.Image]:
    """A hand that holds a camera over the photograph: nothing stands still."""
    wide = ImageOps.fit(photo.convert("RGB"), (round(SIZE[0] * 1.3), round(SIZE[1] * 1.3)))
    for number in range(round(seconds * RATE)):
        at = number / RATE
        left = 0.15 * SIZE[0] * (1 + math.sin(0.9 * at + phase))
        top = 0.15 * SIZE[1] * (1 + math.cos(0.7 * at + phase))
        yield wide.crop((round(left), round(top), round(left) + SIZE[0], round(top) + SIZE[1]))


def ken_burns(photo: Image.Image, seconds: float) -> collections.abc.Iterator[Image.Image]:
    """Closer and closer, a little to the side."""
    whole = ImageOps.fit(photo.convert("RGB"), (SIZE[0] * 2, SIZE[1] * 2))
    for number in range(round(seconds * RATE)):
        shown = 0.95 - 0.3 * number / (seconds * RATE)
        width, height = whole.width * shown, whole.height * shown
        left, top = (whole.width - width) * 0.45, (whole.height - height) * 0.55
        yield whole.resize(SIZE, Image.Resampling.BILINEAR, (left, top, left + width, top + height))


def inset(photo: Image.Image, ground: Image.Image, seconds: float) -> collections.abc.Iterator[Image.Image]:
    """The photograph in a corner of another film, two fifths as wide."""
    small = ImageOps.contain(photo.convert("RGB"), (round(SIZE[0] * 0.4), round(SIZE[1] * 0.55)))
    for frame in camera(ground, seconds):
        shown = frame.copy()
        shown.paste(small, (SIZE[0] - small.width - 14, 12))
        yield shown


def written(out: pathlib.Path, frames: collections.abc.Iterable[Image.Image], words: tuple[str, ...] = H264) -> None:
    made = subprocess.Popen(["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s",
                             f"{SIZE[0]}x{SIZE[1]}", "-r", str(RATE), "-i", "-", "-pix_fmt", "yuv420p", *words, out],
                            stdin=subprocess.PIPE)
    for frame in frames:
        made.stdin.write(frame.tobytes())
    made.stdin.close()
    if made.wait() != 0:
        raise RuntimeError(f"ffmpeg could not make {out.name}")


def again(film: pathlib.Path, out: pathlib.Path) -> None:
    """Another codec, smaller, other colours: the film as somebody uploads it again."""
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", film, "-vf", "scale=360:-2,eq=brightness=0.05:saturation=0.8",
                    *VP8, out], check=True)
