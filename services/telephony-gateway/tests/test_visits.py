"""Several services in one visit, as callers ask for them: each is looked for, each is named, and none is left out in silence."""

import uuid

import pytest
from gateway_world import ANNA, BRANCH, CALLER, PERM, TENANT, World, appointment, found, option

from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.booking.v1 import appointment_pb2
from rufbuch.staff.v1 import business_pb2

AVAILABLE = availability_pb2.SEARCH_OUTCOME_AVAILABLE
CUT, COLOUR, LADIES, WASH = (str(uuid.UUID(int=number)) for number in (21, 22, 23, 24))
BEN = TENANT
WHEN = {"date": "kommenden Mittwoch", "time": "15 Uhr"}
BOTH = {"service": "Schneiden und Färben", **WHEN}


@pytest.fixture(autouse=True)
def a_salon(world: World) -> None:
    business = world.registry.business
    phases, names = (
        business.services[0].phases,
        {CUT: "Schneiden", COLOUR: "Färben", WASH: "Waschen und Föhnen"},
    )
    business.services.extend(
        business_pb2.Service(service_id=key, name=name, phases=phases, currency="EUR")
        for key, name in names.items()
    )
    business.people[0].bookable_service_ids.extend([CUT, COLOUR, WASH])
    business.people.add(person_id=BEN, name="Ben", branch_ids=[BRANCH], bookable_service_ids=[COLOUR])
    world.availability.answer = found(AVAILABLE, option(15))


def asked(world: World) -> list[str]:
    """The services of the last search, in order."""
    search = world.availability.searches[-1]
    return [search.service_id, *search.more_service_ids]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Schneiden und Färben", [CUT, COLOUR]),
        ("Färben und Schneiden", [COLOUR, CUT]),
        ("Schneiden, Färben", [CUT, COLOUR]),
        ("Schneiden + Färben", [CUT, COLOUR]),
        ("einmal Schneiden und dann noch Färben bitte", [CUT, COLOUR]),
        ("Schneiden, Färben und Dauerwelle", [CUT, COLOUR, PERM]),
        ("Schneiden mit Färben", [CUT, COLOUR]),
        ("Waschen und Föhnen", [WASH]),
        ("Waschen, Föhnen, Schneiden", [WASH, CUT]),
        ("Schneiden mit Waschen und Föhnen", [CUT, WASH]),
        ("erst Waschen, dann Schneiden", [WASH, CUT]),
        ("Schneiden", [CUT]),
        ("Schneiden, aber kein Färben", [CUT]),
    ],
)
async def test_all_that_is_named_is_looked_for(world: World, said: str, meant: list[str]) -> None:
    answer = await world.phone.function("check_availability", {"service": said, **WHEN})
    assert (answer["status"], asked(world)) == ("available", meant)


@pytest.mark.parametrize(
    "said",
    ["Schneiden oder Färben", "Schneiden und Quatsch", "Schneiden und kein Färben", "Färben und Färben"],
)
async def test_what_is_no_visit_is_none(world: World, said: str) -> None:
    await world.phone.function("check_availability", {"service": said, **WHEN})
    assert all(len(search.more_service_ids) == 0 for search in world.availability.searches)


async def test_the_answer_names_every_service(world: World) -> None:
    """TG-23"""
    answer = await world.phone.function("check_availability", BOTH)
    assert "15 Uhr bei Anna für Schneiden und Färben ist frei" in answer["message"]


@pytest.mark.parametrize("said", ["beides", "ja, beides bitte", "alle beide", "both"])
async def test_who_is_asked_which_of_two_may_want_both(world: World, said: str) -> None:
    """It had been asked again and again."""
    first = await world.phone.function("check_availability", {"service": "Schneiden oder Färben", **WHEN})
    assert first["status"] == "ambiguous"
    answer = await world.phone.function("check_availability", {"service": said, **WHEN})
    assert (answer["status"], sorted(asked(world))) == ("available", sorted([CUT, COLOUR]))


async def test_both_of_nothing_is_a_question(world: World) -> None:
    answer = await world.phone.function("check_availability", {"service": "beides", **WHEN})
    assert (answer["status"], world.availability.searches) == ("need_service", [])


