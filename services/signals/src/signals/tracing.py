"""Spans where a call is sampled; of every other call only its ids go on, which costs next to nothing."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from opentelemetry import context, trace
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags

TRACEPARENT = "traceparent"
_FORM = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_tracer = trace.get_tracer(__name__)


def traceparent_of(span: Span) -> str:
    """The W3C trace context of a span, sampled or not; "" outside a trace."""
    ids = span.get_span_context()
    if not ids.is_valid:
        return ""
    return f"00-{ids.trace_id:032x}-{ids.span_id:016x}-{ids.trace_flags:02x}"


@contextmanager
def server_span(name: str, traceparent: str, **attributes: str) -> Iterator[Span]:
    """What is done for a caller who sent this trace context, or "". His sampling is ours; without him the sampler decides."""
    span = span_of(traceparent)
    if span is None or span.get_span_context().trace_flags.sampled:
        within = trace.set_span_in_context(span) if span else None
        span = _tracer.start_span(name, within, SpanKind.SERVER, attributes)
    if span.is_recording():
        with trace.use_span(span, end_on_exit=True):
            yield span
        return
    token = context.attach(trace.set_span_in_context(span))
    try:
        yield span
    finally:
        context.detach(token)


def inner_span(name: str, **attributes: str) -> AbstractContextManager[Span | None]:
    """A step on the way to somebody else, where the call is sampled."""
    if not trace.get_current_span().is_recording():
        return nullcontext()
    return _tracer.start_as_current_span(name, kind=SpanKind.CLIENT, attributes=attributes)


def begun_span(name: str) -> Span | None:
    """The same for a step whose end somebody else sees: he ends the span."""
    if not trace.get_current_span().is_recording():
        return None
    return _tracer.start_span(name, kind=SpanKind.CLIENT)


def span_of(traceparent: str) -> Span | None:
    """Somebody else's, by the W3C trace context that he sent or that was stored; None where it is none."""
    match = _FORM.fullmatch(traceparent)
    if match is None:
        return None
    trace_id, span_id, flags = (int(part, 16) for part in match.groups())
    ids = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
    return NonRecordingSpan(ids) if ids.is_valid else None


def current_traceparent() -> str:
    """The W3C trace context of the present span, to be stored with what will cause work later; "" outside a trace."""
    return traceparent_of(trace.get_current_span())


def links_to(traceparent: str) -> list[Link]:
    """Links to the trace that a stored context belongs to; none for ""."""
    cause = span_of(traceparent)
    return [Link(cause.get_span_context())] if cause else []
