"""What a caller does not say again is what the call was about last; it is named in the answer, and nothing is taken for agreed."""

import pytest
from gateway_world import ANNA, World, found, option

from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.staff.v1 import business_pb2

AVAILABLE = availability_pb2.SEARCH_OUTCOME_AVAILABLE
WISH = {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "15 Uhr"}


@pytest.fixture(autouse=True)
def free(world: World) -> None:
    world.availability.answer = found(AVAILABLE, option(15))


@pytest.mark.parametrize(
    ("said", "start", "person"),
    [
        ({"time": "11 Uhr"}, "2026-11-25T10:00:00Z", ""),
        ({"time": "um halb elf"}, "2026-11-25T09:30:00Z", ""),
        ({"time": "11 Uhr", "staff": "Anna"}, "2026-11-25T10:00:00Z", ANNA),
        ({"staff": "Anna"}, "2026-11-25T14:00:00Z", ANNA),
        ({"time": "Donnerstag um elf"}, "2026-11-26T10:00:00Z", ""),
    ],
)
async def test_what_is_not_said_again_is_as_before(
    world: World, said: dict[str, str], start: str, person: str
) -> None:
    await world.phone.function("check_availability", WISH)
    await world.phone.function("check_availability", said)
    asked = world.availability.searches[-1]
    assert (len(world.availability.searches), asked.person_id) == (2, person)
    assert asked.start_time.ToJsonString() == start


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"date": "Donnerstag"}, "need_time"),
        ({"date": "irgendwann", "time": "11 Uhr"}, "need_date"),
        ({"time": "irgendwas"}, "need_date"),
        ({}, "need_date"),
        ({"service": "Gloss"}, "need_date"),
        ({"service": "Gloss", "time": "11 Uhr"}, "need_date"),
    ],
)
async def test_a_day_alone_and_what_is_not_understood_are_asked_about(
    world: World, said: dict[str, str], status: str
) -> None:
    business = world.registry.business
    gloss = business_pb2.Service(
        service_id=ANNA, name="Gloss", phases=business.services[0].phases, currency="EUR"
    )
    business.services.append(gloss)
    business.people[0].bookable_service_ids.append(ANNA)
    await world.phone.function("check_availability", WISH)
    answer = await world.phone.function("check_availability", said)
    assert (answer["status"], len(world.availability.searches)) == (status, 1)


async def test_where_several_days_are_spoken_of_the_day_is_asked_for(world: World) -> None:
    world.availability.answer = found(
        availability_pb2.SEARCH_OUTCOME_CLOSED, option(15, day=26), option(15, day=27, option_id="o-bbbb2345")
    )
    await world.phone.function("check_availability", WISH)
    answer = await world.phone.function("check_availability", {"time": "11 Uhr"})
    assert (answer["status"], len(world.availability.searches)) == ("need_date", 1)


async def test_a_part_of_that_day_is_a_window_of_it(world: World) -> None:
    await world.phone.function("check_availability", WISH)
    await world.phone.function("check_availability", {"time": "vormittags"})
    (window,) = world.availability.searches[-1].windows
    assert window.start_time.ToJsonString() == "2026-11-25T07:00:00Z"


async def test_in_a_new_call_there_is_nothing_before(world: World) -> None:
    answer = await world.phone.function("check_availability", {"service": "Dauerwelle", "time": "11 Uhr"})
    assert (answer["status"], world.availability.searches) == ("need_date", [])
