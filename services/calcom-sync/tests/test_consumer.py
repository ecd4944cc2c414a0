"""Booking's events are taken in once each, in order, whatever breaks."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client import REGISTRY

from calcom_sync.consumer import event_of
from calcom_sync.storage.intake import SqlIntake
from calcom_sync.usecases.take_in import Booked, Event, NotUnderstood
from rufbuch.booking.v1 import appointment_pb2, service_pb2

if TYPE_CHECKING:
    from conftest import Stage


@asynccontextmanager
async def _following(stage: "Stage") -> AsyncIterator[None]:
    task = asyncio.create_task(stage.consumer.follow())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110 - the database tells nobody when it changes
            await asyncio.sleep(0.01)


async def _appointments(stage: "Stage") -> int:
    count: int = await stage.pool.fetchval("SELECT count(*) FROM appointment")
    return count


async def _tell(stage: "Stage", count: int) -> list[service_pb2.WatchEventsResponse]:
    return [await stage.tell() for _ in range(count)]


def not_understood() -> float:
    return REGISTRY.get_sample_value("rufbuch_calcom_sync_events_not_understood_total") or 0


async def test_an_event_becomes_one_intent_per_active_phase_and_one_job(stage: "Stage") -> None:
    """CS-09: the event was not wired, and 25 appointments waited unnoticed: here event, intents and job are one."""
    await stage.tell()

    async with _following(stage):
        await _until(lambda: _is(stage, appointments=1))

    phases = await stage.pool.fetch("SELECT position, state FROM intent ORDER BY position")
    assert [(row["position"], row["state"]) for row in phases] == [
        (0, "pending"), (2, "pending"), (3, "pending"), (5, "pending"),
    ]  # fmt: skip
    jobs = await stage.pool.fetch("SELECT entrypoint, dedupe_key FROM job")
    assert [row["entrypoint"] for row in jobs] == ["appointment"]


async def test_a_repeated_event_makes_no_second_intents(stage: "Stage") -> None:
    told = await stage.tell()
    event = event_of(told)

    first = await stage.intake.record(event, stage.cal.clock.now())
    second = await stage.intake.record(event, stage.cal.clock.now())

    assert (first, second) == (True, False)
    assert await stage.pool.fetchval("SELECT count(*) FROM intent") == 4
    assert await stage.pool.fetchval("SELECT count(*) FROM job") == 1


async def test_after_a_broken_stream_reading_goes_on_where_it_stopped(stage: "Stage") -> None:
    await _tell(stage, 2)
    async with _following(stage):
        await _until(lambda: _is(stage, appointments=2))
        await stage.booking.cut()
        await _tell(stage, 1)
        await _until(lambda: _is(stage, appointments=3))

    assert stage.booking.asked_after == ["", "2"]


@dataclass
class OutOfReach:
    """A database that is away for the first event."""

    intake: SqlIntake
    refusals: int = 1

    async def position(self) -> str:
        return await self.intake.position()

    async def record_all(self, events: Sequence[Event], now: datetime) -> Sequence[bool]:
        if self.refusals:
            self.refusals -= 1
            raise ConnectionRefusedError
        return await self.intake.record_all(events, now)


async def test_what_cannot_be_stored_is_read_again(stage: "Stage") -> None:
    stage.consumer._intake = OutOfReach(stage.intake)
    await _tell(stage, 2)
    async with _following(stage):
        await _until(lambda: _is(stage, appointments=2))

    assert stage.booking.asked_after == ["", ""]
    assert await stage.intake.position() == "2"


def _ends_as_it_begins(made: appointment_pb2.Appointment) -> None:
    made.phases[0].end_time.CopyFrom(made.phases[0].start_time)


def _begins_in_no_year(made: appointment_pb2.Appointment) -> None:
    made.phases[0].start_time.seconds = 10**13


def _has_no_branch(made: appointment_pb2.Appointment) -> None:
    made.branch_id = ""


@pytest.mark.parametrize("spoil", [_ends_as_it_begins, _begins_in_no_year, _has_no_branch])
async def test_an_event_that_breaks_a_rule_of_ours_is_kept_and_holds_nothing_up(
    stage: "Stage", spoil: Callable[[appointment_pb2.Appointment], None]
) -> None:
    """At one bad event the reader stopped for good, and nothing of any salon reached Cal.com any more."""
    told = await stage.tell()
    spoil(told.appointment_booked.appointment)
    before = not_understood()
    await _tell(stage, 1)

    async with _following(stage):
        await _until(lambda: _is(stage, appointments=1))

    kept = await stage.pool.fetchval("SELECT body FROM skipped_event WHERE position = $1", told.position)
    assert service_pb2.WatchEventsResponse.FromString(kept) == told
    assert not_understood() == before + 1


async def test_what_came_in_one_message_is_kept_each_by_itself(stage: "Stage") -> None:
    told = await _tell(stage, 4)
    for one in (told[0], told[2]):
        _has_no_branch(one.appointment_booked.appointment)

    async with _following(stage):
        await _until(lambda: _is(stage, appointments=2))

    kept = await stage.pool.fetch("SELECT body FROM skipped_event ORDER BY position")
    assert [service_pb2.WatchEventsResponse.FromString(row["body"]) for row in kept] == [told[0], told[2]]
    assert await stage.intake.position() == told[3].position


@pytest.mark.parametrize("tells_together", [True, False])
async def test_booking_of_today_and_of_before_is_heard_whole_and_in_order(
    stage: "Stage", tells_together: bool
) -> None:
    """A replica of the version before tells each event by itself, whatever is asked of it."""
    stage.booking.tells_together = tells_together
    await _tell(stage, 3)
    async with _following(stage):
        await _until(lambda: _is(stage, appointments=3))
        await stage.booking.cut()
        await _tell(stage, 2)
        await _until(lambda: _is(stage, appointments=5))

    assert stage.booking.asked_after == ["", "3"]
    assert await stage.intake.position() == "5"


async def test_an_event_of_a_newer_booking_is_kept_and_holds_nothing_up(stage: "Stage") -> None:
    """A log that stands still would keep the cancellations behind it from Cal.com."""
    unknown = service_pb2.WatchEventsResponse(position="1", traceparent="of-the-future")
    assert isinstance(event_of(unknown).change, NotUnderstood)
    before = not_understood()
    stage.booking.events.append(unknown)
    await _tell(stage, 1)

    async with _following(stage):
        await _until(lambda: _is(stage, appointments=1))

    kept = await stage.pool.fetchval("SELECT body FROM skipped_event WHERE position = '1'")
    assert service_pb2.WatchEventsResponse.FromString(kept) == unknown
    assert not_understood() == before + 1


@pytest.mark.parametrize(
    "event",
    [
        {"appointment_completed": service_pb2.AppointmentCompleted()},
        {"appointment_no_show": service_pb2.AppointmentNoShow()},
        {"callback_requested": service_pb2.CallbackRequested()},
    ],
)
async def test_what_is_no_concern_of_cal_com_moves_the_position_alone(stage: "Stage", event: Any) -> None:
    told = service_pb2.WatchEventsResponse(position="7", **event)

    assert await stage.intake.record(event_of(told), stage.cal.clock.now()) is False

    assert await stage.intake.position() == "7"
    assert await stage.pool.fetchval("SELECT count(*) FROM skipped_event") == 0


async def test_the_call_stays_known_to_the_work_it_causes(stage: "Stage") -> None:
    told = await stage.tell()
    event = event_of(told)
    await stage.intake.record(event, stage.cal.clock.now())

    assert isinstance(event.change, Booked)
    found = await stage.found(event.change.ref)

    assert found.call_id == "call_1"
    assert found.traceparent == told.traceparent


async def _is(stage: "Stage", *, appointments: int) -> bool:
    return await _appointments(stage) == appointments
