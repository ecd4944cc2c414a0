"""What follows from the log is taken in once, whoever reads it, and costs next to nothing where nothing follows."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import pytest

from booking import wire
from booking.instants import instant, timestamp
from booking.recent import Recent
from booking.storage import events
from booking.storage.event_kinds import CUSTOMER_ERASED
from booking.storage.events import event_of
from booking.storage.messages.notes import SqlNotes
from booking.storage.waiting_intake import SqlIntake
from booking.testing.samples import NOW, START, a_request, an_option
from booking.usecases.notice_changes import notice_once
from booking.wire import event_to_wire
from chassis.eventlog import Event as Entry
from chassis.eventlog import EventLog
from chassis.postgres import Pool
from chassis.testing import SettableClock, everything_told

if TYPE_CHECKING:
    from booking.testing.availability import ScriptedAvailability
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub


async def taken_in(pool: Pool) -> str:
    return str(await pool.fetchval("SELECT position FROM waitlist_stream"))


@pytest.mark.parametrize("replicas", [1, 2, 8])
async def test_bookings_for_which_nobody_waits_are_left_behind_by_one_replica(
    booking: "BookingServiceAsyncStub", pool: Pool, replicas: int
) -> None:
    await booking.BookAppointment(a_request())
    await everything_told(EventLog(pool))
    intakes = [SqlIntake(pool, EventLog(pool)) for _ in range(replicas)]
    unread = await intakes[0].unread()

    kept = await asyncio.gather(*(one.record(unread.after, [], unread.position, NOW) for one in intakes))

    assert sorted(kept) == [False] * (replicas - 1) + [True]
    assert await taken_in(pool) == unread.position


async def test_a_replica_that_comes_late_does_not_set_the_others_back(
    booking: "BookingServiceAsyncStub", pool: Pool, availability: "ScriptedAvailability"
) -> None:
    """It was away while they read on; what it has to tell is known."""
    availability.options["o-bbbbbbbb"] = an_option(START + timedelta(days=1))
    late = SqlIntake(pool, EventLog(pool))
    await booking.BookAppointment(a_request())
    await everything_told(EventLog(pool))
    early = await late.unread()
    await booking.BookAppointment(a_request(option_id="o-bbbbbbbb", request_id="2"))
    await everything_told(EventLog(pool))
    other = SqlIntake(pool, EventLog(pool))
    assert await notice_once(other, SettableClock(NOW))
    further = await taken_in(pool)

    assert not await late.record(early.after, [], early.position, NOW)
    assert await taken_in(pool) == further


async def test_a_batch_without_messages_is_one_replicas_like_any_other(pool: Pool) -> None:
    notes = [SqlNotes(pool, EventLog(pool)) for _ in range(4)]
    before = await notes[0].position()

    kept = await asyncio.gather(*(one.keep(before, "7-7", [], now=NOW) for one in notes))

    assert [one for one in kept if one is not None] == [[]]
    assert await notes[0].position() == "7-7"


async def test_a_batch_without_messages_that_cannot_be_kept_is_read_again(pool: Pool) -> None:
    notes = SqlNotes(pool, EventLog(pool))
    before = await notes.position()
    await pool.execute("ALTER TABLE message_reader RENAME TO away")
    with pytest.raises(asyncpg.UndefinedTableError):
        await notes.keep(before, "7-7", [], now=NOW)
    await pool.execute("ALTER TABLE away RENAME TO message_reader")

    assert await notes.position() == before


def test_what_has_changed_is_made_anew() -> None:
    """Events are overwritten where somebody is forgotten: nobody may go on hearing of her."""
    numbers = itertools.count(1)
    recent: Recent[str, int] = Recent(lambda _: next(numbers), kept=2)

    asked = [("1-1", "Anna"), ("1-1", "Anna"), ("1-1", "nobody"), ("1-1", "Anna")]

    assert [recent(*each) for each in asked] == [1, 1, 2, 3]


def test_an_erasure_leaves_nothing_of_earlier_events_in_memory() -> None:
    """What is remembered for speed must not outlive the person whom it is about."""
    told = {"tenant_id": str(uuid4()), "customer_id": str(uuid4())}
    earlier, erased = (Entry(f"1-{at}", NOW, "", CUSTOMER_ERASED, told) for at in (1, 2))
    event_to_wire(event_of(earlier))

    event_to_wire(event_of(erased))

    assert list(events._read._kept) == list(wire._written._kept) == ["1-2"]


def test_only_so_much_is_kept() -> None:
    numbers = itertools.count(1)
    recent: Recent[int, int] = Recent(lambda _: next(numbers), kept=3)

    assert [recent(str(each), each) for each in [1, 2, 3, 4, 4, 3, 2, 1]] == [1, 2, 3, 4, 4, 3, 2, 5]


@pytest.mark.parametrize(
    "when",
    [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2025, 10, 26, 2, 30, tzinfo=UTC) + timedelta(microseconds=1),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ],
)
def test_instants_are_written_as_protobuf_itself_does(when: datetime) -> None:
    written = timestamp(when)

    assert (written.ToDatetime(UTC), instant(written)) == (when, when)
