"""A place on the waiting list: joining, leaving, seeing, forgetting."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from booking.instants import timestamp
from booking.testing.calls import refused
from booking.testing.holding import HoldingAvailability
from booking.testing.samples import NOW, PERSON, TENANT
from booking.testing.waiting import (
    BOOKED,
    EXPIRED,
    OFFERED,
    TEN,
    WAITING,
    WITHDRAWN,
    WaitingSalon,
    number_of,
)
from chassis.errors import Kind, ServiceError
from chassis.eventlog import EventLog
from rufbuch.booking.v1 import appointment_pb2, service_pb2

HELD_FOR = timedelta(minutes=30)
ELSEWHERE = "55555555-5555-4555-8555-555555555555"


class AwayError(ServiceError):
    """As when Redis or the service is gone."""

    kind = Kind.UNAVAILABLE
    reason = "HOLDS_UNAVAILABLE"


@pytest.fixture
async def taken(salon: WaitingSalon, holding: HoldingAvailability) -> appointment_pb2.Appointment:
    """The one hour that there is belongs to somebody."""
    holding.hours = [(PERSON, TEN)]
    return await salon.book()


async def test_a_wish_ends_with_its_window(salon: WaitingSalon, taken: appointment_pb2.Appointment) -> None:
    await salon.join(1)
    salon.clock.advance(TEN.replace(hour=18) - NOW)
    await salon.do_what_is_due()

    assert await salon.states() == [EXPIRED]


async def test_an_event_of_a_newer_version_holds_nobody_up(
    salon: WaitingSalon, pool: asyncpg.Pool, taken: appointment_pb2.Appointment
) -> None:
    """A rolling update: what the version before does not know stopped its process for good."""
    await salon.join(1)
    async with pool.acquire() as connection, connection.transaction():
        await EventLog(pool).append(connection, "appointment_of_tomorrow", {"tenant_id": TENANT}, now=NOW)
    await salon.do_what_is_due()
    await salon.cancel(taken)
    await salon.do_what_is_due()

    assert await salon.states() == [OFFERED]


async def test_whoever_leaves_lets_the_next_have_it(
    salon: WaitingSalon, taken: appointment_pb2.Appointment
) -> None:
    entry, _ = await salon.join(1), await salon.join(2)
    await salon.cancel(taken)
    await salon.do_what_is_due()
    left = await salon.leave(entry.waitlist_entry_id, call_id="call_later", caller_number=number_of(1))
    again = await salon.leave(entry.waitlist_entry_id, operator="Kim")
    await salon.do_what_is_due()

    assert left == again
    assert await salon.states() == [WITHDRAWN, OFFERED]


async def test_only_whoever_waits_may_leave_or_an_operator(salon: WaitingSalon) -> None:
    entry = await salon.join(1)
    stranger = await refused(
        salon.leave(entry.waitlist_entry_id, call_id="call_later", caller_number=number_of(2))
    )
    unknown = await refused(salon.leave(ELSEWHERE, operator="Kim"))

    assert (stranger.reason, unknown.reason) == ("NOT_THE_CUSTOMER", "WAITLIST_ENTRY_UNKNOWN")
    assert await salon.states() == [WAITING]
    assert (await salon.leave(entry.waitlist_entry_id, call_id="call_wait_1")).state == WITHDRAWN


async def test_what_is_booked_cannot_be_left(salon: WaitingSalon, taken: appointment_pb2.Appointment) -> None:
    entry = await salon.join(1)
    await salon.cancel(taken)
    await salon.do_what_is_due()
    (offered,) = await salon.entries()
    await salon.book_option(offered.offer.option_id, who=1, call_id="call_later")

    assert (await refused(salon.leave(entry.waitlist_entry_id, operator="Kim"))).reason == "ILLEGAL_MOVE"


async def test_twenty_twins_have_one_place(salon: WaitingSalon, pool: asyncpg.Pool) -> None:
    joined = await asyncio.gather(*(salon.join(1) for _ in range(20)))
    # The model says it again in another call: still one wish.
    joined.append(await salon.join(1, request_id="other", call_id="call_other", customer_name="Kym"))

    assert len({entry.waitlist_entry_id for entry in joined}) == 1
    assert await pool.fetchval("SELECT count(*) FROM event") == 1


async def test_a_request_id_stands_for_one_wish(salon: WaitingSalon) -> None:
    await salon.join(1)
    fault = await refused(salon.join(2, request_id="join-1"))

    assert fault.reason == "REQUEST_ID_REUSED"
    assert await salon.states() == [WAITING]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tenant_id", ""), ("branch_id", "x"), ("branch_id", ELSEWHERE), ("call_id", ""), ("request_id", ""),
        ("phone_number", ""), ("phone_number", "030"), ("service_id", ELSEWHERE), ("person_id", ELSEWHERE),
        ("window_end_time", timestamp(NOW)), ("window_end_time", timestamp(TEN.replace(hour=6))),
        ("window_end_time", timestamp(TEN.replace(year=2030))),
    ],
)  # fmt: skip
async def test_what_cannot_be_waited_for_is_refused(salon: WaitingSalon, field: str, value: Any) -> None:
    fault = await refused(salon.join(1, **{field: value}))

    assert (fault.reason, fault.metadata) == ("REQUEST_INVALID", {"field": field})
    assert await salon.entries() == []


@pytest.mark.parametrize("name", ["", "x" * 10_000, "\x07", "Kim 🎉"])
async def test_what_is_no_name_is_refused(salon: WaitingSalon, name: str) -> None:
    assert (await refused(salon.join(1, customer_name=name))).reason == "NAME_INVALID"
    assert await salon.entries() == []


async def test_without_the_registry_nothing_is_noted(salon: WaitingSalon, registry: Any) -> None:
    registry.refusal = AwayError("away")

    assert (await refused(salon.join(1))).reason == "REGISTRY_UNAVAILABLE"
    registry.refusal = None
    assert await salon.entries() == []


async def test_the_list_is_paged_in_the_order_of_joining(salon: WaitingSalon) -> None:
    joined = [await salon.join(who) for who in range(1, 6)]
    seen, token = [], ""
    while True:
        page = await salon.booking.ListWaitlist(
            service_pb2.ListWaitlistRequest(tenant_id=TENANT, page_size=2, page_token=token)
        )
        seen += list(page.entries)
        token = page.next_page_token
        if not token:
            break
    assert seen == joined
    assert await salon.entries(phone_number=number_of(2)) == [joined[1]]
    assert await salon.entries(state=BOOKED) == []
    assert (await refused(salon.entries(page_token="x"))).reason == "PAGE_TOKEN_INVALID"


async def test_another_business_sees_nothing_of_it(salon: WaitingSalon) -> None:
    """SE-09."""
    entry = await salon.join(1)
    theirs = await salon.booking.ListWaitlist(service_pb2.ListWaitlistRequest(tenant_id=ELSEWHERE))
    leave = service_pb2.LeaveWaitlistRequest(
        tenant_id=ELSEWHERE,
        waitlist_entry_id=entry.waitlist_entry_id,
        actor=service_pb2.Actor(operator="Kim"),
    )

    assert not theirs.entries
    assert (await refused(salon.booking.LeaveWaitlist(leave))).reason == "WAITLIST_ENTRY_UNKNOWN"


async def test_every_change_is_recorded_and_told(
    salon: WaitingSalon, pool: asyncpg.Pool, taken: appointment_pb2.Appointment
) -> None:
    entry = await salon.join(1)
    await salon.cancel(taken)
    await salon.do_what_is_due()
    await salon.after(HELD_FOR)
    await salon.leave(entry.waitlist_entry_id, operator="Kim")

    history = await pool.fetch("SELECT state_after FROM waitlist_change ORDER BY version")
    told = await pool.fetch(
        "SELECT payload->>'state' AS state FROM event WHERE kind = 'waitlist_entry_changed' ORDER BY number"
    )
    states = ["waiting", "offered", "waiting", "withdrawn"]
    assert [row["state_after"] for row in history] == [row["state"] for row in told] == states


async def test_a_forgotten_customer_waits_for_nothing(
    salon: WaitingSalon, pool: asyncpg.Pool, taken: appointment_pb2.Appointment
) -> None:
    salon.clock.advance(timedelta(minutes=1))
    await salon.join(50)
    await salon.cancel(taken)
    await salon.do_what_is_due()
    customer_id = taken.customer.customer_id
    stored = await salon.booking.ExportCustomer(
        service_pb2.ExportCustomerRequest(tenant_id=TENANT, customer_id=customer_id)
    )
    (entry,) = stored.waitlist_entries
    assert (entry.state, entry.phone_number) == (OFFERED, number_of(50))

    erased = await salon.booking.EraseCustomer(
        service_pb2.EraseCustomerRequest(tenant_id=TENANT, customer_id=customer_id, operator="Kim")
    )
    await salon.do_what_is_due()
    assert erased.erased["waitlist_entry"] == 1
    assert await salon.states() == [WITHDRAWN]
    for table in ("waitlist_entry", "event", "callback", "waitlist_change", "customer"):
        text = await pool.fetchval(f"SELECT coalesce(string_agg(to_jsonb(t)::text, ''), '') FROM {table} t")
        assert number_of(50) not in text
        assert "Kim Nummer 50" not in text
    assert await salon.hold(TEN, "call_of_a_stranger")


async def test_another_time_than_the_one_waited_for_is_held_for_nobody(
    salon: WaitingSalon, holding: HoldingAvailability, taken: appointment_pb2.Appointment
) -> None:
    """Found in simulated calls: where what came free was gone again, the search held a later time beside the wish, which callers
    were then told was not free."""
    later = TEN + timedelta(hours=3)
    holding.hours.append((PERSON, later))
    await salon.join(1, window_end_time=timestamp(TEN + timedelta(minutes=1)))
    await salon.cancel(taken)
    await salon.book(who=60)
    await salon.do_what_is_due()

    assert await salon.states() == [WAITING]
    assert holding.holders((PERSON, later)) == []
