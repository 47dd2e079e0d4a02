#!/usr/bin/python3
"""A mail server on 127.0.0.1 for the tests, made of Debian's aiosmtpd.

Arguments: FOLDER then any of tls=CHAIN,KEY implicit starttls auth. Writes the port to FOLDER/port and every
message as a JSON line to FOLDER/mail. Recipients later@... and never@... are refused with 451 and 550.
"""
import asyncio
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

folder = sys.argv[1]
options = dict((word.split("=", 1) + [""])[:2] for word in sys.argv[2:])


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address.startswith("later@"):
            return "451 try later"
        if address.startswith("never@"):
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server, session, envelope):
        with open(os.path.join(folder, "mail"), "a", encoding="utf-8") as out:
            json.dump({"from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": session.ssl is not None,
                       "login": session.authenticated, "data": envelope.original_content.decode("utf-8")}, out)
            out.write("\n")
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(handled=False, success=(data.login, data.password) == (b"desk", b"s3cret-word"))


async def main():
    context = None
    if "tls" in options:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*options["tls"].split(","))

    def factory():
        return SMTP(Handler(), hostname="mail.test", enable_SMTPUTF8=True,
                    tls_context=context if "starttls" in options else None,
                    authenticator=authenticate if "auth" in options else None, auth_required="auth" in options,
                    auth_require_tls=False)

    server = await asyncio.get_running_loop().create_server(
        factory, "127.0.0.1", 0, ssl=context if "implicit" in options else None)
    with open(os.path.join(folder, "port.new"), "w", encoding="ascii") as out:
        out.write(str(server.sockets[0].getsockname()[1]))
    os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
    await server.serve_forever()


asyncio.run(main())
