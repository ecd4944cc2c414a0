"""Several calls of one number: times that were offered to a dead line are given up before a living caller is refused."""

import asyncio
from datetime import timedelta

import redis
from gateway_world import CALLER, NOW, RefusalError, World, found, option

from chassis.errors import Kind
from chassis.testing import SettableClock
from rufbuch.availability.v1 import service_pb2 as availability_pb2
from telephony_gateway.clients.lines import RELEASED_MAX, REMEMBERED, SILENT, Lines
from telephony_gateway.clients.shared import SharedMemory, connect
from telephony_gateway.domain.envelope import Caller

WISH = {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "15 Uhr"}
AVAILABLE = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))
FULL = RefusalError(Kind.RESOURCE_EXHAUSTED, "TOO_MANY_HOLDS")


async def dropped(world: World, *call_ids: str) -> None:
    """Calls that looked for a time, and were never heard of again."""
    world.availability.answer = AVAILABLE
    ours = world.phone.call["call_id"]
    for call_id in call_ids:
        world.phone.call["call_id"] = call_id
        await world.phone.function("check_availability", WISH)
    world.phone.call["call_id"] = ours


async def test_a_fifth_call_hears_times_because_dead_lines_give_theirs_up(world: World) -> None:
    await dropped(world, "call_1", "call_2")
    world.phone.clock.advance(SILENT + timedelta(seconds=1))
    world.availability.answers = [FULL, AVAILABLE]
    answer = await world.phone.function("check_availability", WISH)
    assert (answer["status"], world.availability.released) == ("available", ["call_1", "call_2"])


async def test_a_line_on_which_somebody_talks_keeps_its_times_and_the_sentence_says_why(world: World) -> None:
    """Two from one household, or a company: nobody is told that times are kept for her which she never heard."""
    await dropped(world, "call_1")
    world.phone.clock.advance(SILENT + timedelta(seconds=1))
    ours, world.phone.call["call_id"] = world.phone.call["call_id"], "call_1"
    await world.phone.event("transcript_updated")
    world.phone.call["call_id"] = ours
    world.availability.answers = [FULL, FULL]
    answer = await world.phone.function("check_availability", WISH)
    assert (answer["status"], world.availability.released) == ("unavailable", [])
    assert answer["message"].startswith("Unter Ihrer Nummer sind aus anderen Anrufen")


async def test_a_call_that_has_ended_is_not_ended_again(world: World) -> None:
    await dropped(world, "call_1")
    ours, world.phone.call["call_id"] = world.phone.call["call_id"], "call_1"
    await world.phone.event("call_ended")
    world.phone.call["call_id"] = ours
    world.phone.clock.advance(SILENT + timedelta(seconds=1))
    world.availability.answers = [FULL, FULL]
    await world.phone.function("check_availability", WISH)
    assert world.availability.released == ["call_1"]


def known_lines(redis_url: str) -> list[bytes]:
    with redis.Redis.from_url(redis_url) as client:
        return [call for key in client.keys("gateway:line:*") for call in client.zrange(key, 0, -1)]


async def test_a_line_is_known_before_times_are_held_on_it(world: World, redis_url: str) -> None:
    """Whoever dies in the middle of the search leaves no times that nobody can give up."""
    world.availability.gate = asyncio.Event()
    asking = asyncio.create_task(world.phone.function("check_availability", WISH))
    while not world.availability.searches:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)
    assert known_lines(redis_url) == [world.phone.call["call_id"].encode()]
    world.availability.gate.set()
    await asking


async def test_a_line_that_goes_on_after_its_end_was_told_is_known_again(
    world: World, redis_url: str
) -> None:
    await dropped(world, world.phone.call["call_id"])
    await world.phone.event("call_ended")
    assert known_lines(redis_url) == []
    await world.phone.function("check_availability", WISH)
    assert known_lines(redis_url) == [world.phone.call["call_id"].encode()]


async def test_a_clock_that_goes_back_keeps_no_line_from_being_heard(redis_url: str) -> None:
    clock = SettableClock(NOW)
    async with connect(redis_url) as client:
        lines = Lines(SharedMemory(client), clock)
        for at in (NOW, NOW - timedelta(hours=2), NOW - timedelta(hours=1)):
            clock.set(at)
            lines.heard("t", Caller("call_1", "", CALLER))
            assert await client.zscore(f"gateway:line:t:{CALLER}", "call_1") == at.timestamp()


async def test_a_number_that_was_forgotten_is_known_again_once_it_calls(redis_url: str) -> None:
    async with connect(redis_url) as client:
        lines = Lines(SharedMemory(client), SettableClock(NOW))
        lines.heard("t", Caller("call_1", "", CALLER))
        await lines.forget("t", CALLER)
        assert known_lines(redis_url) == []
        lines.heard("t", Caller("call_1", "", CALLER))
        await client.ping()
        assert known_lines(redis_url) == [b"call_1"]


async def test_whoever_asks_without_end_is_no_dead_line(world: World) -> None:
    """What is not told twice in a second is told in the next one."""
    await dropped(world, "call_1")
    for _ in range(2 * SILENT // timedelta(seconds=1)):
        world.phone.clock.advance(timedelta(seconds=0.5))
        await dropped(world, "call_1")
    world.availability.answers = [FULL, FULL]
    await world.phone.function("check_availability", WISH)
    assert world.availability.released == []


async def test_calls_of_an_hour_ago_are_no_lines_any_more(redis_url: str) -> None:
    """A number that calls all day long, and whose ends are never told."""
    clock, asking = SettableClock(NOW), Caller("call_last", "", CALLER)
    async with connect(redis_url) as client:
        lines = Lines(SharedMemory(client), clock)
        for number in range(RELEASED_MAX + 1):
            lines.heard("t", Caller(f"call_{number}", "", CALLER))
        clock.advance(REMEMBERED - SILENT)
        lines.heard("t", Caller("call_late", "", CALLER))
        clock.advance(2 * SILENT)
        assert await lines.silent("t", asking) == ["call_late"]
        assert known_lines(redis_url) == [b"call_late"]


async def test_the_end_of_a_call_takes_those_of_an_hour_ago_with_it(redis_url: str) -> None:
    clock = SettableClock(NOW)
    async with connect(redis_url) as client:
        lines = Lines(SharedMemory(client), clock)
        lines.heard("t", Caller("call_1", "", CALLER))
        clock.advance(REMEMBERED + SILENT)
        lines.heard("t", Caller("call_2", "", CALLER))
        await lines.ended("t", Caller("call_2", "", CALLER))
        assert known_lines(redis_url) == []
