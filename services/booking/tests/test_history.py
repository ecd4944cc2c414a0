"""What was over long ago does not pile up, and nothing else goes."""

from datetime import timedelta

import asyncpg
import pytest

from booking.storage.history import SqlHistory
from booking.storage.jobs import remind
from booking.storage.messages.rows import reminder_of
from booking.testing.holding import HoldingAvailability
from booking.testing.samples import NOW, PERSON
from booking.testing.waiting import OFFERED, TEN, WAITING, WaitingSalon
from booking.testing.writing_salon import Salon
from rufbuch.booking.v1 import appointment_pb2

YEAR = timedelta(days=365)
_LOOKED_AT = """
SELECT ARRAY[(SELECT count(*) FROM waitlist_vacancy), (SELECT count(*) FROM waitlist_look), (SELECT count(*) FROM waitlist_offer)]
"""


@pytest.fixture
async def taken(salon: WaitingSalon, holding: HoldingAvailability) -> appointment_pb2.Appointment:
    """The one hour that there is belongs to somebody."""
    holding.hours = [(PERSON, TEN)]
    return await salon.book()


async def test_messages_go_long_after_their_appointment_and_are_not_sent_again(
    writing: Salon, pool: asyncpg.Pool
) -> None:
    await writing.book()
    await writing.everything()
    history = SqlHistory(pool)
    assert await history.forget(NOW + timedelta(minutes=1)) == 0
    writing.clock.advance(timedelta(days=3))
    await writing.everything()
    sent = len(writing.sms.parcels)

    assert await history.forget(NOW + YEAR) == 2
    assert await writing.states() == []
    # Also where the log is read again from its beginning.
    writing.clock.advance(YEAR)
    await pool.execute("UPDATE message_reader SET position = ''")
    await writing.everything()
    assert len(writing.sms.parcels) == sent


async def test_what_is_still_to_be_sent_stays(writing: Salon, pool: asyncpg.Pool) -> None:
    await writing.book()
    await writing.post.note()
    await SqlHistory(pool).forget(NOW + YEAR)

    assert {state for _, state in await writing.states()} == {"pending"}


async def test_what_was_looked_at_for_the_waiting_list_goes_once_it_is_over(
    salon: WaitingSalon, pool: asyncpg.Pool, taken: appointment_pb2.Appointment
) -> None:
    for who in (1, 2):
        await salon.join(who)
    await salon.cancel(taken)
    await salon.do_what_is_due()
    await SqlHistory(pool).forget(NOW + YEAR)
    # What stands is the work of a vacancy, which is needed to pass it on.
    assert await salon.states() == [OFFERED, WAITING]
    assert (await pool.fetchval(_LOOKED_AT))[2] == 1

    await salon.after(timedelta(minutes=30))
    assert await salon.states() == [WAITING, OFFERED]
    await salon.after(timedelta(days=3), every=timedelta(minutes=30))
    wishes = await salon.states()
    await SqlHistory(pool).forget(NOW + timedelta(hours=1))
    assert (await pool.fetchval(_LOOKED_AT))[2] == 2
    await SqlHistory(pool).forget(salon.clock.now())
    assert await pool.fetchval(_LOOKED_AT) == [0, 0, 0]
    assert await salon.states() == wishes


async def test_the_log_read_anew_opens_nothing_that_is_over(
    salon: WaitingSalon, pool: asyncpg.Pool, taken: appointment_pb2.Appointment
) -> None:
    """Positions do not survive a dump and restore, and causes that were forgotten are no longer known."""
    await salon.join(1)
    await salon.cancel(taken)
    await salon.do_what_is_due()
    await salon.after(timedelta(days=3), every=timedelta(minutes=30))
    await SqlHistory(pool).forget(salon.clock.now())
    await pool.execute("UPDATE waitlist_stream SET position = ''")
    await salon.do_what_is_due()

    assert await pool.fetchval("SELECT count(*) FROM waitlist_vacancy") == 0


async def test_notes_of_the_queue_go_and_jobs_stay(writing: Salon, pool: asyncpg.Pool) -> None:
    """The queue writes down each job several times, and never forgets by itself."""
    await writing.book()
    await writing.post.note()
    async with pool.acquire() as connection, connection.transaction():
        (row, *_) = await connection.fetch("SELECT tenant_id, message_id FROM message")
        await remind(connection, [reminder_of(row["tenant_id"], row["message_id"])])
    jobs = await pool.fetchval("SELECT count(*) FROM job")
    assert await pool.fetchval("SELECT count(*) FROM job_log") >= jobs > 0
    # Its clock is the database's.
    later = await pool.fetchval("SELECT now() + interval '1 minute'")
    await pool.execute("UPDATE job_log SET aggregated = true")
    await SqlHistory(pool).forget(later)

    assert await pool.fetchval("SELECT count(*) FROM job_log") == 0
    assert await pool.fetchval("SELECT count(*) FROM job") == jobs
