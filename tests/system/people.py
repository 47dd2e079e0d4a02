"""Members of staff at the control socket, their mail server under TLS, and the programs that open what they were sent."""
import base64
import email
import email.policy
import json
import os
import pathlib
import re
import ssl
import subprocess
import tempfile

from aiosmtpd.controller import Controller

ROOT = pathlib.Path(__file__).resolve().parents[2]
NODE_FOLDER = ROOT / "tests" / "integration" / "alerts"


def open_to_staff(stillwatch) -> None:
    """Lets other users of this machine reach the control socket through root's group, as /run/stillwatch does."""
    text = re.sub(r'(?m)^socket = "[^"]*"', 'socket = "run/control.sock"', stillwatch.config.read_text())
    stillwatch.config.write_text(text)
    run = stillwatch.folder / "run"
    run.mkdir(exist_ok=True)
    for path, mode in ((run, 0o750), (stillwatch.folder.parent, 0o750), (stillwatch.folder, 0o750), (stillwatch.config, 0o640)):
        path.chmod(mode)


class Person:
    """A member of staff: whatever they run, the kernel names `user` to the daemon."""

    def __init__(self, stillwatch, user: str):
        self.stillwatch, self.user = stillwatch, user

    def run(self, *arguments, stdin: str | None = None) -> subprocess.CompletedProcess:
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "STILLWATCH_CONFIG": str(self.stillwatch.config)}
        return subprocess.run([self.stillwatch.programs.command, *map(str, arguments)], env=environment, text=True,
                              capture_output=True, input=stdin, user=self.user, group=0, extra_groups=[], timeout=60)

    def ask(self, *arguments, stdin: str | None = None) -> list[dict]:
        done = self.run("--json", *arguments, stdin=stdin)
        if done.returncode != 0:
            raise RuntimeError(f"{self.user}: stillwatch {' '.join(map(str, arguments))}: exit {done.returncode}: {done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def refused(self, *arguments, stdin: str | None = None) -> str:
        """What stillwatch said when it did not do it."""
        done = self.run(*arguments, stdin=stdin)
        if done.returncode == 0:
            raise AssertionError(f"{self.user} was allowed: stillwatch {' '.join(map(str, arguments))}")
        return done.stderr


class Certificates:
    """An authority, a certificate of it for localhost, an authority that signed nothing, and a recipient's own."""

    def __init__(self, folder: pathlib.Path, recipient: str):
        self.folder = folder
        folder.mkdir()
        for name in ("authority", "stranger"):
            self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", f"/CN={name}",
                          "-keyout", f"{name}.key", "-out", f"{name}.pem")
        self._openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", "server.key",
                      "-out", "server.csr")
        (folder / "names").write_text("subjectAltName=DNS:localhost\n")
        self._openssl("x509", "-req", "-in", "server.csr", "-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial",
                      "-days", "30", "-extfile", "names", "-out", "server.pem")
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=Desk", "-addext",
                      f"subjectAltName=email:{recipient}", "-keyout", "recipient.key", "-out", "recipient.pem")

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def __truediv__(self, name: str) -> pathlib.Path:
        return self.folder / name

    def opened(self, mail: bytes) -> email.message.EmailMessage:
        """What `openssl cms` makes of an S/MIME message with the recipient's key."""
        clear = subprocess.run(["openssl", "cms", "-decrypt", "-recip", self / "recipient.pem", "-inkey", self / "recipient.key",
                                "-binary"], input=mail, check=True, capture_output=True).stdout
        return email.message_from_bytes(clear, policy=email.policy.default)


class TlsMail:
    """A mail server that takes nothing before STARTTLS. `kept`: (recipients, whether under TLS, bytes)."""

    def __init__(self, port: int, certificates: Certificates):
        self.kept: list[tuple[list[str], bool, bytes]] = []
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
        self._controller = Controller(self, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True)
        self._controller.start()

    async def handle_DATA(self, server, session, envelope):
        self.kept.append((list(envelope.rcpt_tos), session.ssl is not None, envelope.content))
        return "250 taken"

    def to(self, recipient: str) -> list[bytes]:
        return [data for recipients, _, data in self.kept if recipients == [recipient]]

    def close(self) -> None:
        self._controller.stop()


def verify_with_npm(requests: list[dict], secret: str) -> list[dict]:
    """The payloads of webhook requests, each verified by npm's standardwebhooks (`npm ci` in tests/integration/alerts)."""
    payloads = []
    with tempfile.NamedTemporaryFile("w") as file:
        for request in requests:
            file.seek(0)
            file.truncate()
            json.dump({"headers": request["headers"], "body": base64.b64encode(request["body"]).decode()}, file)
            file.flush()
            done = subprocess.run(["node", NODE_FOLDER / "verify_webhook.mjs", file.name, secret], text=True, capture_output=True)
            if done.returncode != 0:
                raise AssertionError(f"standardwebhooks refuses a delivery: {done.stderr}")
            payloads.append(json.loads(done.stdout))
    return payloads


def verify_note(note: str, public_key_pem: str) -> str:
    """The text of a C2SP signed note of one signature, verified with `openssl`; raises where it does not hold."""
    text, signature = note.split("\n\n", 1)
    blob = base64.b64decode(re.search(r"— \S+ (\S+)", signature)[1])
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "text").write_bytes((text + "\n").encode())
        (folder / "signature").write_bytes(blob[4:])
        (folder / "key.pem").write_text(public_key_pem)
        subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", folder / "key.pem", "-rawin", "-in", folder / "text",
                        "-sigfile", folder / "signature"], check=True, capture_output=True)
    return text
