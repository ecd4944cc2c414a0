"""gRPC channels whose calls always have a deadline, carry the trace, and fail with a reason that can be read."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2
from opentelemetry.instrumentation.grpc import aio_client_interceptors

from chassis import identity
from chassis.deadlines import time_left_s
from chassis.grpc_server import ACCEPTING, DETAILS, PINGS_AT_MOST_EVERY_MS

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
    interceptors = [_Deadline(default_deadline_s), *aio_client_interceptors()]
    terms: dict[str, Any] = {"interceptors": interceptors, "options": _options(retried)}
    who = identity.current()
    opened: grpc.aio.Channel = (
        identity.RenewingChannel(
            who, lambda pems: grpc.aio.secure_channel(address, identity.client_credentials(pems), **terms)
        )
        if who
        else grpc.aio.insecure_channel(address, **terms)
    )
    try:
        yield opened
    finally:
        await opened.close()


def blocking_channel(address: str) -> grpc.Channel:
    """The same for a program that does one thing at a time."""
    who = identity.current()
    if who is None:
        return grpc.insecure_channel(address)
    return grpc.secure_channel(address, identity.client_credentials(who.read()))


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
        # A peer that restarts is found again within a second, not within gRPC's default two minutes.
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 1000),
        ("grpc.keepalive_time_ms", PING_EVERY_MS),
        ("grpc.keepalive_timeout_ms", 5_000),
        ("grpc.http2.max_pings_without_data", 0),
    ]


class _Deadline(grpc.aio.UnaryUnaryClientInterceptor):
    """Gives every unary call the time that is left, or the default."""

    def __init__(self, default_s: float) -> None:
        self._default_s = default_s

    async def intercept_unary_unary(
        self,
        continuation: Callable[[grpc.aio.ClientCallDetails, Any], Any],
        client_call_details: grpc.aio.ClientCallDetails,
        request: object,
    ) -> Any:  # noqa: ANN401 - gRPC's own type is Any
        asked = client_call_details.timeout
        timeout = time_left_s(self._default_s if asked is None else asked)
        details = grpc.aio.ClientCallDetails(
            client_call_details.method,
            timeout,
            client_call_details.metadata,
            client_call_details.credentials,
            client_call_details.wait_for_ready,
        )
        return await continuation(details, request)
