"""Whom a caller wants, or does not want, or does not mind; and when, where she does not mind that."""

from datetime import UTC

import pytest
from gateway_world import ANNA, BRANCH, PERM, TENANT, World, found, option

from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.staff.v1 import business_pb2

WISH = {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "15 Uhr"}
BEN, CUT = TENANT, BRANCH


@pytest.fixture(autouse=True)
def two_people(world: World) -> None:
    world.registry.business.people.add(
        person_id=BEN, name="Ben Maier", branch_ids=[BRANCH], bookable_service_ids=[PERM]
    )
    world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))


@pytest.mark.parametrize(
    "said",
    [
        "egal", "mir egal", "ist mir gleich", "ganz egal wer", "irgendwen", "irgendjemanden", "keine Präferenz",
        "wer gerade frei ist", "wer frei ist", "niemand bestimmtes", "spielt keine Rolle", "beliebig", "any stylist",
        "it does not matter", "I don't mind", "whoever is free", "no one in particular", "no preference",
    ],
)  # fmt: skip
async def test_who_does_not_mind_is_not_asked_again(world: World, said: str) -> None:
    """Our own question ends with "oder ist es Ihnen gleich?"."""
    answer = await world.phone.function("check_availability", {**WISH, "staff": said})
    assert (answer["status"], [one.person_id for one in world.availability.searches]) == ("available", [""])


@pytest.mark.parametrize(
    "said",
    ["nicht Anna", "ohne Anna", "alle außer Anna", "anyone but Anna", "jemand anderes als Anna", "not Anna"],
)
async def test_whom_she_does_not_want_she_does_not_get(world: World, said: str) -> None:
    """SR-06"""
    answer = await world.phone.function("check_availability", {**WISH, "staff": said})
    assert (answer["status"], world.availability.searches) == ("ambiguous", [])
    assert answer["message"] == "Meinen Sie Ben Maier?"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Anna", ANNA),
        ("egal, am liebsten Anna", ANNA),
        ("zu Ben bitte", BEN),
        ("nicht Ben, sondern Anna", ANNA),
        ("lieber Anna, nicht Ben", ANNA),
        ("not Ben but Anna", ANNA),
        ("keine andere als Anna", ANNA),
        ("niemand anderes als Anna", ANNA),
        ("Anna und keine andere", ANNA),
        ("wie immer Anna, ohne Ausnahme", ANNA),
        ("no one but Anna", ANNA),
    ],
)
async def test_whom_she_wants_is_looked_for(world: World, said: str, meant: str) -> None:
    await world.phone.function("check_availability", {**WISH, "staff": said})
    assert [one.person_id for one in world.availability.searches] == [meant]


async def test_whoever_asked_for_somebody_waits_for_her(world: World) -> None:
    """SR-06"""
    world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_UNAVAILABLE)
    await world.phone.function("check_availability", {**WISH, "staff": "Anna"})
    await world.phone.function("join_waitlist", {"name": "Kim Beispiel"})
    await world.phone.function("join_waitlist", {"name": "Kim Beispiel", "staff": "egal"})
    assert [one.person_id for one in world.booking.waiting] == [ANNA, ""]


async def test_a_time_that_was_heard_of_one_is_offered_of_another(world: World) -> None:
    await world.phone.function("check_availability", {**WISH, "staff": "Anna"})
    await world.phone.function("get_alternatives", {"staff": "Ben"})
    await world.phone.function("get_alternatives")
    assert [len(one.excluded_start_times) for one in world.availability.searches] == [0, 0, 1]


@pytest.mark.parametrize("said", ["jemand anderes", "jemand anders", "bei einer anderen", "someone else"])
async def test_somebody_else_is_somebody_else_than_before(world: World, said: str) -> None:
    first = await world.phone.function("check_availability", {**WISH, "staff": said})
    await world.phone.function("check_availability", {**WISH, "staff": "Anna"})
    again = await world.phone.function("check_availability", {**WISH, "staff": said})
    assert (first["status"], again["status"]) == ("available", "ambiguous")
    assert again["message"] == "Meinen Sie Ben Maier?"


async def test_whoever_was_asked_for_is_not_asked_for_what_she_does_not_do(world: World) -> None:
    """Else it is said that nothing is free, of a service that others have time for."""
    business = world.registry.business
    business.services.append(
        business_pb2.Service(
            service_id=CUT, name="Herrenhaarschnitt", phases=business.services[0].phases, currency="EUR"
        )
    )
    business.people[1].bookable_service_ids.append(CUT)
    await world.phone.function("check_availability", {**WISH, "staff": "Anna"})
    await world.phone.function("get_alternatives", {"service": "Herrenhaarschnitt", "date": "Freitag"})
    await world.phone.function("check_availability", {**WISH, "staff": "Ben"})
    await world.phone.function("get_alternatives", {"service": "Herrenhaarschnitt", "date": "Freitag"})
    assert [one.person_id for one in world.availability.searches] == [ANNA, "", BEN, BEN]


