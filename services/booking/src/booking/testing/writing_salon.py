"""A salon that writes to its customers, as a whole: the service, the work on its messages, and what goes out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import asyncpg
import grpc

from booking.assembly import booking_service
from booking.clients.availability import HARMLESS_TO_REPEAT
from booking.domain.messages.message import Channel
from booking.message_work import message_work
from booking.testing.availability import ScriptedAvailability
from booking.testing.messages import MOBILE, MessagingRegistry, Post, ScriptedCarrier
from booking.testing.samples import BRANCH, START, TENANT, a_request, an_option
from chassis.eventlog import EventLog
from chassis.testing import SettableClock, serving
from rufbuch.booking.v1 import message_pb2, service_pb2, service_pb2_grpc

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub


@dataclass
class Salon:
    """The service, what works off its messages, and what goes out."""

    stub: "BookingServiceAsyncStub"
    post: Post
    sms: ScriptedCarrier
    email: ScriptedCarrier
    registry: MessagingRegistry
    clock: SettableClock
    peers: grpc.aio.Channel

    async def book(self, **changed: str) -> service_pb2.BookAppointmentResponse:
        """By a caller with a mobile number, but for what is named."""
        return await self.stub.BookAppointment(a_request(**({"caller_number": MOBILE} | changed)))

    async def cancel(self, appointment_id: str) -> service_pb2.CancelAppointmentResponse:
        """By an operator."""
        return await self.stub.CancelAppointment(
            service_pb2.CancelAppointmentRequest(
                tenant_id=TENANT, appointment_id=appointment_id, actor=service_pb2.Actor(operator="Petra")
            )
        )

    async def move(self, appointment_id: str, option_id: str) -> service_pb2.RescheduleAppointmentResponse:
        """By an operator."""
        return await self.stub.RescheduleAppointment(
            service_pb2.RescheduleAppointmentRequest(
                tenant_id=TENANT,
                branch_id=BRANCH,
                appointment_id=appointment_id,
                option_id=option_id,
                actor=service_pb2.Actor(operator="Petra", call_id="call_0001"),
                request_id=f"move-{option_id}",
            )
        )

    async def messages(self, **filters: Any) -> list[message_pb2.Message]:  # noqa: ANN401 - as the request has them
        """By when they were made, and then what they are about."""
        request = message_pb2.ListMessagesRequest(tenant_id=TENANT, **filters)
        found = (await self.stub.ListMessages(request)).messages
        return sorted(found, key=lambda each: (each.create_time.ToDatetime(), each.kind))

    async def states(self) -> list[tuple[str, str]]:
        """What each message is about, and its state."""
        return [(kind_of(each), state_of(each)) for each in await self.messages()]

    async def everything(self) -> None:
        """Note down and send."""
        await self.post.note()
        await self.post.work()


def kind_of(message: message_pb2.Message) -> str:
    """In small letters."""
    return message_pb2.MessageKind.Name(message.kind).removeprefix("MESSAGE_KIND_").lower()


def state_of(message: message_pb2.Message) -> str:
    """In small letters."""
    return message_pb2.MessageState.Name(message.state).removeprefix("MESSAGE_STATE_").lower()


def channel_of(answer: Any) -> str:  # noqa: ANN401 - three kinds of answers have it
    """What is promised, in small letters."""
    name = message_pb2.MessageChannel.Name(answer.confirmation_channel)
    return name.removeprefix("MESSAGE_CHANNEL_").lower()


@asynccontextmanager
async def writing_salon(
    pool: asyncpg.Pool, clock: SettableClock, availability: ScriptedAvailability
) -> AsyncIterator[Salon]:
    """A salon that writes by SMS and e-mail, and has another option a day later."""
    registry = MessagingRegistry()  # type: ignore[abstract] # the other RPCs answer UNIMPLEMENTED
    availability.options["o-later"] = an_option(START + timedelta(days=1))
    sms, email = ScriptedCarrier(repeat_within=timedelta(minutes=2)), ScriptedCarrier()
    async with serving(availability.servicer(), registry.servicer(), retried=HARMLESS_TO_REPEAT) as peers:
        carriers = {Channel.SMS: sms, Channel.EMAIL: email}
        events = EventLog(pool)
        work = message_work(pool, peers, carriers, clock=clock, events=events)
        service = booking_service(
            pool, peers, peers, clock=clock, calendar_domain="kunden.example.org", events=events
        )
        async with serving(service) as channel:
            stub = service_pb2_grpc.BookingServiceStub(channel)
            yield Salon(stub, Post(work, pool), sms, email, registry, clock, peers)
