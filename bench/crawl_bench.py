"""Measurements of a real crawl on loopback: `politeness [SECONDS]` and `kills`. Run by scripts/bench-crawl."""
import collections
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "demo"))

import crawl_site  # noqa: E402
import installation  # noqa: E402

BUILD = ROOT / "build" / "release"


class Crawl:
    """An installation that watches the given sites, (name, hosts, delay, concurrency) each."""

    def __init__(self, folder: pathlib.Path, sites: list[tuple[str, list[str], str, int]]):
        self.programs = installation.Programs(BUILD)
        self.config = folder / "i" / "stillwatch.toml"
        self.installation = installation.Installation(self.programs, folder / "i")
        self.installation.initialise()
        text = self.config.read_text()
        text = re.sub(r"(?m)^#?\s*allowed_private_networks = .*$", 'allowed_private_networks = ["127.0.0.0/8"]', text, count=1)
        text = re.sub(r"(?m)^#?\s*listen = .*$", 'listen = ""', text, count=1)
        for name, hosts, delay, concurrency in sites:
            text += f'[[site]]\nname = "{name}"\nseeds = ["http://{hosts[0]}/p/0"]\nhosts = {hosts!r}\n'.replace("'", '"')
            text += f'delay = "{delay}"\nconcurrency = {concurrency}\n'
        self.config.write_text(text)
        self.installation.plain("check-config")

    def start(self) -> subprocess.Popen:
        return subprocess.Popen([self.programs.command, "--config", self.config, "--json", "crawl", "--once", "--no-match"],
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def politeness(folder: pathlib.Path, seconds: float) -> int:
    """Gaps between arrivals at a host that are shorter than its delay; the last two hosts share an address."""
    port = installation.free_port("127.0.0.2")
    other = installation.free_port("127.0.0.2")
    delays = [100, 200, 300, 500, 700, 1000, 1500, 2000]
    listen = [(f"127.0.0.{n + 2}", port) for n in range(len(delays))]
    site = crawl_site.Site(listen + [("127.0.0.9", other)], pages=10 ** 6, pictures=3, latency=0.02)
    sites = [(f"site{n}", [f"{host}:{port}"], f"{delays[n]}ms", 1 + n % 4) for n, (host, _) in enumerate(listen)]
    sites.append(("neighbour", [f"127.0.0.9:{other}"], "2s", 2))
    delay_of = {hosts[0]: int(delay.rstrip("ms")) / 1000 if delay.endswith("ms") else 2.0 for _, hosts, delay, _ in sites}
    crawl = Crawl(folder, sites).start()
    time.sleep(seconds)
    crawl.send_signal(signal.SIGKILL)
    crawl.wait()
    by_host, by_address = collections.defaultdict(list), collections.defaultdict(list)
    for host, _, moment in site.log:
        # That two hosts share an address is known from their first answers on.
        if by_host[host]:
            by_address[host.split(":")[0]].append(moment)
        by_host[host].append(moment)
    broken = 0
    for host, moments in sorted(by_host.items()):
        gaps = [b - a for a, b in zip(moments, moments[1:])]
        short = sum(gap < delay_of[host] for gap in gaps)
        broken += short
        print(f"{host:<18} delay {delay_of[host]:.1f} s  requests {len(moments):>5}  least gap {min(gaps):.4f} s  too short {short}")
    shared = sorted(by_address["127.0.0.9"])
    gaps = [b - a for a, b in zip(shared, shared[1:])]
    short = sum(gap < 2.0 for gap in gaps)
    print(f"127.0.0.9, two hosts: requests {len(shared)}  least gap {min(gaps):.4f} s  too short {short}")
    print(f"gaps shorter than the delay in {seconds:.0f} s: {broken + short}")
    site.close()
    return 1 if broken + short else 0


def kills(folder: pathlib.Path, times: int = 20) -> int:
    """kill -9 at random moments of a crawl: what is lost, and what is asked for twice."""
    port = installation.free_port("127.0.0.2")
    site = crawl_site.Site([("127.0.0.2", port)], pages=1500, pictures=4, latency=0.01)
    crawl = Crawl(folder, [("site", [f"127.0.0.2:{port}"], "0ms", 8)])
    rng = random.Random(int(os.environ.get("STILLWATCH_SEED", "1")))
    daemon, crawling = crawl.installation, 0.0
    for _ in range(times):
        daemon.start()
        alive = rng.uniform(0.3, 0.9)
        time.sleep(alive)
        daemon.kill()
        crawling += alive
        time.sleep(0.1)  # answers that were under way
    rate = len(site.log) / crawling
    seen = {path for _, path, _ in site.log}
    daemon.start()
    while not daemon.is_idle():
        time.sleep(0.5)
    daemon.kill()
    asked = collections.Counter(path for _, path, _ in site.log if path != "/robots.txt")
    lost = site.addresses() - set(asked)
    again = sum(count - 1 for count in asked.values())  # nothing is due again within the hour
    print(f"{times} kills; requests until the last {len(seen)}, {rate:.0f} a second; addresses {len(site.addresses())}")
    print(f"addresses lost {len(lost)}; requests repeated {again}")
    site.close()
    return 1 if lost or again > times * rate else 0


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="sw-") as folder:
        if sys.argv[1:2] == ["politeness"]:
            return politeness(pathlib.Path(folder), float(sys.argv[2]) if len(sys.argv) > 2 else 600)
        return kills(pathlib.Path(folder))


if __name__ == "__main__":
    raise SystemExit(main())
