"""Two weeks of working hours as one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from staff_registry.domain.business import WeeklyHours

Season = tuple[str, str]
"""First and last day, "" without border."""
_DAY = timedelta(days=1)


def union(one: Sequence[WeeklyHours], other: Sequence[WeeklyHours]) -> tuple[WeeklyHours, ...]:
    """Whenever one of the two says so, without overlaps; unchanged where both say the same, or one says nothing."""
    if not other or set(one) == set(other):
        return tuple(one)
    if not one:
        return tuple(other)
    both = (*one, *other)
    seasons = _seasons(both)
    when: dict[tuple[str, str], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, season in enumerate(seasons):
        holding = [rule for rule in both if _holds(rule, season)]
        for weekday in range(1, 8):
            for span in _merged(rule for rule in holding if weekday in rule.weekdays):
                when[span][weekday].append(number)
    return tuple(rule for span, days in sorted(when.items()) for rule in _rules(span, days, seasons))


def _seasons(rules: Sequence[WeeklyHours]) -> list[Season]:
    """Stretches of days within which the same rules hold."""
    begins = {rule.valid_from for rule in rules if rule.valid_from}
    begins |= {_next(rule.valid_until) for rule in rules if rule.valid_until}
    ordered = ["", *sorted(begins)]
    return [
        (begin, _before(after) if after else "")
        for begin, after in zip(ordered, [*ordered[1:], ""], strict=True)
    ]


def _holds(rule: WeeklyHours, season: Season) -> bool:
    begin, end = season
    starts_before = not rule.valid_from or (bool(begin) and rule.valid_from <= begin)
    ends_after = not rule.valid_until or (bool(end) and end <= rule.valid_until)
    return starts_before and ends_after


def _merged(rules: Iterable[WeeklyHours]) -> list[tuple[str, str]]:
    spans: list[tuple[str, str]] = []
    for rule in sorted(rules, key=lambda each: (each.start, each.end)):
        if spans and rule.start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], rule.end))
        else:
            spans.append((rule.start, rule.end))
    return spans


def _rules(
    span: tuple[str, str], days: dict[int, list[int]], seasons: Sequence[Season]
) -> Iterable[WeeklyHours]:
    """One rule for each stretch of seasons, with all weekdays that have the span in exactly these."""
    stretches: dict[tuple[int, int], list[int]] = defaultdict(list)
    for weekday, numbers in sorted(days.items()):
        for stretch in _stretches(numbers):
            stretches[stretch].append(weekday)
    for (first, last), weekdays in sorted(stretches.items()):
        yield WeeklyHours(tuple(weekdays), *span, seasons[first][0], seasons[last][1])


def _stretches(numbers: Sequence[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _next(day: str) -> str:
    return (date.fromisoformat(day) + _DAY).isoformat() if day < "9999-12-31" else day


def _before(day: str) -> str:
    return (date.fromisoformat(day) - _DAY).isoformat()
