"""What becomes of a visit of several services later in the call: nothing of it is dropped, and nobody left out, in silence."""

import uuid

import pytest
from gateway_world import ANNA, BRANCH, CALLER, TENANT, World, appointment, found, option

from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.booking.v1 import appointment_pb2, series_pb2
from rufbuch.staff.v1 import business_pb2

AVAILABLE = availability_pb2.SEARCH_OUTCOME_AVAILABLE
CUT, COLOUR, LADIES, MEN, PERM = (str(uuid.UUID(int=number)) for number in (21, 22, 23, 24, 3))
NAMES = {CUT: "Schneiden", COLOUR: "Färben", LADIES: "Damenhaarschnitt", MEN: "Herrenhaarschnitt"}
BEN = TENANT
WHEN = {"date": "kommenden Mittwoch", "time": "15 Uhr"}
BOTH = {"service": "Schneiden und Färben", **WHEN}
DOUBTFUL = {"service": "Haarschnitt und Färben", **WHEN}
NAME = {"name": "Kim Beispiel"}
ACTIVE = availability_pb2.PHASE_KIND_ACTIVE
Part = tuple[str, str]
"""A service, and who does it."""


@pytest.fixture(autouse=True)
def a_salon(world: World) -> None:
    business = world.registry.business
    business.services.extend(
        business_pb2.Service(service_id=key, name=name, phases=business.services[0].phases, currency="EUR")
        for key, name in NAMES.items()
    )
    business.people[0].bookable_service_ids.extend(NAMES)
    business.people.add(person_id=BEN, name="Ben", branch_ids=[BRANCH], bookable_service_ids=[COLOUR])
    world.availability.answer = found(AVAILABLE, visit(15, (CUT, ANNA), (COLOUR, ANNA)))


def visit(hour: int, *parts: Part, option_id: str = "o-abcd2345", day: int = 25) -> availability_pb2.Option:
    made = option(hour, option_id=option_id, day=day)
    _fill(made, parts)
    return made


def agreed(*parts: Part, number: str = CALLER) -> appointment_pb2.Appointment:
    made = appointment(15, appointment_id=str(uuid.UUID(int=31)), number=number)
    made.service_name = "Schneiden, Färben"
    _fill(made, parts)
    return made


def _fill(made: availability_pb2.Option | appointment_pb2.Appointment, parts: tuple[Part, ...]) -> None:
    made.service_id, made.person_id = parts[0]
    made.service_ids.extend(service for service, _ in parts)
    for position, (service, person) in enumerate(parts):
        made.phases.add(position=position, kind=ACTIVE, person_id=person, service_id=service)


def asked(world: World) -> list[str]:
    """The services of the last search, in order."""
    search = world.availability.searches[-1]
    return [search.service_id, *search.more_service_ids]


@pytest.mark.parametrize("said", [{"option_id": "um drei bei Ben"}, {"staff": "Ben"}, {"staff": "Anna"}])
async def test_whoever_was_offered_may_be_named(world: World, said: dict[str, str]) -> None:
    """Only who begins was known of an offer: "bei Anna", she heard, when she said yes to Anna and Ben."""
    world.availability.answer = found(AVAILABLE, visit(15, (CUT, ANNA), (COLOUR, BEN)))
    await world.phone.function("check_availability", BOTH)
    answer = await world.phone.function("start_booking", {**said, **NAME})
    assert (answer["status"], len(world.booking.requests)) == ("booked", 1)


@pytest.mark.parametrize(
    ("said", "chosen"), [("den bei Ben", "o-both1111"), ("den bei Anna und Ben", "o-both1111"), ("den bei Anna", "o-anna2222"), ("the one with Ben", "o-both1111")]
)  # fmt: skip
async def test_an_option_is_told_by_all_who_take_part(world: World, said: str, chosen: str) -> None:
    with_both = visit(15, (CUT, ANNA), (COLOUR, BEN), option_id="o-both1111")
    with_anna = visit(16, (CUT, ANNA), (COLOUR, ANNA), option_id="o-anna2222")
    world.availability.answer = found(AVAILABLE, with_both, with_anna)
    await world.phone.function("check_availability", {**BOTH, "time": "egal"})
    await world.phone.function("start_booking", {"option_id": said, **NAME})
    assert [request.option_id for request in world.booking.requests] == [chosen]


