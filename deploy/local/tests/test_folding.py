"""What a reader of a trace sees of its statements."""

from local_stack.folding import folded
from local_stack.spans import Span, SpanId

TRACE = "0" * 32


def span(number: int, name: str, *, parent: int = 1, failed: bool = False) -> Span:
    return Span(
        SpanId(TRACE, f"{number:016x}"), SpanId(TRACE, f"{parent:016x}"), "booking", name, number * 10, number * 10 + 5, failed
    )  # fmt: skip


def test_statements_in_a_row_are_one_line() -> None:
    spans = [span(2, "BEGIN;"), span(3, "SELECT"), span(4, "UPDATE", failed=True), span(5, "COMMIT;")]
    (one,) = folded(spans)
    assert (one.name, one.start_ns, one.end_ns, one.failed) == ("SQL ×4: SELECT, UPDATE", 20, 55, True)


def test_what_comes_between_statements_keeps_its_place() -> None:
    spans = [span(2, "SELECT"), span(3, "POST"), span(4, "SELECT"), span(5, "SELECT")]
    assert [one.name for one in folded(spans)] == ["SELECT", "POST", "SQL ×2: SELECT"]


def test_statements_of_different_parents_stay_apart() -> None:
    spans = [span(2, "SELECT", parent=7), span(3, "SELECT", parent=8)]
    assert len(folded(spans)) == 2
