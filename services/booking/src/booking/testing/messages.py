"""A business that writes to its customers, ways out that do as they are told, and somebody who does the work."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg

from booking.domain.messages.message import Delivery, Outcome
from booking.domain.messages.setup import Setup
from booking.message_work import MessageWork
from booking.testing.registry import ScriptedRegistry
from booking.testing.samples import BRANCH, PERSON
from booking.usecases.messages.ports import Parcel
from rufbuch.staff.v1 import business_pb2, message_pb2, service_pb2

MOBILE = "+491713920012"
"""Nobody has it; mobile all the same."""


def settings(**changed: Any) -> message_pb2.MessageSettings:  # noqa: ANN401 - whatever the message has
    """SMS before e-mail, a reminder a day before, but for what is named."""
    usual: dict[str, Any] = {
        "channels": ["sms", "email"],
        "email": message_pb2.EmailAccount(
            sender="termine@salon.example.org",
            sender_name="Salon Lindenhof",
            reply_to="salon@salon.example.org",
            host="127.0.0.1",
            port=25,
            security="none",
        ),
        "sms": message_pb2.SmsAccount(provider="seven", sender="Lindenhof", key="key-of-the-salon"),
        "reminders": [message_pb2.Reminder(hours_before=24)],
    }
    return message_pb2.MessageSettings(**(usual | changed))


class MessagingRegistry(ScriptedRegistry):
    """Every business is the same salon, and writes as ``messages`` says; None: not at all."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: message_pb2.MessageSettings | None = settings()
        self.language = "de-DE"

    async def GetMessageSetup(  # noqa: N802 - named by the contract
        self,
        request: service_pb2.GetMessageSetupRequest,  # noqa: ARG002 - as the generated code has it
        context: Any,  # noqa: ARG002, ANN401 - as the generated code has it
    ) -> service_pb2.GetMessageSetupResponse:
        """See the contract."""
        if self.refusal:
            raise self.refusal
        return service_pb2.GetMessageSetupResponse(settings=self.messages)

    async def GetBusiness(  # noqa: N802 - named by the contract
        self,
        request: service_pb2.GetBusinessRequest,
        context: Any,  # noqa: ANN401 - as the generated code has it
    ) -> service_pb2.GetBusinessResponse:
        """See the contract."""
        answer = await super().GetBusiness(request, context)
        business = answer.business
        business.name, business.language = "Salon Lindenhof", self.language
        branch = business_pb2.Branch(branch_id=BRANCH, name="Mitte", time_zone="Europe/Berlin")
        del business.branches[:], business.people[:]
        business.branches.append(branch)
        business.people.append(business_pb2.Person(person_id=str(PERSON), name="Anna"))
        return answer


class ScriptedCarrier:
    """Delivers everything, but for what ``deliveries`` says of the next ones. May be told to wait, or to fall over."""

    def __init__(self, *, repeat_within: timedelta = timedelta.max) -> None:
        self.parcels: list[Parcel] = []
        self.deliveries: list[Delivery] = []
        self.within = repeat_within
        self.waits: asyncio.Event | None = None
        self.asked = asyncio.Event()
        self.falls: BaseException | None = None

    async def send(self, parcel: Parcel, setup: Setup) -> Delivery:  # noqa: ARG002 - see Carrier
        """See ``Carrier``."""
        self.parcels.append(parcel)
        self.asked.set()
        if self.waits:
            await self.waits.wait()
        if self.falls:
            raise self.falls
        return self.deliveries.pop(0) if self.deliveries else Delivery(Outcome.SENT, receipt="r-1")

    def repeat_within(self, setup: Setup) -> timedelta:  # noqa: ARG002 - see Carrier
        """See ``Carrier``."""
        return self.within


class Post:
    """Does the work of the loops, once and to its end."""

    def __init__(self, work: MessageWork, pool: asyncpg.Pool) -> None:
        self.loops, self._pool = work, pool

    async def note(self) -> None:
        """Note down all that the log tells of by now."""
        last = await self._pool.fetchval(
            "SELECT transaction_id::text || '-' || number FROM event ORDER BY transaction_id DESC, number DESC LIMIT 1"
        )
        reading = asyncio.ensure_future(self.loops.note())
        position = None
        async with asyncio.timeout(20):
            while position != last:
                position = await self._pool.fetchval("SELECT position FROM message_reader")
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)

    async def work(self) -> int:
        """Send whatever is due, one after the other; how many."""
        due = await self._pool.fetch(
            "SELECT tenant_id, message_id FROM message WHERE due_time <= $1 ORDER BY due_time",
            self.loops.clock.now(),
        )
        for row in due:
            await self.loops.work(UUID(str(row["tenant_id"])), UUID(str(row["message_id"])))
        return len(due)
