"""What findings cost a crawl: the same site with references that stand on it and with as many that do not, in turn."""
import argparse
import json
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import time

from PIL import Image

import bench_site
import crawl_table


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


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench-findings", description=__doc__)
    parser.add_argument("--references", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
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
        for _ in range(options.rounds):
            with tempfile.TemporaryDirectory(prefix="sw-") as folder:
                here = pathlib.Path(folder)
                none = crawl(here / "strangers", site, strangers(here, options.references), options.tiers)
                some = crawl(here / "found", site, shown[:options.references], options.tiers)
            if not some["packages"]:
                raise SystemExit("nothing was found")
            print(f"without: {none['seconds']:.1f} s, {none['cpu']:.1f} s of CPU; with {some['packages']} packages: "
                  f"{some['seconds']:.1f} s, {some['cpu']:.1f} s of CPU; "
                  f"{(some['cpu'] - none['cpu']) / some['packages'] * 1000:.1f} ms of CPU a package at "
                  f"{some['packages'] / some['seconds'] * 60:.0f} a minute", flush=True)
    finally:
        server.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
