"""aiosmtpd, a server we did not write: takes messages and keeps each in a file.

usage: sink.py PROTOCOL HOST PORT FOLDER      PROTOCOL: smtp | lmtp
"""
import asyncio
import itertools
import pathlib
import sys

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

protocol, host, port, folder = sys.argv[1:]
numbers = itertools.count()


class Keep:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("no"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 recipient ok"

    async def handle_DATA(self, server, session, envelope):
        path = pathlib.Path(folder, f"{next(numbers)}.eml")
        path.with_suffix(".new").write_bytes(envelope.original_content)
        path.with_suffix(".new").rename(path)
        if protocol == "smtp":
            return "250 2.0.0 kept"
        # RFC 2033 4.2: one reply for each recipient that was accepted.
        full = "452 4.2.2 mailbox full"
        return "\r\n".join(
            full if to.startswith("full") else f"250 2.0.0 <{to}> kept" for to in envelope.rcpt_tos
        )


def serve():
    return (LMTP if protocol == "lmtp" else SMTP)(
        Keep(), hostname="sink.example", enable_SMTPUTF8=True
    )


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(serve, host, int(port))
    await server.serve_forever()


asyncio.run(main())
