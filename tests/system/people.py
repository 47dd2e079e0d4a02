"""What members of staff have: a mail server under TLS, and the programs that open what they were sent."""
import base64
import email
import email.policy
import json
import pathlib
import ssl
import subprocess
import tempfile

from aiosmtpd.controller import Controller

from staff import Person, open_to_staff, verify_note  # noqa: F401  for those who import this

ROOT = pathlib.Path(__file__).resolve().parents[2]
NODE_FOLDER = ROOT / "tests" / "integration" / "alerts"


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


class Keyring:
    """The OpenPGP key of a recipient, in a home of its own."""

    def __init__(self, folder: pathlib.Path, recipient: str, *options: str):
        """`options` of gpg, such as another time at which the key is made; it lasts for a year."""
        self.folder = folder
        folder.mkdir(mode=0o700)
        self._gpg(*options, "--passphrase", "", "--quick-generate-key", recipient, "ed25519", "cert", "1y")
        fingerprint = next(line.split(":")[9] for line in self._gpg("--with-colons", "-k").decode().splitlines()
                           if line.startswith("fpr"))
        self._gpg(*options, "--passphrase", "", "--quick-add-key", fingerprint, "cv25519", "encr", "1y")
        self.public = folder / "public.asc"
        self.public.write_bytes(self._gpg("--armor", "--export", recipient))

    def _gpg(self, *arguments: str, stdin: bytes = b"") -> bytes:
        return subprocess.run(["gpg", "--batch", "--homedir", self.folder, *arguments], input=stdin, check=True,
                              capture_output=True).stdout

    def opened(self, mail: bytes) -> email.message.EmailMessage:
        """What `gpg` makes of a PGP/MIME message (RFC 3156) with the recipient's key."""
        message = email.message_from_bytes(mail, policy=email.policy.default)
        control, sealed = message.iter_parts()
        kinds = message.get_content_type(), message.get_param("protocol"), control.get_content_type(), sealed.get_content_type()
        if kinds != ("multipart/encrypted", "application/pgp-encrypted", "application/pgp-encrypted", "application/octet-stream"):
            raise AssertionError(f"no PGP/MIME: {kinds}")
        if control.get_payload(decode=True).strip() != b"Version: 1":
            raise AssertionError("the control part is none")
        clear = self._gpg("--decrypt", stdin=sealed.get_payload(decode=True))
        return email.message_from_bytes(clear, policy=email.policy.default)

    def close(self) -> None:
        subprocess.run(["gpgconf", "--homedir", self.folder, "--kill", "all"], check=True)


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
