"""The other end of the alerts: a real SMTP server and a webhook receiver that checks every signature itself."""
import base64
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import re
import threading
import time

from aiosmtpd.controller import Controller

import clock

ALERT_ID = re.compile(r"alt_[a-z2-7]{26}")


class MailSink:
    """Keeps every message; `ids` counts the alert ids by Message-ID."""

    def __init__(self, host: str, port: int):
        self.messages: list[email.message.EmailMessage] = []
        self._controller = Controller(self, hostname=host, port=port)
        self._controller.start()

    async def handle_DATA(self, server, session, envelope):
        self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 taken"

    @property
    def ids(self) -> list[str]:
        return [ALERT_ID.search(message["Message-ID"])[0] for message in self.messages]

    def problems(self, forbidden: list[str]) -> list[str]:
        """What a mail must not have: a picture, a name of the site, an address of a page."""
        found = []
        for message in self.messages:
            text = message.as_string()
            if any(part.get_content_maintype() not in ("multipart", "text") for part in message.walk()):
                found.append("a mail has a part that is no text")
            found += [f"a mail names {word}" for word in forbidden if word in text]
            if not message["Date"] or message["Auto-Submitted"] != "auto-generated":
                found.append("a mail lacks Date or Auto-Submitted")
        return found

    def close(self):
        self._controller.stop()


class WebhookSink:
    """Takes Standard Webhooks 1.0.0 and verifies them with nothing but the standard library."""

    def __init__(self, host: str, port: int, secret: str):
        self.key = base64.b64decode(secret.removeprefix("whsec_"))
        self.deliveries: list[tuple[str, dict]] = []
        self.failures: list[str] = []
        self.on_request = None  # called before a delivery is answered
        self.clock = clock.Clock()  # by which senders date what they send
        self.requests: list[dict] = []  # as they came: headers and bytes of the body
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                problem = sink.check(self.headers, body)
                sink.requests.append({"headers": {name.lower(): value for name, value in self.headers.items()}, "body": body})
                if problem:
                    sink.failures.append(problem)
                else:
                    sink.deliveries.append((self.headers["webhook-id"], json.loads(body)))
                if sink.on_request:
                    sink.on_request()
                self.send_response(400 if problem else 204)
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self._server = http.server.ThreadingHTTPServer((host, port), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def check(self, headers, body: bytes) -> str | None:
        identity, stamp = headers["webhook-id"], headers["webhook-timestamp"]
        if abs(time.time() + self.clock.ahead.total_seconds() - int(stamp)) > 300:
            return "the timestamp is more than five minutes off"
        signed = f"{identity}.{stamp}.".encode() + body
        expected = "v1," + base64.b64encode(hmac.new(self.key, signed, hashlib.sha256).digest()).decode()
        if expected not in headers["webhook-signature"].split(" "):
            return "no signature matches"
        return None

    @property
    def ids(self) -> list[str]:
        return [identity for identity, _ in self.deliveries]

    def problems(self, forbidden: list[str]) -> list[str]:
        found = list(self.failures)
        for _, payload in self.deliveries:
            found += [f"a webhook names {word}" for word in forbidden if word in json.dumps(payload)]
        return found

    def close(self):
        self._server.shutdown()
        self._server.server_close()
