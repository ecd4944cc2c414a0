"""How booking's events become what is taken of people's time."""

from datetime import UTC

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from availability.clients import streams
from availability.clients.bookings import _instant, _taking
from availability.domain.holds import Taking
from availability.domain.instants import Interval
from availability.testing.salon import at
from availability.usecases.follow_busy import BusyEvent

INSTANTS = st.builds(
    Timestamp,
    seconds=st.integers(-(10**9), 4 * 10**9)
    | st.integers(-(10**7), 6 * 10**7).map(lambda minute: minute * 60),
    nanos=st.sampled_from((0, 1, 999, 1000, 500_000_000, 999_999_999)),
)


@given(start=INSTANTS, end=INSTANTS)
def test_seconds_widen_what_is_taken_to_whole_minutes(start: Timestamp, end: Timestamp) -> None:
    as_instants = Interval.of(start.ToDatetime(UTC), end.ToDatetime(UTC))
    assert _taking("anna", start, end) == Taking("anna", as_instants)


@given(INSTANTS)
def test_an_instant_is_read_as_protobuf_reads_it(instant: Timestamp) -> None:
    assert _instant(instant) == instant.ToDatetime(UTC)


TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    ("traceparent", "linked_to"),
    [
        (f"00-{TRACE}-b7ad6b7169203331-01", [[TRACE]]),
        (f"00-{TRACE}-b7ad6b7169203331-00", []),
        ("", [[]]),
    ],
    ids=["kept", "not kept", "none"],
)
async def test_an_event_has_a_span_where_the_trace_that_caused_it_is_kept(
    monkeypatch: pytest.MonkeyPatch, traceparent: str, linked_to: list[list[str]]
) -> None:
    spans, provider, heard = InMemorySpanExporter(), TracerProvider(), list[str]()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(streams, "_tracer", provider.get_tracer("test"))

    async def deal_with(event: BusyEvent) -> None:
        heard.append(event.position)

    await streams.linked(deal_with, span="apply")(BusyEvent("1", at(7), traceparent, ()))
    provider.shutdown()

    assert heard == ["1"]
    assert [
        [f"{link.context.trace_id:032x}" for link in span.links] for span in spans.get_finished_spans()
    ] == linked_to
