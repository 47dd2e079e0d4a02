"""A real installation for the demonstration and the system tests: programs, configuration, daemon."""
import base64
import json
import os
import pathlib
import re
import secrets
import socket
import subprocess
import time

import clock


def free_port(host: str = "127.0.0.1") -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


class Programs:
    """Where the programs of a build are."""

    def __init__(self, build: pathlib.Path):
        self.command = build / "cli" / "stillwatch"
        self.daemon = build / "daemon" / "stillwatchd"
        for program in (self.command, self.daemon):
            if not program.exists():
                raise SystemExit(f"{program} is missing: build first")


class Installation:
    """`stillwatch init` in `folder`, then a configuration with one site, a mail channel and a webhook channel."""

    def __init__(self, programs: Programs, folder: pathlib.Path):
        self.programs = programs
        self.folder = folder
        self.config = folder / "stillwatch.toml"
        self.identity = folder.parent / "helpline.key"
        self.webhook_secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        self.clock = clock.Clock()
        self._daemon: subprocess.Popen | None = None
        self._log = None

    def initialise(self) -> None:
        generated = subprocess.run(["age-keygen"], check=True, capture_output=True, text=True).stdout
        self.identity.write_text(generated)
        self.identity.chmod(0o600)
        recipient = re.search(r"age1\w+", generated)[0]
        self.plain("init", str(self.folder), "--evidence-recipient", recipient,
                   "--organisation", "Demonstration Helpline", "--contact", "https://helpline.example/monitoring")

    def configure(self, *, hosts: list[str], smtp: str, webhook: str, metrics: int, delay: str = "20ms",
                  concurrency: int = 4, extra: str = "") -> None:
        """Edits the configuration that init wrote, as an operator would."""
        secret = self.folder / "webhook.secret"
        secret.write_text(self.webhook_secret + "\n")
        secret.chmod(0o600)
        text = self.config.read_text()
        text = re.sub(r"(?m)^#?\s*allowed_private_networks = .*$", 'allowed_private_networks = ["127.0.0.0/8"]', text, count=1)
        text = re.sub(r'(?m)^#?\s*listen = .*$', f'listen = "127.0.0.1:{metrics}"', text, count=1)
        text += f"""
[[channel]]
name = "desk"
kind = "email"
to = ["desk@helpline.example"]
from = "stillwatch@helpline.example"
server = "smtp://{smtp}"

[[channel]]
name = "hook"
kind = "webhook"
url = "http://{webhook}/alerts"
secret_file = "webhook.secret"

[[site]]
name = "demonstration"
seeds = ["http://{hosts[0]}/"]
hosts = {json.dumps(hosts)}
delay = "{delay}"
concurrency = {concurrency}
{extra}"""
        self.config.write_text(text)
        self.plain("check-config")

    def plain(self, *arguments: str, check: bool = True) -> str:
        """Runs the command line and gives what it printed."""
        environment = {**os.environ, "STILLWATCH_CONFIG": str(self.config)}
        done = subprocess.run([self.programs.command, *arguments], env=environment, capture_output=True, text=True)
        if check and done.returncode != 0:
            raise RuntimeError(f"stillwatch {' '.join(arguments)}: exit {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def ask(self, *arguments: str) -> list[dict]:
        """The same with --json: one object a line."""
        return [json.loads(line) for line in self.plain("--json", *arguments).splitlines()]

    def start(self, timeout: float = 120) -> None:
        """Starts the daemon and waits for READY=1, as systemd does."""
        # Absolute paths of sockets are short of room; an abstract name has none of these troubles.
        name = f"\0stillwatch-{os.getpid()}-{secrets.token_hex(4)}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(name)
            ready.settimeout(0.2)
            self._log = open(self.folder / "stillwatchd.log", "ab")
            environment = {**os.environ, **self.clock.environment(), "NOTIFY_SOCKET": "@" + name[1:]}
            self._daemon = subprocess.Popen([self.programs.daemon, "--config", self.config], stderr=self._log,
                                            env=environment)
            until = time.monotonic() + timeout
            while time.monotonic() < until:
                if self._daemon.poll() is not None:
                    break
                try:
                    if b"READY=1" in ready.recv(4096):
                        return
                except TimeoutError:
                    continue
        log = (self.folder / "stillwatchd.log").read_text()[-2000:]
        self.kill()
        raise RuntimeError(f"stillwatchd did not become ready:\n{log}")

    @property
    def pid(self) -> int:
        return self._daemon.pid

    def memory_of_workers(self) -> dict[int, str]:
        """What is mapped into the workers that the daemon runs."""
        maps = {}
        for file in pathlib.Path(f"/proc/{self.pid}/task").glob("*/children"):
            for child in file.read_text().split():
                try:
                    if os.readlink(f"/proc/{child}/exe") != str(self.programs.daemon):  # not started yet
                        maps[int(child)] = pathlib.Path(f"/proc/{child}/maps").read_text()
                except OSError:
                    continue  # it ended
        return maps

    def is_running(self) -> bool:
        return self._daemon is not None and self._daemon.poll() is None

    def stop(self, timeout: float = 60) -> int:
        self._daemon.terminate()
        code = self._daemon.wait(timeout)
        self._close()
        return code

    def kill(self) -> None:
        """kill -9, as a power cut would."""
        if self._daemon:
            self._daemon.kill()
            self._daemon.wait()
        self._close()

    def kill_now(self) -> None:
        """The same, from any thread and without waiting."""
        self._daemon.kill()

    def _close(self) -> None:
        if self._daemon and self.clock.ahead:
            clock.forget(self._daemon.pid)
        self._daemon = None
        if self._log:
            self._log.close()
            self._log = None

    def status(self) -> dict:
        return self.ask("status")[0]

    def is_idle(self) -> bool:
        """Nothing due and nothing under way, twice in a row."""
        for _ in range(2):
            status = self.status()
            if status["due"] > 0 or status["in_flight"] > 0 or status["coverage"]["pending"] > 0:
                return False
            time.sleep(0.15)
        return True

    def open_case(self, references: list[pathlib.Path], scope: str = "pictures") -> str:
        expires = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 180 * 86400))
        pseudonym = self.ask("case", "open", "--recorded-by", "anna", "--approved-by", "berit", "--expires", expires,
                             "--scope", scope)[0]["case"]
        self.plain("reference", "add", pseudonym, *map(str, references))
        return pseudonym

    def places(self) -> list[dict]:
        """Every place of every finding, with the finding's number, case and reference."""
        return [{**place, **{name: finding[name] for name in ("id", "case", "reference")}}
                for finding in self.ask("findings", "list", "--grouped") for place in finding["occurrences"]]

    def open_evidence(self, place: dict) -> bytes:
        """Decrypts the package of a place, or of a finding's best one, with Debian's age."""
        sealed = self.folder / "data" / "evidence" / place["evidence_file"]
        return subprocess.run(["age", "-d", "-i", self.identity, sealed], check=True, capture_output=True).stdout

    def verify_evidence(self, archive: bytes, *options: str) -> None:
        """`stillwatch evidence verify -`; raises when it is not whole."""
        subprocess.run([self.programs.command, "evidence", "verify", *options, "-"], input=archive, check=True,
                       capture_output=True, env={**os.environ, "STILLWATCH_CONFIG": str(self.config)})