@pytest.mark.parametrize("said", ["nicht den bei Ben", "nicht den mit Ben"])
async def test_whoever_is_ruled_out_is_not_chosen(world: World, said: str) -> None:
    with_ben = visit(16, (COLOUR, BEN), option_id="o-benn2222")
    world.availability.answer = found(AVAILABLE, visit(15, (COLOUR, ANNA)), with_ben)
    await world.phone.function("check_availability", {"service": "Färben", **WHEN, "time": "egal"})
    answer = await world.phone.function("start_booking", {"option_id": said, **NAME})
    assert (answer["status"], world.booking.requests) == ("need_option", [])


async def test_who_wants_somebody_else_hears_all_who_were_offered(world: World) -> None:
    world.registry.business.people.add(
        person_id=str(uuid.UUID(int=55)),
        name="Clara",
        branch_ids=[BRANCH],
        bookable_service_ids=[CUT, COLOUR],
    )
    world.availability.answer = found(AVAILABLE, visit(15, (CUT, ANNA), (COLOUR, BEN)))
    await world.phone.function("check_availability", BOTH)
    answer = await world.phone.function("start_booking", {"staff": "Clara", **NAME})
    assert (answer["status"], world.booking.requests) == ("need_option", [])
    assert "Schneiden und Färben am Mittwoch, 25. November, 15 Uhr bei Anna und Ben" in answer["message"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Damenhaarschnitt", [LADIES, COLOUR]),
        ("den Herrenhaarschnitt bitte", [MEN, COLOUR]),
        ("nur den Damenhaarschnitt", [LADIES]),
        ("Färben", [COLOUR]),
    ],
)
async def test_who_answers_which_visit_is_meant_keeps_the_rest_of_it(
    world: World, said: str, meant: list[str]
) -> None:
    """Of "Damenhaarschnitt und Färben oder Herrenhaarschnitt und Färben?" the colour was dropped by the answer."""
    await world.phone.function("check_availability", DOUBTFUL)
    await world.phone.function("check_availability", {"service": said, **WHEN})
    assert asked(world) == meant


async def test_a_doubt_that_stays_is_asked_about_whole(world: World) -> None:
    first = await world.phone.function("check_availability", DOUBTFUL)
    again = await world.phone.function("check_availability", {**DOUBTFUL, "service": "Haarschnitt"})
    assert (again["status"], again["message"]) == ("ambiguous", first["message"])


async def test_a_yes_to_the_only_service_that_was_asked_about_is_that_one(world: World) -> None:
    business = world.registry.business
    business.services[0].name = "Waschen und Föhnen"
    first = await world.phone.function("check_availability", {"service": "Föhnen", **WHEN})
    assert first["message"] == "Meinen Sie Waschen und Föhnen?"
    await world.phone.function("check_availability", {"service": "ja, bitte", **WHEN})
    assert asked(world) == [PERM]


@pytest.mark.parametrize("function", ["check_availability", "get_alternatives"])
async def test_what_is_left_of_a_visit_is_named(world: World, function: str) -> None:
    """Who had asked for both took "um elf ist frei" for both."""
    await world.phone.function("check_availability", BOTH)
    world.availability.answer = found(AVAILABLE, option(11))
    answer = await world.phone.function(function, {"service": "Schneiden", **WHEN, "time": "11 Uhr"})
    assert "für Schneiden" in answer["message"]


@pytest.mark.parametrize("said", ["Färben", "und Färben dazu"])
async def test_another_service_than_before_is_named(world: World, said: str) -> None:
    """ "Um drei ist frei" was heard as both; only the colour had been looked for."""
    await world.phone.function("check_availability", {"service": "Schneiden", **WHEN})
    answer = await world.phone.function("check_availability", {"service": said, **WHEN})
    assert answer["message"] == "Ja, Mittwoch, der 25. November, 15 Uhr bei Anna für Färben ist frei."


