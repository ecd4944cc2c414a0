"""What the database refuses, whoever writes: one time for two who wait, two offers to one, an end without a cause."""

from datetime import timedelta

import asyncpg
import pytest

from booking.testing.holding import HoldingAvailability
from booking.testing.samples import PERSON
from booking.testing.waiting import TEN, WaitingSalon

_COPY_OFFER = """
INSERT INTO waitlist_offer SELECT (jsonb_populate_record(o, jsonb_build_object(
    'offer_id', gen_random_uuid(), 'option_id', 'o-waitother', 'waitlist_entry_id', {entry}))).*
  FROM waitlist_offer o
"""


@pytest.fixture
async def offered(salon: WaitingSalon, holding: HoldingAvailability) -> asyncpg.Pool:
    """The first of two who wait is offered the only hour there is."""
    holding.hours = [(PERSON, TEN)]
    taken = await salon.book()
    for who in (1, 2):
        await salon.join(who)
    await salon.cancel(taken)
    await salon.do_what_is_due()
    return salon.pool


async def test_two_open_offers_never_share_time(offered: asyncpg.Pool) -> None:
    other = "(SELECT waitlist_entry_id FROM waitlist_entry WHERE state = 'waiting')"
    await offered.execute(_COPY_OFFER.format(entry=other))
    taken = (
        "SELECT o.tenant_id, o.offer_id, t.occupant_number, t.span FROM waitlist_offer o, waitlist_taken t"
    )
    with pytest.raises(asyncpg.ExclusionViolationError, match="waitlist_without_overlap"):
        await offered.execute(f"INSERT INTO waitlist_taken {taken} WHERE o.option_id = 'o-waitother'")


async def test_one_wish_is_offered_one_thing_at_a_time(offered: asyncpg.Pool) -> None:
    with pytest.raises(asyncpg.UniqueViolationError, match="waitlist_offer_once"):
        await offered.execute(_COPY_OFFER.format(entry="o.waitlist_entry_id"))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE waitlist_entry SET state = 'booked'",
        "UPDATE waitlist_entry SET window_end = window_start",
        "UPDATE waitlist_entry SET phone_number = ''",
        "UPDATE waitlist_entry SET state = 'asleep'",
        "UPDATE waitlist_offer SET expire_time = NULL",
        "UPDATE callback SET state = 'in_progress', assigned_to = ''",
    ],
)
async def test_what_makes_no_sense_is_refused(offered: asyncpg.Pool, change: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await offered.execute(change)


async def test_the_same_wish_has_one_place(offered: asyncpg.Pool) -> None:
    with pytest.raises(asyncpg.UniqueViolationError, match="waitlist_entry_once_per_wish"):
        await offered.execute("UPDATE waitlist_entry SET fingerprint = 'the same'")


async def test_what_is_given_up_takes_nothing(salon: WaitingSalon, offered: asyncpg.Pool) -> None:
    await salon.after(timedelta(minutes=90))

    assert await offered.fetchval("SELECT count(*) FROM waitlist_taken") == 0
