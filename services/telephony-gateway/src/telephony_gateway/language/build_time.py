"""What the rules of every language make of their captures: clock times and windows; None refuses a match."""

from __future__ import annotations

from dataclasses import dataclass, replace

from telephony_gateway.language.clock import DAY, HALF_DAY, MORNING_FROM, Clock, Part, Window


@dataclass(frozen=True, slots=True)
class Impossible:
    """Words that name no time or day at all: "25 Uhr", "der 31. Februar"."""

    what: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A point of time so many minutes from now."""

    minutes: int


def hour_and_minutes(hours: int, _: str, minutes: int, unit: str | None) -> Moment | None:
    """ "in einer Stunde fünfzehn", "in zwei Stunden und fünf Minuten"."""
    told = minutes < 60 and (unit is not None or (minutes >= 10 and minutes % 5 == 0))
    return Moment(hours * 60 + minutes) if told and hours <= 72 else None


def hour(value: int, minute: int | None = None) -> Clock | None:
    """ "drei Uhr", "vierzehn Uhr dreißig"."""
    minute = minute or 0
    if not (0 <= value <= 24 and 0 <= minute < 60) or (value == 24 and minute):
        return None
    return Clock((value * 60 + minute) % DAY, bare=1 <= value <= 12)


def no_hour(value: int, minute: int | None = None) -> Impossible | None:
    """ "25 Uhr", "14 Uhr 75"."""
    return Impossible("time") if hour(value, minute) is None else None


def figures(value: tuple[int, int, bool]) -> Clock | None:
    """ "14:30"; a leading zero says that the morning is meant."""
    clock = hour(value[0], value[1])
    return Clock(clock.minute) if clock is not None and value[2] else clock


def no_figures(value: tuple[int, int, bool]) -> Impossible | None:
    """ "25:30"."""
    return Impossible("time") if hour(value[0], value[1]) is None else None


def compact(value: int) -> Clock | None:
    """ "1430"."""
    return hour(*divmod(value, 100))


def _base(value: int | Clock) -> int | None:
    """The minute of the day that "viertel vor ..." counts from."""
    if isinstance(value, Clock):
        return value.minute
    return value * 60 % DAY if 0 <= value <= 24 else None


def counted(value: int | Clock, minutes: int) -> Clock | None:
    """So many minutes after the hour that was named (before, if negative); "halb eins" is half past twelve."""
    base = _base(value)
    if base is None:
        return None
    minute = (base + minutes) % DAY
    if not 60 <= base <= HALF_DAY:
        return Clock(minute)
    return Clock(minute + HALF_DAY if minute < 60 else minute, bare=True)


def half(value: int | Clock) -> Clock | None:
    """ "halb drei" is 2:30; nobody says it of hours above twelve."""
    base = _base(value)
    return counted(value, -30) if base is not None and 60 <= base <= HALF_DAY else None


def no_half(value: int | Clock) -> Impossible | None:
    """ "halb dreizehn"."""
    return Impossible("time") if half(value) is None else None


_FRACTIONS = {(1, 4): -45, (1, 2): -30, (3, 4): -15}


def fraction(part: tuple[int, int], value: int) -> Clock | None:
    """ "3/4 5": written as a fraction, said "dreiviertel fünf"."""
    return counted(value, _FRACTIONS[part]) if part in _FRACTIONS and 1 <= value <= 12 else None


def minutes_before(minutes: int, value: int | Clock) -> Clock | None:
    """ "zehn vor drei"."""
    return counted(value, -minutes) if 1 <= minutes <= 30 else None


def minutes_after(minutes: int, value: int | Clock) -> Clock | None:
    """ "zehn nach drei"."""
    return counted(value, minutes) if 1 <= minutes <= 30 else None


def before_half(minutes: int, value: int | Clock) -> Clock | None:
    """ "fünf vor halb drei"."""
    return counted(value, -30 - minutes) if 1 <= minutes <= 15 else None


def after_half(minutes: int, value: int | Clock) -> Clock | None:
    """ "fünf nach halb drei"."""
    return counted(value, -30 + minutes) if 1 <= minutes <= 15 else None


def hour_minutes(value: int, minute: int) -> Clock | None:
    """ "zehn dreißig": minutes without "Uhr" are ten and more, and a multiple of five."""
    return hour(value, minute) if minute >= 10 and minute % 5 == 0 else None


def slip(first: int, second: int) -> Clock | None:
    """ "sechs sechzehn Uhr": the last hour that was said, or hour and minutes; "vier zehn Uhr" is fourteen."""
    if second == 10 and 3 <= first <= 9:
        return Clock((first + 10) * 60)
    later = hour(second)
    if later is None or second < 10:
        return hour_minutes(first, second)
    return Clock(later.readings()[0], others=(first * 60 + second,)) if 0 <= first <= 24 else None


def slip_with_minutes(first: int, second: int, minute: int) -> Clock | None:
    """ "vier zehn Uhr dreißig" is half past fourteen."""
    return hour(first + 10, minute) if second == 10 and 3 <= first <= 9 else None


def untold(*_: object) -> str:
    """ "eine Stunde nach Mittag": time, but nobody can tell which."""
    return "untold"


def about(clock: Clock) -> Clock:
    """ "gegen drei", "so um drei"."""
    return clock.about()


def hour_about(value: int) -> Clock | None:
    """ "gegen drei" with the bare number."""
    clock = hour(value)
    return clock and clock.about()


def nearly(value: int | Clock, minutes: int) -> Clock | None:
    """ "kurz nach drei": a question, with the full hour first."""
    base = value if isinstance(value, Clock) else hour(value)
    if base is None:
        return None
    first = base.readings()[0]
    return Clock(first, approximate=True, others=((first + minutes) % DAY,))


def in_part(value: int | Clock, part: Part) -> Clock | Impossible | None:
    """ "acht Uhr abends", "nachmittags um drei"."""
    clock = value if isinstance(value, Clock) else hour(value)
    if clock is None:
        return None
    return clock.within(part) or Impossible("time of day")


def window_in_part(window: Window, part: Part) -> Window | None:
    """ "nachmittags zwischen zwei und vier"; two parts of the day do not merge."""
    return window.within(part) if window.part is None else None


def as_clock(value: int | Clock | Part | Window | None) -> Clock | None:
    """An end of a window: a clock time, a bare hour, or where a part of the day begins."""
    if isinstance(value, Part):
        return Clock(value.first)
    if isinstance(value, Window):
        return Clock(value.part.first) if value.part else None
    if isinstance(value, int):
        return hour(value)
    return value if isinstance(value, Clock) else None


def between(start: int | Clock | Part, end: int | Clock | Part) -> Window | None:
    """ "zwischen zwei und vier", "von neun bis halb elf"."""
    first = as_clock(start)
    last = Clock(end.last) if isinstance(end, Part) else as_clock(end)
    if isinstance(start, int) and isinstance(end, Clock) and first and last:
        first = _in_the_same_half(first, last)
    return Window(first, last) if first is not None and last is not None else None


def _in_the_same_half(first: Clock, last: Clock) -> Clock:
    """ "von acht bis neun Uhr abends": the bare hour may be meant in the evening as well, and nobody can be sure."""
    later = first.minute + HALF_DAY
    doubtful = first.bare and last.in_part and MORNING_FROM <= first.minute < HALF_DAY and later < last.minute
    return replace(first, minute=later, bare=False, others=(first.minute,)) if doubtful else first


def from_time(value: int | Clock | Part) -> Window | None:
    """ "ab drei"."""
    clock = as_clock(value)
    return Window(start=clock) if clock else None


def from_minute(minute: int) -> Window:
    """ "nach Feierabend": from a fixed minute of the day on."""
    return Window(start=Clock(minute), vague=True)


def until_time(value: int | Clock | Part) -> Window | None:
    """ "bis drei"."""
    clock = as_clock(value)
    return Window(end=clock) if clock else None


def after_part(part: Part) -> Window:
    """ "nach dem Mittagessen"."""
    return Window(start=Clock(part.last if part is not Part.NOON else 13 * 60))


def before_part(part: Part) -> Window:
    """ "vor dem Mittagessen"."""
    return Window(end=Clock(part.first))


_DAYS_FROM_TODAY = {"this": 0, "last": -1}


def part_of_day(mode: str, part: Part) -> tuple[int, Part] | None:
    """ "diesen Nachmittag", "letzte Nacht": days from today, and the part."""
    return (_DAYS_FROM_TODAY[mode], part) if mode in _DAYS_FROM_TODAY else None


_EARLY = {
    Part.FORENOON: Part.EARLY_FORENOON,
    Part.AFTERNOON: Part.EARLY_AFTERNOON,
    Part.EVENING: Part.EARLY_EVENING,
    Part.EARLY: Part.EARLY,
}
_LATE = {
    Part.FORENOON: Part.LATE_FORENOON,
    Part.AFTERNOON: Part.LATE_AFTERNOON,
    Part.EVENING: Part.LATE_EVENING,
}


def early(part: Part) -> Part | None:
    """ "am frühen Nachmittag"."""
    return _EARLY.get(part)


def late(part: Part) -> Part | None:
    """ "am späten Vormittag"."""
    return _LATE.get(part)
