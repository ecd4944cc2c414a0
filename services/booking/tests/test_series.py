"""The same time again every so many weeks: what can be had is booked, what cannot is named."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import grpc
import pytest

from booking.domain.series import Rhythm
from booking.errors import SlotTakenError
from booking.testing.calendar import ScriptedCalendar
from booking.testing.calls import book, refused
from booking.testing.registry import ScriptedRegistry
from booking.testing.samples import BRANCH, NUMBER, SERVICE, START, TENANT, a_request
from chassis import postgres
from local_stack.embedded import EmbeddedPostgres
from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.booking.v1 import appointment_pb2, series_pb2, service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = timedelta(weeks=1)
COLOUR = UUID("77777777-7777-4777-8777-777777777777")


@pytest.fixture
def availability() -> ScriptedCalendar:
    """One person's calendar, with START on offer."""
    calendar = ScriptedCalendar()  # type: ignore[abstract] # the other RPCs answer UNIMPLEMENTED
    calendar.offer(START)
    return calendar


def series(availability: ScriptedCalendar, start: datetime = START, **changed: Any) -> Any:
    wanted: dict[str, Any] = {
        "tenant_id": TENANT, "branch_id": BRANCH, "option_id": availability.offer(start), "call_id": "call_0001",
        "caller_number": NUMBER, "customer_name": "Anna Beispiel", "request_id": "series-1", "every_weeks": 1, "count": 4,
    }  # fmt: skip
    return service_pb2.BookSeriesRequest(**(wanted | changed))


def starts(answer: service_pb2.BookSeriesResponse) -> list[datetime]:
    return [date.start_time.ToDatetime(UTC) for date in answer.dates]


def failures(answer: service_pb2.BookSeriesResponse) -> dict[int, str]:
    name = series_pb2.SeriesFailure.Name
    return {
        date.position: name(date.failure).removeprefix("SERIES_FAILURE_")
        for date in answer.dates
        if date.failure
    }


async def count(pool: asyncpg.Pool) -> int:
    return int(await pool.fetchval("SELECT count(*) FROM appointment"))


async def test_every_date_becomes_an_appointment_of_the_same_customer(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar
) -> None:
    answer = await booking.BookSeries(series(availability, every_weeks=2))

    made = [date.appointment for date in answer.dates]
    assert [date.position for date in answer.dates] == [1, 2, 3, 4]
    assert starts(answer) == [START + 2 * week * WEEK for week in range(4)]
    assert [one.start_time for one in made] == [date.start_time for date in answer.dates]
    assert {one.state for one in made} == {appointment_pb2.APPOINTMENT_STATE_BOOKED}
    assert len({one.customer.customer_id for one in made}) == 1
    assert {one.series_id for one in made} == {answer.series_id}
    assert [one.series_position for one in made] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("kind", "failure"),
    [
        (availability_pb2.BLOCKER_KIND_APPOINTMENT, "TAKEN"),
        (availability_pb2.BLOCKER_KIND_HOLD, "TAKEN"),
        (availability_pb2.BLOCKER_KIND_EXTERNAL, "TAKEN"),
        (availability_pb2.BLOCKER_KIND_HOLIDAY, "HOLIDAY"),
        (availability_pb2.BLOCKER_KIND_ABSENCE, "ABSENCE"),
        (availability_pb2.BLOCKER_KIND_OUTSIDE_HOURS, "CLOSED"),
        (availability_pb2.BLOCKER_KIND_START_WINDOW, "NOT_BOOKABLE"),
    ],
)
async def test_a_date_that_cannot_be_had_is_named_with_its_reason_and_a_time_near_it_is_held_not_booked(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar, pool: asyncpg.Pool,
    kind: availability_pb2.BlockerKind.ValueType, failure: str,
) -> None:  # fmt: skip
    availability.blocked[START + 2 * WEEK] = kind

    answer = await booking.BookSeries(series(availability))

    other = answer.dates[2].alternative
    assert failures(answer) == {3: failure}
    assert not answer.dates[2].HasField("appointment")
    assert other.start_time.ToDatetime(UTC) == START + 2 * WEEK + timedelta(hours=1)
    assert other.option_id
    assert other.HasField("hold_expire_time")
    assert availability.held == [[START + 2 * WEEK + timedelta(hours=1)]]
    assert await count(pool) == 3
    # What was offered can be taken like any other option.
    taken = await book(booking, option_id=other.option_id, request_id="instead")
    assert taken.start_time == other.start_time


