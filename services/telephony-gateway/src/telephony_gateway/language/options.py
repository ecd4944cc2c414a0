"""Phrases in the order they were said into the options that the caller means: merged, corrected, or alternatives."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from telephony_gateway.language import build_time
from telephony_gateway.language.build_day import day_alone
from telephony_gateway.language.build_time import Impossible, Moment
from telephony_gateway.language.clock import HALF_DAY, Clock, Part, Window
from telephony_gateway.language.days import (
    Between,
    DayExpression,
    DayOfMonth,
    RelativeDay,
    Weekday,
    with_month_of,
)
from telephony_gateway.language.grammar import Item
from telephony_gateway.language.lexicon import HIGHEST
from telephony_gateway.language.periods import STRETCHES, Month
from telephony_gateway.language.understanding import Search
from telephony_gateway.language.unify import unify

TimeExpression = Clock | Window
# A single ordinal up to this is one of the options that were read out, not a day of the month.
MOST_OPTIONS = 5
_BLOCKING = frozenset(
    {
        "uhr",
        "halb",
        "viertel",
        "dreiviertel",
        "HM",
        "YEAR",
        "kw",
        "punkt",
        "PART",
        "feiertag",
        "WOCHE",
        "WOCHEN",
        "MONAT",
        "MONATE",
        "LATE",
        "UNSURE",
        "zwischen",
        "fruehestens",
        "spaetestens",
    }
)
_CUT_OFF, _CUT_OFF_IN_GERMAN = frozenset({"um", "nach", "gegen", "zwischen"}), frozenset({"am", "bis"})
_CORRECTS = frozenset({"nein", "sondern", "lieber"})
_HOUR_BEFORE = frozenset({"DAY", "PODS", "nein", "oder", "lieber", "und", "sondern"})


@dataclass(slots=True)
class Option:
    """One day and one time of it, either may be missing."""

    day: DayExpression | None = None
    time: TimeExpression | None = None


@dataclass(slots=True)
class Said:
    """All that the phrases say."""

    options: list[Option] = field(default_factory=lambda: [Option()])
    impossible: Impossible | None = None
    left_over: bool = False
    selection: int | None = None
    search: Search | None = None
    moment: Moment | None = None


class Listener:
    """Takes the phrases one by one."""

    def __init__(self, items: list[Item]) -> None:
        self.said = Said()
        self._items = items
        self._correcting: set[str] = set()
        self._another = False
        self._used: set[int] = set()
        self._remainder: Window | None = None

    def listen(self) -> Said:
        """What was said in all."""
        for index, item in enumerate(self._items):
            self._take(index, item)
        if self._items and _is_cut_off(self._items[-1]):
            self.said.left_over = True
        self._only_numbers()
        if self._remainder is not None and all(option.time is None for option in self.said.options):
            self._time(self._remainder)
        self._day_after_all()
        _share(self.said.options)
        self.said.left_over = self.said.left_over or any(_is_torn(option) for option in self.said.options)
        return self.said

    def _take(self, index: int, item: Item) -> None:
        kind = item.kind
        if kind == "DAY":
            self._day(item.value)
        elif isinstance(item.value, Impossible):
            self.said.impossible = item.value
        elif kind in {"CLOCK", "WINDOW"}:
            self._time(item.value)
        elif kind == "TODAYPART":
            days, part = item.value
            self._day(RelativeDay(days))
            self._time(Window(part=part))
        elif kind == "PODS":
            self._time(Window(part=item.value))
        elif kind == "REMAINDER":
            # "vor neun und nach fünf geht nicht"
            both = self._remainder and _both_sides(self._remainder, item.value)
            self._remainder = both or item.value
        elif kind in {"NUM", "DAYORD", "EARLY", "spaeter", "LATE"}:
            self._loose(index, item)
        else:
            self._mark(item)

    def _mark(self, item: Item) -> None:
        kind = item.kind
        if kind in _CORRECTS:
            self._correcting = {"day", "time"}
        elif kind == "meant":
            self.said.options = self.said.options[-1:]
        elif kind in {"oder", "und"}:
            self._another = kind == "oder" or self._another
        elif kind == "IMPOSSIBLE":
            self.said.impossible = Impossible("date")
        elif kind == "MOMENT":
            self.said.moment = item.value
        elif kind == "FIRSTFREE":
            self.said.search = Search.FIRST_FREE
        elif kind in _BLOCKING or (kind == "MOD" and item.value in {"next", "overnext"}):
            self.said.left_over = True

    def _day(self, day: DayExpression) -> None:
        current = self.said.options[-1]
        if "day" in self._correcting and current.day is not None:
            self.said.options = [Option(_amended_day(current.day, day), current.time)]
        elif current.day is None:
            current.day = day
        else:
            merged = None if self._another else unify(current.day, day)
            if merged is None:
                current.day = with_month_of(current.day, day)
                self.said.options.append(Option(_amended_day(current.day, day)))
            else:
                current.day = merged
        self._correcting.discard("day")
        self._another = False

    def _time(self, time: TimeExpression) -> None:
        current = self.said.options[-1]
        if "time" in self._correcting and current.time is not None:
            self.said.options = [Option(current.day, _amended_time(current.time, time))]
        elif current.time is None:
            current.time = time
        else:
            self._second_time(current, time)
        self._correcting.discard("time")
        self._another = False

    def _second_time(self, current: Option, time: TimeExpression) -> None:
        assert current.time is not None  # noqa: S101 - only asked for an option that has a time
        merged = None if self._another else _merged(current.time, time)
        if isinstance(merged, Impossible):
            self.said.impossible = merged
        elif merged is None:
            self.said.options.append(Option(current.day, _amended_time(current.time, time)))
        else:
            current.time = merged

    def _loose(self, index: int, item: Item) -> None:
        """A number, an ordinal or an adverb that no rule claimed."""
        if item.kind == "NUM":
            self._number(index, item)
        elif item.kind == "DAYORD":
            self._ordinal(index, item)
        else:
            # "eine Woche später um zehn" is counted from a day that this sentence does not say.
            counted = self._kind(index - 1) in {"OTHER", "COUNT", "TAGE", "WOCHEN", "MONATE"}
            counted = counted and not self._hour_told(index)
            self.said.left_over = self.said.left_over or item.kind == "LATE" or counted
            self.said.search = Search.LATER if item.kind in {"spaeter", "LATE"} else Search.EARLIER

    def _hour_told(self, index: int) -> bool:
        """ "eine Stunde später, also um fünf"."""
        is_length = self._items[index - 1].value == "length"
        return is_length and any(item.kind == "CLOCK" and item.pause for item in self._items[index + 1 :])

    def _number(self, index: int, item: Item) -> None:
        """A bare number is an hour after a day or a part of it, or beside another hour; before a noun it counts."""
        before = self._kind(index - 1)
        if index - 1 in self._used:
            return
        if self._begins_window(index, before):
            # "neun bis elf am Montag"
            window = self._items[index + 1].value
            start = build_time.hour(item.value)
            if start is not None:
                self._items[index + 1] = Item("WINDOW", Window(start, window.end), item.start, item.end)
                return
        if not self._is_hour(index, before):
            if item.value > HIGHEST:
                # "Sie ist 83": no clock and no calendar has it.
                return
            # "Zimmer 12" and "zwei Kinder" name or count something, a number on its own is part of what was meant.
            self.said.left_over = self.said.left_over or "WORD" not in {before, self._kind(index + 1)}
            return
        if self._kind(index + 1) == "NUM":
            clock = build_time.hour_minutes(item.value, self._items[index + 1].value)
            self._used.add(index)
        else:
            clock = build_time.hour(item.value)
        if clock is None:
            self.said.left_over = True
        else:
            self._time(clock)

    def _day_after_all(self) -> None:
        """ "den dritten um drei": with a time of its own the ordinal is a day, not one of the options."""
        option = self.said.options[-1]
        if self.said.selection is not None and option.day is None and option.time is not None:
            option.day, self.said.selection = day_alone(self.said.selection), None

    def _only_numbers(self) -> None:
        """ "neun dreißig" and nothing else: an answer to "wann?"."""
        kinds = [item.kind for item in self._items]
        if kinds == ["NUM", "oder", "NUM"]:
            clocks = [build_time.hour(self._items[at].value) for at in (0, 2)]
            if all(clocks):
                self.said.options = [Option(time=clock) for clock in clocks]
                self.said.left_over = False
        if kinds == ["NUM", "NUM"]:
            self.said.options[0].time = build_time.hour_minutes(self._items[0].value, self._items[1].value)
            self.said.left_over = False

    def _is_hour(self, index: int, before: str) -> bool:
        if self._kind(index + 1) == "WORD" and not self._items[index + 1].pause:
            return False
        if self._kind(index + 1) == "oder" and self._kind(index + 2) == "CLOCK":
            return True
        if before == "DAY" and isinstance(self._items[index - 1].value, STRETCHES):
            # "nächste Woche sechs": an hour of which day? It counts something else.
            return False
        if before in {"lieber", "sondern"}:
            return True
        return before in {"DAY", "PODS"} or (
            before in _HOUR_BEFORE and isinstance(self.said.options[-1].time, Clock)
        )

    def _begins_window(self, index: int, before: str) -> bool:
        if self._kind(index + 1) != "WINDOW" or "DAY" not in {before, self._kind(index + 2)}:
            return False
        window = self._items[index + 1].value
        return window.start is None and isinstance(window.end, Clock) and not self._items[index + 1].pause

    def _kind(self, index: int) -> str:
        return self._items[index].kind if 0 <= index < len(self._items) else ""

    def _ordinal(self, index: int, item: Item) -> None:
        known = self.said.options[-1].day
        beside = self._kind(index + 1) in {"oder", "und"} and self._kind(index + 2) in {"DAY", "DAYORD"}
        if known is not None or item.value > MOST_OPTIONS or beside:
            self._day(day_alone(item.value))
        else:
            self.said.selection = item.value


def _is_cut_off(last: Item) -> bool:
    """ "am Montag um": before the hour; "Uhrzeit" asks for one."""
    if last.kind in _CUT_OFF:
        return bool(last.value != "uhrzeit")
    return last.kind in _CUT_OFF_IN_GERMAN and last.value in _CUT_OFF_IN_GERMAN


def _is_torn(option: Option) -> bool:
    """ "bis Freitag um zehn": an hour of the last day, or a deadline?"""
    return isinstance(option.day, Between) and option.day.start is None and isinstance(option.time, Clock)


def _share(options: list[Option]) -> None:
    """ "Montag oder Dienstag um zehn": what only one of them has holds for all."""
    for option in options:
        if option.time is None:
            option.time = next((other.time for other in options if other.time is not None), None)
        if option.day is None:
            option.day = next((other.day for other in options if other.day is not None), None)


def _amended_day(before: DayExpression, after: DayExpression) -> DayExpression:
    """A corrected day keeps the week or month of the first ("nächste Woche Montag, nein, Dienstag")."""
    if (
        isinstance(before, Weekday)
        and isinstance(after, Weekday)
        and after.mode == "plain"
        and after.week is None
    ):
        if after.weeks_later == 0:
            return replace(
                after, week=before.week, weeks_later=before.weeks_later, week_first=before.week_first
            )
    elif (
        isinstance(before, DayOfMonth) and isinstance(after, Month) and after.portion is None and after.number
    ):
        return replace(before, month=after.number, year=after.year)
    elif isinstance(before, DayOfMonth) and isinstance(after, DayOfMonth) and after.month is None:
        return replace(after, month=before.month, year=before.year, months_ahead=before.months_ahead)
    return after


def _amended_time(before: TimeExpression, after: TimeExpression) -> TimeExpression:
    """A corrected hour stays in the half of the day of the first ("acht Uhr abends, nein, neun")."""
    if isinstance(before, Clock) and isinstance(after, Clock) and after.bare and not before.bare:
        later = after.minute + HALF_DAY
        if before.minute >= 18 * 60 and after.minute >= 8 * 60 and later < 24 * 60:
            return replace(after, minute=later, bare=False)
    return after


def _merged(first: TimeExpression, second: TimeExpression) -> TimeExpression | Impossible | None:
    if first == second:
        return first
    for vague, said in ((first, second), (second, first)):
        if isinstance(vague, Window) and vague.vague:
            return said
    for part, other in ((_part(first), second), (_part(second), first)):
        if part is not None:
            return (
                build_time.in_part(other, part)
                if isinstance(other, Clock)
                else build_time.window_in_part(other, part)
            )
    if isinstance(first, Window) and isinstance(second, Window):
        return _both_sides(first, second)
    return None


def _part(time: TimeExpression) -> Part | None:
    return time.part if isinstance(time, Window) else None


def _both_sides(first: Window, second: Window) -> Window | None:
    """ "ab neun ... bis elf"."""
    if first.end is None and second.start is None:
        return Window(first.start, second.end)
    if first.start is None and second.end is None:
        return Window(second.start, first.end)
    return None
