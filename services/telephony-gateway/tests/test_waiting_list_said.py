"""``join_waitlist``: what is noted is what the caller hears, and it is said so that it can be kept in mind."""

import uuid
from typing import Any

import pytest
from gateway_world import ANNA, PERM, RefusalError, World, found

from chassis.errors import Kind
from rufbuch.availability.v1 import service_pb2 as availability_pb2

CUT, COLOUR = str(uuid.UUID(int=21)), str(uuid.UUID(int=22))
PERM_FOR_KIM = {"service": "Dauerwelle", "name": "Kim Beispiel"}
UNAVAILABLE = availability_pb2.SEARCH_OUTCOME_UNAVAILABLE


async def test_the_last_wish_need_not_be_said_again(world: World) -> None:
    world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_UNAVAILABLE)
    await world.phone.function(
        "check_availability",
        {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "vormittags"},
    )
    answer = await world.phone.function("join_waitlist", {"name": "Kim"})
    (stored,) = world.booking.waiting
    assert (answer["status"], stored.service_id) == ("waitlist_noted", PERM)
    assert answer["message"].startswith("Sie stehen jetzt auf der Warteliste für Dauerwelle, Mittwoch, 25. ")


async def test_what_was_said_is_said_back(world: World) -> None:
    """Until 18 Uhr means that 18 Uhr suits too, and nobody hears "18 Uhr 1"."""
    wish = {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "zwischen 15 und 18 Uhr"}
    answer = await world.phone.function("join_waitlist", wish | {"name": "Kim"})
    assert answer["message"].endswith("Dauerwelle, Mittwoch, 25. November, zwischen 15 Uhr und 18 Uhr.")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ({"name": "Kim"}, "need_service"),
        ({"service": "Dauerwelle", "name": "Kim"}, "need_date"),
        ({"service": "Dauerwelle", "date": "Mittwoch"}, "need_name"),
    ],
)
async def test_what_is_missing_is_asked_for(world: World, arguments: Any, status: str) -> None:
    answer = await world.phone.function("join_waitlist", arguments)
    assert (answer["status"], world.booking.waiting) == (status, [])


async def test_a_name_that_is_refused_is_asked_for_again(world: World) -> None:
    """BK-29: nothing was noted, and another word for it is not "we will see"."""
    world.booking.failure = RefusalError(Kind.INVALID_ARGUMENT, "NAME_INVALID")
    wish = {"service": "Dauerwelle", "date": "Mittwoch"}
    refused = await world.phone.function("join_waitlist", wish | {"name": "Kim"})
    world.booking.failure = None
    again = await world.phone.function("join_waitlist", wish)
    assert (refused["status"], again["status"]) == ("need_name", "need_name")


async def test_a_wish_without_a_number_is_not_noted(world: World) -> None:
    world.phone.call["from_number"] = "anonymous"
    answer = await world.phone.function(
        "join_waitlist", {"service": "Dauerwelle", "date": "Mittwoch", "name": "Kim"}
    )
    assert (answer["status"], world.booking.waiting) == ("need_phone", [])


@pytest.mark.parametrize(
    ("day", "clock", "said"),
    [
        ("kommenden Mittwoch", "", "Mittwoch, 25. November"),
        ("kommenden Mittwoch", "15 Uhr", "Mittwoch, 25. November, 15 Uhr"),
        ("kommenden Mittwoch", "nachmittags", "Mittwoch, 25. November, zwischen 13 Uhr und 18 Uhr"),
        ("kommenden Mittwoch", "ab 15 Uhr", "Mittwoch, 25. November, ab 15 Uhr"),
        ("kommenden Mittwoch", "bis 12 Uhr", "Mittwoch, 25. November, bis 12 Uhr"),
        ("nächste Woche", "", "Montag, 23. November bis Sonntag, 29. November"),
        (
            "nächste Woche",
            "nachmittags",
            "zwischen Montag, 23. November, 13 Uhr und Sonntag, 29. November, 18 Uhr",
        ),
    ],
)
async def test_a_day_is_said_once(world: World, day: str, clock: str, said: str) -> None:
    """A whole Wednesday was "zwischen Mittwoch, 25. November, 0 Uhr und Donnerstag, 26. November, 0 Uhr"."""
    answer = await world.phone.function("join_waitlist", {**PERM_FOR_KIM, "date": day, "time": clock})
    assert answer["message"] == f"Sie stehen jetzt auf der Warteliste für Dauerwelle, {said}."


async def test_with_whom_is_said_where_it_was_said_before(world: World) -> None:
    world.availability.answer = found(UNAVAILABLE)
    wish = {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "15 Uhr", "staff": "Anna"}
    await world.phone.function("check_availability", wish)
    answer = await world.phone.function("join_waitlist", {"name": "Kim Beispiel"})
    assert [request.person_id for request in world.booking.waiting] == [ANNA]
    assert "für Dauerwelle bei Anna, Mittwoch" in answer["message"]


class TestVisits:
    """Of several services in one visit only one can be waited for."""

    @pytest.fixture(autouse=True)
    def a_salon(self, world: World) -> None:
        business = world.registry.business
        for key, name in ((CUT, "Schneiden"), (COLOUR, "Färben")):
            phases = business.services[0].phases
            business.services.add(service_id=key, name=name, phases=phases, currency="EUR")
            business.people[0].bookable_service_ids.append(key)
        world.availability.answer = found(UNAVAILABLE)

    @pytest.mark.parametrize("said", ["Schneiden und Färben", ""])
    async def test_the_others_are_not_dropped_in_silence(self, world: World, said: str) -> None:
        """Only "Schneiden" was waited for, or the caller was asked which one she meant and "beides" was no service."""
        wish = {"service": "Schneiden und Färben", "date": "kommenden Mittwoch", "time": "15 Uhr"}
        await world.phone.function("check_availability", wish)
        first = await world.phone.function("join_waitlist", {"name": "Kim Beispiel", "service": said})
        again = await world.phone.function("join_waitlist", {"name": "Kim Beispiel", "service": "beides"})
        assert (first["status"], world.booking.waiting) == ("ambiguous", [])
        assert (
            first["message"]
            == again["message"]
            == (
                "Auf die Warteliste kann ich nur eine Leistung setzen. Möchten Sie Schneiden oder Färben, "
                "oder soll sich jemand bei Ihnen melden?"
            )
        )

    async def test_the_one_that_is_chosen_is_waited_for_as_the_visit_was(self, world: World) -> None:
        wish = {"service": "Schneiden und Färben", "date": "kommenden Mittwoch", "time": "15 Uhr"}
        await world.phone.function("check_availability", {**wish, "staff": "Anna"})
        await world.phone.function("join_waitlist", {"name": "Kim Beispiel"})
        answer = await world.phone.function("join_waitlist", {"service": "Färben"})
        assert "für Färben bei Anna, Mittwoch, 25. November, 15 Uhr." in answer["message"]
        assert [(one.service_id, one.person_id) for one in world.booking.waiting] == [(COLOUR, ANNA)]
