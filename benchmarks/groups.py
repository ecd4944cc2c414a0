"""All groups of ``make bench``, each as figures, whatever it measures in itself."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from benchmarks.availability import table as availability
from benchmarks.booking import table as booking
from benchmarks.events import table as events
from benchmarks.figure import Figure
from benchmarks.gateway import table as gateway
from benchmarks.growth import table as growth
from benchmarks.language import table as language
from benchmarks.paths import table as paths
from benchmarks.slots import table as slots
from benchmarks.startup import table as startup
from benchmarks.sync import table as sync

Group: TypeAlias = Callable[[], list[Figure]]


def _slots(rows: Iterable[slots.Row], floor_is: str) -> list[Figure]:
    return [
        Figure(
            row.what, row.figure, row.unit, row.sorted_us, floor_is, ratio_at_most=row.ratio_at_most, at_most=row.at_most
        )
        for row in rows
    ]  # fmt: skip


def _booking(rows: Iterable[booking.Row]) -> list[Figure]:
    floor_is = "the same rows by plain INSERTs and a COMMIT"
    return [
        Figure(row.what, row.figure, row.unit, row.beside, floor_is, ratio_at_least=row.ratio_at_least)
        for row in rows
    ]


def _gateway(rows: Iterable[gateway.Row | gateway.Door]) -> Iterator[Figure]:
    for row in rows:
        if isinstance(row, gateway.Door):
            yield Figure("signatures that were not looked at", abs(row.honest - row.verified), "", at_most=0)
            continue
        name = f"64 callers, {row.what}"
        yield Figure(f"{name}, p50", row.p50, "ms", row.beside_p50, "HTTP")
        yield Figure(f"{name}, p99", row.p99, "ms", row.beside_p99, "HTTP", at_most=row.p99_at_most)
        yield Figure(f"{name}, errors", row.errors, "", at_most=0, note=row.wrong)


GROUPS: dict[str, tuple[str, Group]] = {
    "paths": ("The two main functions, beside the floors of their shapes", paths.rows),
    "callers": ("64 callers at once, every function", lambda: list(_gateway(gateway.rows()))),
    "sync": ("Cal.com: phases in parallel, a backlog, webhooks", sync.rows),
    "search": ("Search, beside sorted intervals", lambda: _slots(slots.rows(), "sorted lists of free intervals")),
    "holds": ("A held search over gRPC", lambda: _slots(availability.rows(), "an RPC with one EVALSHA")),
    "commits": ("Bookings committed", lambda: _booking(booking.rows())),
    "events": ("The event log", events.rows),
    "dates": ("Words into values", lambda: _slots(language.rows(), "")),
    "growth": ("Growth", growth.rows),
    "startup": ("Start-up", startup.rows),
}  # fmt: skip
"""By their short name: a title, and what takes the figures."""
