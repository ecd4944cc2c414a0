"""Messages as the process sends them: log, queue, sweep and a real mail server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client import REGISTRY

from booking.__main__ import serve
from booking.settings import Settings
from booking.testing.availability import ScriptedAvailability
from booking.testing.messages import MessagingRegistry, settings
from booking.testing.samples import TENANT, a_request, an_option
from chassis.grpc_client import channel
from chassis.grpc_server import grpc_server
from local_stack.embedded import free_port
from rufbuch.booking.v1 import message_pb2, service_pb2_grpc
from rufbuch.staff.v1 import message_pb2 as staff_message_pb2


class Mailbox(MessageHandler):
    """Hands over every letter that comes in."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: asyncio.Queue[Message] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()

    def handle_message(self, message: Message) -> None:
        """In the server's own thread."""
        self._loop.call_soon_threadsafe(self.letters.put_nowait, message)


@asynccontextmanager
async def process(database_url: str, peers_port: int) -> AsyncIterator[Any]:
    """A running service, and a stub for it."""
    address, stop, port = f"127.0.0.1:{peers_port}", asyncio.Event(), free_port()
    running = asyncio.ensure_future(
        serve(
            Settings(
                database_url=database_url,
                grpc_port=port,
                metrics_port=free_port(),
                availability_address=address,
                staff_registry_address=address,
                drain_s=20.0,
            ),
            stop,
        )
    )
    async with asyncio.timeout(60), channel(f"127.0.0.1:{port}", default_deadline_s=5) as opened:
        health: Any = health_pb2_grpc.HealthStub(opened)
        status = None
        while status != health_pb2.HealthCheckResponse.SERVING:
            status = (await health.Check(health_pb2.HealthCheckRequest(), wait_for_ready=True)).status
        yield service_pb2_grpc.BookingServiceStub(opened)
        stop.set()
        await running


def mailing_to(port: int) -> staff_message_pb2.MessageSettings:
    account = staff_message_pb2.EmailAccount(
        sender="termine@salon.example.org", sender_name="Salon", host="127.0.0.1", port=port, security="none"
    )
    return settings(channels=["email"], email=account)


@pytest.fixture
def ahead(availability: ScriptedAvailability) -> ScriptedAvailability:
    """The option lies ahead of this process, whose clock is the machine's."""
    today = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    availability.options["o-aaaaaaaa"] = an_option(today + timedelta(days=3))
    return availability


@asynccontextmanager
async def salon(database_url: str, ahead: ScriptedAvailability, mail_port: int) -> AsyncIterator[Any]:
    registry = MessagingRegistry()  # type: ignore[abstract] # the other RPCs answer UNIMPLEMENTED
    registry.messages = mailing_to(mail_port)
    peers = [ahead.servicer(), registry.servicer()]
    async with (
        grpc_server(peers, host="127.0.0.1", port=0, drain_s=1) as server,
        process(database_url, server.port) as stub,
    ):
        await server.set_ready(ready=True)
        yield stub


async def seen(stub: Any, state: "message_pb2.MessageState.ValueType") -> message_pb2.Message:
    """The first message in a state, as soon as there is one that was tried."""
    request = message_pb2.ListMessagesRequest(tenant_id=TENANT, state=state)
    while True:
        answer: message_pb2.ListMessagesResponse = await stub.ListMessages(request)
        for message in answer.messages:
            if message.attempts:
                return message


async def test_a_booking_is_confirmed_by_letter(database_url: str, ahead: ScriptedAvailability) -> None:
    mailbox = Mailbox()
    post = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    post.start()
    try:
        async with salon(database_url, ahead, post.port) as stub:
            answer = await stub.BookAppointment(a_request(customer_email="erika@example.org"))
            letter = await mailbox.letters.get()
            sent = await seen(stub, message_pb2.MESSAGE_STATE_SENT)
    finally:
        post.stop()
    assert answer.confirmation_channel == message_pb2.MESSAGE_CHANNEL_EMAIL
    assert letter["To"] == "Anna Beispiel <erika@example.org>"
    assert letter["Message-ID"] == f"<{sent.message_id}@salon.example.org>"
    assert mailbox.letters.empty()
    sample = {"kind": "confirmation", "channel": "email", "state": "sent"}
    assert (REGISTRY.get_sample_value("rufbuch_booking_messages_total", sample) or 0) > 0


async def test_without_a_mail_server_it_is_booked_and_the_letter_waits(
    database_url: str, ahead: ScriptedAvailability
) -> None:
    async with salon(database_url, ahead, free_port()) as stub:
        await stub.BookAppointment(a_request(customer_email="erika@example.org"))
        waiting = await seen(stub, message_pb2.MESSAGE_STATE_PENDING)
    assert waiting.attempts == 1
    assert "SMTPConnectError" in waiting.detail
    assert waiting.due_time.ToDatetime(UTC) > datetime.now(UTC)
