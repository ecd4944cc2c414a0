"""Traces by OpenTelemetry, logs as JSON lines that carry the trace id."""

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.sdk.environment_variables import OTEL_EXPORTER_OTLP_ENDPOINT
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanContext
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from signals.logs import JsonLines, Patience
from signals.metrics import Capped, Gauge
from signals.spans import Masking

_build = Gauge(
    "rufbuch_build_info",
    "1 of the build that runs",
    {"service": Capped(1, "the service"), "build": Capped(1, "the build")},
)
_PROPAGATOR = TraceContextTextMapPropagator()


@contextmanager
def telemetry(service: str, *, build: str, log_level: str, environment: Mapping[str, str]) -> Iterator[None]:
    """Log and trace while inside; flush at the end. Spans are exported where OTLP has an endpoint."""
    _build.labels(service, build).set(1)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(service, build))
    handler.addFilter(Patience())
    logging.basicConfig(level=log_level, handlers=[handler], force=True)
    provider = TracerProvider(resource=Resource.create({"service.name": service, "service.version": build}))
    if environment.get(OTEL_EXPORTER_OTLP_ENDPOINT):
        provider.add_span_processor(BatchSpanProcessor(Masking(OTLPSpanExporter())))
    trace.set_tracer_provider(provider)
    AsyncPGInstrumentor().instrument()
    try:
        yield
    finally:
        AsyncPGInstrumentor().uninstrument()
        provider.shutdown()


def current_traceparent() -> str:
    """The W3C trace context of the present span, to be stored with what will cause work later; "" outside a trace."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent", "")


def links_to(traceparent: str) -> list[Link]:
    """Links to the trace that a stored context belongs to; none for ""."""
    context: SpanContext = trace.get_current_span(
        _PROPAGATOR.extract({"traceparent": traceparent})
    ).get_span_context()
    return [Link(context)] if context.is_valid else []
