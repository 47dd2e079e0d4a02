#!/usr/bin/python3
"""A mail server and a webhook receiver on 127.0.0.1, which keep what they are given.

Arguments: FOLDER [STATUS…]. Writes both ports to FOLDER/ports, each mail to FOLDER/mail-N (raw) and what Python's
email package makes of it to FOLDER/mail-N.json, each webhook to FOLDER/hook-N.json. The statuses answer the first
webhooks, 204 the rest.
"""
import asyncio
import base64
import email
import email.policy
import json
import os
import sys

from aiosmtpd.smtp import SMTP

folder = sys.argv[1]
statuses = [int(word) for word in sys.argv[2:]]
counts = {"mail": 0, "hook": 0}


def write(name, content):
    path = os.path.join(folder, name)
    with open(path + ".new", "wb") as out:
        out.write(content)
    os.rename(path + ".new", path)


def next_name(kind):
    counts[kind] += 1
    return f"{kind}-{counts[kind]}"


def described(raw):
    message = email.message_from_bytes(raw, policy=email.policy.default)
    parts = [{"type": part.get_content_type(), "text": part.get_content().replace("\r\n", "\n")} for part in message.iter_parts()]
    defects = [str(defect) for part in message.walk() for defect in part.defects]
    return {"headers": {name.lower(): str(value) for name, value in message.items()}, "type": message.get_content_type(),
            "parts": parts, "defects": defects}


class Mailbox:
    async def handle_DATA(self, server, session, envelope):
        name = next_name("mail")
        raw = envelope.original_content
        write(name, raw)
        write(name + ".json", json.dumps({"to": envelope.rcpt_tos, **described(raw)}).encode())
        return "250 taken"


async def receive(reader, writer):
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("ascii").split("\r\n")
    headers = dict((name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:] if line))
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    status = statuses.pop(0) if statuses else 204
    write(next_name("hook") + ".json", json.dumps({"request": lines[0], "headers": headers, "status": status,
                                                   "body": base64.b64encode(body).decode()}).encode())
    place = "Location: http://127.0.0.1:9/elsewhere\r\n" if status in (301, 302, 307, 308) else ""
    pause = "Retry-After: 7\r\n" if status == 429 else ""
    writer.write(f"HTTP/1.1 {status} X\r\n{place}{pause}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
    await writer.drain()
    writer.close()


async def main():
    loop = asyncio.get_running_loop()
    mail = await loop.create_server(lambda: SMTP(Mailbox(), hostname="mail.test"), "127.0.0.1", 0)
    hooks = await asyncio.start_server(receive, "127.0.0.1", 0)
    ports = [server.sockets[0].getsockname()[1] for server in (mail, hooks)]
    write("ports", " ".join(map(str, ports)).encode())
    await asyncio.gather(mail.serve_forever(), hooks.serve_forever())


asyncio.run(main())
