"""The demonstration's part on what comes after a finding: notices, checks whether it is still up, deadlines, a re-post.

On an installation of its own, whose daemon and time authority live through nine days (clock.py).
"""
import base64
import datetime
import json
import pathlib
import random
import re
import subprocess
import sys
import textwrap
import time
import zipfile

from PIL import Image

import alter
import demo_site
import installation
import receivers
import time_authority

# What keeps a picture recognisable, so that the days of this story do not hang on how well pictures are found.
COPIES = ("JPEG quality 40", "smaller")


class Hosts:
    """Two small sites: a board whose operator does what is asked, late and by halves, and a host that answers nobody."""

    def __init__(self, out: pathlib.Path, reference: pathlib.Path, seed: int):
        port = installation.free_port("127.0.0.4")
        self.board, self.silent = f"127.0.0.4:{port}", f"127.0.0.5:{port}"
        self.out, rng = out, random.Random(seed)
        with Image.open(reference) as picture:
            self.copies = [alter.NEAR[kind](picture.convert("RGB"), rng) for kind in COPIES]
        thread = "/threads/holiday.html"
        self.put("pages", "/index.html", f'<a href="{thread}">Holiday</a> <a href="/threads/cats.html">Cats</a>')
        self.put("pages", thread, '<p>Look at her.</p><img src="/uploads/1.jpg">')
        self.put("pages", "/threads/cats.html", '<img src="/uploads/2.png">')
        self.put("pages", "/uploads/1.jpg", self.copies[0])
        self.put("pages", "/uploads/2.png", alter.drawn(rng))
        self.put("pictures", "/index.html", '<img src="/p/9.jpg">')
        self.put("pictures", "/p/9.jpg", self.copies[1])
        self.thread, self.picture = thread, "/uploads/1.jpg"
        configuration = demo_site.nginx_configuration(out, self.board, self.silent)
        self.nginx = subprocess.Popen(["nginx", "-c", configuration, "-p", out], stderr=subprocess.DEVNULL)

    def put(self, host: str, address: str, content: str | bytes) -> None:
        file = self.out / "www" / host / address.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else f"<!DOCTYPE html><html><body>{content}</body></html>".encode())

    def remove(self, address: str) -> None:
        (self.out / "www" / "pages" / address.lstrip("/")).unlink()

    def post_again(self) -> str:
        """The same file under another address, in another thread."""
        self.put("pages", "/uploads/77.jpg", self.copies[0])
        self.put("pages", "/threads/again.html", '<p>She is back.</p><img src="/uploads/77.jpg">')
        self.put("pages", "/index.html", '<a href="/threads/again.html">Again</a> <a href="/threads/cats.html">Cats</a>')
        return "/uploads/77.jpg"

    def close(self) -> None:
        self.nginx.terminate()
        self.nginx.wait()


