#!/usr/bin/env python3
"""Prints what is found of references in videos, what is taken for something else, and what looking costs.

    scripts/bench-video SET [--tiers near,…] [--build DIR] [--missed] [--keep results.csv]

SET is a folder with refs/, video_refs/, queries/ and manifest.csv (query_file,true_ref,transformation,from_s,to_s): a
reference is a picture p000.jpg or a video v000.mp4, kinds of re-posted videos begin with v_, other videos' with neg_.
`stillwatch match` is run on it with its default acceptance. CPU time is that of all its processes, enrolment of the
references included, by minute of the queries (ffprobe, from ffmpeg, tells their length). Figures of docs/performance.md
come from it. Exit code 1: below a bar of issue 14.
"""
import argparse
import collections
import csv
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def seconds_of(video: pathlib.Path) -> float:
    told = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", video],
                          stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    return float(told) if told not in ("", "N/A") else 0.0


def run_match(program: pathlib.Path, folder: pathlib.Path, out: pathlib.Path, extra: list[str]) -> tuple[float, float]:
    """CPU seconds and seconds by the wall clock."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    videos = folder / "video_refs"
    of_videos = ["--references-video", videos] if videos.is_dir() and any(videos.iterdir()) else []
    subprocess.run([program, "match", "--references", folder / "refs", *of_videos, "--csv", out, *extra,
                    folder / "queries"], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.monotonic() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path, metavar="SET", help="folder of the benchmark set")
    parser.add_argument("--tiers", help="only these tiers")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    parser.add_argument("--missed", action="store_true", help="name the videos that were missed or mistaken")
    parser.add_argument("--keep", type=pathlib.Path, help="file for the rows")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        results = options.keep or pathlib.Path(directory) / "results.csv"
        cpu, wall = run_match(options.build / "cli" / "stillwatch", options.out, results,
                              ["--tiers", options.tiers] if options.tiers else [])
        rows = collections.defaultdict(list)
        with open(results, newline="") as file:
            for row in csv.DictReader(file):
                rows[os.path.basename(row["file"])].append(row)
    found, leads, total = collections.Counter(), collections.Counter(), collections.Counter()
    in_time = collections.Counter()
    wrong, not_looked_at, minutes = [], [], 0.0
    missed = []
    with open(options.out / "manifest.csv", newline="") as file:
        for line in csv.DictReader(file):
            name, kind, true = line["query_file"], line["transformation"], line["true_ref"]
            minutes += seconds_of(options.out / "queries" / name) / 60
            matched = {row["reference"]: row for row in rows[name] if row["status"] == "match"}
            total[kind] += 1
            not_looked_at += [name for row in rows[name] if row["status"] == "undecodable"]
            found[kind] += (true in matched) if true else bool(matched)
            leads[kind] += any(row["reference"] == true for row in rows[name]) if true else False
            if true in matched and matched[true].get("from_s"):
                row = matched[true]  # a second of tolerance: frames are looked at twice a second
                in_time[kind] += (float(row["from_s"]) >= float(line["from_s"]) - 1 and
                                  float(row["to_s"]) <= float(line["to_s"]) + 1)
            if true and set(matched) - {true}:
                wrong.append(f"{name} {kind} {true} taken for {', '.join(sorted(set(matched) - {true}))}")
            if (true and true not in matched) or (not true and matched):
                missed.append(f"{name} {kind} {true or 'none'}: {', '.join(sorted(matched)) or 'nothing'}")
    kinds = {title: [kind for kind in total if kind.startswith(prefix) == is_prefix and not kind.startswith("neg_")]
             for title, prefix, is_prefix in (("pictures in videos", "v_", False), ("videos re-posted", "v_", True))}
    others = [kind for kind in total if kind.startswith("neg_")]
    share = lambda kind: 100 * found[kind] / total[kind]
    is_good = True
    for title, of_title in kinds.items():
        if not of_title:
            continue
        for kind in sorted(of_title, key=share):
            print(f"    {kind:<20} {found[kind]:>4} of {total[kind]:<4} {share(kind):6.1f} %   with candidates "
                  f"{leads[kind]}, at the right time {in_time[kind]}")
        mean = 100 * sum(found[k] for k in of_title) / sum(total[k] for k in of_title)
        worst = min(map(share, of_title))
        bars = (95, 75) if title.startswith("pictures") else (98, 0)
        is_good &= mean >= bars[0] and worst >= bars[1]
        print(f"{title}: {len(of_title)} kinds, {sum(total[k] for k in of_title)} videos, mean {mean:.2f} %, worst "
              f"{worst:.1f} %  (bars: {bars[0]} %{f' / {bars[1]} %' if bars[1] else ''})")
    mistaken = sum(found[k] for k in others)
    is_good &= mistaken == 0 and not wrong and not not_looked_at
    print(f"other videos matched: {mistaken} of {sum(total[k] for k in others)}; with a wrong reference: {len(wrong)}; "
          f"not looked at: {len(not_looked_at)}")
    print(f"{minutes:.1f} minutes of video: {cpu / max(minutes, 1e-9):.1f} CPU s a minute, {wall:.0f} s by the wall clock")
    for line in wrong:
        print(f"    wrong: {line}")
    if options.missed:
        for line in missed:
            print(f"    missed or mistaken: {line}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
