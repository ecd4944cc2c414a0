"""What the log tells at once is noted down at once: all of it with the position, or nothing."""

import asyncio
from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from booking.storage.customers import forget_customer
from booking.storage.messages.notes import SqlNotes
from booking.testing.availability import ScriptedAvailability
from booking.testing.messages import MOBILE
from booking.testing.samples import NOW, START, an_option
from booking.testing.writing_salon import Salon, kind_of, state_of
from booking.usecases.messages.ports import CustomerKey
from chassis.eventlog import EventLog

PLANNED = Counter(
    {("confirmation", "pending"): 2, ("reminder", "pending"): 2, ("confirmation", "suppressed"): 1}
)


@pytest.fixture(autouse=True)
async def booked(writing: Salon, availability: ScriptedAvailability) -> None:
    """Two who can be reached, and one who cannot; nothing of it has been noted yet."""
    numbers = (MOBILE, MOBILE[:-1] + "3", "")
    for day, number in enumerate(numbers):
        option_id = f"o-{day:08}"
        availability.options[option_id] = an_option(START + timedelta(days=day))
        await writing.book(option_id=option_id, request_id=option_id, call_id=option_id, caller_number=number)


async def planned(writing: Salon) -> Counter[tuple[str, str]]:
    return Counter((kind_of(each), state_of(each)) for each in await writing.messages())


async def test_each_gets_hers_by_her_own_way(writing: Salon) -> None:
    await writing.post.note()

    assert await planned(writing) == PLANNED
    confirmed = [each for each in await writing.messages() if kind_of(each) == "confirmation"]
    assert {each.address for each in confirmed} == {MOBILE, MOBILE[:-1] + "3", ""}
    assert await writing.post.work() == 2


async def test_a_log_that_is_read_again_says_nothing_twice(writing: Salon, pool: asyncpg.Pool) -> None:
    """Some of a batch is known, and some is not."""
    before = await pool.fetchval("SELECT position FROM message_reader")
    await writing.post.note()
    (gone,) = await pool.fetch(
        "DELETE FROM message WHERE kind = 'reminder' AND address = $1 RETURNING message_id", MOBILE
    )
    known = await pool.fetch("SELECT message_id FROM message")
    await pool.execute("UPDATE message_reader SET position = $1", before)

    await writing.post.note()

    assert await planned(writing) == PLANNED
    assert set(await pool.fetch("SELECT message_id FROM message")) == {gone, *known}


async def test_where_one_cannot_be_kept_none_is(writing: Salon, pool: asyncpg.Pool) -> None:
    """It is read again as a whole."""
    before = await pool.fetchval("SELECT position FROM message_reader")
    await pool.execute("ALTER TABLE message ADD CONSTRAINT refused CHECK (address <> '') NOT VALID")
    with pytest.raises(asyncpg.CheckViolationError):
        await writing.post.loops.note()
    assert await planned(writing) == Counter()
    assert await pool.fetchval("SELECT position FROM message_reader") == before
    await pool.execute("ALTER TABLE message DROP CONSTRAINT refused")

    await writing.post.note()

    assert await planned(writing) == PLANNED


async def test_who_comes_after_another_replica_keeps_nothing(writing: Salon, pool: asyncpg.Pool) -> None:
    before = await pool.fetchval("SELECT position FROM message_reader")
    await writing.post.note()
    after = await pool.fetchval("SELECT position FROM message_reader")

    assert await SqlNotes(pool, EventLog(pool)).keep(before, "9-9", [], now=NOW) is None
    assert await pool.fetchval("SELECT position FROM message_reader") == after


async def test_whoever_is_not_there_is_left_out(pool: asyncpg.Pool) -> None:
    known = {(row[0], row[1]) for row in await pool.fetch("SELECT tenant_id, customer_id FROM customer")}

    contacts = await SqlNotes(pool, EventLog(pool)).contacts({*known, (UUID(int=1), UUID(int=2))})

    assert set(contacts) == known
    assert sorted(contact.phone_number or "" for contact in contacts.values()) == [
        "",
        MOBILE,
        MOBILE[:-1] + "3",
    ]


async def test_whoever_is_forgotten_while_a_message_to_her_is_noted_is_written_to_nowhere(
    writing: Salon, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Her address was read before, and would stay in what is kept of the message."""
    read = SqlNotes.contacts

    async def read_and_forgotten(notes: SqlNotes, customers: Collection[CustomerKey]) -> Any:
        found = await read(notes, customers)
        (whose,) = (key for key, contact in found.items() if contact.phone_number == MOBILE)
        monkeypatch.setattr(SqlNotes, "contacts", read)
        async with pool.acquire() as connection, connection.transaction():
            later = START + timedelta(days=30)
            await forget_customer(connection, EventLog(pool), *whose, operator="Kim", now=later)
        return found

    monkeypatch.setattr(SqlNotes, "contacts", read_and_forgotten)
    async with asyncio.timeout(20):
        await writing.post.loops.note()
    await writing.post.note()

    assert {each.address for each in await writing.messages()} == {MOBILE[:-1] + "3", ""}
