"""A time authority (RFC 3161) on loopback that OpenSSL's own programs make: for tests and the demonstration, nobody trusts it."""
import http.server
import os
import pathlib
import re
import subprocess
import threading

import clock

CONFIGURATION = """
[it]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[usage]
extendedKeyUsage = critical,timeStamping
[req]
distinguished_name = dn
[dn]
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
"""
KEY = "-newkey rsa:2048 -nodes -config ts.cnf"  # python3-rfc3161ng knows no other


class TimeAuthority:
    """Answers from construction until close(). `on_reply` runs after a reply was made, before it is sent (False: nothing is
    sent) and again behind it, with the words "made" and "sent"."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.clock = clock.Clock()
        folder.mkdir()
        (folder / "ts.cnf").write_text(CONFIGURATION)
        (folder / "serial").write_text("01\n")
        self.run(f"req -x509 {KEY} -keyout root.key -out root.pem -days 3650 -subj /CN=Root -extensions authority")
        self.run(f"req {KEY} -keyout tsa.key -out tsa.csr -subj /CN=Example-Time")
        self.run("x509 -req -in tsa.csr -CA root.pem -CAkey root.key -CAcreateserial -out tsa.pem -days 30 -extfile ts.cnf "
                 "-extensions usage")
        self.replies = 0
        self.is_down = False
        self.on_reply = lambda moment: None
        authority = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                query = self.rfile.read(int(self.headers["Content-Length"]))
                if authority.is_down or self.headers["Content-Type"] != "application/timestamp-query":
                    return self.send_error(503)
                reply = authority.reply(query)
                authority.replies += 1
                authority.on_reply("made")
                try:
                    self.send_response(200)
                    self.send_header("Content-Type", "application/timestamp-reply")
                    self.send_header("Content-Length", str(len(reply)))
                    self.end_headers()
                    self.wfile.write(reply)
                except OSError:
                    return  # who asked is gone
                authority.on_reply("sent")

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/tsr"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def roots(self) -> pathlib.Path:
        return self.folder / "root.pem"

    def run(self, words: str) -> None:
        environment = {**os.environ, **self.clock.environment()}
        with subprocess.Popen(["openssl", *words.split()], cwd=self.folder, env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as program:
            out, errors = program.communicate()
        if self.clock.ahead:
            clock.forget(program.pid)
        if program.returncode != 0:
            raise subprocess.CalledProcessError(program.returncode, words, out, errors)

    def reply(self, query: bytes) -> bytes:
        (self.folder / "query").write_bytes(query)
        self.run("ts -reply -config ts.cnf -section it -queryfile query -signer tsa.pem -inkey tsa.key -chain root.pem -out reply")
        return (self.folder / "reply").read_bytes()

    def configure(self, stillwatch, every: str = "1s") -> None:
        """Makes an installation, which must not run, ask this authority."""
        text, changed = re.subn(r'(?m)^stamp_every = .*$', f'stamp_every = "{every}"', stillwatch.config.read_text())
        assert changed == 1
        text += f"\n[[evidence.time_authority]]\nurl = \"{self.url}\"\nroots = \"{self.roots}\"\n"
        stillwatch.config.write_text(text)
        stillwatch.plain("check-config")

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
