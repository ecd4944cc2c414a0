"""The failures of an earlier system that no other test of this service names."""

import asyncio
import re
import uuid
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import time, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from gateway_world import ANNA, BRANCH, CALLER, PERM, TENANT, World, found, option

from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.booking.v1 import appointment_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.staff.v1 import business_pb2
from telephony_gateway.agents.options import AgentOptions
from telephony_gateway.agents.tools import custom_tools
from telephony_gateway.domain.contract import ARGUMENTS, CONTRACTS, EMAIL
from telephony_gateway.domain.sentence_texts import SCRIPTS
from telephony_gateway.settings import Settings
from telephony_gateway.usecases.saying import spoken_time

AVAILABLE = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))
OPTIONS = AgentOptions("https://phone.example.org", "Salon", "de-DE", "Europe/Berlin", ())


@pytest.mark.parametrize("day", ["25.11.", "Mittwoch, den 25. November", "25. November"])
async def test_a_date_needs_no_year(world: World, day: str) -> None:
    """TG-10"""
    world.availability.answer = AVAILABLE
    answer = await world.phone.function(
        "check_availability", {"service": "Dauerwelle", "date": day, "time": "15:00"}
    )
    assert answer["status"] == "available"
    assert world.availability.searches[0].start_time.ToJsonString() == "2026-11-25T14:00:00Z"


@pytest.mark.parametrize("day", ["2023-06-13", "2024-06-17", "2025-11-14"])
async def test_a_year_that_the_model_invented_is_never_searched(world: World, day: str) -> None:
    """TG-11, BK-27"""
    answer = await world.phone.function(
        "check_availability", {"service": "Dauerwelle", "date": day, "time": "15:00"}
    )
    assert (answer["status"] in {"past", "ambiguous"}, world.availability.searches) == (True, [])


async def test_every_function_of_an_exported_agent_is_answered(world: World) -> None:
    """TG-13, TG-22, TG-29, TG-35: the synthetic call before an agent is published, with the names it will use."""
    for tool in custom_tools(OPTIONS):
        path = f"{urlsplit(tool['url']).path}_v{uuid.uuid4().int % 200}"
        response = await world.phone.post(path, {"name": tool["name"], "args": {}, "call": world.phone.call})
        answer = response.json()
        assert (response.status_code, answer.get("error")) == (200, None)
        assert answer["message"]


def test_every_answer_is_spoken() -> None:
    """TG-12: an agent that stays silent after a tool leaves a caller in silence."""
    assert all(tool["speak_after_execution"] for tool in custom_tools(OPTIONS))


async def test_ids_are_uuids_from_end_to_end(world: World) -> None:
    """TG-21"""
    world.availability.answer = AVAILABLE
    await world.phone.function(
        "check_availability", {"service": "Dauerwelle", "date": "Mittwoch", "time": "15:00"}
    )
    (asked,) = world.availability.searches
    assert (asked.tenant_id, asked.branch_id, asked.service_id) == (TENANT, BRANCH, PERM)


async def test_what_is_retired_is_neither_told_nor_found(world: World) -> None:
    """SR-09: the list that is spoken to callers has only what can be booked."""
    world.registry.business.services.append(business_pb2.Service(name="Minipli", retired=True))
    listed = await world.phone.function("list_services")
    asked = await world.phone.function("check_availability", {"service": "Minipli", "date": "Mittwoch"})
    assert "Minipli" not in listed["message"]
    assert asked["status"] == "need_service"


async def test_what_is_usual_never_replaces_what_is_said(world: World) -> None:
    """TG-23"""
    cut = str(uuid.UUID(int=33))
    phases = [business_pb2.Phase(name="Schneiden", kind=business_pb2.PHASE_KIND_ACTIVE, minutes=55)]
    service = business_pb2.Service(service_id=cut, name="Herrenhaarschnitt", phases=phases, currency="EUR")
    world.registry.business.services.append(service)
    world.registry.business.people[0].bookable_service_ids.append(cut)
    world.booking.customers[CALLER] = booking_pb2.FindCustomerResponse(
        customer=appointment_pb2.Customer(name="Kim"), usual_service_id=cut, usual_person_id=ANNA
    )
    world.availability.answer = AVAILABLE
    context = await world.phone.function("get_context")
    unsaid = await world.phone.function("check_availability", {"date": "Mittwoch", "time": "15:00"})
    assert (unsaid["status"], world.availability.searches) == ("need_service", [])
    answer = await world.phone.function(
        "check_availability", {"service": "Dauerwelle", "date": "Mittwoch", "time": "15:00"}
    )
    assert context["usual_question"] == "Möchten Sie wieder Herrenhaarschnitt bei Anna?"
    assert (context["usual_service"], world.availability.searches[0].service_id) == (
        "Herrenhaarschnitt",
        PERM,
    )
    assert answer["options"][0]["service"] == "Dauerwelle"


