"""What the slots that Cal.com shows say about a person's time: everything that a slot covers is free."""

import enum
from collections.abc import Iterable, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from calcom_sync.domain.busy import Span, without

MARGIN = timedelta(hours=2)
"""How far around a time slots are asked for: they stand on a grid, and one that reaches into the time begins before it."""
_CHANGED_BY = 4
"""Until this local hour, on the day of a clock change, the slots that are shown are an hour off."""


class TimeState(enum.Enum):
    """What is known of a time."""

    FREE = "free"
    TAKEN = "taken"
    UNKNOWN = "unknown"


def judge(span: Span, shown: Sequence[Span], own: Iterable[Span], zones: Iterable[str]) -> TimeState:
    """Free where slots cover it, or copies of ours, which hide it as well. What is left open but is shorter than a slot may
    only be a rest of the grid."""
    gaps = without([span], [*shown, *own])
    if not gaps:
        return TimeState.FREE
    if any(_is_misleading(gap, zone) for gap in gaps for zone in zones):
        return TimeState.UNKNOWN
    if not shown:
        return TimeState.TAKEN
    shortest = min(slot.end - slot.start for slot in shown)
    around = without([Span(span.start - MARGIN, span.end + MARGIN)], [*shown, *own])
    inside = [gap for gap in around if gap.start < span.end and span.start < gap.end]
    return TimeState.TAKEN if any(gap.end - gap.start >= shortest for gap in inside) else TimeState.UNKNOWN


def _is_misleading(span: Span, zone: str) -> bool:
    local = span.start.astimezone(ZoneInfo(zone))
    midnight, noon = (local.replace(hour=hour, minute=0, second=0, fold=0) for hour in (0, 12))
    return local.hour < _CHANGED_BY and midnight.utcoffset() != noon.utcoffset()
