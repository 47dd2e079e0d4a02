"""What a crawl of a whole site finds, wastes and costs, as a table of bars. Run by `scripts/bench-crawl table`."""
import argparse
import collections
import importlib.util
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "demo"))

import bench_site  # noqa: E402
import installation  # noqa: E402
import photographs  # noqa: E402

BUILD = ROOT / "build" / "release"


class Server:
    """nginx for a site, with the log of what it was asked for."""

    def __init__(self, site: bench_site.Site):
        self.site, self.log = site, site.folder / "access.log"
        subprocess.run(["nginx", "-c", site.folder / "nginx.conf", "-p", site.folder], check=True, stderr=subprocess.DEVNULL)
        self.pid = int((site.folder / "nginx.pid").read_text())

    def forget(self) -> None:
        time.sleep(1.3)  # until it has written what an earlier client asked for
        self.log.write_text("")
        os.kill(self.pid, signal.SIGUSR1)
        time.sleep(0.2)

    def asked(self) -> list[tuple[str, str, str]]:
        """Host, path as it was sent and status of each request."""
        time.sleep(1.3)
        rows = (line.split(" ") for line in self.log.read_text().splitlines())
        return [(host, path, status) for host, path, status, _ in rows]

    def close(self) -> None:
        os.kill(self.pid, signal.SIGQUIT)


def memory(root: int) -> int:
    """Proportional memory of a process and all below it, in bytes."""
    children = collections.defaultdict(list)
    for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            children[int(entry.read_text().rsplit(")", 1)[1].split()[1])].append(int(entry.parent.name))
        except OSError:
            pass  # it has just ended
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        waiting += children[process]
        try:
            found = re.search(r"(?m)^Pss:\s+(\d+)", pathlib.Path(f"/proc/{process}/smaps_rollup").read_text())
            total += int(found[1]) * 1024 if found else 0
        except OSError:
            pass
    return total


class Run:
    """A command against the server: seconds, CPU seconds of it and all it started, peak memory, requests."""

    def __init__(self, server: Server, command: list, standard_input: str | None = None):
        server.forget()
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.PIPE if standard_input else None,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.peak, over = 0, threading.Event()

        def watch() -> None:
            while not over.wait(0.2):
                self.peak = max(self.peak, memory(process.pid))
        watching = threading.Thread(target=watch)
        watching.start()
        self.output = process.communicate(standard_input)[0]
        self.seconds = time.monotonic() - begun
        over.set()
        watching.join()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        if process.returncode != 0:
            raise SystemExit(f"{command[0]} ended with {process.returncode}: {self.output}")
        self.asked = server.asked()
        self.requests = len(self.asked)

    @property
    def cpu_per_1000(self) -> float:
        return self.cpu / self.requests * 1000


class Score:
    """What a run found and wasted."""

    def __init__(self, site: bench_site.Site, asked: list[tuple[str, str, str]]):
        asked = [(host, urllib.parse.unquote(path), status) for host, path, status in asked]
        times = collections.Counter(host + path for host, path, _ in asked)
        answered = {host + path for host, path, status in asked if status in ("200", "206", "304")}
        self.off_scope = sum(host == bench_site.OFF_SCOPE for host, _, _ in asked)
        known = site.others | set(site.pictures) | {host + "/robots.txt" for host in bench_site.HOSTS.values()}
        self.wasted = sum(count - (address in known) for address, count in times.items()) - self.off_scope
        # A redirect's way counts by its end.
        self.missed = collections.Counter(site.pictures[address] for address in set(site.pictures) - answered)
        self.there = collections.Counter(kind for _, kind in site.pictures.values())

    def found(self, kind: str) -> str:
        missed = sum(count for (_, of), count in self.missed.items() if of == kind)
        return f"{100 * (1 - missed / self.there[kind]):.1f} % of {self.there[kind]}"


class Watch:
    """An installation that watches the site."""

    def __init__(self, folder: pathlib.Path, site: bench_site.Site):
        self.installed = installation.Installation(installation.Programs(BUILD), folder)
        self.installed.initialise()
        config = self.installed.config
        text = re.sub(r"(?m)^#?\s*allowed_private_networks = .*$", 'allowed_private_networks = ["127.0.0.0/8"]', config.read_text(), count=1)
        config.write_text(text + f"""
[[site]]
name = "bench"
seeds = {json.dumps(site.seeds)}
hosts = {json.dumps(list(bench_site.HOSTS.values()))}
delay = "0s"
concurrency = 16
""")

    def crawl(self, *options: str) -> list:
        return [self.installed.programs.command, "--config", self.installed.config, "--json", "crawl", "--once", *options]

    def enrol(self, picture: pathlib.Path) -> None:
        opened = self.installed.ask("case", "open", "--recorded-by", "ada", "--approved-by", "ben", "--expires",
                                     time.strftime("%Y-%m-%d", time.gmtime(time.time() + 90 * 86400)))[0]
        self.installed.ask("reference", "add", opened["case"], str(picture))


