"""Whoever waited calls when the offer is over: what is still free is hers, and what is lost is said as it is."""

from datetime import timedelta

import pytest

from booking.testing.calls import refused
from booking.testing.holding import HoldingAvailability
from booking.testing.samples import PERSON
from booking.testing.waiting import BOOKED, OFFERED, TEN, WAITING, WaitingSalon
from rufbuch.booking.v1 import appointment_pb2

HELD_FOR = timedelta(minutes=30)


@pytest.fixture
async def offered(salon: WaitingSalon, taken: appointment_pb2.Appointment) -> str:
    """The option of whoever joined first, for whom the hour that came free is held."""
    await salon.join(1)
    await salon.cancel(taken)
    await salon.do_what_is_due()
    (entry,) = await salon.entries()
    return str(entry.offer.option_id)


async def test_whoever_calls_too_late_has_what_is_still_free(salon: WaitingSalon, offered: str) -> None:
    await salon.after(HELD_FOR)
    assert await salon.states() == [WAITING]
    await salon.book_option(offered, who=1, call_id="call_later")

    assert await salon.states() == [BOOKED]


async def test_whoever_calls_too_late_does_not_take_it_from_the_next(
    salon: WaitingSalon, taken: appointment_pb2.Appointment
) -> None:
    for who in (1, 2):
        await salon.join(who)
    await salon.cancel(taken)
    await salon.do_what_is_due()
    (entry, _) = await salon.entries()
    await salon.after(HELD_FOR)
    late = await refused(salon.book_option(entry.offer.option_id, who=1, call_id="call_later"))

    assert late.reason == "SLOT_TAKEN"
    assert await salon.states() == [WAITING, OFFERED]


async def test_that_somebody_else_has_the_time_is_said_only_where_it_is_known(
    salon: WaitingSalon, holding: HoldingAvailability, offered: str
) -> None:
    """The store was emptied: the time may be free, so another search will tell."""
    await salon.after(HELD_FOR)
    holding.lose()
    late = await refused(salon.book_option(offered, who=1, call_id="call_later"))

    assert late.reason == "SLOT_NOT_BOOKABLE"
    assert holding.is_free((PERSON, TEN), "call_later")


async def test_what_the_business_no_longer_offers_was_not_taken_by_anybody(
    salon: WaitingSalon, holding: HoldingAvailability, offered: str
) -> None:
    holding.lose()
    holding.left.add(PERSON)
    late = await refused(salon.book_option(offered, who=1, call_id="call_later"))

    assert late.reason == "SLOT_NOT_BOOKABLE"
