"""All calls of one caller, shown and forgotten."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import grpc
import pytest
import redis
from gateway_world import World

from chassis.grpc_client import fault_of
from chassis.grpc_server import Servicer
from chassis.testing import serving
from rufbuch.telephony.v1 import service_pb2, service_pb2_grpc
from telephony_gateway.servicer import FOR_EVERYBODY, CallServicer
from telephony_gateway.storage.calls import Calls
from telephony_gateway.storage.figures import SqlFigures

if TYPE_CHECKING:
    from rufbuch.telephony.v1.service_pb2_grpc import CallServiceAsyncStub


@pytest.fixture
async def ledger(world: World) -> AsyncIterator["CallServiceAsyncStub"]:
    servicer = CallServicer(
        Calls(world.pool),
        SqlFigures(world.pool),
        world.phone.clock,
        callers=world.phone.gateway.callers,
        agent_version=None,
        build="test",
    )
    add = service_pb2_grpc.add_CallServiceServicer_to_server
    async with serving(Servicer(servicer, add, "rufbuch.telephony.v1.CallService", FOR_EVERYBODY)) as channel:
        yield service_pb2_grpc.CallServiceStub(channel)


async def tenant_of(world: World) -> str:
    await world.phone.gateway.ledger.flush()
    return str(await world.pool.fetchval("SELECT tenant_id FROM call LIMIT 1"))


async def called(world: World, number: str, call_id: str) -> None:
    world.phone.call.update(from_number=number, call_id=call_id)
    await world.phone.function("request_callback", {"topic": "Erika Mustermann ist krank"})


async def left(world: World) -> str:
    rows = [
        await world.pool.fetchval(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
        for table in ("call", "function_call", "call_event", "truth_case", "disclosure")
    ]
    return " ".join(rows)


async def reason(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return fault_of(caught.value).reason


async def test_a_caller_is_forgotten_and_nobody_else(world: World, ledger: "CallServiceAsyncStub") -> None:
    """SE-17"""
    await called(world, "+493023125071", "call_" + "a" * 32)
    await called(world, "+493023125072", "call_" + "b" * 32)
    await called(world, "anonymous", "call_" + "c" * 32)
    await called(world, "anonymous", "call_" + "d" * 32)
    tenant_id = await tenant_of(world)
    request = service_pb2.ForgetCallerRequest(
        tenant_id=tenant_id, phone_number="+493023125071", call_ids=["call_" + "c" * 32]
    )
    erased = dict((await ledger.ForgetCaller(request)).erased)
    again = dict((await ledger.ForgetCaller(request)).erased)
    assert (erased["call"], erased["function_call"]) == (2, 2)
    assert not any(again.values())
    text = await left(world)
    assert "+493023125071" not in text
    assert "+493023125072" in text
    assert await world.pool.fetchval("SELECT count(*) FROM call") == 2


async def test_what_redis_remembers_goes_too(
    world: World, ledger: "CallServiceAsyncStub", redis_url: str
) -> None:
    await called(world, "+493023125071", "call_" + "a" * 32)
    tenant_id = await tenant_of(world)
    await ledger.ForgetCaller(
        service_pb2.ForgetCallerRequest(tenant_id=tenant_id, phone_number="+493023125071")
    )
    with redis.Redis.from_url(redis_url) as client:
        keys = [key.decode() for key in client.scan_iter()]
        left = [client.hgetall(key) for key in keys if "session" in key and "a" * 32 in key]
    assert not [key for key in keys if "493023125071" in key]
    # Of what was said only that it is over, so that no replica takes its own copy for what was lost.
    assert left == [{b"over": b"1"}]


async def test_all_that_is_stored_is_shown_and_who_asks_is_written_down(
    world: World, ledger: "CallServiceAsyncStub"
) -> None:
    await called(world, "+493023125071", "call_" + "a" * 32)
    request = service_pb2.ExportCallerRequest(
        tenant_id=await tenant_of(world), phone_number="+493023125071", operator="Kim"
    )
    (call,) = (await ledger.ExportCaller(request)).calls
    assert call.caller_number == "+493023125071"
    assert "Mustermann" in str(call.functions[0].arguments["topic"])
    assert [row["operator"] for row in await world.pool.fetch("SELECT operator FROM disclosure")] == ["Kim"]
    request.operator = ""
    assert await reason(ledger.ExportCaller(request)) == "OPERATOR_MISSING"


@pytest.mark.parametrize("number", ["", "anonymous", "unknown"])
async def test_a_withheld_number_is_nobody(ledger: "CallServiceAsyncStub", number: str) -> None:
    """The word "anonymous" stands for everybody who withholds it."""
    request = service_pb2.ForgetCallerRequest(tenant_id="t", phone_number=number)
    assert await reason(ledger.ForgetCaller(request)) == "CALLER_MISSING"


async def test_a_number_of_thousands_of_digits_is_nobodys(ledger: "CallServiceAsyncStub") -> None:
    request = service_pb2.ForgetCallerRequest(tenant_id="t", phone_number="+" + "4" * 10_000)
    assert await reason(ledger.ForgetCaller(request)) == "CALLER_MISSING"


async def test_another_business_has_no_such_caller(world: World, ledger: "CallServiceAsyncStub") -> None:
    """SE-09"""
    await called(world, "+493023125071", "call_" + "a" * 32)
    await tenant_of(world)
    request = service_pb2.ForgetCallerRequest(tenant_id="another", phone_number="+493023125071")
    assert not any(dict((await ledger.ForgetCaller(request)).erased).values())
