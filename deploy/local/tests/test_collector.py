"""What services export through OpenTelemetry's own exporter can be found again by the call."""

import queue
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import Link, Status, StatusCode, Tracer

from local_stack.collector import collecting
from local_stack.otlp import Forwarder, sender
from local_stack.settings import CollectorSettings
from local_stack.spans import Span, SpanId, SpanStore, spans_of_call

NOBODY = CollectorSettings()


@contextmanager
def tracer(port: int, service: str = "booking") -> Iterator[Tracer]:
    """A service's tracer; all has been exported at the end."""
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(
        SimpleSpanProcessor(OTLPSpanExporter(endpoint=f"http://127.0.0.1:{port}", insecure=True))
    )
    yield provider.get_tracer("test")
    provider.shutdown()


def store(state_dir: Path) -> Path:
    return state_dir / "traces.sqlite3"


def names(spans: list[Span]) -> list[str]:
    return [span.name for span in spans]


def test_a_call_is_found_with_its_whole_trace(tmp_path: Path) -> None:
    with collecting(0, store(tmp_path), NOBODY) as port, tracer(port) as traced:
        with (
            traced.start_as_current_span("request", attributes={"rufbuch.call_id": "call-1"}),
            traced.start_as_current_span("search", attributes={"slots": [1, 2]}) as search,
        ):
            search.set_status(Status(StatusCode.ERROR))
        with traced.start_as_current_span("another", attributes={"rufbuch.call_id": "call-2"}):
            pass

    request, search_again = spans_of_call(tmp_path, "call-1")

    assert (request.service, request.name, request.parent) == ("booking", "request", None)
    assert (search_again.parent, search_again.failed, search_again.attributes) == (
        request.id,
        True,
        {"slots": [1, 2]},
    )
    assert request.start_ns <= search_again.start_ns <= search_again.end_ns <= request.end_ns


def test_what_links_to_a_call_belongs_to_it_and_so_does_what_links_to_that(tmp_path: Path) -> None:
    with collecting(0, store(tmp_path), NOBODY) as port, tracer(port) as traced:
        with traced.start_as_current_span("request", attributes={"rufbuch.call_id": "call-1"}) as request:
            pass
        with traced.start_as_current_span("sync", links=[Link(request.get_span_context())]) as sync:
            pass
        with traced.start_as_current_span("webhook", links=[Link(sync.get_span_context())]):
            pass
        with traced.start_as_current_span("unrelated"):
            pass

    assert names(spans_of_call(tmp_path, "call-1")) == ["request", "sync", "webhook"]


def test_two_calls_handled_by_one_batch_do_not_show_each_other(tmp_path: Path) -> None:
    with collecting(0, store(tmp_path), NOBODY) as port, tracer(port) as traced:
        contexts = []
        for call in ("call-1", "call-2"):
            with traced.start_as_current_span(call, attributes={"rufbuch.call_id": call}) as span:
                contexts.append(span.get_span_context())
        with traced.start_as_current_span("batch", links=[Link(context) for context in contexts]):
            pass

    assert names(spans_of_call(tmp_path, "call-1")) == ["call-1", "batch"]


def test_an_unknown_call_has_no_spans(tmp_path: Path) -> None:
    assert spans_of_call(tmp_path, "call-1") == []


def test_the_file_stays_bounded_and_keeps_the_newest(tmp_path: Path) -> None:
    def call(number: int) -> Span:
        identity = SpanId(f"trace-{number}", "span")
        attributes: dict[str, object] = {"rufbuch.call_id": str(number)}
        links = (SpanId("elsewhere", "span"),)
        return Span(
            identity, None, "booking", "request", number, number + 1, attributes=attributes, links=links
        )

    with closing(SpanStore(store(tmp_path), spans_max=10)) as kept:
        for number in range(25):
            kept.add([call(number)])

    found = [number for number in range(25) if spans_of_call(tmp_path, str(number))]
    assert found == list(range(15, 25))


def test_a_file_that_cannot_be_read_does_not_prevent_the_start(tmp_path: Path) -> None:
    store(tmp_path).write_text("this is no database, " * 100)

    with collecting(0, store(tmp_path), NOBODY) as port, tracer(port) as traced:
        traced.start_span("request", attributes={"rufbuch.call_id": "call-1"}).end()

    assert names(spans_of_call(tmp_path, "call-1")) == ["request"]


def test_what_arrives_is_passed_on_over_grpc_to_the_collector_that_the_user_named(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    with collecting(0, store(theirs), NOBODY) as their_port:
        named = CollectorSettings(endpoint=f"http://127.0.0.1:{their_port}")
        with collecting(0, store(tmp_path), named) as port, tracer(port) as traced:
            traced.start_span("request", attributes={"rufbuch.call_id": "call-1"}).end()

    assert names(spans_of_call(theirs, "call-1")) == names(spans_of_call(tmp_path, "call-1")) == ["request"]


def test_what_arrives_is_passed_on_over_http_with_the_users_headers(tmp_path: Path) -> None:
    received: queue.Queue[tuple[str, str | None, bytes]] = queue.Queue()

    class Theirs(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.put((self.path, self.headers["X-Key"], body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Theirs) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        named = CollectorSettings(
            endpoint=f"http://127.0.0.1:{server.server_port}",
            protocol="http/protobuf",
            headers="X-Key=secret",
        )
        with collecting(0, store(tmp_path), named) as port, tracer(port) as traced:
            traced.start_span("request").end()
        thread.join(5)

    path, key, body = received.get(timeout=5)
    assert (path, key) == ("/v1/traces", "secret")
    assert (
        ExportTraceServiceRequest.FromString(body).resource_spans[0].scope_spans[0].spans[0].name == "request"
    )


def test_nothing_is_passed_on_to_ourselves() -> None:
    assert sender(CollectorSettings(endpoint="http://localhost:43170"), own_port=43170) is None


def test_a_dead_collector_of_the_user_does_not_stop_the_forwarding_for_ever(
    caplog: pytest.LogCaptureFixture,
) -> None:
    send = sender(CollectorSettings(endpoint="http://127.0.0.1:1"), own_port=43170)
    assert send
    passed_on: list[ExportTraceServiceRequest] = []

    def flaky(request: ExportTraceServiceRequest) -> None:
        if not caplog.records:
            send(request)
        passed_on.append(request)

    forwarder = Forwarder(flaky)
    forwarder.take(ExportTraceServiceRequest())
    forwarder.take(ExportTraceServiceRequest())
    forwarder.close()

    assert len(passed_on) == 1
    assert "not forwarded" in caplog.text
