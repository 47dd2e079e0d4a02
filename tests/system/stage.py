"""A stage for system tests: a plain site under nginx, receivers, and a real installation of a build."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "demo"))

import installation  # noqa: E402
import plain_site  # noqa: E402
import receivers  # noqa: E402

BUILD = pathlib.Path(os.environ["STILLWATCH_BUILD"])


# What a test waits for comes when it comes: how fast a busy machine and its disk are is nothing to judge. The bound only ends
# a test whose event never comes.
LONGEST_WAIT_S = 120


def eventually(condition) -> bool:
    """Whether `condition()` comes true at all."""
    until = time.monotonic() + LONGEST_WAIT_S
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False


class Stage:
    """Everything is up after construction but the daemon; close() ends all of it."""

    def __init__(self, seed: int, *, delay: str = "0ms", concurrency: int = 4, extra: str = ""):
        # A short path: Unix sockets have room for 107 bytes.
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="sw-"))
        self.stillwatch = installation.Installation(installation.Programs(BUILD), self.work / "i")
        port = installation.free_port("127.0.0.2")
        self.hosts = [f"127.0.0.2:{port}", f"127.0.0.3:{port}"]
        self.plan = plain_site.build(self.work, seed, ROOT / "build" / "photographs", *self.hosts)
        configuration = plain_site.nginx_configuration(self.work, *self.hosts)
        self.nginx = subprocess.Popen(["nginx", "-c", configuration, "-p", self.work], stderr=subprocess.DEVNULL)
        self.smtp = installation.free_port()
        self.mail = receivers.MailSink("127.0.0.1", self.smtp)
        hook = installation.free_port()
        self.hook = receivers.WebhookSink("127.0.0.1", hook, self.stillwatch.webhook_secret)
        self.metrics = installation.free_port()
        self.stillwatch.initialise()
        self.stillwatch.configure(hosts=self.hosts, smtp=f"127.0.0.1:{self.smtp}", webhook=f"127.0.0.1:{hook}",
                                  metrics=self.metrics, delay=delay, concurrency=concurrency, extra=extra)

    @property
    def references(self) -> list[pathlib.Path]:
        return [self.work / "references" / name for name in self.plan["references"]]

    @property
    def planted(self) -> set[tuple[str, str]]:
        """(picture, page) of every re-post."""
        return {(picture["url"], page) for picture in self.plan["pictures"] if picture["reference"]
                for page in picture["pages"]}

    @property
    def storage(self) -> pathlib.Path:
        return self.work / "i" / "data"

    def matches(self) -> list[dict]:
        """The places of findings without those that are leads only: another picture of a reference's scene."""
        return [place for place in self.stillwatch.places() if place["relation"] != "same_scene"]

    def found(self) -> set[tuple[str, str]]:
        """(picture, page) of every match."""
        return {(place["image_url"], place["page_url"]) for place in self.matches()}

    def requests(self) -> list[str]:
        return (self.work / "nginx" / "access.log").read_text().splitlines()

    def close(self) -> None:
        self.stillwatch.kill()
        self.nginx.terminate()
        self.nginx.wait()
        self.mail.close()
        self.hook.close()
        shutil.rmtree(self.work)
