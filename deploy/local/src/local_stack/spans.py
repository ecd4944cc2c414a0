"""Spans: what the collector keeps of them, in a SQLite file that stays small."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CALL_ID = "rufbuch.call_id"
SPANS_MAX = 200_000
TRACES_OF_A_CALL_MAX = 200

SCHEMA = """
CREATE TABLE IF NOT EXISTS span (
    trace_id TEXT, span_id TEXT, parent_id TEXT, service TEXT, name TEXT, start_ns INTEGER, end_ns INTEGER,
    failed INTEGER, attributes TEXT, call_id TEXT, PRIMARY KEY (trace_id, span_id)
);
CREATE INDEX IF NOT EXISTS span_by_call ON span (call_id) WHERE call_id IS NOT NULL;
CREATE TABLE IF NOT EXISTS link (
    trace_id TEXT, span_id TEXT, to_trace_id TEXT, to_span_id TEXT,
    PRIMARY KEY (trace_id, span_id, to_trace_id, to_span_id)
);
CREATE INDEX IF NOT EXISTS link_by_target ON link (to_trace_id);
"""


@dataclass(frozen=True)
class SpanId:
    """A span among all spans of all traces."""

    trace: str
    span: str


@dataclass(frozen=True)
class Span:
    """One span; instants in nanoseconds since 1970."""

    id: SpanId
    parent: SpanId | None
    service: str
    name: str
    start_ns: int
    end_ns: int
    failed: bool = False
    attributes: dict[str, object] = field(default_factory=dict)
    links: tuple[SpanId, ...] = ()


class SpanStore:
    """The file of spans; for one writing thread, while others read."""

    def __init__(self, path: Path, *, spans_max: int = SPANS_MAX) -> None:
        # The collector's threads take turns; it locks around add().
        self._connection = sqlite3.connect(path, check_same_thread=False)
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.executescript(SCHEMA)
        except sqlite3.DatabaseError:
            self._connection.close()
            raise
        self._spans_max = spans_max

    def add(self, spans: Iterable[Span]) -> None:
        """Keep these; once there are too many, forget the oldest ones."""
        kept = list(spans)
        with self._connection as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO span VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_row, kept)
            )
            links = [(*_pair(span.id), *_pair(target)) for span in kept for target in span.links]
            connection.executemany("INSERT OR IGNORE INTO link VALUES (?, ?, ?, ?)", links)
            self._forget_oldest(connection)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _forget_oldest(self, connection: sqlite3.Connection) -> None:
        (newest,) = connection.execute("SELECT max(rowid) FROM span").fetchone()
        removed = connection.execute("DELETE FROM span WHERE rowid <= ?", [(newest or 0) - self._spans_max])
        if removed.rowcount:
            connection.execute(
                "DELETE FROM link WHERE NOT EXISTS (SELECT 1 FROM span WHERE span.trace_id = link.trace_id"
                " AND span.span_id = link.span_id)"
            )


def spans_of_call(state_dir: Path, call_id: str) -> list[Span]:
    """The spans of the traces that a call caused, in the order of their start; empty if it is not known.

    These are the traces with a span whose attribute ``rufbuch.call_id`` is ``call_id``, what they link to, and
    whatever was done later because of them: the traces that link to them.
    """
    path = state_dir / "traces.sqlite3"
    if not path.exists():
        return []
    with _reading(path) as connection:
        own = _column(connection, "SELECT DISTINCT trace_id FROM span WHERE call_id = ?", call_id)
        traces = own | _caused_by(connection, own) | _linked_from(connection, own)
        spans = [span for trace in sorted(traces) for span in _spans_of_trace(connection, trace)]
    return sorted(spans, key=lambda span: span.start_ns)


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        yield connection


def _caused_by(connection: sqlite3.Connection, own: set[str]) -> set[str]:
    """The traces that link to these, and those that link to them, and so on."""
    found: set[str] = set()
    waiting = list(own)
    while waiting and len(found) < TRACES_OF_A_CALL_MAX:
        later = _column(connection, "SELECT trace_id FROM link WHERE to_trace_id = ?", waiting.pop())
        waiting += later - found - own
        found |= later
    return found


def _linked_from(connection: sqlite3.Connection, own: set[str]) -> set[str]:
    """One step only: a trace that many calls link to would lead to all of them."""
    found: set[str] = set()
    for trace in own:
        found |= _column(connection, "SELECT to_trace_id FROM link WHERE trace_id = ?", trace)
    return found


def _column(connection: sqlite3.Connection, query: str, value: str) -> set[str]:
    return {row[0] for row in connection.execute(query, [value])}


def _spans_of_trace(connection: sqlite3.Connection, trace: str) -> list[Span]:
    links: dict[str, list[SpanId]] = {}
    for span_id, *target in connection.execute(
        "SELECT span_id, to_trace_id, to_span_id FROM link WHERE trace_id = ? ORDER BY rowid", [trace]
    ):
        links.setdefault(span_id, []).append(SpanId(*target))
    rows = connection.execute("SELECT * FROM span WHERE trace_id = ?", [trace])
    return [_span(row, links.get(row[1], ())) for row in rows]


def _pair(identity: SpanId) -> tuple[str, str]:
    return identity.trace, identity.span


def _row(span: Span) -> tuple[object, ...]:
    call_id = span.attributes.get(CALL_ID)
    return (
        *_pair(span.id),
        span.parent.span if span.parent else None,
        span.service,
        span.name,
        span.start_ns,
        span.end_ns,
        span.failed,
        json.dumps(span.attributes, default=str),
        str(call_id) if call_id is not None else None,
    )


def _span(row: Sequence[object], links: Sequence[SpanId]) -> Span:
    trace, span, parent, service, name, start_ns, end_ns, failed, attributes, _ = row
    return Span(
        SpanId(str(trace), str(span)),
        SpanId(str(trace), str(parent)) if parent else None,
        str(service),
        str(name),
        int(str(start_ns)),
        int(str(end_ns)),
        failed=bool(failed),
        attributes=json.loads(str(attributes)),
        links=tuple(links),
    )
