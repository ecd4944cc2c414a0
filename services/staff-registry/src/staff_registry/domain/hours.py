"""The rules for weekly hours."""

import re
from collections.abc import Sequence

from staff_registry.domain import rules
from staff_registry.domain.business import WeeklyHours
from staff_registry.domain.rules import Faults

_WALL_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def hours_faults(at: str, hours: Sequence[WeeklyHours]) -> Faults:
    """What is wrong with a week: spans that are none, and spans that overlap."""
    if len(hours) > 100:
        yield at, "at most 100 spans"
        return
    for n, span in enumerate(hours):
        yield from _span(f"{at}[{n}]", span)
    yield from _overlaps(at, hours)


def _span(at: str, span: WeeklyHours) -> Faults:
    if not span.weekdays:
        yield f"{at}.weekdays", "at least one weekday"
    for n, weekday in enumerate(span.weekdays):
        yield from rules.within(f"{at}.weekdays[{n}]", weekday, 1, 7)
    days = ((f"{at}.weekdays[{n}]", weekday) for n, weekday in enumerate(span.weekdays))
    yield from rules.unique(days, "a weekday")
    if not _WALL_CLOCK.fullmatch(span.start):
        yield f"{at}.start", "a time as HH:MM, 00:00 to 23:59"
    if not _is_end(span.end):
        yield f"{at}.end", "a time as HH:MM, 00:01 to 24:00"
    elif span.end <= span.start:  # as texts: both have two digits, a colon, two digits
        yield f"{at}.end", "a time after start"


def _is_end(text: str) -> bool:
    return text == "24:00" or _WALL_CLOCK.fullmatch(text) is not None


def _overlaps(at: str, hours: Sequence[WeeklyHours]) -> Faults:
    for n, later in enumerate(hours):
        for m, earlier in enumerate(hours[:n]):
            same_day = set(later.weekdays) & set(earlier.weekdays)
            if same_day and later.start < earlier.end and earlier.start < later.end:
                yield f"{at}[{n}]", f"a span that does not overlap with {at}[{m}]"
