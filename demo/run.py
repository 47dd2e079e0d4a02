#!/usr/bin/env python3
"""The demonstration: a site on loopback, a real daemon, a case, and a table of what was found.

    demo/run.py --build build/release [--check] [--seed N]
"""
import argparse
import hashlib
import pathlib
import secrets
import shutil
import signal
import subprocess
import sys
import time

import demo_site
import follow_up
import installation
import receivers
import staff
import story

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "demo"
VERIFY = ROOT / "evidence" / "verify_pack.py"
TIERS = ("exact", "near", "derived", "video")  # surest first, as they stand in the table


def say(text: str) -> None:
    print(text, flush=True)


def progress(label: str, done: int, total: int, note: str = "") -> None:
    """One line that is rewritten on a terminal, and printed when it changes elsewhere."""
    line = f"  {label} {done}/{total} {note}"
    if sys.stdout.isatty():
        print(f"\r\033[K{line}", end="", flush=True)
    elif line != progress.last:
        print(line, flush=True)
    progress.last = line


progress.last = ""


def wait_until(condition, what: str, timeout: float, tick=lambda: None) -> None:
    until = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > until:
            raise RuntimeError(f"{what}: not within {timeout:.0f} s")
        tick()
        time.sleep(0.2)
    if sys.stdout.isatty():
        print()


