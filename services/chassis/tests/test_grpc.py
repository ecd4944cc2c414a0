"""What crosses a gRPC border: reasons, deadlines, health, reflection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from chassis.deadlines import deadline, time_left_s
from chassis.errors import Kind, ServiceError
from chassis.grpc_client import channel, fault_of
from chassis.grpc_server import Servicer, grpc_server
from chassis.service import Readiness
from chassis.testing import serving


class OutOfTeaError(ServiceError):
    kind = Kind.RESOURCE_EXHAUSTED
    reason = "OUT_OF_TEA"


class Kettle(health_pb2_grpc.HealthServicer):
    """Any generated service does for these tests; this one is at hand."""

    async def Check(
        self, request: health_pb2.HealthCheckRequest, context: Any
    ) -> health_pb2.HealthCheckResponse:
        match request.service:
            case "empty":
                raise OutOfTeaError("there is no tea left", brand="assam")
            case "bug":
                raise KeyError("a bug")
            case "away":
                raise ConnectionRefusedError("no database there")
            case "slow":
                await asyncio.Event().wait()
        return health_pb2.HealthCheckResponse(status=round(time_left_s(100) * 1000))

    async def Watch(self, request: health_pb2.HealthCheckRequest, context: Any) -> AsyncIterator[Any]:
        yield health_pb2.HealthCheckResponse()
        if request.service == "endless":
            await asyncio.Event().wait()
        raise OutOfTeaError("there is no tea left")


class KettleStub:
    """The methods of the health service under a name of its own, since every server has that service already."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        coders: dict[str, Any] = {
            "request_serializer": health_pb2.HealthCheckRequest.SerializeToString,
            "response_deserializer": health_pb2.HealthCheckResponse.FromString,
        }
        self.check = channel.unary_unary("/test.Kettle/Check", **coders)
        self.watch = channel.unary_stream("/test.Kettle/Watch", **coders)


