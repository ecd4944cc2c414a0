"""Traces by OpenTelemetry, logs as JSON lines that carry the trace id."""

import logging
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.sdk.environment_variables import OTEL_EXPORTER_OTLP_ENDPOINT
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from signals.logs import JsonLines, Patience
from signals.metrics import Capped, Gauge
from signals.spans import Masking

_build = Gauge(
    "rufbuch_build_info",
    "1 of the build that runs",
    {"service": Capped(1, "the service"), "build": Capped(1, "the build")},
)


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
    queries: Any = _Queries
    queries().instrument()
    try:
        yield
    finally:
        queries().uninstrument()
        provider.shutdown()


class _Queries(AsyncPGInstrumentor):
    """Spans for the queries of sampled calls only."""

    async def _do_execute(
        self,
        run: Callable[..., Awaitable[Any]],
        instance: object,
        args: Any,  # noqa: ANN401 - any query's
        kwargs: Any,  # noqa: ANN401 - any query's
    ) -> Any:  # noqa: ANN401 - as above
        if not trace.get_current_span().is_recording():
            return await run(*args, **kwargs)
        return await super()._do_execute(  # type: ignore[no-untyped-call] # it has no types
            run, instance, args, kwargs
        )
