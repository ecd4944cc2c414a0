"""Who hears of alarms in tests: a real SMTP server and a real HTTP server, with their troubles."""

import asyncio
import email
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.http_server import http_server
from local_stack.embedded import free_port


class Mailbox:
    """What a mail server has taken, and what it says."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.data_says = "250 taken"
        self.hangs_up_after_data = False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        if self.data_says.startswith("250"):
            letter = email.message_from_bytes(envelope.content, policy=default)
            assert isinstance(letter, EmailMessage)
            self.letters.append(letter)
        if self.hangs_up_after_data:
            assert server.transport
            server.transport.close()
        return self.data_says

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[int]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(self, hostname="mail.example.org"), "127.0.0.1", 0)
        async with server:
            yield server.sockets[0].getsockname()[1]


@dataclass
class Hook:
    """What came in over HTTP."""

    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 204
    beats: int = 0

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        async def alarm(request: Request) -> Response:
            self.came.append((dict(request.headers), await request.body()))
            return Response(status_code=self.status)

        async def beat(_: Request) -> Response:
            self.beats += 1
            return Response(status_code=self.status)

        port = free_port()
        app = Starlette(
            routes=[Route("/alarm", alarm, methods=["POST"]), Route("/beat", beat, methods=["GET", "POST"])]
        )
        async with http_server(app, host="127.0.0.1", port=port, drain_s=1):
            yield f"http://127.0.0.1:{port}"


@asynccontextmanager
async def takes_and_hangs_up() -> AsyncIterator[tuple[str, list[bytes]]]:
    """An HTTP server that reads what it gets and never answers."""
    taken: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            taken.append(await reader.readuntil(b"\r\n\r\n"))
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", taken