class FollowUp:
    """Tells what happens line by line with `say`; `problems` has what should have happened and did not."""

    def __init__(self, programs: installation.Programs, work: pathlib.Path, reference: pathlib.Path, seed: int, say):
        self.say, self.reference, self.work = say, reference, work
        self.problems: list[str] = []
        work.mkdir()
        self.hosts = Hosts(work, reference, seed)
        self.stillwatch = installation.Installation(programs, work / "installation")
        self.authority = time_authority.TimeAuthority(work / "time")
        port = installation.free_port()
        self.mail = receivers.MailSink("127.0.0.1", port)
        hook = installation.free_port()
        self.hook = receivers.WebhookSink("127.0.0.1", hook, self.stillwatch.webhook_secret)
        self.stillwatch.clock = self.authority.clock = self.hook.clock
        self.stillwatch.initialise()
        self.stillwatch.configure(hosts=[self.hosts.board], smtp=f"127.0.0.1:{port}", webhook=f"127.0.0.1:{hook}",
                                  metrics=installation.free_port(), extra=f"""
[[site]]
name = "silent"
seeds = ["http://{self.hosts.silent}/"]
hosts = ["{self.hosts.silent}"]
delay = "20ms"
""")
        text = self.stillwatch.config.read_text()
        for name, value in (("signatory", "A. Signatory"), ("notice_email", "notices@helpline.example"), ("check_every", "300ms")):
            text = re.sub(f'(?m)^{name} = .*$', f'{name} = "{value}"', text)
        self.stillwatch.config.write_text(text)
        self.authority.configure(self.stillwatch)

    def tell(self) -> list[str]:
        self.say("\nWhat comes after a finding: ten days on a second installation, whose daemon is started again and again with "
                 "its clock further ahead")
        for chapter in (self.find, self.package, self.notify, self.half_removed, self.removed, self.confirmed_removed, self.almost_over,
                        self.overdue, self.posted_again, self.report):
            chapter()
        forbidden = [self.hosts.board, self.hosts.silent, "127.0.0.4", "127.0.0.5", "/uploads/", "/threads/", "abuse@"]
        self.problems += self.mail.problems(forbidden) + self.hook.problems(forbidden)
        log = (self.stillwatch.folder / "stillwatchd.log").read_text().splitlines()
        self.problems += [f"after a finding: the daemon says {line}" for line in log if " error " in line]
        return self.problems

    def close(self) -> list[str]:
        problems = []
        if self.stillwatch.is_running() and self.stillwatch.stop() != 0:
            problems.append("after a finding: stillwatchd did not end well")
        self.hosts.close()
        self.authority.close()
        self.mail.close()
        self.hook.close()
        return problems

    # What they share.

    def expect(self, holds: bool, what: str) -> None:
        if not holds:
            self.problems.append(f"after a finding: {what}")

    def tell_at(self, text: str) -> None:
        passed = int(self.stillwatch.clock.ahead.total_seconds()) // 3600
        self.say(f"  day {passed // 24 + 1:>2}, {passed % 24:02} h   {text}")

    def also(self, text: str) -> None:
        self.say(f"                 {text}")

    def wait_for(self, condition, what: str, timeout: float = 120) -> None:
        until = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > until:
                raise RuntimeError(f"after a finding: {what}: not within {timeout:.0f} s")
            time.sleep(0.1)

    def pass_to(self, hours: float) -> None:
        """The daemon is stopped, and started so many hours after the first day."""
        self.start_again(datetime.timedelta(hours=hours))

    def start_again(self, ahead: datetime.timedelta) -> None:
        self.expect(self.stillwatch.stop() == 0, "stillwatchd did not end well")
        self.stillwatch.clock.pass_to(ahead)
        self.stillwatch.start()

    def look_until(self, condition, what: str) -> None:
        """Lets the daemon do what is due. It looks after findings at its start and then once a minute: another start saves that
        minute, and shows that nothing of it is kept in memory only."""
        for _ in range(10):
            self.wait_for(self.stillwatch.is_idle, "the crawl")
            maps = self.stillwatch.memory_of_workers()
            self.expect(bool(maps) and not any("faketime" in text for text in maps.values()), "a worker has a clock of its own, or none ran")
            if condition():
                return
            self.start_again(self.stillwatch.clock.ahead)
        raise RuntimeError(f"after a finding: {what}: not after ten starts")

    def show(self, finding: int) -> dict:
        return self.stillwatch.ask("findings", "show", f"F-{finding}")[0]

    def verdicts(self, finding: int) -> list[str]:
        """Of the checks that ended, in their order."""
        ended = [check for check in self.show(finding)["checks"] if check["ended"]]
        return [check["verdict"] for check in sorted(ended, key=lambda check: check["began"])]

    def told(self, kind: str) -> list[dict]:
        bodies = {identity: body for identity, body in self.hook.deliveries if body["type"] == kind}
        return [body["data"] for body in bodies.values()]

    # The days.

    def find(self) -> None:
        self.stillwatch.start()
        self.case = self.stillwatch.open_case([self.reference])
        self.wait_for(lambda: len(self.stillwatch.places()) >= 2 and self.stillwatch.is_idle(), "two findings", 60)
        on = {place["image_url"].split("/")[2]: place["id"] for place in self.stillwatch.places()}
        self.expect(set(on) == {self.hosts.board, self.hosts.silent}, f"found on {sorted(on)}")
        self.first, self.second = on[self.hosts.board], on[self.hosts.silent]
        self.tell_at(f"found: F-{self.first} on a board ({self.hosts.board}) and F-{self.second} on a host that answers nobody "
                     f"({self.hosts.silent}); a caseworker confirms both")
        for finding in (self.first, self.second):
            self.stillwatch.plain("findings", "confirm", f"F-{finding}")

    def package(self) -> None:
        self.wait_for_stamps(2)
        for finding in (self.first, self.second):
            self.verify(next(place for place in self.stillwatch.places() if place["id"] == finding))
        self.also("each has a package: opened with age, whole for `stillwatch evidence verify` and for the verify_pack.py in it, its")
        self.also("time stamp good for `openssl ts -verify`")

    def wait_for_stamps(self, count: int) -> None:
        evidence = self.stillwatch.folder / "data" / "evidence"
        self.wait_for(lambda: not list(evidence.glob("*.unstamped")) and len(list(evidence.glob("*.stamp"))) >= count, "time stamps")

    def verify(self, place: dict) -> str:
        """The package of a place, with every program that the demonstration has: our own, the one inside the package, which knows
        nothing of ours, and OpenSSL. Gives the time that its stamp says."""
        folder = self.work / f"package-{place['occurrence']}"
        folder.mkdir()
        got = self.stillwatch.ask("evidence", "get", place["evidence_file"], str(folder))[0]
        archive, inside, key, reply = (folder / name for name in ("package.wacz", "verify_pack.py", "signing_key.pub", "reply.tsr"))
        archive.write_bytes(subprocess.run(["age", "-d", "-i", self.stillwatch.identity, got["written"]], check=True,
                                           capture_output=True).stdout)
        with zipfile.ZipFile(archive) as package:
            inside.write_bytes(package.read("evidence/verify_pack.py"))
        key.write_text(self.stillwatch.plain("evidence", "key"))
        witnesses = ["--stamp", got["stamp"], "--roots", str(self.authority.roots), "--log", got["log"]]
        ours = self.stillwatch.ask("evidence", "verify", *witnesses, str(archive))[0]
        self.expect((ours["verdict"], ours["in_audit_log"], len(ours["time_stamps"])) == ("whole", True, 1), f"our verdict is {ours}")
        theirs = subprocess.run([sys.executable, inside, "--key", key, *witnesses, archive], capture_output=True, text=True)
        self.expect(theirs.returncode == 0 and f"by {self.authority.url}; in the audit log" in theirs.stdout,
                    f"verify_pack.py says {theirs.stdout}{theirs.stderr}")
        stamp = json.loads(pathlib.Path(got["stamp"]).read_text())["stamps"][0]
        reply.write_bytes(base64.b64decode(stamp["reply"]))
        openssl = subprocess.run(["openssl", "ts", "-verify", "-digest", stamp["root"], "-in", reply, "-CAfile", self.authority.roots],
                                 capture_output=True, text=True)
        self.expect("Verification: OK" in openssl.stdout, f"openssl says {openssl.stdout}{openssl.stderr}")
        return ours["time_stamps"][0]["at"]

    def notify(self) -> None:
        self.notices = {}
        for finding, host in ((self.first, "board"), (self.second, "silent")):
            file = self.work / f"notice-to-{host}.txt"
            draft = self.stillwatch.ask("notice", "draft", f"F-{finding}", "--route", "take-it-down", "--out", str(file))[0]
            self.expect(all(place["image_url"] in file.read_text() for place in self.stillwatch.places() if place["id"] == finding),
                        f"the notice of F-{finding} does not name the picture")
            self.expect("not named" in draft["privacy"], f"who sees which name is told as {draft['privacy']}")
            sent = self.stillwatch.ask("notice", "sent", f"N-{draft['notice']}", "--to", f"abuse@{host}.example")[0]
            self.expect(self.show(finding)["state"] == "noticed", f"F-{finding} is not noticed")
            self.notices[finding] = f"N-{draft['notice']}"
        self.tell_at(f"drafted: {self.notices[self.first]} and {self.notices[self.second]} (`notice draft --route take-it-down`); who sees "
                     "which name is said first:")
        for line in textwrap.wrap(draft["privacy"], 110):
            self.also(f"  | {line}")
        self.also(f"a caseworker sends them and says so (`notice sent`): 48 hours begin, until {sent['deadline_at'][:16]}Z")

    def half_removed(self) -> None:
        self.hosts.remove(self.hosts.thread)
        self.pass_to(2)
        self.look_until(lambda: self.verdicts(self.first), "the first check")
        self.expect(self.verdicts(self.first) == ["orphaned"], f"checks of a page that is gone say {self.verdicts(self.first)}")
        self.expect(self.show(self.first)["state"] == "noticed", "a picture without its page counts as down")
        self.tell_at(f"the board removed the page; the picture's own address still serves it: F-{self.first} is up (orphaned)")

    def removed(self) -> None:
        self.hosts.remove(self.hosts.picture)
        self.pass_to(26)
        self.look_until(lambda: self.verdicts(self.first)[-1] == "gone", "a check of what is gone")
        self.expect(self.show(self.first)["state"] == "noticed" and not self.told("item.down"), "one check was enough for down")
        self.tell_at("the picture is gone as well; one check alone confirms nothing")

    def confirmed_removed(self) -> None:
        self.pass_to(34)
        self.look_until(lambda: self.told("item.down"), "down")
        self.expect([data["finding"] for data in self.told("item.down")] == [self.first], f"told as down: {self.told('item.down')}")
        self.expect(self.verdicts(self.first)[-2:] == ["gone", "gone"], f"it is down after {self.verdicts(self.first)}")
        self.expect(self.show(self.first)["state"] == "down", "it is not down")
        self.tell_at(f"a second check, more than six hours after the first, agrees: F-{self.first} is down (item.down)")

    def almost_over(self) -> None:
        self.pass_to(37)
        self.wait_for(lambda: self.told("notice.deadline_approaching"), "what ends soon")
        self.expect_told("notice.deadline_approaching")
        self.tell_at(f"the other host has 11 hours left: told of {self.notices[self.second]} (notice.deadline_approaching), and of "
                     f"{self.notices[self.first]}, which is settled, nothing")
        too_early = subprocess.run([self.stillwatch.programs.command, "--config", self.stillwatch.config, "notice", "escalate",
                                    self.notices[self.second]], capture_output=True, text=True)
        self.expect(too_early.returncode == 1 and "has time until" in too_early.stderr, "a regulator's pack was made too early")

    def overdue(self) -> None:
        notice, file = self.notices[self.second], self.work / "regulator.txt"
        self.pass_to(49)
        self.look_until(lambda: len(self.verdicts(self.second)) >= 3, "checks of the other host")
        self.wait_for(lambda: self.told("notice.overdue"), "overdue")
        self.expect_told("notice.overdue")
        self.expect(set(self.verdicts(self.second)) == {"up"}, f"checks of the other host say {self.verdicts(self.second)}")
        pack = self.stillwatch.ask("notice", "escalate", notice, "--out", str(file))[0]
        text = file.read_text().replace("T", " ")
        picture = next(place["image_url"] for place in self.stillwatch.places() if place["id"] == self.second)
        checks = [check["ended"][:16].replace("T", " ") for check in self.show(self.second)["checks"] if check["ended"]]
        self.expect(all(check in text for check in checks), f"the regulator's pack lacks one of the checks {checks}")
        self.expect(picture.replace("T", " ") in text and "abuse@silent.example" in text, "the regulator's pack lacks picture or recipient")
        self.tell_at(f"{notice} is overdue (notice.overdue) and F-{self.second} still up: `notice escalate` makes the regulator's pack "
                     f"({pack['regulator']}),")
        self.also(f"with the notice, where it went, and {len(checks)} timed checks that it is still up")

    def posted_again(self) -> None:
        address = self.hosts.post_again()
        self.pass_to(9 * 24)
        self.look_until(lambda: self.told("match.reappeared"), "a re-post")
        back = [(data["finding"], data["epoch"]) for data in self.told("match.reappeared")]
        self.expect(back == [(self.first, 2)], f"told as back: {back}")
        self.wait_for_stamps(3)
        stamped = self.verify(next(place for place in self.stillwatch.places() if place["image_url"].endswith(address)))
        expected = datetime.datetime.now(datetime.timezone.utc) + self.stillwatch.clock.ahead
        self.expect(stamped[:10] == expected.isoformat()[:10], f"the package of the re-post was stamped {stamped}")
        self.tell_at(f"somebody posts it on the board again, as {address} in another thread: F-{self.first} is told anew "
                     "(match.reappeared, epoch 2)")
        self.also("and has another package, stamped and verified as the first")

    def report(self) -> None:
        rows = {row["host"]: row for row in self.stillwatch.ask("report", "hosts")[0]["hosts"]}
        board, silent = (rows[host.split(":")[0]] for host in (self.hosts.board, self.hosts.silent))
        way, other = board["routes"][0], silent["routes"][0]
        self.expect((way["removed"], way["within_48_hours"], board["reappearances"]) == (1, 1, 1) and 33.9 < way["median_hours"] < 34.2,
                    f"the report of the board says {board}")
        self.expect((other["removed"], other["still_up"], other["median_hours"]) == (0, 1, None), f"the report of the other says {silent}")
        self.stillwatch.plain("report", "case", self.case, "--html", str(self.work / "report.html"))
        self.expect(self.stillwatch.ask("audit", "verify")[0]["audit"] == "whole", "the audit log is not whole")
        self.tell_at(f"`report hosts`: the board removed {way['removed']} of {way['findings']} {way['median_hours']:.0f} hours after its notice, "
                     f"{board['reappearances']} came back; the other host {other['removed']} of {other['findings']}")
        ways = [[way["route"] for way in self.stillwatch.ask("notice", "draft", f"F-{finding}")[0]["routes"]]
                for finding in (self.first, self.second)]
        self.expect((ways[0][0], ways[1][-1]) == ("take-it-down", "take-it-down"), f"ways are ranked as {ways}")
        self.also(f"`notice draft F-{self.first}` without a way proposes {ways[0][0]} first for the board, and last for the other host, "
                  f"where {ways[1][0]} comes first")
        self.also(f"notices, regulator's pack and a report to print: {self.work}/*.txt, report.html")

    def expect_told(self, kind: str) -> None:
        """Of the second notice only: the first one's finding is down."""
        notices = [f"N-{data['notice']}" for data in self.told(kind)]
        self.expect(notices == [self.notices[self.second]], f"{kind} was told of {notices}")
