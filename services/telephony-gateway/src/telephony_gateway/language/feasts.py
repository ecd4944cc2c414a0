"""Feasts and other named days: when they are, from the calendar alone (fixed, after Easter, before Christmas)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from telephony_gateway.language.days import (
    DAY,
    Doubt,
    ImpossibleDayError,
    Reading,
    Span,
    make_date,
    one,
    several,
)

SUNDAY = 6
Rule = Callable[[int], date]


@lru_cache(maxsize=256)
def easter(year: int) -> date:
    """Easter Sunday of a Gregorian year (the anonymous computus)."""
    if not 1583 <= year <= 9998:
        raise ImpossibleDayError(f"year {year}")
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _fixed(month: int, day: int) -> Rule:
    return lambda year: make_date(year, month, day)


def _easter(days: int) -> Rule:
    return lambda year: easter(year) + timedelta(days=days)


def _advent(days: int) -> Rule:
    """So many days after the fourth Sunday of Advent, the last Sunday before Christmas Day."""
    return lambda year: _sunday_before(date(year, 12, 25)) + timedelta(days=days)


def _sunday_before(day: date) -> date:
    return day - timedelta(days=(day.weekday() - SUNDAY) % 7 or 7)


def _nth_sunday(month: int, nth: int) -> Rule:
    def rule(year: int) -> date:
        first = make_date(year, month, 1)
        return first + timedelta(days=(SUNDAY - first.weekday()) % 7 + 7 * (nth - 1))

    return rule


RULES: dict[str, Rule] = {
    "new_year": _fixed(1, 1),
    "berchtold": _fixed(1, 2),
    "epiphany": _fixed(1, 6),
    "candlemas": _fixed(2, 2),
    "valentine": _fixed(2, 14),
    "womens_day": _fixed(3, 8),
    "st_joseph": _fixed(3, 19),
    "womens_carnival": _easter(-52),
    "carnival_saturday": _easter(-50),
    "carnival_sunday": _easter(-49),
    "carnival_monday": _easter(-48),
    "carnival_tuesday": _easter(-47),
    "ash_wednesday": _easter(-46),
    "palm_sunday": _easter(-7),
    "maundy_thursday": _easter(-3),
    "good_friday": _easter(-2),
    "holy_saturday": _easter(-1),
    "easter_sunday": _easter(0),
    "easter_monday": _easter(1),
    "easter_tuesday": _easter(2),
    "white_sunday": _easter(7),
    "labour_day": _fixed(5, 1),
    "mothers_day": _nth_sunday(5, 2),
    "ascension": _easter(39),
    "whit_saturday": _easter(48),
    "whit_sunday": _easter(49),
    "whit_monday": _easter(50),
    "whit_tuesday": _easter(51),
    "trinity": _easter(56),
    "corpus_christi": _easter(60),
    "st_john": _fixed(6, 24),
    "peter_and_paul": _fixed(6, 29),
    "swiss_national_day": _fixed(8, 1),
    "peace_of_augsburg": _fixed(8, 8),
    "assumption": _fixed(8, 15),
    "childrens_day": _fixed(9, 20),
    "swiss_prayer_day": _nth_sunday(9, 3),
    "harvest": _nth_sunday(10, 1),
    "german_unity": _fixed(10, 3),
    "austrian_national_day": _fixed(10, 26),
    "reformation": _fixed(10, 31),
    "halloween": _fixed(10, 31),
    "all_saints": _fixed(11, 1),
    "all_souls": _fixed(11, 2),
    "st_martin": _fixed(11, 11),
    "st_leopold": _fixed(11, 15),
    "mourning": _advent(-35),
    "repentance": _advent(-32),
    "eternity_sunday": _advent(-28),
    "advent_1": _advent(-21),
    "advent_2": _advent(-14),
    "advent_3": _advent(-7),
    "advent_4": _advent(0),
    "st_barbara": _fixed(12, 4),
    "st_nicholas": _fixed(12, 6),
    "immaculate_conception": _fixed(12, 8),
    "christmas_eve": _fixed(12, 24),
    "christmas_day": _fixed(12, 25),
    "boxing_day": _fixed(12, 26),
    "new_years_eve": _fixed(12, 31),
}

# A feast of several days: the one that is meant first, then the others. "nach Ostern" counts from the last.
LONG: dict[str, tuple[str, ...]] = {
    "easter": ("easter_sunday", "easter_monday"),
    "whitsun": ("whit_sunday", "whit_monday"),
    "christmas": ("christmas_day", "christmas_eve", "boxing_day"),
    "national_day": ("german_unity", "austrian_national_day"),
}
# What a German caller and an Austrian one mean by the same word differs: by the zone's country.
BY_ZONE = {
    "Europe/Vienna": {"national_day": "austrian_national_day"},
    "Europe/Zurich": {"national_day": "swiss_national_day", "repentance": "swiss_prayer_day"},
}


@dataclass(frozen=True, slots=True)
class Feast:
    """A named day, with the year where one was said."""

    name: str
    year: int | None = None
    year_ahead: int | None = None

    def resolve(self, today: date) -> Reading:
        """The next such day; a feast of several days is asked about."""
        members = LONG.get(self.name)
        if members is None:
            return one(self._next(self.name, today))
        first = self._next(members[0], today)
        return several(Doubt.FEAST_OF_SEVERAL_DAYS, first, *(RULES[name](first.year) for name in members[1:]))

    def bounds(self, today: date) -> tuple[date, date]:
        """The feast's first and last day."""
        members = LONG.get(self.name, (self.name,))
        year = self._next(members[0], today).year
        days = [RULES[name](year) for name in members]
        return min(days), max(days)

    def _next(self, name: str, today: date) -> date:
        if self.year is not None:
            return RULES[name](self.year)
        if self.year_ahead is not None:
            return RULES[name](today.year + self.year_ahead)
        day = RULES[name](today.year)
        return RULES[name](today.year + 1) if day < today else day


