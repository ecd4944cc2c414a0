"""Statements that follow one another become one line: a trace is read for who asked whom, not for every BEGIN."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from local_stack.spans import Span

STATEMENTS = frozenset({"BEGIN", "COMMIT", "ROLLBACK", "SELECT", "INSERT", "UPDATE", "DELETE", "WITH"})


def folded(spans: Sequence[Span]) -> list[Span]:
    """The spans by start; SQL statements in a row below one span are one, named by what they do and how many they are."""
    parents = {span.parent for span in spans}
    ordered = sorted(spans, key=lambda span: (str(span.parent), span.start_ns))
    runs = groupby(ordered, key=lambda span: (span.parent, _is_statement(span) and span.id not in parents))
    return sorted(
        (
            one
            for (_, are_statements), run in runs
            for one in _folded(list(run), are_statements=are_statements)
        ),
        key=lambda span: span.start_ns,
    )


def _folded(run: list[Span], *, are_statements: bool) -> Iterator[Span]:
    if not are_statements or len(run) < 2:
        yield from run
        return
    verbs = list(dict.fromkeys(_verb(span) for span in run if _verb(span) not in {"BEGIN", "COMMIT"}))
    last = max(span.end_ns for span in run)
    yield replace(
        run[0],
        name=f"SQL ×{len(run)}: {', '.join(verbs)}",
        end_ns=last,
        failed=any(span.failed for span in run),
    )


def _is_statement(span: Span) -> bool:
    return _verb(span) in STATEMENTS


def _verb(span: Span) -> str:
    return span.name.rstrip(";")
