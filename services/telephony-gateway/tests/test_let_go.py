"""A search replaces what its call holds, whatever becomes of its answer: nothing of before is booked without being claimed."""

import asyncio

import grpc
import pytest
from gateway_world import World, found, option
from hasty import hasty

from rufbuch.availability.v1 import service_pb2 as availability_pb2

WISH = {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "15 Uhr"}
FIRST, SECOND = "o-abcd2345", "o-zzzz2345"
AVAILABLE = availability_pb2.SEARCH_OUTCOME_AVAILABLE


def vouched(hour: int, option_id: str) -> availability_pb2.SearchSlotsResponse:
    offered = option(hour, option_id=option_id)
    offered.voucher = option_id.encode()
    return found(AVAILABLE, offered)


async def _booked_with(world: World, option_id: str) -> bytes:
    """The voucher with which the option was booked."""
    answer = await world.phone.function("start_booking", {"option_id": option_id, "name": "Kim"})
    assert answer["status"] == "booked"
    (asked,) = world.booking.requests
    assert asked.option_id == option_id
    return asked.voucher


@pytest.fixture(autouse=True)
async def first(world: World) -> None:
    world.availability.answer = vouched(15, FIRST)
    await world.phone.function("check_availability", WISH)


async def test_what_was_offered_last_is_booked_with_its_voucher(world: World) -> None:
    assert await _booked_with(world, FIRST) == FIRST.encode()


@hasty
@pytest.mark.parametrize("function", ["check_availability", "get_alternatives"])
async def test_a_search_that_was_not_waited_for_has_let_go(world: World, function: str) -> None:
    """Availability may have replaced the holds, and somebody else been offered the time since."""
    world.availability.is_hanging = True
    late = await world.phone.function(function, {**WISH, "time": "16 Uhr"})
    assert late["status"] == "pending"
    assert await _booked_with(world, FIRST) == b""


async def test_a_search_whose_answer_was_lost_has_let_go(world: World) -> None:
    world.availability.answer = grpc.aio.AioRpcError(
        grpc.StatusCode.INTERNAL, grpc.aio.Metadata(), grpc.aio.Metadata(), "cut off"
    )
    assert (await world.phone.function("check_availability", {**WISH, "time": "16 Uhr"}))["status"] == "error"
    assert await _booked_with(world, FIRST) == b""


async def test_of_two_searches_at_once_nobody_knows_which_holds(world: World) -> None:
    """Whose answer is noted last need not be whose times are held."""
    world.availability.gate = asyncio.Event()
    world.availability.answers = [vouched(16, SECOND), vouched(16, SECOND)]
    asked = [
        asyncio.create_task(world.phone.function("check_availability", {**WISH, "time": time}))
        for time in ("16 Uhr", "um vier")
    ]
    while len(world.availability.searches) < 3:  # noqa: ASYNC110 - other tasks: there is nothing here to wait on
        await asyncio.sleep(0.01)
    world.availability.gate.set()
    await asyncio.gather(*asked)
    assert await _booked_with(world, SECOND) == b""


async def test_one_after_the_other_the_last_holds(world: World) -> None:
    world.availability.answer = vouched(16, SECOND)
    for time in ("16 Uhr", "um vier"):
        await world.phone.function("check_availability", {**WISH, "time": time})
    assert await _booked_with(world, SECOND) == SECOND.encode()
