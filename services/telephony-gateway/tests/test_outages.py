"""With any of the others down, every function still answers in time, and claims nothing that is not so."""

import asyncio

import pytest
from gateway_world import World, found, option
from hasty import HASTY_S, hasty

from rufbuch.availability.v1 import service_pb2 as availability_pb2
from telephony_gateway.domain.contract import CONTRACTS

ARGUMENTS = {
    "service": "Dauerwelle",
    "date": "kommenden Mittwoch",
    "time": "15 Uhr",
    "name": "Kim",
    "option_id": "o-abcd2345",
    "topic": "Farbe",
    "new_date": "Donnerstag",
    "new_time": "10 Uhr",
}
SUCCESSES = {"booked", "cancelled", "rescheduled", "callback_noted", "waitlist_noted"}
BUDGET_S = HASTY_S
BUSY_S = 2.0
"""Ten functions at once in one process, beside other tests; whoever waits for what hangs waits much longer."""


async def answers(world: World) -> dict[str, str]:
    """The statuses of all functions, asked at once; each inside the budget and a little for a busy machine."""
    world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))
    loop = asyncio.get_running_loop()

    async def one(name: str) -> tuple[str, str]:
        began = loop.time()
        answer = await world.phone.function(name, ARGUMENTS)
        assert loop.time() - began < BUDGET_S + BUSY_S
        return name, str(answer["status"])

    return dict(await asyncio.gather(*(one(contract.name) for contract in CONTRACTS)))


def _hang_booking(world: World) -> None:
    world.booking.is_hanging = True


def _lose_booking(world: World) -> None:
    world.booking.is_away = True


@hasty
@pytest.mark.parametrize("how", [_hang_booking, _lose_booking])
async def test_without_booking_nothing_is_promised(world: World, how: object) -> None:
    assert callable(how)
    how(world)
    heard = await answers(world)
    assert not SUCCESSES & set(heard.values())
    assert (heard["check_availability"], heard["start_booking"], heard["get_context"]) == (
        "available",
        "pending",
        "ok",
    )


@hasty
@pytest.mark.parametrize("hanging", [True, False])
async def test_without_availability_nothing_is_called_free(world: World, hanging: bool) -> None:
    world.availability.is_hanging, world.availability.is_away = hanging, not hanging
    heard = await answers(world)
    said = "pending" if hanging else "error"
    assert (heard["check_availability"], heard["get_alternatives"]) == (said, said)
    assert (heard["request_callback"], heard["list_services"]) == ("callback_noted", "ok")


async def test_without_the_registry_a_known_business_goes_on_and_an_unknown_one_is_told_so(
    world: World,
) -> None:
    first = await world.phone.function("list_services")
    world.registry.is_down = True
    heard = await answers(world)
    world.phone.call["to_number"] = "+493023125199"
    unknown = await world.phone.function("list_services")
    assert (first["status"], heard["check_availability"], unknown["status"]) == ("ok", "available", "error")


@hasty
async def test_without_redis_everything_is_answered_as_ever(world_without_redis: World) -> None:
    world = world_without_redis
    heard = await answers(world)
    assert (heard["check_availability"], heard["start_booking"]) == ("available", "booked")


async def test_without_redis_a_process_remembers_its_own_calls(world_without_redis: World) -> None:
    world = world_without_redis
    world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))
    await world.phone.function("check_availability", ARGUMENTS)
    booked = await world.phone.function("start_booking", {"option_id": "den ersten"})
    assert (booked["status"], world.booking.requests[0].customer_name) == ("booked", "Kim")


@hasty
async def test_without_postgresql_callers_notice_nothing(world: World) -> None:
    world.pool.terminate()
    heard = await answers(world)
    assert (heard["check_availability"], heard["start_booking"]) == ("available", "booked")
