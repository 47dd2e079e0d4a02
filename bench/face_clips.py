#!/usr/bin/env python3
"""Makes clips of photographs of people, for `scripts/bench-faces --video`.

    bench/face_clips.py PEOPLE OUT [--people N] [--seed S]

PEOPLE has a directory a person with photographs. Of each person with six or more, three become references and three are
shown: a moving camera over one of them, and over three in turn, at several sizes and qualities. Clips of four people in turn,
cut and dissolved, show where one person's face is taken for the next one's. OUT/refs/PERSON has the references, OUT/clips the
clips, OUT/truth.csv when who is seen: clip,kind,person,from_ms,to_ms. Needs ffmpeg. Nothing of it leaves this machine.
"""
import argparse
import csv
import pathlib
import random
import shutil
import subprocess

RATE = 25
# Kind: pixels of the frame, x264's crf, seconds a photograph, photographs. A photograph fills the frame's width.
KINDS = {"one photograph, moving camera": ((320, 240), 28, 6.0, 1),
         "three in turn": ((320, 240), 28, 3.0, 3),
         "three in turn, half size, crf 35": ((160, 120), 35, 3.0, 3),
         "three in turn, two fifths, crf 35": ((128, 96), 35, 3.0, 3)}
CROWD = ((320, 240), 28, 2.0, 4)
DISSOLVE_S = 0.6


def moving(number: int, size: tuple[int, int], seconds: float, turn: int) -> str:
    """A camera that moves in or out over input `number`, as a filter; the photograph is enlarged first so that it moves smoothly."""
    frames = round(seconds * RATE)
    zoom = f"1+0.25*on/{frames}" if turn % 2 == 0 else f"1.25-0.25*on/{frames}"
    width, height = size
    return (f"[{number}:v]scale={4 * width}:{4 * width},format=yuv420p,"
            f"zoompan=z='{zoom}':x='iw/2-iw/zoom/2':y='(ih-ih*{height}/{width})/2*{turn % 3}/2+(ih*{height}/{width})*(1-1/zoom)/2'"
            f":d={frames}:s={width}x{width}:fps={RATE},crop={width}:{height}:0:(ih-{height})/2,setsar=1[v{number}]")


def film(photographs: list[pathlib.Path], out: pathlib.Path, kind: tuple, dissolve: float = 0) -> None:
    size, crf, seconds, _ = kind
    inputs = [word for photograph in photographs for word in ("-i", photograph)]
    parts = [moving(number, size, seconds, number) for number in range(len(photographs))]
    last = "v0"
    for number in range(1, len(photographs)):
        joined = f"j{number}"
        if dissolve:
            at = number * (seconds - dissolve)
            parts.append(f"[{last}][v{number}]xfade=duration={dissolve}:offset={at}[{joined}]")
        else:
            parts.append(f"[{last}][v{number}]concat=n=2[{joined}]")
        last = joined
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *inputs, "-filter_complex", ";".join(parts), "-map", f"[{last}]",
                    "-c:v", "libx264", "-preset", "veryfast", "-crf", str(crf), "-g", "60", "-pix_fmt", "yuv420p", out], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("people", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--people", dest="most", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chosen = random.Random(options.seed)
    photographs = {folder.name: sorted(folder.iterdir()) for folder in sorted(options.people.iterdir()) if folder.is_dir()}
    known = [name for name, files in photographs.items() if len(files) >= 6]
    chosen.shuffle(known)
    known = known[:options.most]
    clips = options.out / "clips"
    clips.mkdir(parents=True, exist_ok=True)
    rows = []
    shown = {}
    for name in known:
        files = photographs[name]
        chosen.shuffle(files)
        references = options.out / "refs" / name
        references.mkdir(parents=True, exist_ok=True)
        for file in files[:3]:
            shutil.copyfile(file, references / file.name)
        shown[name] = files[3:6]
        for number, (words, kind) in enumerate(KINDS.items()):
            clip = clips / f"{name}-{number}.mp4"
            film(shown[name][:kind[3]], clip, kind)
            rows.append((clip.name, words, name, 0, round(kind[2] * kind[3] * 1000)))
    order = list(known)
    chosen.shuffle(order)
    step = round(CROWD[2] * 1000)
    for number in range(0, len(order) - CROWD[3] + 1, CROWD[3]):
        group = order[number:number + CROWD[3]]
        for words, dissolve in (("four people, cut", 0.0), ("four people, dissolved", DISSOLVE_S)):
            clip = clips / f"crowd{number}-{'d' if dissolve else 'c'}.mp4"
            film([shown[name][0] for name in group], clip, CROWD, dissolve)
            length = step - round(dissolve * 1000)
            for place, name in enumerate(group):  # of a dissolve the first half is the one's, the second the other's
                shift = round(dissolve * 500)
                rows.append((clip.name, words, name, place * length + (shift if place else 0), (place + 1) * length + shift))
    with open(options.out / "truth.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("clip", "kind", "person", "from_ms", "to_ms"))
        writer.writerows(rows)
    print(f"{len(known)} people, {len({row[0] for row in rows})} clips")


if __name__ == "__main__":
    main()
