"""The least that a held search can cost: the same message in and out of the same server, and one script in Redis."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import grpc

from availability.clients.redis_holds import connected
from availability.clients.scripts import ScriptRunner
from availability.servicer import FULL_NAME
from chassis.grpc_server import Servicer
from chassis.testing import serving
from rufbuch.availability.v1 import service_pb2, service_pb2_grpc

if TYPE_CHECKING:
    from rufbuch.availability.v1.service_pb2_grpc import AvailabilityServiceAsyncStub

_SCRIPT = "return ARGV[1]"


class _Echo(service_pb2_grpc.AvailabilityServiceServicer):
    """Answers every search with the answer that it is given, after one script."""

    def __init__(self, redis: ScriptRunner, sha: str) -> None:
        self.answer = service_pb2.SearchSlotsResponse()
        self._redis, self._sha = redis, sha

    async def SearchSlots(  # noqa: N802 - gRPC's name
        self, request: service_pb2.SearchSlotsRequest, _: grpc.aio.ServicerContext[Any, Any]
    ) -> service_pb2.SearchSlotsResponse:
        """See service.proto."""
        await self._redis.evalsha(self._sha, 1, request.branch_id, request.call_id)
        return self.answer


class Floor:
    """An echo that runs."""

    def __init__(self, echo: _Echo, channel: grpc.aio.Channel) -> None:
        self._echo = echo
        self.stub: AvailabilityServiceAsyncStub = service_pb2_grpc.AvailabilityServiceStub(channel)

    def answer_with(self, answer: service_pb2.SearchSlotsResponse) -> None:
        """What it says from now on: as long an answer as the service's own."""
        self._echo.answer.CopyFrom(answer)


@asynccontextmanager
async def floor(redis_url: str) -> AsyncIterator[Floor]:
    """Serve it by the same server, with the same interceptors, as the service."""
    async with connected(redis_url, cluster=False) as redis:
        sha = await redis.script_load(_SCRIPT)
        echo = _Echo(redis, sha)  # type: ignore[abstract] # it answers searches only
        add = service_pb2_grpc.add_AvailabilityServiceServicer_to_server
        async with serving(Servicer(echo, add, FULL_NAME)) as channel:
            yield Floor(echo, channel)
