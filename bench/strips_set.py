"""A benchmark set of photographs cut into equal strips that were put in another order.

make(photos, out, seed) writes out/refs, out/queries and out/manifest.csv as scripts/bench-matcher reads them: half of
the photographs are references, strips of all of them are asked for, so the other half says what is found for nothing.
"""
import csv
import pathlib
import random
import shutil

from PIL import Image

STRIPS = 8
QUALITY_PERCENT = 85


def shuffled(picture: Image.Image, along: bool, order: list[int]) -> Image.Image:
    """Equal strips side by side (`along`) or one below the other in this order; what is left over is cut off."""
    side = (picture.width if along else picture.height) // len(order)
    width, height = (side * len(order), picture.height) if along else (picture.width, side * len(order))
    result = Image.new("RGB", (width, height))
    for place, strip in enumerate(order):
        if along:
            result.paste(picture.crop((strip * side, 0, (strip + 1) * side, height)), (place * side, 0))
        else:
            result.paste(picture.crop((0, strip * side, width, (strip + 1) * side)), (0, place * side))
    return result


def make(photos: pathlib.Path, out: pathlib.Path, seed: int) -> None:
    rng = random.Random(seed)
    files = sorted(path for path in photos.iterdir() if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
    rng.shuffle(files)
    references = set(files[:len(files) // 2])
    (out / "refs").mkdir(parents=True)
    (out / "queries").mkdir()
    with open(out / "manifest.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["query_file", "true_ref", "transformation"])
        for number, path in enumerate(files):
            order = list(range(STRIPS))
            while any(b == a + 1 for a, b in zip(order, order[1:])):
                rng.shuffle(order)
            along = number % 2 == 1
            name = f"{path.stem}_strips.jpg"
            picture = Image.open(path).convert("RGB")
            shuffled(picture, along, order).save(out / "queries" / name, quality=QUALITY_PERCENT)
            is_reference = path in references
            if is_reference:
                shutil.copy(path, out / "refs")
            kind = f"strips_{'along' if along else 'across'}"
            writer.writerow([name, path.name if is_reference else "", kind if is_reference else f"neg_{kind}"])