async def test_what_is_in_the_way_of_a_visits_second_service_is_not_called_taken(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar
) -> None:
    """Only the first service's time can be explained; whoever does the second one may be on holiday."""
    availability.says_why = False
    request = series(availability)
    first = availability.options[request.option_id]
    colour = replace(first.phases[0], service_id=COLOUR)
    availability.options[request.option_id] = replace(
        first, service_ids=(SERVICE, COLOUR), phases=(*first.phases[1:], colour)
    )
    availability.blocked[START + WEEK] = availability_pb2.BLOCKER_KIND_ABSENCE

    assert failures(await booking.BookSeries(request))[2] == "NOT_BOOKABLE"


async def test_other_times_are_looked_for_when_all_dates_are_booked(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar
) -> None:
    """Else they may be where a later date of the same series goes, and none of them could be held."""
    availability.blocked[START + WEEK] = availability_pb2.BLOCKER_KIND_HOLIDAY

    await booking.BookSeries(series(availability))

    assert availability.searched == [START + WEEK, START + 2 * WEEK, START + 3 * WEEK, START + WEEK]


async def test_beyond_what_the_business_books_nothing_is_offered(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar
) -> None:
    availability.blocked[START + 3 * WEEK] = availability_pb2.BLOCKER_KIND_HORIZON

    answer = await booking.BookSeries(series(availability))

    assert failures(answer) == {4: "TOO_FAR"}
    assert not answer.dates[3].HasField("alternative")


async def test_an_alternative_that_cannot_be_held_is_not_said_to_be(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar
) -> None:
    availability.blocked[START + WEEK] = availability_pb2.BLOCKER_KIND_APPOINTMENT
    availability.holds_work = False

    answer = await booking.BookSeries(series(availability))

    assert len([date for date in answer.dates if date.HasField("appointment")]) == 3
    assert not answer.dates[1].alternative.option_id
    assert not answer.dates[1].alternative.HasField("hold_expire_time")


async def test_a_start_that_is_free_and_then_is_not_is_named_as_taken(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar, pool: asyncpg.Pool
) -> None:
    """AV-28: somebody else books between the search and the commit; the database has the last word."""
    await book(booking, option_id=availability.offer(START + WEEK), request_id="a", call_id="call_0002")

    answer = await booking.BookSeries(series(availability))

    assert failures(answer) == {2: "TAKEN"}
    assert await count(pool) == 4


@pytest.mark.parametrize(
    ("first", "weeks"),
    [(datetime(2026, 3, 23, 9, 30, tzinfo=BERLIN), 1), (datetime(2025, 10, 20, 14, 0, tzinfo=BERLIN), 2)],
    ids=["spring", "autumn"],
)
def test_the_time_on_the_wall_stays_when_the_clocks_change(first: datetime, weeks: int) -> None:
    dates = Rhythm(weeks, 4, None).dates(first.astimezone(UTC), BERLIN)

    local = [date.start_time.astimezone(BERLIN) for date in dates]
    assert {start.time() for start in local} == {first.time()}
    assert len({start.utcoffset() for start in local}) == 2
    assert all(date.exists for date in dates)


def test_a_time_that_the_clock_skips_is_none() -> None:
    first = datetime(2026, 3, 22, 2, 30, tzinfo=BERLIN)

    dates = Rhythm(1, 3, None).dates(first.astimezone(UTC), BERLIN)

    assert [date.exists for date in dates] == [True, False, True]


def test_a_series_until_a_day_ends_with_it() -> None:
    until = START + 3 * WEEK

    assert len(Rhythm(1, None, until).dates(START, BERLIN)) == 4
    assert len(Rhythm(1, None, until - timedelta(seconds=1)).dates(START, BERLIN)) == 3
    assert len(Rhythm(1, None, START - WEEK).dates(START, BERLIN)) == 1
    assert len(Rhythm(1, None, START + 500 * WEEK).dates(START, BERLIN)) == 52


async def test_a_skipped_time_is_named(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar
) -> None:
    first = datetime(2026, 3, 22, 2, 30, tzinfo=BERLIN).astimezone(UTC)

    answer = await booking.BookSeries(series(availability, first, count=3))

    assert failures(answer) == {2: "NO_SUCH_TIME"}


async def test_the_first_date_decides_whether_anything_is_booked(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar, pool: asyncpg.Pool
) -> None:
    availability.refusal = SlotTakenError("somebody else holds this time")

    fault = await refused(booking.BookSeries(series(availability)))

    assert fault.reason == "SLOT_TAKEN"
    assert await count(pool) == 0


