"""What is over leaves the tables, and nothing else does."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from availability.domain.holds import Taking
from availability.domain.instants import Interval
from availability.storage.busy import BusyTables
from availability.testing.replicas import Surroundings, eventually
from availability.testing.salon import at, known
from availability.usecases.calendars import BusyChange, Start
from availability.usecases.follow_busy import BusyEvent
from availability.usecases.prune import Prune
from chassis import postgres
from chassis.postgres import Pool
from chassis.testing import SettableClock

OLD, KEPT = -60, -40
"""Hours of the day; the tests look from its hour 7, so that two days before is its hour -41."""


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with postgres.pool(database_url) as opened:
        yield opened


async def store(tables: BusyTables, *starts: float) -> None:
    """An appointment of an hour at each start, and all of it as one event."""
    changes = tuple(
        BusyChange(
            known("salon"),
            known(f"appointment {number}"),
            (Taking(known("anna"), Interval.of(at(start), at(start + 1))),),
            (Start(known("branch"), known("cut"), at(start)),),
        )
        for number, start in enumerate(starts)
    )
    assert await tables.record("", BusyEvent("p1", at(7), "", changes))


async def rows(pool: Pool) -> list[int]:
    return [await pool.fetchval(f"SELECT count(*) FROM {table}") for table in ("busy", "service_start")]


async def test_what_ended_two_days_ago_is_dropped_and_the_position_stays(
    pool: Pool, clock: SettableClock
) -> None:
    tables = BusyTables(pool)
    await store(tables, OLD, KEPT, 13)
    assert await Prune(tables, clock)() == 2
    stored = await tables.load(at(24 * -10))
    assert stored.position == "p1"
    assert {change.takings[0].interval.start for change in stored.changes} == {at(KEPT), at(13)}
    assert await rows(pool) == [2, 2]


async def test_one_statement_drops_only_so_many_rows(pool: Pool, clock: SettableClock) -> None:
    tables = BusyTables(pool)
    await store(tables, *[OLD - number for number in range(5)])
    assert await tables.prune(clock.now(), 2) == 4
    assert await rows(pool) == [3, 3]
    assert await Prune(tables, clock)(at_once=2) == 6
    assert await rows(pool) == [0, 0]


async def test_a_start_is_kept_as_long_as_its_appointment_takes_time(
    pool: Pool, clock: SettableClock
) -> None:
    tables = BusyTables(pool)
    long = Taking(known("anna"), Interval.of(at(OLD), at(KEPT)))
    change = BusyChange(
        known("salon"), known("one"), (long,), (Start(known("branch"), known("cut"), at(OLD)),)
    )
    await tables.record("", BusyEvent("p1", at(7), "", (change,)))
    assert await Prune(tables, clock)() == 0


@pytest.mark.parametrize(("ended_days_ago", "dropped"), [(-1, 0), (1, 0), (3, 2)])
async def test_a_clock_that_has_jumped_ahead_drops_nothing_that_is_to_come(
    pool: Pool, ended_days_ago: int, dropped: int
) -> None:
    """Nobody tells this service again what has left the tables."""
    tables, really_now = BusyTables(pool), datetime.now(UTC)
    start = really_now - timedelta(days=ended_days_ago, hours=1)
    change = BusyChange(
        known("salon"),
        known("one"),
        (Taking(known("anna"), Interval.of(start, start + timedelta(hours=1))),),
        (Start(known("branch"), known("cut"), start),),
    )
    await tables.record("", BusyEvent("p1", start, "", (change,)))
    jumped = SettableClock(really_now + timedelta(days=30))
    assert len((await tables.load(jumped.now())).changes) == (0 if dropped else 1)
    assert await Prune(tables, jumped)() == dropped


async def test_a_replica_drops_what_is_over_by_itself(surroundings: Surroundings, pool: Pool) -> None:
    await store(BusyTables(pool), OLD, 13)

    async def is_dropped() -> bool:
        return await rows(pool) == [1, 1]

    async with surroundings.running(wait=False):
        await eventually(is_dropped)


async def test_an_event_about_what_is_over_comes_and_goes(pool: Pool, clock: SettableClock) -> None:
    """A visit that is marked as completed days later is stored once more."""
    tables = BusyTables(pool)
    await store(tables, OLD)
    assert await Prune(tables, clock)() == 2
    again = BusyChange(
        known("salon"),
        known("appointment 0"),
        (Taking(known("anna"), Interval.of(at(OLD), at(OLD) + timedelta(hours=1))),),
    )
    assert await tables.record("p1", BusyEvent("p2", at(7), "", (again,)))
    assert await Prune(tables, clock)() == 1
    assert (await tables.load(at(24 * -10))).position == "p2"
