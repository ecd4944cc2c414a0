"""Calls without an end, and calls that have been kept long enough."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from gateway_world import DIALLED, NOW, World

from telephony_gateway.clients.platform import Platform, PlatformUnreachableError
from telephony_gateway.storage.calls import Calls
from telephony_gateway.storage.retention import DISCLOSURES_KEPT
from telephony_gateway.storage.unchecked import LONGEST_CALL
from telephony_gateway.storage.unended import SILENT
from telephony_gateway.upkeep import Upkeep

LIE = [{"role": "agent", "content": "Ihr Termin ist gebucht."}]


class ListOfCalls:
    """Retell's, as far as it is asked."""

    def __init__(self, *calls: dict[str, Any]) -> None:
        self.calls, self.asked, self.code = list(calls), list[dict[str, Any]](), 200

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append({**json.loads(request.content), "path": request.url.path})
        return httpx.Response(self.code, json={"items": self.calls, "has_more": False})

    def platform(self) -> Platform:
        client = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return Platform("https://retell.example.org", ["key_test"], http_client=client)


def over(world: World, **more: Any) -> dict[str, Any]:
    ended_at = NOW + timedelta(minutes=3)
    return {
        "call_id": world.phone.call["call_id"], "call_status": "ended", "call_type": "phone_call", "agent_id": "a",
        "agent_version": 17, "end_timestamp": round(ended_at.timestamp() * 1000), **more,
    }  # fmt: skip


async def looked(world: World, listed: ListOfCalls | None = None) -> Upkeep:
    await world.phone.gateway.ledger.flush()
    upkeep = world.phone.gateway.upkeep
    if listed:
        upkeep = replace(upkeep, platform=listed.platform())
    await upkeep.look()
    await world.phone.gateway.ledger.flush()
    return upkeep


async def ended_at(world: World) -> datetime | None:
    found: datetime | None = await world.pool.fetchval("SELECT ended_at FROM call")
    return found


class TestEnds:
    """TG-18, OB-10: "in progress" is never for ever."""

    async def test_a_call_that_retell_knows_to_be_over_ends_as_if_it_had_been_told(
        self, world: World
    ) -> None:
        await world.phone.function("list_services")
        world.phone.clock.advance(SILENT)
        listed = ListOfCalls(over(world, transcript_with_tool_calls=LIE))
        await looked(world, listed)
        assert await ended_at(world) == NOW + timedelta(minutes=3)
        assert world.availability.released == [world.phone.call["call_id"]]
        assert [row["kind"] for row in await world.pool.fetch("SELECT kind FROM truth_case")] == [
            "claimed_booked"
        ]
        assert listed.asked[0]["filter_criteria"]["call_id"]["value"] == [world.phone.call["call_id"]]

    @pytest.mark.parametrize("status", ["ongoing", "registered"])
    async def test_a_call_that_goes_on_goes_on(self, world: World, status: str) -> None:
        await world.phone.function("list_services")
        world.phone.clock.advance(SILENT)
        await looked(world, ListOfCalls(over(world, call_status=status)))
        assert (await ended_at(world), world.availability.released) == (None, [])

    async def test_a_call_in_which_somebody_asks_is_not_asked_about(self, world: World) -> None:
        await world.phone.function("list_services")
        world.phone.clock.advance(SILENT)
        await world.phone.function("list_services")
        listed = ListOfCalls(over(world))
        await looked(world, listed)
        assert (listed.asked, await ended_at(world)) == ([], None)

    @pytest.mark.parametrize("dialled", [DIALLED, "+493023125999"])
    async def test_without_retell_a_call_ends_by_its_age_whoever_was_dialled(
        self, world: World, dialled: str
    ) -> None:
        world.phone.call["to_number"] = dialled
        await world.phone.function("list_services")
        world.phone.clock.advance(SILENT)
        await looked(world)
        young = await ended_at(world)
        world.phone.clock.advance(LONGEST_CALL)
        await looked(world)
        assert (young, await ended_at(world) is not None) == (None, True)

    async def test_while_retell_is_away_age_alone_counts(self, world: World) -> None:
        await world.phone.function("list_services")
        world.phone.clock.advance(LONGEST_CALL)
        listed = ListOfCalls()
        listed.code = 500
        await looked(world, listed)
        assert await ended_at(world) is not None
        with pytest.raises(PlatformUnreachableError):
            await listed.platform().ended(["call_1"])

    async def test_an_end_that_was_told_stands(self, world: World) -> None:
        await world.phone.function("list_services")
        await world.phone.event("call_ended")
        await world.phone.gateway.ledger.flush()
        told = await ended_at(world)
        world.phone.clock.advance(LONGEST_CALL)
        await looked(world, ListOfCalls(over(world)))
        assert await ended_at(world) == told

    async def test_a_call_of_which_retell_says_what_nobody_asked_is_left_alone(self, world: World) -> None:
        """Never another call than the one that was asked about (TG-34)."""
        await world.phone.function("list_services")
        world.phone.clock.advance(SILENT)
        await looked(world, ListOfCalls(over(world, call_id="call_of_somebody_else")))
        assert await ended_at(world) is None


class TestForgetting:
    """SE-17"""

    async def test_a_call_goes_with_all_that_was_said_in_it(self, world: World) -> None:
        await world.phone.function("list_services")
        await world.phone.event("call_ended")
        await world.phone.gateway.ledger.flush()
        world.phone.clock.advance(timedelta(days=89))
        await looked(world)
        kept = await world.pool.fetchval("SELECT count(*) FROM function_call")
        world.phone.clock.advance(timedelta(days=1, seconds=1))
        await looked(world)
        left = [
            await world.pool.fetchval(f"SELECT count(*) FROM {t}")
            for t in ("call", "function_call", "call_event")
        ]
        assert (kept, left) == (1, [0, 0, 0])

    async def test_who_looked_is_known_longer_than_what_was_seen(self, world: World) -> None:
        await Calls(world.pool).note_disclosure("call_1", operator="Kim", now=NOW)
        world.phone.clock.advance(timedelta(days=400))
        await looked(world)
        after_a_year = await world.pool.fetchval("SELECT count(*) FROM disclosure")
        world.phone.clock.advance(DISCLOSURES_KEPT)
        await looked(world)
        assert (after_a_year, await world.pool.fetchval("SELECT count(*) FROM disclosure")) == (1, 0)
