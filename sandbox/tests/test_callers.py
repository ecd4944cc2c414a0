"""The simulated callers, on a line to a gateway that only writes down what it hears."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from retell.lib.webhook_auth import verify

from sandbox.callers.interactive import interactive, parsed
from sandbox.callers.nasty import INJECTION
from sandbox.callers.retell import Line, Retell
from sandbox.callers.scripts import SCRIPTS
from sandbox.callers.turns import Called, Said

KEY = "key_test"
OPTION = {"option_id": "o-abcd2345", "spoken": "Mittwoch, 15 Uhr"}


@dataclass
class Listener:
    """Answers every function with one option, and keeps what was sent."""

    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    unsigned: int = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        signature = request.headers["X-Retell-Signature"]
        self.unsigned += not verify(request.content.decode(), KEY, signature)  # type: ignore[no-untyped-call]
        self.heard.append((request.url.path, json.loads(request.content)))
        if request.url.path == "/retell/webhook":
            return httpx.Response(204)
        return httpx.Response(200, json={"status": "available", "message": "Ja.", "options": [OPTION]})

    def names(self) -> list[str]:
        return [body.get("name") or body["event"] for _, body in self.heard]


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
async def retell(listener: Listener) -> AsyncIterator[Retell]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(listener)) as client:
        yield Retell("http://gateway", KEY, client)


@pytest.fixture
def line() -> Line:
    return Line("call_1f", "+493023125042", "+493023125100", datetime(2026, 11, 22, tzinfo=UTC))


@pytest.mark.parametrize("name", sorted(SCRIPTS))
async def test_every_script_ends_and_signs_what_it_sends(
    name: str, retell: Retell, line: Line, listener: Listener
) -> None:
    turns = [turn async for turn in SCRIPTS[name](retell, line)]
    assert turns
    assert (listener.names().count("call_ended") >= 1, listener.unsigned) == (True, 0)


async def test_functions_carry_the_version_and_the_junk_of_a_model(
    retell: Retell, line: Line, listener: Listener
) -> None:
    await retell.function(line, "get_context", {})
    ((path, body),) = listener.heard
    assert (path, body["args"]["call_id"]) == ("/retell/functions/get_context_v17", "call_001")


async def test_the_transcript_shows_calls_and_their_results(retell: Retell, line: Line) -> None:
    await retell.function(line, "get_context", {})
    invoked, answered = line.as_call()["transcript_with_tool_calls"]
    assert (invoked["role"], answered["role"]) == ("tool_call_invocation", "tool_call_result")
    assert invoked["tool_call_id"] == answered["tool_call_id"]
    assert json.loads(answered["content"])["status"] == "available"
    assert line.as_call()["transcript_object"] == []


async def test_who_withholds_the_number_sends_none(retell: Retell, line: Line, listener: Listener) -> None:
    [_ async for _ in SCRIPTS["withheld"](retell, line)]
    assert {body["call"]["from_number"] for _, body in listener.heard} == {"anonymous"}


async def test_twins_are_sent_in_the_same_moment_with_words_that_differ(
    retell: Retell, line: Line, listener: Listener
) -> None:
    [_ async for _ in SCRIPTS["two-at-once"](retell, line)]
    one, other = (body["args"] for _, body in listener.heard if body.get("name") == "start_booking")
    assert (one["option_id"] == other["option_id"], one == other) == (True, False)


async def test_an_order_stands_where_a_name_belongs(retell: Retell, line: Line, listener: Listener) -> None:
    [_ async for _ in SCRIPTS["injection"](retell, line)]
    assert INJECTION in {body.get("args", {}).get("customer_name") for _, body in listener.heard}


async def test_a_person_at_the_terminal_plays_both(retell: Retell, line: Line) -> None:
    typed = iter(["Guten Tag", "/check_availability service=Dauerwelle date='kommenden Mittwoch'", "bye"])

    async def read() -> str:
        return next(typed)

    turns = [turn async for turn in interactive(retell, line, read=read)]
    assert [type(turn) for turn in turns] == [Said, Called, Said]


def test_what_is_typed_becomes_arguments() -> None:
    assert parsed("/start_booking option_id=o-1 name='Erika Mustermann'") == (
        "start_booking",
        {"option_id": "o-1", "name": "Erika Mustermann"},
    )
