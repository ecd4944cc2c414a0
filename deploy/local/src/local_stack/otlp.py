"""OpenTelemetry's wire format: into our spans, and on to another collector."""

import logging
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlsplit

import grpc
import httpx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2

from local_stack.settings import CollectorSettings
from local_stack.spans import Span, SpanId

SERVICE = "opentelemetry.proto.collector.trace.v1.TraceService"
METHOD = "Export"
WAITING_MAX = 1000
SEND_WITHIN_S = 5.0
DRAIN_WITHIN_S = 3.0

Send = Callable[[ExportTraceServiceRequest], object]
_log = logging.getLogger(__name__)


def spans_in(request: ExportTraceServiceRequest) -> Iterator[Span]:
    """The spans of one export."""
    for of_resource in request.resource_spans:
        service = str(_attributes(of_resource.resource.attributes).get("service.name", "unknown"))
        for of_scope in of_resource.scope_spans:
            for span in of_scope.spans:
                yield _span(span, service)


def _span(span: trace_pb2.Span, service: str) -> Span:
    trace = span.trace_id.hex()
    return Span(
        SpanId(trace, span.span_id.hex()),
        SpanId(trace, span.parent_span_id.hex()) if span.parent_span_id else None,
        service,
        span.name,
        span.start_time_unix_nano,
        span.end_time_unix_nano,
        failed=span.status.code == trace_pb2.Status.STATUS_CODE_ERROR,
        attributes=_attributes(span.attributes),
        links=tuple(SpanId(link.trace_id.hex(), link.span_id.hex()) for link in span.links),
    )


def _attributes(pairs: Iterable[KeyValue]) -> dict[str, object]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> object:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(each) for each in value.array_value.values]
    if kind == "kvlist_value":
        return _attributes(value.kvlist_value.values)
    if kind == "bytes_value":
        return value.bytes_value.hex()
    return getattr(value, kind) if kind else None


class Forwarder:
    """Passes exports on from a thread of its own; what the other side is too slow for is dropped, and said."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting: queue.Queue[ExportTraceServiceRequest | None] = queue.Queue(WAITING_MAX)
        self._thread = threading.Thread(target=self._run, name="forward", daemon=True)
        self._thread.start()

    def take(self, request: ExportTraceServiceRequest) -> None:
        """Pass this on later."""
        try:
            self._waiting.put_nowait(request)
        except queue.Full:
            _log.warning("too slow: %d exports wait already, one is dropped", WAITING_MAX)

    def close(self) -> None:
        """Send what waits, for a few seconds."""
        try:
            self._waiting.put(None, timeout=DRAIN_WITHIN_S)
        except queue.Full:
            return
        self._thread.join(DRAIN_WITHIN_S)

    def _run(self) -> None:
        while (request := self._waiting.get()) is not None:
            try:
                self._send(request)
            except (grpc.RpcError, httpx.HTTPError) as error:
                _log.warning("not forwarded: %s", error)


def sender(settings: CollectorSettings, *, own_port: int) -> Send | None:
    """How to reach the collector that the user named; None if there is none, or it is ourselves."""
    endpoint = settings.traces_endpoint or settings.endpoint
    if not endpoint:
        return None
    place = urlsplit(endpoint if "://" in endpoint else f"//{endpoint}")
    if place.port == own_port and place.hostname in {"127.0.0.1", "localhost", "::1"}:
        return None
    headers = dict(pair.strip().split("=", 1) for pair in settings.headers.split(",") if "=" in pair)
    if settings.protocol == "grpc":
        return _grpc_sender(place.netloc, headers, encrypted=place.scheme != "http")
    return _http_sender(settings.traces_endpoint or f"{endpoint.rstrip('/')}/v1/traces", headers)


def _grpc_sender(address: str, headers: dict[str, str], *, encrypted: bool) -> Send:
    if encrypted:
        channel = grpc.secure_channel(address, grpc.ssl_channel_credentials())
    else:
        channel = grpc.insecure_channel(address)
    export = channel.unary_unary(
        f"/{SERVICE}/{METHOD}",
        request_serializer=ExportTraceServiceRequest.SerializeToString,
        response_deserializer=ExportTraceServiceResponse.FromString,
    )
    # gRPC's header names are in lower case.
    metadata = tuple((name.lower(), value) for name, value in headers.items())
    return lambda request: export(request, timeout=SEND_WITHIN_S, metadata=metadata)


def _http_sender(url: str, headers: dict[str, str]) -> Send:
    client = httpx.Client(
        headers={**headers, "Content-Type": "application/x-protobuf"}, timeout=SEND_WITHIN_S
    )
    return lambda request: client.post(url, content=request.SerializeToString()).raise_for_status()