@pytest.mark.parametrize(
    ("offered", "said", "books"),
    [
        ([CUT], "Schneiden und Färben", False),
        ([CUT, COLOUR], "Schneiden und Dauerwelle", False),
        ([CUT, COLOUR], "Färben und Schneiden", True),
        ([CUT, COLOUR], "Färben", True),
        ([LADIES, COLOUR], "Haarschnitt und Färben", True),
    ],
)
async def test_more_than_was_offered_is_not_booked(
    world: World, offered: list[str], said: str, books: bool
) -> None:
    """TG-23: "Schneiden" was booked for who now said cut and colour."""
    world.availability.answer = found(AVAILABLE, visit(15, *((service, ANNA) for service in offered)))
    names = " und ".join(NAMES[service] for service in offered)
    await world.phone.function("check_availability", {"service": names, **WHEN})
    answer = await world.phone.function("start_booking", {"service_name": said, **NAME})
    assert (answer["status"] == "booked", len(world.booking.requests)) == (books, int(books))


@pytest.mark.parametrize("who", ["Anna", "Ben"])
async def test_a_visit_is_found_by_whoever_takes_part(world: World, who: str) -> None:
    """ "So einen Termin finde ich nicht", said of the one that was with her."""
    world.booking.add(agreed((CUT, ANNA), (COLOUR, BEN)))
    answer = await world.phone.function("cancel_appointment", {"staff": who})
    assert answer["status"] == "cancelled"


async def test_a_visit_is_moved_to_whoever_does_all_of_it_or_it_is_said_what_she_does_not_do(
    world: World,
) -> None:
    """SR-06: "leider ist da nichts frei", for a person who could never have done it."""
    world.booking.add(agreed((COLOUR, BEN), (CUT, ANNA)))
    answer = await world.phone.function(
        "reschedule_appointment", {"new_date": "Donnerstag", "new_time": "10 Uhr", "staff": "Ben"}
    )
    assert answer["message"].startswith("Ben bietet Schneiden nicht an.")
    assert world.availability.searches == []


async def test_what_nobody_does_any_more_is_not_said_to_be_full(world: World) -> None:
    """Every other day would have been said to be full as well."""
    world.booking.add(agreed((CUT, ANNA), (COLOUR, ANNA)))
    business = world.registry.business
    business.services[2].retired = True
    for person in business.people:
        person.bookable_service_ids.remove(COLOUR)
    answer = await world.phone.function(
        "reschedule_appointment", {"new_date": "Donnerstag", "new_time": "10 Uhr"}
    )
    assert answer["message"].startswith("Schneiden, Färben können wir am Telefon gerade nicht vergeben.")


async def test_a_visit_with_two_is_not_moved_to_its_own_time(world: World) -> None:
    world.booking.add(agreed((CUT, ANNA), (COLOUR, BEN)))
    await world.phone.function("reschedule_appointment", {"new_date": "Mittwoch", "new_time": "egal"})
    (search,) = world.availability.searches
    assert list(search.excluded_start_times) == [agreed((CUT, ANNA)).start_time]


async def test_a_series_of_visits_stays_one_of_visits(world: World) -> None:
    """What was looked for instead of a missed date was its first service alone."""
    first = agreed((CUT, ANNA), (COLOUR, BEN), number="")
    missed = series_pb2.SeriesDate(failure=series_pb2.SERIES_FAILURE_NOT_BOOKABLE)
    missed.start_time.FromDatetime(option(15, day=2, month=12).start_time.ToDatetime())
    world.booking.dates = [series_pb2.SeriesDate(appointment=first, start_time=first.start_time), missed]
    await world.phone.function("check_availability", BOTH)
    await world.phone.function("start_booking", {**NAME, "repeat_weeks": "1", "repeat_count": "2"})
    await world.phone.function("get_alternatives", {"date": "2. Dezember"})
    assert (asked(world), world.availability.searches[-1].person_id) == ([CUT, COLOUR], "")