class Demonstration:
    def __init__(self, build: pathlib.Path, seed: int):
        self.seed = seed
        shutil.rmtree(WORK, ignore_errors=True)
        WORK.mkdir(parents=True)
        self.programs = installation.Programs(build)
        self.stillwatch = installation.Installation(self.programs, WORK / "installation")
        self.nginx: subprocess.Popen | None = None
        port = installation.free_port("127.0.0.2")
        self.hosts = [f"127.0.0.2:{port}", f"127.0.0.3:{port}"]
        self.smtp = f"127.0.0.1:{installation.free_port()}"
        self.webhook = f"127.0.0.1:{installation.free_port()}"
        self.metrics = installation.free_port()

    def prepare(self) -> None:
        say(f"Building the demonstration site (seed {self.seed})")
        self.plan = demo_site.build(WORK, self.seed, ROOT / "build" / "photographs", *self.hosts)
        self.posted = self.plan["pictures"] + self.plan["videos"]
        self.references = [*self.plan["references"], self.plan["own_film"]]
        planted = sum(1 for picture in self.posted if picture["reference"])
        say(f"  {self.plan['pages']} pages, {len(self.plan['pictures'])} pictures and {len(self.plan['videos'])} films, {planted} of "
            f"them re-posts; "
            f"hosts {' and '.join(self.hosts)}")
        configuration = demo_site.nginx_configuration(WORK, *self.hosts)
        self.nginx = subprocess.Popen(["nginx", "-c", configuration, "-p", WORK], stderr=subprocess.DEVNULL)
        host, port = self.smtp.split(":")
        self.mail = receivers.MailSink(host, int(port))
        host, port = self.webhook.split(":")
        self.hook = receivers.WebhookSink(host, int(port), self.stillwatch.webhook_secret)
        say("Making an installation: stillwatch init, configuration, check-config")
        self.stillwatch.initialise()
        self.stillwatch.configure(hosts=self.hosts, smtp=self.smtp, webhook=self.webhook, metrics=self.metrics)
        staff.open_to_staff(self.stillwatch)

    def crawl_first(self) -> None:
        say("Starting stillwatchd: it crawls the site once, before anybody asked for help")
        self.stillwatch.start()
        total = len(self.plan["pictures"])

        def tick():
            status = self.stillwatch.status()
            progress("pictures known", status["contents"], total, f"pages {status['pages']}")

        wait_until(lambda: self.stillwatch.status()["contents"] >= 1 and self.stillwatch.is_idle(), "first crawl", 180, tick)

    def open_case(self) -> None:
        say("A person asks for help: a case is opened, eight pictures and a film are enrolled")
        references = [WORK / "references" / name for name in self.references]
        self.case = self.stillwatch.open_case(references, "pictures,videos")
        say(f"  case {self.case}; what was seen before is fetched and compared again")

        def tick():
            coverage = self.stillwatch.ask("case", "show", self.case)[0]["coverage"]
            found = self.stillwatch.status()["findings"]
            progress("pictures compared", coverage["compared"], coverage["images"], f"findings {found}")

        wait_until(self.stillwatch.is_idle, "second pass", 300, tick)
        wait_until(lambda: self.stillwatch.status()["alerts_queued"] == 0, "alerts", 120)

    def judge(self) -> list[str]:
        """Prints the table; gives what is wrong."""
        findings = self.stillwatch.ask("findings", "list", "--grouped")
        problems = self.check_findings(findings)
        forbidden = ["127.0.0.2", "127.0.0.3", "/img/", "/threads/", "/attachments/", "/b/res/", *self.references]
        problems += self.mail.problems(forbidden) + self.hook.problems(forbidden)
        for name, sink in (("e-mail", self.mail), ("webhook", self.hook)):
            distinct = len(set(sink.ids))
            say(f"  {name:<8} alerts delivered {distinct} of {len(findings)}")
            if distinct != len(findings) or len(sink.ids) != distinct:
                problems.append(f"{name}: {len(sink.ids)} deliveries with {distinct} ids for {len(findings)} findings")
        if set(self.mail.ids) != set(self.hook.ids):
            problems.append("mail and webhook were told different alerts")
        problems += self.check_evidence(findings) + self.check_manners()
        return problems

    def check_findings(self, findings: list[dict]) -> list[str]:
        """What was planted against what was found."""
        problems: list[str] = []
        names = {f"R-{number + 1:02}": name for number, name in enumerate(self.references)}
        planted = {(picture["url"], page): picture for picture in self.posted if picture["reference"]
                   for page in picture["pages"]}
        # (picture, page) -> reference -> place of a finding. Another picture of a scene is a lead for a person, no match.
        found: dict[tuple[str, str], dict[str, dict]] = {}
        leads: dict[tuple[str, str], list[str]] = {}
        places = self.stillwatch.places()
        for place in places:
            key, name = (place["image_url"], place["page_url"]), names[place["reference"]]
            if place["relation"] == "same_scene":
                leads.setdefault(key, []).append(name)
            else:
                found.setdefault(key, {})[name] = place

        say(f"\n  {'tier':<8} {'altered how':<20} planted  found  missed")
        rows = {(picture["tier"], picture["kind"]) for picture in planted.values()}
        for row in sorted(rows, key=lambda row: (TIERS.index(row[0]), row[1])):
            hits = [picture["reference"] in found.get(key, {}) for key, picture in planted.items()
                    if (picture["tier"], picture["kind"]) == row]
            say(f"  {row[0]:<8} {row[1]:<20} {len(hits):>7}  {sum(hits):>5}  {hits.count(False):>6}")

        for key, picture in planted.items():
            matches = found.get(key, {})
            own = matches.get(picture["reference"])
            what = f"{picture['kind']} of {picture['reference']} at {key[0]} on {key[1]}"
            if not own:
                lead = "only a lead: " if picture["reference"] in leads.get(key, []) else ""
                problems.append(f"missed: {lead}{what}")
            elif picture["tier"] == "exact" and own["tier"] != "exact":
                problems.append(f"wrong tier: {what}, found as {own['tier']}")
            problems += [f"wrong reference: {what}, taken for {name}"
                         for name in matches if name != picture["reference"]]

        # Address -> how it was altered, of pictures that hold nothing of a reference.
        innocent = {picture["url"]: picture["kind"] for picture in self.posted if not picture["reference"]}
        # A re-post and its thumbnail stand in lists and catalogs as well.
        holds = {picture[size]: picture["reference"] for picture in self.posted if picture["reference"]
                 for size in ("url", "thumbnail") if picture[size]}
        flagged = [(key, name) for key, matches in found.items() if key not in planted for name in matches
                   if holds.get(key[0]) != name]
        problems += [f"innocent picture flagged: {innocent.get(key[0])}, taken for {name}, at {key[0]} on {key[1]}"
                     for key, name in flagged]
        problems += self.check_films(found)
        hard = sum(1 for kind in innocent.values() if kind != "innocent")
        say(f"\n  innocent pictures {len(innocent)} ({hard} altered as the derived ones), flagged {len(flagged)}")
        say(f"  leads (another picture of the scene) {sum(map(len, leads.values()))}")
        for key, references in leads.items():
            what = planted[key]["kind"] if key in planted else f"innocent, {innocent.get(key[0])}"
            say(f"    {key[0]} ({what}) for {', '.join(references)}")
        say(f"  findings (a picture on a host) {len(findings)} with {len(places)} places")
        distinct = {(place["image_url"], place["page_url"], place["reference"]) for place in places}
        if len(distinct) != len(places):
            problems.append("an occurrence was recorded twice")
        if sum(finding["occurrence_count"] for finding in findings) != len(places):
            problems.append("places are counted that are not listed")
        return problems

    def check_films(self, found: dict[tuple[str, str], dict[str, dict]]) -> list[str]:
        """That each finding in a film says when it is shown, and that the enrolled film is listed as one."""
        problems = []
        for film in self.plan["videos"]:
            own = found.get((film["url"], film["pages"][0]), {}).get(film["reference"])
            if not own:
                continue  # missed, or innocent: told already
            spans = self.stillwatch.ask("findings", "show", str(own["id"]))[0]["video"]["spans"]
            first, last = film["between"]
            if not spans or spans[0]["from_s"] < first - 1 or spans[-1]["to_s"] > last + 1:
                problems.append(f"{film['kind']} is shown from {first} to {last} s, and told as {spans}")
        listed = self.stillwatch.ask("reference", "list", self.case)
        are_films = [row["name"] for row in listed if row["frames"] > 0]
        if are_films != [f"R-{len(self.references):02}"]:
            problems.append(f"listed as films: {are_films}")
        return problems

    def check_evidence(self, findings: list[dict]) -> list[str]:
        problems = []
        opened = 0
        files = {picture[size]: picture[f"{size}_file" if size == "thumbnail" else "file"]
                 for picture in self.plan["pictures"] for size in ("url", "thumbnail")}
        problems += [f"finding {finding['id']} has no evidence: {finding['evidence']}" for finding in findings
                     if finding["evidence"] != "stored"]
        packages = [place for place in self.stillwatch.places() if place["evidence"] == "stored"]
        published = WORK / "published.pub"
        published.write_text(self.stillwatch.plain("evidence", "key"))
        for finding in packages:
            try:
                archive = self.stillwatch.open_evidence(finding)
                self.stillwatch.verify_evidence(archive)
                subprocess.run([sys.executable, VERIFY, "--key", published, "-"], input=archive, check=True, capture_output=True)
                # Of a film the evidence holds the ranges that came.
                file = files.get(finding["image_url"])
                served = (WORK / "www" / file).read_bytes() if file else b""
                if file and hashlib.sha256(served).hexdigest() != finding["content"]:
                    problems.append(f"evidence of finding {finding['id']}: another picture than the site served")
                if finding["page_state"] != "named":
                    problems.append(f"finding {finding['id']}: page state {finding['page_state']}")
                opened += 1
            except subprocess.CalledProcessError as error:
                problems.append(f"evidence of finding {finding['id']}: {error} {error.stderr.decode(errors='replace')[-300:]}")
        say(f"  evidence opened with age and verified {opened} of {len(packages)}")
        if not findings:
            problems.append("nothing was found at all")
        clear = [file.name for file in (WORK / "installation" / "data" / "evidence").iterdir()
                 if file.suffix not in (".unstamped", ".stamp") and not file.read_bytes().startswith(b"age-encryption.org/v1\n")]
        problems += [f"evidence file in clear: {name}" for name in clear]
        return problems

    def check_manners(self) -> list[str]:
        """What the site saw of us."""
        lines = (WORK / "nginx" / "access.log").read_text().splitlines()
        problems = [f"robots.txt was not obeyed: {line}" for line in lines if '"/private/' in line]
        problems += [f"not our User-Agent: {line}" for line in lines if "helpline.example/monitoring" not in line][:3]
        say(f"  requests the site saw {len(lines)}; pages that robots.txt forbids: {len(problems)}")
        return problems

    def tell_a_story(self) -> list[str]:
        """How people work on what was found, on a case of its own."""
        references = [WORK / "references" / name for name in self.plan["references"][:3]]
        return story.Story(self.stillwatch, self.mail, self.hook, references, say).tell()

    def follow_up(self) -> list[str]:
        """What comes after a finding, until it is down and after."""
        days = follow_up.FollowUp(self.programs, WORK / "follow-up", WORK / "references" / self.plan["references"][0], self.seed, say)
        try:
            problems = days.tell()
        finally:
            ended = days.close()
        return problems + ended

    def show_what_to_try(self) -> None:
        command = f"{self.programs.command} --config {self.stillwatch.config}"
        say(f"""
Everything stays up until you press Ctrl-C. Try, in another terminal:

  alias stillwatch='{command}'
  stillwatch status
  stillwatch case show {self.case}
  stillwatch findings list
  stillwatch findings show 1
  stillwatch findings check 1
  stillwatch outbox list
  stillwatch alert-test desk
  stillwatch report hosts
  stillwatch audit list
  age -d -i {self.stillwatch.identity} {WORK}/installation/data/evidence/*.wacz.age > package.wacz     (one file at a time)
  python3 -m zipfile -l package.wacz; stillwatch evidence verify package.wacz
  stillwatch case withdraw {self.case} --yes
  curl http://127.0.0.1:{self.metrics}/metrics
  the site: http://{self.hosts[0]}/   its log: {WORK}/nginx/access.log
  the daemon's log: {WORK}/installation/stillwatchd.log
""")
        try:
            signal.pause()
        except KeyboardInterrupt:
            say("\nstopping")

    def close(self) -> list[str]:
        problems = []
        if self.stillwatch.is_running() and self.stillwatch.stop() != 0:
            problems.append("stillwatchd did not end well")
        if self.nginx:
            self.nginx.terminate()
            self.nginx.wait()
        for sink in ("mail", "hook"):
            if hasattr(self, sink):
                getattr(self, sink).close()
        return problems


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--build", type=pathlib.Path, required=True, help="build folder with the programs")
    arguments.add_argument("--check", action="store_true", help="judge and end, instead of staying up")
    arguments.add_argument("--seed", type=int, help="what is planted where; random without it")
    options = arguments.parse_args()
    seed = options.seed if options.seed is not None else secrets.randbelow(10**6)
    demonstration = Demonstration(options.build.resolve(), seed)
    problems = []
    try:
        demonstration.prepare()
        demonstration.crawl_first()
        demonstration.open_case()
        problems = demonstration.judge()
        problems += demonstration.tell_a_story()
        problems += demonstration.follow_up()
        if not options.check:
            for problem in problems:
                say(f"  problem: {problem}")
            demonstration.show_what_to_try()
    finally:
        problems += demonstration.close()
    for problem in problems:
        say(f"FAILED {problem}")
    if options.check:
        say(f"demonstration with seed {seed}: {'failed' if problems else 'everything checks out'}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