async def test_ten_twins_at_once_book_one_series_and_hear_the_same(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar, pool: asyncpg.Pool
) -> None:
    """BK-22: a twin that comes while the first is running waits for its answer."""
    availability.blocked[START + WEEK] = availability_pb2.BLOCKER_KIND_HOLIDAY

    answers = await asyncio.gather(*(booking.BookSeries(series(availability)) for _ in range(10)))

    assert sorted(answer.repeated_answer for answer in answers) == [False] + [True] * 9
    assert len({str(list(answer.dates)) for answer in answers}) == 1
    assert await count(pool) == 3


async def test_the_same_key_with_another_rhythm_is_an_error(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar
) -> None:
    await booking.BookSeries(series(availability))

    fault = await refused(booking.BookSeries(series(availability, count=5)))

    assert (fault.code, fault.reason) == (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED")


@pytest.mark.parametrize("week", [1, 2, 3])
async def test_a_series_that_was_cut_off_goes_on_where_it_stopped(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar, pool: asyncpg.Pool, week: int
) -> None:
    """BK-05: what was booked is found, not booked again, and the caller hears of all of it."""
    availability.fails_at = START + week * WEEK
    fault = await refused(booking.BookSeries(series(availability)))
    assert (fault.reason, await count(pool)) == ("AVAILABILITY_UNAVAILABLE", week)
    availability.fails_at = None
    availability.searched.clear()

    answer = await booking.BookSeries(series(availability))

    assert [date.HasField("appointment") for date in answer.dates] == [True] * 4
    assert availability.searched == [START + later * WEEK for later in range(week, 4)]
    assert await count(pool) == 4
    assert {date.appointment.series_id for date in answer.dates} == {answer.series_id}


async def test_what_the_call_had_booked_by_itself_is_a_part_of_the_series(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar, pool: asyncpg.Pool
) -> None:
    """ "And the same again next week": neither booked twice nor called taken."""
    alone = await book(booking, option_id=availability.offer(START))
    shorter = await booking.BookSeries(series(availability, request_id="two", count=2))

    longer = await booking.BookSeries(series(availability, request_id="four"))

    assert shorter.dates[0].appointment == longer.dates[0].appointment == alone
    assert longer.dates[1].appointment == shorter.dates[1].appointment
    assert failures(longer) == {}
    assert await count(pool) == 4


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"every_weeks": 0}, "every_weeks"), ({"every_weeks": 53}, "every_weeks"), ({"every_weeks": -1}, "every_weeks"),
        ({"count": 1}, "count"), ({"count": 53}, "count"), ({"count": -2}, "count"), ({"count": 0}, "count"),
        ({"request_id": ""}, "request_id"),
    ],
)  # fmt: skip
async def test_a_rhythm_that_is_none_is_refused_before_anything_is_booked(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar, pool: asyncpg.Pool,
    changed: dict[str, Any], field: str,
) -> None:  # fmt: skip
    fault = await refused(booking.BookSeries(series(availability, **changed)))

    assert (fault.reason, fault.metadata["field"]) == ("REQUEST_INVALID", field)
    assert await count(pool) == 0
    assert not availability.claims


async def test_without_the_registry_nothing_is_begun(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar, registry: ScriptedRegistry,
    pool: asyncpg.Pool,
) -> None:  # fmt: skip
    registry.refusal = SlotTakenError("gone")

    fault = await refused(booking.BookSeries(series(availability)))

    assert fault.reason == "REGISTRY_UNAVAILABLE"
    assert await count(pool) == 0


class TestThroughACrash:
    """PostgreSQL is killed between two dates."""

    @pytest.fixture
    async def pool(self, private_postgres: EmbeddedPostgres) -> AsyncIterator[asyncpg.Pool]:
        await asyncio.to_thread(postgres.migrate, private_postgres.url, "booking")
        async with postgres.pool(private_postgres.url) as opened:
            yield opened

    async def test_the_series_is_whole_and_booked_once(
        self, private_postgres: EmbeddedPostgres, booking: "BookingServiceAsyncStub",
        availability: ScriptedCalendar, pool: asyncpg.Pool,
    ) -> None:  # fmt: skip
        """BK-29: also a lock that died with its connection lets the next one in."""

        async def crash() -> None:
            await asyncio.to_thread(private_postgres.kill)
            await asyncio.to_thread(private_postgres.start)

        availability.meanwhile[START + 2 * WEEK] = crash
        request = series(availability, count=6)

        fault = await refused(booking.BookSeries(request))
        answer = await booking.BookSeries(request)

        assert not availability.meanwhile
        assert fault.code is grpc.StatusCode.UNAVAILABLE
        assert [date.HasField("appointment") for date in answer.dates] == [True] * 6
        assert await count(pool) == 6
        assert (await booking.BookAppointment(a_request(option_id=request.option_id))).repeated_answer
