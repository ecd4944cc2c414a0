"""The rules for the hours of a week and for those of single days."""

import re
from collections.abc import Sequence
from itertools import chain

from staff_registry.domain import rules
from staff_registry.domain.business import DatedHours, DaySpan, WeeklyHours
from staff_registry.domain.rules import Faults

_WALL_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_LAST_DAY = "9999-12-31"


def hours_faults(at: str, hours: Sequence[WeeklyHours]) -> Faults:
    """What is wrong with a week: spans that are none, and spans that overlap."""
    if len(hours) > 100:
        yield at, "at most 100 spans"
        return
    for n, rule in enumerate(hours):
        yield from _weekdays(f"{at}[{n}].weekdays", rule)
        yield from _span(f"{at}[{n}]", rule)
        yield from _validity(f"{at}[{n}]", rule)
    yield from _weekly_overlaps(at, hours)


def dated_hours_faults(at: str, days: Sequence[DatedHours]) -> Faults:
    """What is wrong with the hours of single days."""
    if len(days) > 1000:
        yield at, "at most 1000 days"
        return
    yield from chain.from_iterable(_day(f"{at}[{n}]", day) for n, day in enumerate(days))
    yield from rules.unique(((f"{at}[{n}].date", day.date) for n, day in enumerate(days)), "a day")


def _day(at: str, day: DatedHours) -> Faults:
    yield from rules.day(f"{at}.date", day.date)
    yield from rules.note(f"{at}.note", day.note)
    if len(day.spans) > 20:
        yield f"{at}.spans", "at most 20 spans"
        return
    for n, span in enumerate(day.spans):
        yield from _span(f"{at}.spans[{n}]", span)
        for m, earlier in enumerate(day.spans[:n]):
            if _same_time(span, earlier):
                yield f"{at}.spans[{n}]", f"a span that does not overlap with {at}.spans[{m}]"


def _weekdays(at: str, rule: WeeklyHours) -> Faults:
    if not rule.weekdays:
        yield at, "at least one weekday"
    for n, weekday in enumerate(rule.weekdays):
        yield from rules.within(f"{at}[{n}]", weekday, 1, 7)
    days = ((f"{at}[{n}]", weekday) for n, weekday in enumerate(rule.weekdays))
    yield from rules.unique(days, "a weekday")


def _span(at: str, span: WeeklyHours | DaySpan) -> Faults:
    if not _WALL_CLOCK.fullmatch(span.start):
        yield f"{at}.start", "a time as HH:MM, 00:00 to 23:59"
    if not _is_end(span.end):
        yield f"{at}.end", "a time as HH:MM, 00:01 to 24:00"
    elif span.end <= span.start:  # as texts: both have two digits, a colon, two digits
        yield f"{at}.end", "a time after start"


def _is_end(text: str) -> bool:
    return text == "24:00" or _WALL_CLOCK.fullmatch(text) is not None


def _validity(at: str, rule: WeeklyHours) -> Faults:
    if rule.valid_from:
        yield from rules.day(f"{at}.valid_from", rule.valid_from)
    if rule.valid_until:
        yield from rules.day(f"{at}.valid_until", rule.valid_until)
        if rule.valid_until < rule.valid_from:  # as texts, like times
            yield f"{at}.valid_until", "a day that is not before valid_from"


def _weekly_overlaps(at: str, hours: Sequence[WeeklyHours]) -> Faults:
    for n, later in enumerate(hours):
        for m, earlier in enumerate(hours[:n]):
            same_weekday = set(later.weekdays) & set(earlier.weekdays)
            if same_weekday and _same_time(later, earlier) and _same_season(later, earlier):
                yield f"{at}[{n}]", f"a span that does not overlap with {at}[{m}]"


def _same_time(one: WeeklyHours | DaySpan, other: WeeklyHours | DaySpan) -> bool:
    return one.start < other.end and other.start < one.end


def _same_season(one: WeeklyHours, other: WeeklyHours) -> bool:
    return one.valid_from <= (other.valid_until or _LAST_DAY) and other.valid_from <= (
        one.valid_until or _LAST_DAY
    )
