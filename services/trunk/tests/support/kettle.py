"""A service with one method, asked over a trunk or alone."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from google.protobuf.wrappers_pb2 import StringValue

from chassis.deadlines import time_left_s
from chassis.errors import Kind, ServiceError
from chassis.grpc_server import Servicer, grpc_server
from trunk.client import channel
from trunk.server import carrying

ASK, TELL, POUR = "test.Kettle/Ask", "test.Kettle/Tell", "test.Kettle/Pour"


class OutOfTeaError(ServiceError):
    kind = Kind.RESOURCE_EXHAUSTED
    reason = "OUT_OF_TEA"


class TeaLaterError(ServiceError):
    kind = Kind.UNAVAILABLE
    reason = "TEA_LATER"


def _answer(words: str, way: str) -> str:
    match words:
        case "empty":
            raise OutOfTeaError("there is no tea left", brand="assam")
        case "later":
            raise TeaLaterError("the water is cold")
        case "bug":
            raise KeyError("a bug")
    special = {"way": way, "left": str(round(time_left_s(100) * 1000)), "huge": "x" * 2_000_000}
    return special.get(words, words)


@dataclass
class Kettle:
    """Says what it heard, and notes how each call came, and which were broken off."""

    came: Counter[str] = field(default_factory=Counter)
    begun: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    broken_off: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    boils: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, request: StringValue, context: Any) -> StringValue:
        way = "trunk" if type(context).__module__ == "trunk.server" else "alone"
        self.came[way] += 1
        if request.value.startswith("slow"):
            await self._wait_until_it_boils(request.value)
        if request.value == "no answer":
            return None  # type: ignore[return-value] # a bug
        return StringValue(value=_answer(request.value, way))

    async def _wait_until_it_boils(self, words: str) -> None:
        self.begun.put_nowait(words)
        try:
            await self.boils.wait()
        except asyncio.CancelledError:
            self.broken_off.put_nowait(words)
            raise

    def add(self, _: Any, server: grpc.aio.Server) -> None:
        handler = grpc.unary_unary_rpc_method_handler(
            self.ask, StringValue.FromString, StringValue.SerializeToString
        )
        methods = {"Ask": handler, "Tell": handler}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Kettle", methods),))

    def servicer(self) -> Servicer:
        return Servicer(self, self.add, "test.Kettle")


@dataclass(frozen=True)
class Asking:
    """A channel whose ``Ask`` goes over the trunk, and whose ``Tell`` never does."""

    opened: grpc.aio.Channel

    async def __call__(self, words: str, *, method: str = ASK, within_s: float | None = None) -> str:
        call = self.opened.unary_unary(
            f"/{method}",
            request_serializer=StringValue.SerializeToString,
            response_deserializer=StringValue.FromString,
        )
        answer: StringValue = await call(StringValue(value=words), timeout=within_s)
        return answer.value

    async def once_it_is_there(self) -> "Asking":
        """Whoever comes before the trunk is open calls alone."""
        async with asyncio.timeout(10):
            while await self("way") != "trunk":
                pass
        return self

    async def fails(self, words: str, **more: Any) -> grpc.aio.AioRpcError:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await self(words, **more)
        return caught.value


def server_of(kettle: Kettle, port: int = 0, *, carries: bool = True, drain_s: float = 5) -> Any:
    ways = [carrying] if carries else []
    return grpc_server([kettle.servicer()], host="127.0.0.1", port=port, drain_s=drain_s, ways=ways)


@asynccontextmanager
async def asking(*ports: int) -> AsyncIterator[Asking]:
    address = "ipv4:" + ",".join(f"127.0.0.1:{port}" for port in ports)
    async with channel(address, default_deadline_s=5, retried=[ASK, POUR]) as opened:
        yield Asking(opened)


@asynccontextmanager
async def trunk_to(kettle: Kettle) -> AsyncIterator[Asking]:
    async with server_of(kettle) as server, asking(server.port) as ask:
        yield await ask.once_it_is_there()
