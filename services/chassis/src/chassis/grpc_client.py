"""gRPC channels whose calls always have a deadline, carry the trace, and fail with a reason that can be read."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import grpc
from google.rpc import error_details_pb2, status_pb2
from opentelemetry import trace

from chassis import identity
from chassis.deadlines import time_left_s
from chassis.grpc_server import ACCEPTING, DETAILS, PINGS_AT_MOST_EVERY_MS
from signals.tracing import TRACEPARENT, inner_span, traceparent_of

PING_EVERY_MS = 4 * PINGS_AT_MOST_EVERY_MS
"""How soon a connection that has died in silence (a cut cable, a stopped machine) is noticed."""


@dataclass(frozen=True)
class Fault:
    """What a peer said when it refused."""

    code: grpc.StatusCode
    reason: str
    """Of the ErrorInfo; "" where the peer was not reached or failed without one."""
    message: str
    metadata: dict[str, str] = field(default_factory=dict)


def fault_of(error: grpc.aio.AioRpcError) -> Fault:
    """Read the reason out of a failed call."""
    message = error.details() or ""
    for key, value in error.trailing_metadata() or ():
        if key == DETAILS and isinstance(value, bytes):
            for detail in status_pb2.Status.FromString(value).details:
                info = error_details_pb2.ErrorInfo()
                if detail.Unpack(info):
                    return Fault(error.code(), info.reason, message, dict(info.metadata))
    return Fault(error.code(), "", message)


@asynccontextmanager
async def channel(
    address: str, *, default_deadline_s: float, retried: Sequence[str] = ()
) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to ``host:port``, or in turns to the replicas ``ipv4:host:port,host:port``. ``retried`` names the methods ("package.Service/Method") that are harmless to repeat:
    they are sent again, a few times and quickly, while the peer is unavailable."""
    terms: dict[str, Any] = {"options": _options(retried)}
    who = identity.current()
    opened = (
        identity.RenewingChannel(
            who, lambda pems: grpc.aio.secure_channel(address, identity.client_credentials(pems), **terms)
        )
        if who
        else grpc.aio.insecure_channel(address, **terms)
    )
    try:
        # No interceptors: each would cost every call a task of its own.
        yield cast("grpc.aio.Channel", _Channel(opened, default_deadline_s))
    finally:
        await opened.close()


def _options(retried: Sequence[str]) -> list[tuple[str, Any]]:
    names = [dict(zip(("service", "method"), name.split("/"), strict=True)) for name in retried]
    policy = {
        "maxAttempts": 4,
        "initialBackoff": "0.05s",
        "maxBackoff": "0.5s",
        "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE"],
    }
    config = {
        "loadBalancingConfig": [{"round_robin": {}}],
        "healthCheckConfig": {"serviceName": ACCEPTING},
        "methodConfig": [{"name": names, "retryPolicy": policy}] if names else [],
    }
    return [
        ("grpc.service_config", json.dumps(config)),
        ("grpc.enable_retries", 1),
        # Else a channel opened anew would share the connection, and the waiting after failures, of one
        # that this process had to the same port before.
        ("grpc.use_local_subchannel_pool", 1),
        # A peer that restarts is found again within moments, not within gRPC's default two minutes: callers wait on the phone.
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 400),
        ("grpc.keepalive_time_ms", PING_EVERY_MS),
        ("grpc.keepalive_timeout_ms", 5_000),
        ("grpc.http2.max_pings_without_data", 0),
    ]


class _Channel:
    """What stubs are made over."""

    def __init__(self, opened: grpc.aio.Channel | identity.RenewingChannel, default_s: float) -> None:
        self._opened, self._default_s = opened, default_s

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - streams, states and closing are the channel's own
        return getattr(self._opened, name)

    def unary_unary(self, method: str, *arguments: Any, **named: Any) -> Callable[..., Awaitable[Any]]:  # noqa: ANN401 - gRPC's own types
        """A method whose calls have the time that is left, or the default, and carry the trace."""
        call = self._opened.unary_unary(method, *arguments, **named)

        def ask(request: object, *, timeout: float | None = None, **rest: Any) -> Awaitable[Any]:  # noqa: ANN401 - as above
            timeout = time_left_s(self._default_s if timeout is None else timeout)
            if trace.get_current_span().is_recording():
                return _traced(call, method, request, timeout=timeout, **rest)
            return call(request, timeout=timeout, metadata=_carried(), **rest)

        return ask


async def _traced(call: Callable[..., Awaitable[Any]], method: str, request: object, **rest: Any) -> Any:  # noqa: ANN401 - gRPC's own types
    with inner_span(method.removeprefix("/")):
        return await call(request, metadata=_carried(), **rest)


def _carried() -> tuple[tuple[str, str], ...] | None:
    traceparent = traceparent_of(trace.get_current_span())
    return ((TRACEPARENT, traceparent),) if traceparent else None
