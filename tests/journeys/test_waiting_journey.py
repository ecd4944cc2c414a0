"""The waiting list through the real processes: somebody waits, another calls off, and the time goes from hand to hand."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import grpc
import psycopg
import pytest
from journey_world import Caller, Whole, until, weekday

from rufbuch.booking.v1 import care_pb2, service_pb2, service_pb2_grpc
from sandbox.callers.retell import Reply

pytestmark = pytest.mark.processes
DAY, TIME = weekday("Freitag", weeks=4), "11 Uhr"
PASSED_ON_S = 60
"""The longest that a sweep takes to find what is overdue, on a busy machine."""


class Desk:
    """What an operator sees and does."""

    def __init__(self, whole: Whole) -> None:
        self._address, self._tenant_id = whole.running["BOOKING_ADDRESS"], whole.tenant_id

    async def entry(self, number: str) -> care_pb2.WaitlistEntry:
        """The one wish of a number."""
        request = service_pb2.ListWaitlistRequest(tenant_id=self._tenant_id, phone_number=number)
        (entry,) = (await self._ask("ListWaitlist", request)).entries
        assert isinstance(entry, care_pb2.WaitlistEntry)
        return entry

    async def open_cases(self, number: str) -> list[care_pb2.Callback]:
        request = service_pb2.ListCallbacksRequest(
            tenant_id=self._tenant_id, phone_number=number, state=care_pb2.CALLBACK_STATE_OPEN
        )
        return list((await self._ask("ListCallbacks", request)).callbacks)

    async def resolve(self, case: care_pb2.Callback) -> None:
        await self._ask(
            "ResolveCallback",
            service_pb2.ResolveCallbackRequest(
                tenant_id=self._tenant_id,
                callback_id=case.callback_id,
                operator="Kim",
                resolution="will lieber vormittags",
            ),
        )

    async def _ask(self, method: str, request: Any) -> Any:
        async with grpc.aio.insecure_channel(self._address) as channel:
            stub: Any = service_pb2_grpc.BookingServiceStub(channel)
            return await getattr(stub, method)(request, timeout=5)


async def wish_for(caller: Caller, start: datetime) -> Reply:
    return await caller.wish(f"{start:%d.%m.%Y}", f"{start:%H:%M}", "Beratung", mitarbeiter="Anna")


async def wait_for_it(caller: Caller, start: datetime, name: str) -> None:
    joined = await caller.ask(
        "join_waitlist",
        dienstleistung="Beratung",
        datum=f"{start:%d.%m.%Y}",
        uhrzeit=f"{start:%H:%M}",
        mitarbeiter="Anna",
        name=name,
    )
    assert joined.body["status"] == "waitlist_noted", joined.body
    await caller.hang_up()


async def test_what_is_called_off_goes_from_hand_to_hand(whole: Whole, callers: Any) -> None:
    desk = Desk(whole)
    owner, first, second, third, stranger = (callers(f"+4930231251{number}") for number in range(10, 15))
    checked = await owner.wish(DAY, TIME, "Beratung", mitarbeiter="Anna")
    # Whatever day it is today: if that is a holiday, the next that was offered.
    option = checked.body["options"][0]
    start = datetime.fromisoformat(option["start"])
    booked = await owner.ask("start_booking", option_id=option["option_id"], name="Erika Mustermann")
    assert booked.body["status"] == "booked"
    for caller, name in ((first, "Kim Eins"), (second, "Kim Zwei"), (third, "Kim Drei")):
        await wait_for_it(caller, start, name)

    gone = await owner.ask("cancel_appointment", appointment_id=booked.body["appointment_id"])
    assert gone.body["status"] == "cancelled"

    def is_offered(caller: Caller) -> Any:
        async def offered() -> bool:
            entry = await desk.entry(caller.line.from_number)
            return entry.state == care_pb2.WAITLIST_STATE_OFFERED

        return offered

    # The first is offered it: held, and somebody has to call in time.
    await until(is_offered(first))
    offer = (await desk.entry(first.line.from_number)).offer
    (case,) = await desk.open_cases(first.line.from_number)
    assert case.callback_id == offer.callback_id
    assert datetime.now(UTC) < case.due_time.ToDatetime(UTC) < offer.expire_time.ToDatetime(UTC)
    assert (await desk.entry(second.line.from_number)).state == care_pb2.WAITLIST_STATE_WAITING
    elsewhere = await wish_for(stranger, start)
    assert elsewhere.body["status"] == "alternatives"
    stolen = await stranger.ask("start_booking", option_id=offer.option_id, name="Kim Fremd")
    assert stolen.body["status"] == "need_option"

    # Not wanted: at once the second has it. Without an answer: in time the third has it.
    await desk.resolve(case)
    await until(is_offered(second))
    assert (await desk.entry(first.line.from_number)).state == care_pb2.WAITLIST_STATE_WAITING
    await asyncio.to_thread(
        let_time_go_by, whole, (await desk.entry(second.line.from_number)).waitlist_entry_id
    )
    await until(is_offered(third), within_s=PASSED_ON_S)
    assert await desk.open_cases(second.line.from_number) == []

    # The third calls back and hears of it before anything else.
    again = callers(third.line.from_number)
    context = await again.ask("get_context")
    assert "frei geworden" in context.body["message"]
    wish = await wish_for(again, start)
    assert wish.body["status"] == "available"
    option_id = wish.body["options"][0]["option_id"]
    assert option_id == context.body["options"][0]["option_id"]
    taken = await again.ask("start_booking", option_id=option_id, name="Kim Drei")
    assert taken.body["status"] == "booked"
    entry = await desk.entry(third.line.from_number)
    assert (entry.state, entry.appointment_id) == (
        care_pb2.WAITLIST_STATE_BOOKED,
        taken.body["appointment_id"],
    )
    assert await desk.open_cases(third.line.from_number) == []


def let_time_go_by(whole: Whole, entry_id: str) -> None:
    """The offer is as old as if nobody had called."""
    with psycopg.connect(whole.running["DATABASE_URL"]) as connection:
        changed = connection.execute(
            "UPDATE booking.waitlist_offer SET expire_time = now(), due_at = now() - interval '1 hour'"
            " WHERE waitlist_entry_id = %s AND state = 'open'",
            (entry_id,),
        )
        assert changed.rowcount == 1