@dataclass(frozen=True, slots=True)
class NearFeast:
    """A day counted from a feast: "zwei Tage vor Ostern", "am Tag nach Himmelfahrt", "eine Woche nach Pfingsten"."""

    feast: Feast
    days: int

    def resolve(self, today: date) -> Reading:
        """One day, still to come."""
        return _still_to_come(
            self.feast, today, lambda first, last: (last if self.days > 0 else first) + self.days * DAY
        )


@dataclass(frozen=True, slots=True)
class WeekdayNearFeast:
    """A weekday before or after a feast: "Freitag nach Fronleichnam"."""

    feast: Feast
    weekday: int
    after: bool

    def resolve(self, today: date) -> Reading:
        """The nearest such weekday on that side, still to come."""
        return _still_to_come(self.feast, today, self._pick)

    def _pick(self, first: date, last: date) -> date:
        if self.after:
            return last + timedelta(days=(self.weekday - last.weekday() - 1) % 7 + 1)
        return first - timedelta(days=(first.weekday() - self.weekday - 1) % 7 + 1)


@dataclass(frozen=True, slots=True)
class FeastSide:
    """All days before a feast, all days after it, or those between two feasts."""

    feast: Feast
    side: Literal["before", "after"]
    until: Feast | None = None

    def resolve(self, today: date) -> Reading:
        """An open range, or the days between the two."""
        first, last = self.feast.bounds(today)
        if self.side == "before":
            return Reading((Span(None, first - DAY),))
        if self.until is None:
            return Reading((Span(last + DAY),))
        begin, end = self.until.bounds(last)
        between = Span(last + DAY, begin - DAY)
        # Feasts beside each other have no day between them: then they are meant themselves.
        return Reading((between if last + DAY < begin - DAY else Span(first, end),))


def _still_to_come(feast: Feast, today: date, pick: Callable[[date, date], date]) -> Reading:
    day = pick(*feast.bounds(today - 7 * DAY))
    if day < today and feast.year is None:
        day = pick(*feast.bounds(today + DAY))
    return one(day)
