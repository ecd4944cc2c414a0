"""A gRPC server with health, reflection, metrics, traces, deadlines, and typed errors as statuses."""

import asyncio
import inspect
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NoReturn, cast

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from chassis import identity, rows
from chassis.deadlines import deadline
from chassis.errors import Kind, ServiceError
from chassis.postgres import reaching_storage
from chassis.streams import until
from signals.metrics import Capped, Histogram
from signals.subjects import tell_subjects
from signals.tracing import TRACEPARENT, server_span

DETAILS = "grpc-status-details-bin"
OPERATOR = "operator"
"""Whoever runs the installation: the command line."""
PINGS_AT_MOST_EVERY_MS = 5_000
"""More often than this nobody may ask whether a connection is alive; chassis.grpc_client asks less often."""
ACCEPTING = "accepting"
"""What health says of a process by this name: NOT_SERVING once it is about to stop, whatever it may lack before. A client
that knows several replicas calls another one then; one that is not ready still answers, with its reasons."""
_log = logging.getLogger(__name__)
_seconds = Histogram(
    "rufbuch_rpc_seconds", "Time to answer an RPC",
    {"method": Capped(96, "RPCs of the service"), "code": ("OK", "ABORTED", "UNKNOWN", *(kind.value for kind in Kind))},
)  # fmt: skip
_Method = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Servicer:
    """An implementation, and how the generated code adds it to a server."""

    implementation: object
    add: Callable[[Any, grpc.aio.Server], None]
    full_name: str
    """E.g. ``rufbuch.booking.v1.BookingService``."""
    for_everybody: Mapping[str, str] = field(default_factory=dict)
    """Methods that see the rows of all owners where their request names none, and why. Others see none then."""
    allowed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Which services may call which method, where certificates tell who calls. What is not named is the operator's alone."""


class Inside:
    """What a way into the server needs that calls its methods by itself."""

    def __init__(self) -> None:
        self.known: list[_Handlers] = []
        self.retiring, self.draining = asyncio.Event(), asyncio.Event()
        """Set once clients should turn to another replica, and once nothing more is begun."""

    def method(self, path: str) -> Any:  # noqa: ANN401 - gRPC's own type is generic
        """Its handler, in the bounds of every call; None where there is none."""
        return next((found for each in self.known if (found := each.of(path))), None)


Way = Callable[[Inside, grpc.aio.Server], None]


class GrpcServer:
    """A server that listens, and can be told whether it is ready."""

    def __init__(self, server: grpc.aio.Server, port: int, names: Sequence[str], inside: Inside) -> None:
        self._server, self.port, self._names, self._inside = server, port, names, inside
        self._health = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        reflection.enable_server_reflection([*names, health.SERVICE_NAME, reflection.SERVICE_NAME], server)

    async def set_ready(self, *, ready: bool) -> None:
        """Say over grpc.health.v1 whether calls are welcome."""
        serving = health_pb2.HealthCheckResponse.SERVING
        state = serving if ready else health_pb2.HealthCheckResponse.NOT_SERVING
        for name in ("", *self._names):
            await self._health.set(name, state)

    async def start(self) -> None:
        """Listen; not ready yet."""
        await self.set_ready(ready=False)
        await self._health.set(ACCEPTING, health_pb2.HealthCheckResponse.SERVING)
        await self._server.start()

    async def retire(self) -> None:
        """Have clients turn to another replica, and answer whoever comes nevertheless."""
        self._inside.retiring.set()
        await self._health.enter_graceful_shutdown()

    async def drain(self, grace_s: float) -> None:
        """Stop taking calls, end the streams, let the calls in flight end."""
        await self.retire()
        self._inside.draining.set()
        await self._server.stop(grace_s)


@asynccontextmanager
async def grpc_server(
    servicers: Sequence[Servicer], *, host: str, port: int, drain_s: float, ways: Sequence[Way] = ()
) -> AsyncIterator[GrpcServer]:
    """Serve while inside (port 0: any free one), drain at the end. ``ways``: other ways in to the same methods.
    Raises OSError where the port is taken."""
    who = identity.current()
    server = grpc.aio.server(
        options=[
            # Two processes on one port would answer in turns; a port that is taken has to be noticed.
            ("grpc.so_reuseport", 0),
            # Without this a server takes its clients' keepalive for an attack, and ends their connections.
            ("grpc.http2.min_recv_ping_interval_without_data_ms", PINGS_AT_MOST_EVERY_MS),
            ("grpc.http2.min_ping_interval_without_data_ms", PINGS_AT_MOST_EVERY_MS),
            ("grpc.keepalive_permit_without_calls", 1),
        ],
    )
    inside = Inside()
    for servicer in servicers:
        bounded = _Bounded(server, inside, servicer, checks_callers=who is not None)
        servicer.add(servicer.implementation, cast("grpc.aio.Server", bounded))
    for way in ways:
        way(inside, server)
    try:
        bound = (
            server.add_secure_port(f"{host}:{port}", identity.server_credentials(who))
            if who
            else server.add_insecure_port(f"{host}:{port}")
        )
    except RuntimeError as error:
        raise OSError(f"cannot listen on {host}:{port}: {error}") from error
    ours = GrpcServer(server, bound, [servicer.full_name for servicer in servicers], inside)
    await ours.start()
    try:
        yield ours
    finally:
        await ours.drain(drain_s)


