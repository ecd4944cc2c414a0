"""Owns the reading of an endless gRPC stream, quiet times included, and the spans of what comes together."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol, TypeVar

import grpc
from opentelemetry import trace

from availability.usecases.claim_option import OfferedTo
from availability.usecases.follow_busy import BusyEvent
from availability.usecases.following import StreamLostError
from chassis.grpc_client import fault_of
from signals.tracing import inner_span, links_to, span_of

_tracer = trace.get_tracer(__name__)

QUIET_S = 0.1
"""So long without a message on a connection that stands: there is nothing to be read."""
RESTS = 10
"""So many times longer it is waited until that is said again."""
M_co = TypeVar("M_co", covariant=True)


class Stream(Protocol[M_co]):
    """A server-streaming call."""

    async def read(self) -> M_co | object:
        """The next message; grpc.aio.EOF at the end."""

    def cancel(self) -> bool:
        """End it."""


async def messages(
    call: Stream[M_co], channel: grpc.aio.Channel, *, quiet_s: float = QUIET_S
) -> AsyncIterator[M_co | None]:
    """The messages as they come; None where none came for a while although the peer is connected.

    Raises StreamLostError when the stream ends.
    """
    reading: asyncio.Task[M_co | object] | None = None
    wait_s = quiet_s
    try:
        while True:
            reading = reading or asyncio.create_task(call.read())
            done, _ = await asyncio.wait({reading}, timeout=wait_s)
            wait_s = quiet_s
            if done:
                message, reading = reading.result(), None
                if message is grpc.aio.EOF:
                    raise StreamLostError("the peer has ended the stream")
                yield message  # type: ignore[misc] # EOF is the only other thing that read() returns
            elif channel.get_state(try_to_connect=True) is grpc.ChannelConnectivity.READY:
                wait_s = RESTS * quiet_s
                yield None
    except grpc.aio.AioRpcError as error:
        fault = fault_of(error)
        raise StreamLostError(f"{fault.code.name} {fault.reason or fault.message}"[:200]) from error
    finally:
        call.cancel()
        if reading:
            reading.cancel()
            await asyncio.wait({reading})


def of_its_call(claim: Callable[[OfferedTo], Awaitable[object]]) -> Callable[[OfferedTo], Awaitable[None]]:
    """The same, each claim in a span of its own, by which its call is found."""

    async def in_span(offered: OfferedTo) -> None:
        with inner_span("claim", **{"rufbuch.call_id": offered.call_id}):
            await claim(offered)

    return in_span


def linked(
    deal_with: Callable[[BusyEvent], Awaitable[None]], *, span: str
) -> Callable[[BusyEvent], Awaitable[None]]:
    """The same, each event in a span of its own that is linked to the trace that caused it, where that is kept."""

    async def in_span(event: BusyEvent) -> None:
        cause = span_of(event.traceparent)
        if cause and not cause.get_span_context().trace_flags.sampled:
            await deal_with(event)
            return
        with _tracer.start_as_current_span(span, links=links_to(event.traceparent)):
            await deal_with(event)

    return in_span
