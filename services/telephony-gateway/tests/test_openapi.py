"""The OpenAPI document, and what schemathesis makes of it: whatever is sent, the answer is one that it describes."""

import asyncio
import json
import uuid
from typing import Any

import httpx
import pytest
import schemathesis
from gateway_world import AGENT_VERSION, DIALLED, World, found, option
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from rufbuch.availability.v1 import service_pb2 as availability_pb2
from telephony_gateway.agents.openapi import document
from telephony_gateway.domain.contract import CONTRACTS

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 12
"""Of each route and each way of making them; the whole takes some seconds."""
SCHEMA = schemathesis.openapi.from_dict(document("test"))
# Typed loosely: what it yields may also be an error, which would end the collection here.
RESULTS: Any = SCHEMA.get_all_operations()
OPERATIONS = {operation.path: operation for operation in (result.ok() for result in RESULTS)}
bounded = settings(
    max_examples=EXAMPLES,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)


async def test_it_is_served_and_knows_every_function(world: World) -> None:
    served = (await world.phone.client.get("/openapi.json")).json()
    assert served == document("test")
    assert {f"/retell/functions/{contract.name}" for contract in CONTRACTS} < set(served["paths"])


def _raw(body: Any, *, of_ours: bool) -> bytes:
    """The body as it goes over the wire; ``of_ours``: in a call to a business that there is, so that it gets far."""
    if isinstance(body, bytes):
        return body
    if of_ours and isinstance(body, dict):
        call: Any = body.get("call")
        call = call if isinstance(call, dict) else {}
        ours = {"call_id": f"call_{uuid.uuid4().hex}", "to_number": DIALLED, "agent_version": AGENT_VERSION}
        body = {**body, "call": {**call, **ours}}
    return json.dumps(body, default=str).encode()


@pytest.mark.parametrize("path", sorted(OPERATIONS))
async def test_whatever_is_sent_is_answered_as_described(
    world: World, path: str, request: pytest.FixtureRequest
) -> None:
    """TG-19, TG-12: no status that is a surprise, no server error, and a sentence in every answer."""
    world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))
    loop, operation, codes = asyncio.get_running_loop(), OPERATIONS[path], list[int]()

    def post(raw: bytes) -> httpx.Response:
        return asyncio.run_coroutine_threadsafe(world.phone.post_raw(path, raw), loop).result(30)

    def play(mode: schemathesis.GenerationMode, *, of_ours: bool) -> None:
        @bounded
        @given(operation.as_strategy(generation_mode=mode))
        def one(case: Any) -> None:
            response = post(_raw(case.body, of_ours=of_ours))
            codes.append(response.status_code)
            # httpx reads what an ASGI application has answered at once.
            case.validate_response(response, checks=CHECKS)

        one()

    for mode in schemathesis.GenerationMode:
        await asyncio.to_thread(play, mode, of_ours=mode is schemathesis.GenerationMode.POSITIVE)
    # For the proof, which says how many there were.
    request.node.user_properties += [
        ("requests", len(codes)),
        ("server_errors", sum(code >= 500 for code in codes)),
    ]


@pytest.mark.parametrize("text", ["\x00", "\ud800", "\\u0000", "a" * 400, "\u202e"])
async def test_strange_characters_reach_the_ledger_and_break_nothing(world: World, text: str) -> None:
    await world.phone.function("request_callback", {"topic": text, "number": float("nan"), text: 1})
    await world.phone.gateway.ledger.flush()
    assert await world.pool.fetchval("SELECT count(*) FROM function_call WHERE answer IS NOT NULL") == 1