def add_kettle(kettle: Any, server: grpc.aio.Server) -> None:
    coders: dict[str, Any] = {
        "request_deserializer": health_pb2.HealthCheckRequest.FromString,
        "response_serializer": health_pb2.HealthCheckResponse.SerializeToString,
    }
    methods: dict[str, Any] = {
        "Check": grpc.unary_unary_rpc_method_handler(kettle.Check, **coders),
        "Watch": grpc.unary_stream_rpc_method_handler(kettle.Watch, **coders),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Kettle", methods),))


KETTLE = Servicer(Kettle(), add_kettle, "test.Kettle")


def health_stub(channel: grpc.aio.Channel) -> Any:
    """The stub packages have no methods for it."""
    return health_pb2_grpc.HealthStub(channel)


async def failure(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value


async def test_a_typed_error_arrives_with_its_reason_and_metadata() -> None:
    async with serving(KETTLE) as channel:
        fault = fault_of(
            await failure(KettleStub(channel).check(health_pb2.HealthCheckRequest(service="empty")))
        )
    assert (fault.code, fault.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "OUT_OF_TEA")
    assert fault.metadata == {"brand": "assam"}


async def test_a_typed_error_ends_a_stream_with_its_reason() -> None:
    async with serving(KETTLE) as channel:
        stream = KettleStub(channel).watch(health_pb2.HealthCheckRequest())
        await stream.read()
        assert fault_of(await failure(stream.read())).reason == "OUT_OF_TEA"


async def test_a_bug_is_unknown_and_carries_no_reason() -> None:
    """SE-04: what an exception says stays inside."""
    async with serving(KETTLE) as channel:
        error = await failure(KettleStub(channel).check(health_pb2.HealthCheckRequest(service="bug")))
    assert fault_of(error).reason == ""
    assert error.code() is grpc.StatusCode.UNKNOWN


async def test_a_database_that_is_away_is_unavailable_and_no_bug() -> None:
    async with serving(KETTLE) as channel:
        fault = fault_of(
            await failure(KettleStub(channel).check(health_pb2.HealthCheckRequest(service="away")))
        )
    assert (fault.code, fault.reason) == (grpc.StatusCode.UNAVAILABLE, "STORAGE_UNAVAILABLE")


async def test_health_can_be_watched() -> None:
    async with serving(KETTLE) as channel:
        watching = health_stub(channel).Watch(health_pb2.HealthCheckRequest(service="test.Kettle"))
        assert (await watching.read()).status == health_pb2.HealthCheckResponse.SERVING
        watching.cancel()


async def test_an_open_stream_does_not_hold_up_the_drain() -> None:
    async with grpc_server([KETTLE], host="127.0.0.1", port=0, drain_s=60) as server:
        channel = grpc.aio.insecure_channel(f"127.0.0.1:{server.port}")
        stream = KettleStub(channel).watch(health_pb2.HealthCheckRequest(service="endless"))
        await stream.read()
        async with asyncio.timeout(10):
            await server.drain(60)
    await channel.close()


async def test_a_call_without_a_deadline_gets_the_default() -> None:
    async with serving(KETTLE) as channel:
        left = await KettleStub(channel).check(health_pb2.HealthCheckRequest())
    assert 1000 < left.status <= 5000


async def test_a_call_gets_no_more_time_than_is_left() -> None:
    async with serving(KETTLE) as channel:
        with deadline(0.2):
            error = await failure(KettleStub(channel).check(health_pb2.HealthCheckRequest(service="slow")))
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED


def test_an_inner_deadline_cannot_be_later_than_the_outer_one() -> None:
    with deadline(0.5), deadline(60):
        assert time_left_s(10) < 0.5


async def test_health_follows_readiness() -> None:
    async with serving(KETTLE) as channel:
        answer = await health_stub(channel).Check(health_pb2.HealthCheckRequest(service="test.Kettle"))
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_a_server_that_is_not_ready_says_so() -> None:
    async with (
        grpc_server([KETTLE], host="127.0.0.1", port=0, drain_s=1) as server,
        grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel,
    ):
        answer = await health_stub(channel).Check(health_pb2.HealthCheckRequest())
    assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING


async def test_reflection_lists_the_services() -> None:
    async with grpc_server([KETTLE], host="127.0.0.1", port=0, drain_s=1) as server:

        def names() -> list[str]:
            with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
                return list(ProtoReflectionDescriptorDatabase(channel).get_services())

        assert "test.Kettle" in await asyncio.to_thread(names)


async def test_a_taken_port_is_an_error_at_start() -> None:
    async with grpc_server([KETTLE], host="127.0.0.1", port=0, drain_s=1) as server:
        with pytest.raises(OSError, match=str(server.port)):
            async with grpc_server([KETTLE], host="127.0.0.1", port=server.port, drain_s=1):
                pass


async def test_a_quiet_connection_survives_its_own_keepalive(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes pings for an attack ends the connection: streams break off every other minute.

    gRPC sends no more than one ping a second and the third is the offence, so silence has to last for four seconds.
    """
    monkeypatch.setattr("chassis.grpc_server.PINGS_AT_MOST_EVERY_MS", 50)
    monkeypatch.setattr("chassis.grpc_client.PING_EVERY_MS", 100)
    async with serving(KETTLE) as channel:
        stream = KettleStub(channel).watch(health_pb2.HealthCheckRequest(service="endless"))
        await stream.read()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(stream.read(), 4)


async def test_replicas_that_are_restarted_one_after_the_other_lose_no_call() -> None:
    """A rolling restart: a call goes to whoever does not say that it is about to stop."""
    async with AsyncExitStack() as stack:
        servers = [
            await stack.enter_async_context(grpc_server([KETTLE], host="127.0.0.1", port=0, drain_s=5))
            for _ in range(2)
        ]
        ports = [server.port for server in servers]
        address = "ipv4:" + ",".join(f"127.0.0.1:{port}" for port in ports)
        opened = await stack.enter_async_context(channel(address, default_deadline_s=5))
        stop = asyncio.Event()

        async def call() -> None:
            while not stop.is_set():
                await _some(opened, 1)

        async with asyncio.TaskGroup() as group:
            for _ in range(8):
                group.create_task(call())
            for port, server in zip(ports, servers, strict=True):
                await _some(opened, 50)
                readiness = asyncio.create_task(Readiness({}, notice_s=0.2).watch(server))
                await _some(opened, 20)
                readiness.cancel()
                await asyncio.wait([readiness])
                await server.drain(5)
                again = grpc_server([KETTLE], host="127.0.0.1", port=port, drain_s=5)
                await stack.enter_async_context(again)
                # Found again within a second: until then the other one, which is next to go, is alone.
                await asyncio.sleep(1.2)
            stop.set()


async def _some(opened: grpc.aio.Channel, calls: int) -> None:
    for _ in range(calls):
        await KettleStub(opened).check(health_pb2.HealthCheckRequest())


async def test_a_replica_that_is_not_ready_is_called_nevertheless() -> None:
    """Its own answer says what it lacks; only one that is about to stop is passed over."""
    async with (
        grpc_server([KETTLE], host="127.0.0.1", port=0, drain_s=1) as server,
        channel(f"127.0.0.1:{server.port}", default_deadline_s=5) as opened,
    ):
        await server.set_ready(ready=False)
        await KettleStub(opened).check(health_pb2.HealthCheckRequest())