async def test_of_a_part_that_may_be_two_both_readings_are_named_whole(world: World) -> None:
    business = world.registry.business
    for key, name in ((LADIES, "Damenhaarschnitt"), (str(uuid.UUID(int=25)), "Herrenhaarschnitt")):
        business.services.add(service_id=key, name=name, phases=business.services[0].phases, currency="EUR")
        business.people[0].bookable_service_ids.append(key)
    answer = await world.phone.function("check_availability", {"service": "Haarschnitt und Färben", **WHEN})
    assert (answer["status"], world.availability.searches) == ("ambiguous", [])
    assert answer["message"] == "Meinen Sie Damenhaarschnitt und Färben oder Herrenhaarschnitt und Färben?"
    await world.phone.function("check_availability", {"service": "Damenhaarschnitt und Färben", **WHEN})
    assert asked(world) == [LADIES, COLOUR]


@pytest.mark.parametrize(
    ("function", "said", "meant"),
    [
        ("check_availability", {"time": "11 Uhr"}, [CUT, COLOUR]),
        ("check_availability", {"time": "etwas später"}, [CUT, COLOUR]),
        ("get_alternatives", {}, [CUT, COLOUR]),
        ("get_alternatives", {"service": "Schneiden und Färben"}, [CUT, COLOUR]),
        ("get_alternatives", {"service": "Schneiden"}, [CUT]),
    ],
)
async def test_what_is_said_next_is_about_the_same_visit(
    world: World, function: str, said: dict[str, str], meant: list[str]
) -> None:
    await world.phone.function("check_availability", BOTH)
    await world.phone.function(function, said)
    assert (len(world.availability.searches), asked(world)) == (2, meant)


async def test_a_visit_is_another_wish_than_its_first_service(world: World) -> None:
    """A day that was said of one is not taken for agreed of the other."""
    await world.phone.function("check_availability", {"service": "Schneiden", **WHEN})
    answer = await world.phone.function(
        "check_availability", {"service": "Schneiden und Färben", "time": "11 Uhr"}
    )
    assert (answer["status"], len(world.availability.searches)) == ("need_date", 1)


async def test_whoever_is_asked_for_does_all_of_it_or_it_is_said(world: World) -> None:
    """SR-06"""
    answer = await world.phone.function("check_availability", {**BOTH, "staff": "Ben"})
    assert (answer["status"], world.availability.searches) == ("unavailable", [])
    assert answer["message"].startswith("Ben bietet Schneiden nicht an.")
    await world.phone.function("check_availability", {**BOTH, "staff": "Anna"})
    assert (world.availability.searches[-1].person_id, asked(world)) == (ANNA, [CUT, COLOUR])


def with_two(made: availability_pb2.Option | appointment_pb2.Appointment) -> None:
    """Anna begins, Ben goes on."""
    made.service_ids.extend([CUT, COLOUR])
    for position, (person, service) in enumerate(((ANNA, CUT), (ANNA, CUT), (BEN, COLOUR))):
        kind = availability_pb2.PHASE_KIND_GAP_FREE if position == 1 else availability_pb2.PHASE_KIND_ACTIVE
        made.phases.add(position=position, kind=kind, person_id=person, service_id=service)


async def test_whoever_takes_part_is_named(world: World) -> None:
    offered = option(15)
    with_two(offered)
    world.availability.answer = found(AVAILABLE, offered)
    answer = await world.phone.function("check_availability", BOTH)
    assert "bei Anna und Ben für Schneiden und Färben ist frei" in answer["message"]
    option_said = answer["options"][0]
    assert (option_said["staff"], option_said["service"]) == ("Anna und Ben", "Schneiden und Färben")


async def test_what_is_read_out_of_an_appointment_names_them_as_well(world: World) -> None:
    made = appointment(15, appointment_id=str(uuid.UUID(int=31)), number=CALLER)
    made.service_name = "Schneiden, Färben"
    with_two(made)
    world.booking.add(made)
    answer = await world.phone.function("get_appointments", {})
    assert "Schneiden, Färben am Mittwoch, 25. November, 15 Uhr bei Anna und Ben" in answer["message"]


async def test_a_visit_with_two_is_moved_to_whoever_can_do_it(world: World) -> None:
    """Anna alone was looked for, who cannot do what Ben did."""
    made = appointment(15, appointment_id=str(uuid.UUID(int=31)), number=CALLER)
    with_two(made)
    world.booking.add(made)
    offered = option(10, day=26)
    with_two(offered)
    world.availability.answer = found(AVAILABLE, offered)
    answer = await world.phone.function(
        "reschedule_appointment", {"new_date": "Donnerstag", "new_time": "10 Uhr"}
    )
    assert (world.availability.searches[-1].person_id, asked(world)) == ("", [CUT, COLOUR])
    assert "bei Anna und Ben" in answer["message"]
