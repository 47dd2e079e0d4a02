"""What findings cost a crawl: the same site with references that stand on it and with as many that do not, in turn."""
import argparse
import json
import pathlib
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time

from PIL import Image

import bench_site
import crawl_table


FINDINGS_A_MINUTE = 1000  # at which a crawl may take a tenth longer


def strangers(folder: pathlib.Path, count: int) -> list[pathlib.Path]:
    """Pictures that the site does not show."""
    files = []
    for number in range(count):
        files.append(folder / f"{number}.jpg")
        Image.effect_noise((320, 240), 90).resize((640, 480)).convert("RGB").save(files[-1], quality=85)
    return files


def crawl(folder: pathlib.Path, site: bench_site.Site, references: list[pathlib.Path], tiers: str) -> dict:
    """Seconds, CPU seconds of the crawl and its workers, findings and packages of one pass in a new installation."""
    watch = crawl_table.Watch(folder, site)
    ask = watch.installed.ask
    expires = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 90 * 86400))
    case = ask("case", "open", "--recorded-by", "ada", "--approved-by", "ben", "--expires", expires)[0]["case"]
    ask("reference", "add", case, *map(str, references))
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    ended = subprocess.run(watch.crawl("--tiers", tiers), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    seconds = time.monotonic() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")][-1]
    return {"seconds": seconds, "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
            "findings": told["findings"], "packages": len(list(folder.rglob("*.wacz.age")))}


def middle(runs: list[dict]) -> dict:
    """The median of each figure."""
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def line(none: dict, some: dict) -> str:
    """A crawl without and one with findings, and how much longer that would be at the bar's rate."""
    if not some["packages"]:
        raise SystemExit("nothing was found")
    more = (some["seconds"] - none["seconds"]) / some["packages"]
    at_bar = 1 / (1 - more * FINDINGS_A_MINUTE / 60)
    return (f"without: {none['seconds']:.2f} s, {none['cpu']:.2f} s of CPU; with {some['packages']:.0f} packages: "
            f"{some['seconds']:.2f} s, {some['cpu']:.2f} s of CPU; "
            f"{(some['cpu'] - none['cpu']) / some['packages'] * 1000:.1f} ms of CPU and {more * 1000:.1f} ms a package at "
            f"{some['packages'] / some['seconds'] * 60:.0f} a minute; at {FINDINGS_A_MINUTE} a minute x {at_bar:.3f}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench-findings", description=__doc__)
    parser.add_argument("--references", type=int, default=130)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--tiers", default="exact,near")
    options = parser.parse_args()
    sources = crawl_table.photographs.photographs(crawl_table.ROOT / "build" / "photographs")
    place = crawl_table.ROOT / "build" / "bench-site" / "1-2000-10000"
    print("making the site (once)...", file=sys.stderr)
    site = bench_site.make(place, sources, 2000, 10_000, 1)
    shown = sorted(file for file in (site.folder / "www").rglob("*.jpg") if file.stat().st_size > 30_000)
    random.Random(5).shuffle(shown)
    server = crawl_table.Server(site)
    try:
        # Nothing is removed before the end: ext4 searches long for a free inode where many were freed just before.
        with tempfile.TemporaryDirectory(prefix="sw-") as folder:
            here = pathlib.Path(folder)
            unknown = strangers(here, options.references)
            rounds = []
            for number in range(options.rounds):
                runs = {"without": lambda: crawl(here / f"{number}-without", site, unknown, options.tiers),
                        "with": lambda: crawl(here / f"{number}-with", site, shown[:options.references], options.tiers)}
                # In turn first and second: a machine is not as fast a minute later.
                told = {name: runs[name]() for name in (list(runs) if number % 2 == 0 else list(runs)[::-1])}
                rounds.append((told["without"], told["with"]))
                print(line(*rounds[-1]), flush=True)
        print("medians: " + line(*(middle([told[i] for told in rounds]) for i in (0, 1))))
    finally:
        server.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
