"""Asking the staff registry of the running installation."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from chassis.grpc_client import channel
from rufbuch.staff.v1 import service_pb2_grpc
from rufbuch_cli.installation import Running

if TYPE_CHECKING:
    from rufbuch.staff.v1.service_pb2_grpc import StaffRegistryServiceAsyncStub

T = TypeVar("T")
TIMEOUT_S = 30.0


def ask(installation: Running, question: "Callable[[StaffRegistryServiceAsyncStub], Awaitable[T]]") -> T:
    """Ask once. Raises grpc.aio.AioRpcError."""
    return asyncio.run(_ask(installation["STAFF_REGISTRY_ADDRESS"], question))


async def _ask(address: str, question: "Callable[[StaffRegistryServiceAsyncStub], Awaitable[T]]") -> T:
    async with channel(address, default_deadline_s=TIMEOUT_S) as opened:
        return await question(service_pb2_grpc.StaffRegistryServiceStub(opened))
