"""A call's spans read as a story: who, when, how long, and what it caused later."""

import re

from local_stack.spans import Span, SpanId
from local_stack.waterfall import waterfall

MS = 1_000_000


def span(
    name: str,
    start_ms: int,
    end_ms: int,
    *,
    trace: str = "call",
    parent: str | None = None,
    links: tuple[SpanId, ...] = (),
    failed: bool = False,
) -> Span:
    above = SpanId(trace, parent) if parent else None
    return Span(
        SpanId(trace, name),
        above,
        "a-service",
        name,
        start_ms * MS,
        end_ms * MS,
        failed=failed,
        links=links,
    )


def titles(text: str) -> list[str]:
    """What stands between the service and the first of the two columns of milliseconds."""
    return [
        re.sub(r" +[\d.]+ ms +[\d.]+ ms .*", "", line.removeprefix("a-service  "))
        for line in text.splitlines()
    ]


def test_children_stand_indented_below_their_parents_in_the_order_of_time() -> None:
    spans = [
        span("book", 60, 90, parent="request"),
        span("search", 10, 50, parent="request"),
        span("redis", 20, 30, parent="search"),
        span("request", 0, 100),
    ]

    assert titles(waterfall(spans)) == ["request", "  search", "    redis", "  book"]


def test_offset_duration_and_bar_are_relative_to_the_whole() -> None:
    first, second = waterfall(
        [span("request", 1000, 1100), span("search", 1050, 1100, parent="request")]
    ).splitlines()

    assert "0.0 ms    100.0 ms" in first
    assert first.endswith(f"|{'█' * 30}|")
    assert "50.0 ms     50.0 ms" in second
    assert second.endswith(f"|{' ' * 15}{'█' * 15}|")


def test_a_linked_trace_stands_below_the_span_that_caused_it_with_a_mark() -> None:
    spans = [
        span("request", 0, 100),
        span("commit", 40, 60, parent="request"),
        span("sync", 200, 400, trace="later", links=(SpanId("call", "commit"),)),
        span("post", 210, 390, trace="later", parent="sync"),
    ]

    assert titles(waterfall(spans)) == ["request", "  commit", "    ↪ sync", "      post"]


def test_a_span_whose_parent_is_unknown_is_a_top() -> None:
    assert titles(waterfall([span("orphan", 0, 1, parent="lost")])) == ["orphan"]


def test_traces_that_link_to_each_other_are_all_shown_once() -> None:
    spans = [
        span("one", 0, 1, trace="one", links=(SpanId("two", "two"),)),
        span("two", 1, 2, trace="two", links=(SpanId("one", "one"),)),
    ]

    assert len(waterfall(spans).splitlines()) == 2


def test_a_failure_is_marked_and_a_long_name_is_cut() -> None:
    text = waterfall([span("x" * 100, 0, 1), span("bad", 0, 1, failed=True)])

    assert "bad ✗" in text
    assert f"{'x' * 59}…" in text


def test_no_spans_no_lines() -> None:
    assert waterfall([]) == ""