@dataclass(frozen=True)
class _Bounded:
    """Takes a service's methods for a server: deadlines in, statuses, metrics and spans out, for every RPC alike; streams
    end when the server drains. No interceptor, which every call would have to wait for."""

    server: grpc.aio.Server
    inside: Inside
    servicer: Servicer
    checks_callers: bool

    def add_generic_rpc_handlers(self, handlers: Sequence[grpc.GenericRpcHandler]) -> None:
        """What generated code calls."""
        ours = [_Handlers(each, self) for each in handlers]
        self.inside.known.extend(ours)
        self.server.add_generic_rpc_handlers(ours)

    def add_registered_method_handlers(self, service: str, handlers: object) -> None:
        """What it says as well; asyncio's server has no use for it."""

    def bounded(self, handler: Any, method: str) -> Any:  # noqa: ANN401 - gRPC's own type is generic
        """The same method, in its bounds."""
        rule, wires = self._rule(method), (handler.request_deserializer, handler.response_serializer)
        if handler.unary_unary:
            return grpc.unary_unary_rpc_method_handler(_unary(handler.unary_unary, method, rule), *wires)
        if handler.unary_stream and inspect.isasyncgenfunction(handler.unary_stream):
            streamed = _stream(handler.unary_stream, method, rule, self.inside.draining)
            return grpc.unary_stream_rpc_method_handler(streamed, *wires)
        return handler

    def _rule(self, method: str) -> "_Rule":
        ours, name = self.servicer, method.rpartition("/")[2]
        callers = ours.allowed.get(name, frozenset({OPERATOR})) if self.checks_callers else None
        return _Rule(ours.for_everybody.get(name, ""), callers)


class _Handlers(grpc.GenericRpcHandler):
    """The methods of one service, each wrapped when it is called for the first time."""

    def __init__(self, inner: grpc.GenericRpcHandler, bounds: _Bounded) -> None:
        self._inner, self._bounds = inner, bounds
        self._known: dict[str, Any] = {}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:  # noqa: ANN401 - gRPC's own type is generic
        return self.of(handler_call_details.method)

    def of(self, method: str) -> Any:  # noqa: ANN401 - as above
        """By its path; None where it is of another service."""
        known = self._known.get(method)
        details = cast("grpc.HandlerCallDetails", SimpleNamespace(method=method, invocation_metadata=()))
        if known is None and (handler := self._inner.service(details)):
            known = self._known[method] = self._bounds.bounded(handler, method)
        return known


@dataclass(frozen=True)
class _Rule:
    """Who may call a method (None: everybody), and why it sees the rows of all owners (""; it does not)."""

    for_everybody: str
    callers: frozenset[str] | None

    def applied(
        self, method: str, request: object, context: grpc.aio.ServicerContext[Any, Any]
    ) -> AbstractContextManager[None]:
        if self.callers is not None:
            identity.check_caller(context, method, self.callers)
        owner = getattr(request, "tenant_id", rows.NOBODY)
        why = "" if owner else self.for_everybody
        return rows.of_everybody(why) if why else rows.only_of(owner)


def _unary(inner: _Method, method: str, rule: _Rule) -> _Method:
    async def answer(request: object, context: grpc.aio.ServicerContext[Any, Any]) -> object:
        try:
            with _boundary(method, context):
                tell_subjects(request)
                with rule.applied(method, request, context):
                    return await inner(request, context)
        except ServiceError as error:
            await _abort(context, error)

    return answer


def _stream(inner: _Method, method: str, rule: _Rule, draining: asyncio.Event) -> _Method:
    async def answer(request: object, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[object]:
        try:
            with _boundary(method, context):
                # At once, so that a client knows that it listens before there is anything to hear.
                await context.send_initial_metadata(())
                tell_subjects(request)
                with rule.applied(method, request, context):
                    async for item in until(draining, inner(request, context)):
                        yield item
        except ServiceError as error:
            await _abort(context, error)

    return answer


@contextmanager
def _boundary(method: str, context: grpc.aio.ServicerContext[Any, Any]) -> Iterator[None]:
    """Ends with ServiceError where the caller is to be told a status."""
    began, code = time.monotonic(), "OK"
    traceparent = dict(context.invocation_metadata() or ()).get(TRACEPARENT, "")
    try:
        with server_span(method, str(traceparent)), deadline(context.time_remaining()), reaching_storage():
            yield
    except ServiceError as error:
        code = error.kind.value
        raise
    except grpc.aio.AbortError:
        code = "ABORTED"
        raise
    except Exception:
        code = "UNKNOWN"
        _log.exception("bug in %s", method)
        raise
    finally:
        _seconds.labels(method, code).observe(time.monotonic() - began)


async def _abort(context: grpc.aio.ServicerContext[Any, Any], error: ServiceError) -> NoReturn:
    code = grpc.StatusCode[error.kind.value]
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain="rufbuch", metadata=error.metadata)
    detail = any_pb2.Any()
    detail.Pack(info)
    status = status_pb2.Status(code=code.value[0], message=str(error), details=[detail])
    await context.abort(code, str(error), ((DETAILS, status.SerializeToString()),))