@pytest.mark.parametrize(
    "said", ["ist mir egal", "egal wann", "egal um welche Zeit", "any time", "doesn't matter"]
)
async def test_any_time_of_the_day_is_a_time(world: World, said: str) -> None:
    await world.phone.function("check_availability", {**WISH, "time": said})
    (asked,) = world.availability.searches
    (window,) = asked.windows
    assert window.end_time.seconds - window.start_time.seconds == 24 * 3600


@pytest.mark.parametrize(
    ("said", "first", "end"),
    [
        ({"date": "so bald wie möglich", "time": "nachmittags"}, 12, None),
        ({"date": "nächster freier Termin", "time": "nach 16 Uhr"}, 15, None),
        ({"date": "der nächste freie Termin am Nachmittag", "time": ""}, 12, None),
        ({"date": "so bald wie möglich", "time": "15 Uhr"}, 14, 1),
    ],
)
async def test_as_soon_as_possible_keeps_to_the_time_that_was_said(
    world: World, said: dict[str, str], first: int, end: int | None
) -> None:
    """Else an afternoon is promised, and a morning answered with."""
    await world.phone.function("check_availability", {"service": "Dauerwelle", **said})
    (asked,) = world.availability.searches
    starts = [window.start_time.ToDatetime(UTC) for window in asked.windows]
    assert {start.hour for start in starts} == {first}
    assert len(starts) > 20
    if end:
        lengths = {one.end_time.seconds - one.start_time.seconds for one in asked.windows}
        assert lengths == {60 * end}


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ({"date": "Mittwoch", "time": "so früh wie möglich"}, 1),
        ({"date": "nächster freier Termin am Mittwoch"}, 1),
        ({"date": "so bald wie möglich nächste Woche"}, 7),
    ],
)
async def test_the_first_time_of_a_day_needs_no_time(world: World, said: dict[str, str], days: int) -> None:
    await world.phone.function("check_availability", {"service": "Dauerwelle", **said})
    (asked,) = world.availability.searches
    assert len(asked.windows) == days


async def test_a_particle_of_a_name_is_no_name(world: World) -> None:
    world.registry.business.people[1].name = "Maria von Berg"
    await world.phone.function("check_availability", {**WISH, "staff": "egal wer von Ihnen"})
    assert [one.person_id for one in world.availability.searches] == [""]


@pytest.mark.parametrize(
    ("said", "first", "end"),
    [
        ({"time": "früher, aber nicht vor 10"}, (9, 0), (14, 0)),
        ({"time": "a bit earlier, please", "language": "en"}, (23, 0), (14, 0)),
        ({"time": "is there anything earlier", "language": "en"}, (23, 0), (14, 0)),
        ({"time": "später, aber vor 18 Uhr"}, (14, 1), (17, 1)),
    ],
)
async def test_later_and_earlier_keep_to_the_bounds_that_are_said(
    world: World, said: dict[str, str], first: tuple[int, int], end: tuple[int, int]
) -> None:
    """Wednesday 15:00 was offered, 14:00 of UTC."""
    await world.phone.function("check_availability", WISH)
    await world.phone.function("get_alternatives", said)
    window = world.availability.searches[-1].windows[0]
    starts, ends = window.start_time.ToDatetime(UTC), window.end_time.ToDatetime(UTC)
    assert ((starts.hour, starts.minute), (ends.hour, ends.minute)) == (first, end)


@pytest.mark.parametrize("function", ["get_alternatives", "check_availability"])
@pytest.mark.parametrize(
    ("said", "start"),
    [("eine Stunde später", "2026-11-25T15:00:00Z"), ("30 Minuten früher", "2026-11-25T13:30:00Z")],
)
async def test_a_length_counts_from_the_one_time_that_was_offered(
    world: World, function: str, said: str, start: str
) -> None:
    """Wednesday 15:00 was offered, 14:00 of UTC."""
    await world.phone.function("check_availability", WISH)
    await world.phone.function(function, {"time": said})
    assert world.availability.searches[-1].start_time.ToJsonString() == start


async def test_a_week_later_is_not_an_hour_later(world: World) -> None:
    await world.phone.function("check_availability", WISH)
    answer = await world.phone.function("get_alternatives", {"date": "eine Woche später"})
    assert (answer["status"], len(world.availability.searches)) == ("need_date", 1)


async def test_earlier_in_another_week_stays_in_it(world: World) -> None:
    await world.phone.function("check_availability", WISH)
    await world.phone.function("get_alternatives", {"date": "nächste Woche", "time": "früher"})
    starts = [window.start_time.ToDatetime(UTC) for window in world.availability.searches[-1].windows]
    assert len(starts) == 7
