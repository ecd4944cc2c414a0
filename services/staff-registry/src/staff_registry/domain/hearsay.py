"""What others write down, brought into the forms that a business's own words have."""

import re
import unicodedata
from collections.abc import Container, Iterable, Sequence
from itertools import count, groupby

from staff_registry.domain import rules
from staff_registry.domain.business import DatedHours, DaySpan, WeeklyHours
from staff_registry.domain.hours import dated_hours_faults, hours_faults
from staff_registry.domain.seen import SeenDay, SeenSpan

_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_KEY_CHARS_MAX = 50


def name_from(text: str) -> str:
    """A name without control characters and needless blanks, at most as long as names are."""
    printable = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return " ".join(printable.split())[: rules.NAME_CHARS_MAX].strip() or "?"


def key_from(name: str, taken: Container[str]) -> str:
    """A key that reads like the name and is not taken."""
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    plain = re.sub(r"[^a-z0-9]+", "-", "".join(c for c in folded if not unicodedata.combining(c)))
    stem = plain.strip("-")[:_KEY_CHARS_MAX].strip("-") or "unnamed"
    candidates = (stem if n == 1 else f"{stem}-{n}" for n in count(1))
    return next(key for key in candidates if key not in taken)


def weekly(spans: Iterable[SeenSpan]) -> tuple[WeeklyHours, ...]:
    """The spans that are some, none of them twice; a day that ends at 23:59 ends at midnight."""
    found: list[WeeklyHours] = []
    for span in spans:
        rule = WeeklyHours(tuple(sorted(set(span.weekdays))), span.start[:5], _end(span.end))
        if not any(hours_faults("", [*found, rule])):
            found.append(rule)
    return tuple(found)


def dated(days: Iterable[SeenDay]) -> tuple[DatedHours, ...]:
    """Days with hours of their own; start equal to end means none."""
    found: list[DatedHours] = []
    for date, group in groupby(sorted(days, key=lambda day: (day.date, day.start)), key=lambda day: day.date):
        spans = tuple(DaySpan(day.start[:5], _end(day.end)) for day in group if day.start != day.end)
        day = DatedHours(date, spans)
        if not any(dated_hours_faults("", [*found, day])):
            found.append(day)
    return tuple(found)


def whole_day_hours(hours: Sequence[WeeklyHours]) -> tuple[WeeklyHours, ...]:
    """From the first that begins to the last that ends, weekday by weekday."""
    by_day = {
        weekday: [span for span in hours if weekday in span.weekdays]
        for weekday in range(1, 8)
        if any(weekday in span.weekdays for span in hours)
    }
    bounds = {
        weekday: (min(span.start for span in spans), max(span.end for span in spans))
        for weekday, spans in by_day.items()
    }
    return tuple(
        WeeklyHours(tuple(day for day, found in bounds.items() if found == bound), *bound)
        for bound in dict.fromkeys(bounds.values())
    )


def _end(text: str) -> str:
    return "24:00" if text[:5] in {"23:59", "00:00"} else text[:5]