async def test_a_clock_that_jumps_back_makes_no_negative_duration(world: World) -> None:
    """TG-28"""
    await world.phone.function("list_services")
    world.phone.clock.advance(timedelta(minutes=-2))
    await world.phone.function("list_services")
    await world.phone.gateway.ledger.flush()
    rows = await world.pool.fetch("SELECT duration_ms FROM function_call")
    assert [row["duration_ms"] >= 0 for row in rows] == [True, True]


async def test_prices_say_their_unit(world: World) -> None:
    """TG-30"""
    world.registry.business.services[0].price_minor = 8500
    (service,) = (await world.phone.function("list_services"))["services"]
    assert (service["price_minor"], service["currency"], service["price"]) == (8500, "EUR", "85 Euro")


async def test_a_booking_knows_its_call_and_its_caller_at_once(world: World) -> None:
    """TG-33"""
    await world.phone.function("start_booking", {"option_id": "o-abcd2345", "name": "Kim"})
    (booked,) = world.booking.requests
    assert (booked.call_id, booked.caller_number) == (world.phone.call["call_id"], CALLER)


@pytest.mark.parametrize(
    ("language", "form"),
    [
        ("de-DE", r"(?P<hour>\d{1,2}) Uhr(?: (?P<minute>15|30|45))?( \w+)?"),
        ("en-GB", r"(?P<hour>\d{1,2})(?::(?P<minute>00|15|30|45))?( .+)?"),
    ],
)
def test_every_quarter_of_an_hour_is_said_in_digits(language: str, form: str) -> None:
    """TG-37: no idiom that could be put together wrongly ("halb fünfundzwanzig", "eins Uhr")."""
    for quarter in range(96):
        hour, minute = divmod(quarter * 15, 60)
        said = re.fullmatch(form, spoken_time(time(hour, minute), language))
        assert said is not None
        assert int(said["hour"]) in {hour, hour % 12 or 12}
        assert int(said["minute"] or 0) == minute


def test_nobody_is_asked_for_an_email_address_nor_for_a_flag() -> None:
    """TG-38, TG-06, TG-27: an address is taken where a caller says one, and no function needs it."""
    names = {name for one in ARGUMENTS for name in (one.name, *one.synonyms)}
    assert not {"confirm", "bestaetigung", "call_id"} & names
    assert "Never asked for" in EMAIL.description
    sentences = [text.other.lower() for script in SCRIPTS.values() for text in script.texts.values()]
    assert not [sentence for sentence in sentences if "mail" in sentence and "?" in sentence]


async def test_a_hundred_calls_at_once_keep_to_themselves(
    settings: Settings, world_with: Callable[[Settings], AbstractAsyncContextManager[World]]
) -> None:
    """TG-34, OB-15"""
    # Not about speed: a busy machine may take its time.
    async with world_with(settings.model_copy(update={"function_budget_s": 30.0})) as world:
        await _a_hundred_at_once(world)


async def _a_hundred_at_once(world: World) -> None:
    world.availability.answer = AVAILABLE

    async def call(number: int) -> dict[str, Any]:
        envelope = {**world.phone.call, "call_id": f"call_{number:032x}", "from_number": "anonymous"}
        body = {
            "name": "start_booking",
            "args": {"option_id": f"o-opt{number:04d}", "name": "Kim"},
            "call": envelope,
        }
        response = await world.phone.post("/retell/functions/start_booking", body)
        answer: dict[str, Any] = response.json()
        return answer

    heard = await asyncio.gather(*(call(number) for number in range(100)))
    pairs = {(one.call_id, one.option_id) for one in world.booking.requests}
    assert {one["status"] for one in heard} == {"booked"}
    assert pairs == {(f"call_{number:032x}", f"o-opt{number:04d}") for number in range(100)}


def test_every_function_can_say_that_it_failed() -> None:
    """TG-36"""
    assert all("error" in {status.value for status in contract.statuses} for contract in CONTRACTS)
