"""What is said where a function could not be served is said in the language of the call as well."""

import pytest
from gateway_world import World, found, option
from hasty import hasty

from rufbuch.availability.v1 import service_pb2 as availability_pb2
from telephony_gateway.domain.sentences import Voice
from telephony_gateway.http_api.tongues import CALLS_MAX, Tongues

WISH = {"service": "Dauerwelle", "date": "next Wednesday", "time": "3 pm"}
ENGLISH = {"language": "en"}


@pytest.fixture(autouse=True)
def free(world: World) -> None:
    world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))


async def _hang(world: World) -> str:
    world.availability.is_hanging = True
    return str((await world.phone.function("check_availability", {**WISH, **ENGLISH}))["message"])


async def _hang_later(world: World) -> str:
    """The language was told at the beginning, and is not told again."""
    await world.phone.function("check_availability", {**WISH, **ENGLISH})
    world.availability.is_hanging = True
    return str((await world.phone.function("check_availability", {**WISH, "time": "4 pm"}))["message"])


async def _lose_peer(world: World) -> str:
    world.booking.is_away = True
    return str((await world.phone.function("get_appointments", ENGLISH))["message"])


async def _unknown_function(world: World) -> str:
    return str((await world.phone.function("order_pizza", ENGLISH))["message"])


async def _back_in_german(world: World) -> str:
    await world.phone.function("check_availability", {**WISH, **ENGLISH})
    await world.phone.function("list_services", {"language": "de"})
    return str((await world.phone.function("order_pizza"))["message"])


@hasty
@pytest.mark.parametrize(
    ("how", "begins"),
    [
        (_hang, "This is taking a little longer"),
        (_hang_later, "This is taking a little longer"),
        (_lose_peer, "I cannot reach the calendar"),
        (_unknown_function, "I am afraid I cannot do that"),
        (_back_in_german, "Das kann ich am Telefon leider nicht"),
    ],
)
async def test_a_failure_is_said_in_the_language_of_the_call(world: World, how: object, begins: str) -> None:
    assert callable(how)
    assert (await how(world)).startswith(begins)


def test_of_many_calls_the_oldest_are_forgotten() -> None:
    tongues = Tongues()
    for number in range(CALLS_MAX + 5):
        tongues.note(f"call_{number}", "en-GB")
    spoken = [tongues.voice(Voice("de"), f"call_{number}", {}).code for number in (0, 5)]
    assert spoken == ["de", "en"]