def table(rows: list[tuple]) -> None:
    widths = [max(len(str(row[column])) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip())


def picture_of(site: bench_site.Site, number: int) -> pathlib.Path:
    files = sorted((site.folder / "www" / "forum" / "i").glob("*/*.jpg"))
    return files[number % len(files)]


def measure(site: bench_site.Site, folder: pathlib.Path, all_tiers: bool) -> list[tuple]:
    rows: list[tuple] = [("Bar", "Must", "Aim", "Measured")]
    server = Server(site)
    try:
        for file in (site.folder / "www").rglob("*"):
            if file.is_file():
                file.read_bytes()  # into the page cache
        plain = Run(server, Watch(folder / "plain", site).crawl("--no-match"))
        score = Score(site, plain.asked)
        addresses = "".join(f"http://{host}{path}\n" for host, path, _ in plain.asked)
        floor = Run(server, [BUILD / "bench" / "bench_libcurl"], addresses)
        rows += [("picture addresses found, core", "100 %", "100 %", score.found("core")),
                 ("picture addresses found, extended", ">= 95 %", "100 %", score.found("extended")),
                 ("wasted requests; off-scope requests", "<= 1 %; 0", "0; 0", f"{score.wasted} of {plain.requests}; {score.off_scope}"),
                 ("CPU seconds per 1 000 requests, --no-match", "<= 0.40", "<= 0.15", f"{plain.cpu_per_1000:.2f}"),
                 ("... beside bare libcurl fetching the same addresses", "<= 4.5 x", "<= 3 x",
                  f"{plain.cpu_per_1000 / floor.cpu_per_1000:.1f} x ({floor.cpu_per_1000:.3f})")]
        print("missed:", dict(score.missed), file=sys.stderr)

        watch = Watch(folder / "near", site)
        watch.enrol(picture_of(site, 0))
        near = Run(server, watch.crawl("--tiers", "exact,near"))
        again = Run(server, watch.crawl("--tiers", "exact,near"))
        watch.enrol(picture_of(site, 1))
        newer = Run(server, watch.crawl("--tiers", "exact,near"))
        compared = json.loads(newer.output)["visits"]["compared"]
        rows += [("... --tiers exact,near, one reference", "<= 1.9", "<= 1.3", f"{near.cpu_per_1000:.2f}"),
                 ("... second pass, nothing changed; pictures read", "<= 0.15; 0", "<= 0.08; 0",
                  f"{again.cpu_per_1000:.2f}; {json.loads(again.output)['images']}"),
                 ("... after one more reference: pictures compared again", f"all {len(site.pictures)}", "",
                  f"{compared} compared, {json.loads(newer.output)['visits'].get('unchanged', 0)} unchanged")]
        if all_tiers:
            whole = Watch(folder / "whole", site)
            whole.enrol(picture_of(site, 0))
            rows.append(("... all tiers, one reference", "report", "", f"{Run(server, whole.crawl()).cpu_per_1000:.2f}"))

        beside = None
        if importlib.util.find_spec("scrapy"):
            beside = Run(server, [sys.executable, "-m", "scrapy", "runspider", ROOT / "bench" / "scrapy_spider.py",
                                  "-a", "seeds=" + ",".join(site.seeds)])
        rate = plain.requests / plain.seconds
        theirs = f" ({beside.requests / beside.seconds:.0f}): {rate / (beside.requests / beside.seconds):.0f} x" if beside else " (not installed)"
        rows += [("requests a second beside Scrapy", ">= 20 x", ">= 50 x", f"{rate:.0f}{theirs}"),
                 ("peak memory, daemon and workers", "<= 250 MB", "<= 150 MB", f"{max(plain.peak, near.peak) / 1e6:.0f} MB")]
    finally:
        server.close()
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench-crawl table", description=__doc__)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all-tiers", action="store_true", help="also a pass with local features (some minutes)")
    options = parser.parse_args()
    sources = photographs.photographs(ROOT / "build" / "photographs")
    place = ROOT / "build" / "bench-site" / f"{options.seed}-{options.pages}-{options.pictures}"
    print("making the site (once for each seed)...", file=sys.stderr)
    site = bench_site.make(place, sources, options.pages, options.pictures, options.seed)
    with tempfile.TemporaryDirectory(prefix="sw-") as folder:
        table(measure(site, pathlib.Path(folder), options.all_tiers))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
