"""Whether each service answers, by gRPC's own health protocol."""

import asyncio
from collections.abc import Mapping
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

DEADLINE_S = 1.0


class Healths:
    """One channel for each service, by its name."""

    def __init__(self, channels: Mapping[str, grpc.aio.Channel]) -> None:
        self._stubs: dict[str, Any] = {
            name: health_pb2_grpc.HealthStub(channel) for name, channel in channels.items()
        }

    async def all(self) -> dict[str, str]:
        """Name → "SERVING", "NOT_SERVING", or the status with which it did not answer."""
        states = await asyncio.gather(*(self._one(name) for name in self._stubs))
        return dict(zip(self._stubs, states, strict=True))

    async def _one(self, name: str) -> str:
        try:
            answer = await self._stubs[name].Check(health_pb2.HealthCheckRequest(), timeout=DEADLINE_S)
        except grpc.aio.AioRpcError as error:
            return error.code().name
        return health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)
