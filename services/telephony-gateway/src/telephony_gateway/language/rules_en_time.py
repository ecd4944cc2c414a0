"""English rules for hours and parts of the day."""

from __future__ import annotations

from telephony_gateway.language import build_time as time
from telephony_gateway.language.clock import Clock, Part, Window
from telephony_gateway.language.grammar import table


def _half_of_day(value: int | tuple[int, int, bool], half: str) -> Clock | None:
    """ "3 pm", "12:45 pm", "19:20 pm"."""
    clock = time.figures(value) if isinstance(value, tuple) else time.hour(value)
    if clock is None:
        return None
    noon, minute = 12 * 60, clock.minute
    if not 60 <= minute < noon + 60:
        return Clock(minute)
    return Clock(minute % noon + (noon if half == "pm" else 0))


def _compact(value: int, half: str) -> Clock | None:
    clock = time.compact(value)
    return clock and _half_of_day((clock.minute // 60, clock.minute % 60, False), half)


def _or_hour(value: int | tuple[int, int, bool]) -> Clock | None:
    return time.figures(value) if isinstance(value, tuple) else time.hour(value)


def late(_: object, part: Part) -> Part | None:
    """ "late morning" ends at noon."""
    return Part.LATE_FORENOON if part is Part.EARLY else time.late(part)


def _hundreds(number: int, unit: str | None = None) -> Clock | None:
    """ "fifteen hundred hours", but not "two hundred"."""
    return time.hour(number) if unit or number >= 10 else None


def _minutes_to(minutes: int, hour: int) -> Clock | None:
    """ "ten to five"."""
    return time.minutes_before(minutes, hour) if minutes in {5, 10, 20, 25} else None


def _minutes_to_half(minutes: int, hour: int, half: str) -> Clock | None:
    """ "at ten to five pm"."""
    clock = _minutes_to(minutes, hour)
    return clock and _half_of_day((*divmod(clock.minute, 60), False), half)


def _between_in_half(first: int, hour: int, half: str) -> Window | None:
    """ "from ten to five pm"."""
    last = _half_of_day(hour, half)
    return None if last is None else time.between(first, last)


def _hours_from_now(count: int, _: object) -> time.Moment | None:
    return time.Moment(count * 60) if 1 <= count <= 72 else None


def _minutes_from_now(count: int, _: object) -> time.Moment | None:
    return time.Moment(count) if 1 <= count <= 24 * 60 else None


CLOCKS = table(
    {
        "CLOCK": [
            ("um? NUM uhr / um NUM / um? HM h|uhr?", _or_hour),
            ("um? H AMPM", _half_of_day),
            ("um? HHMM AMPM", _compact),
            ("um HHMM / HHMM h|uhr", time.compact),
            ("NUM h", time.hour),
            ("um? NUM hundred HOUR|h?", _hundreds),
            ("um? NUM NUM hundred HOUR|h?", lambda zero, number, *_: None if zero else time.hour(number)),
            ("um? halb nach N uhr?", lambda hour: time.counted(hour, 30)),
            ("um? halb NUM", lambda hour: time.counted(hour, 30)),
            ("um? EIN? viertel nach NUM uhr?", lambda _, hour: time.counted(hour, 15)),
            ("um? EIN? viertel upto|vor|of NUM uhr?", lambda _, hour: time.counted(hour, -15)),
            ("um? NUM MINUTE? nach NUM uhr?", lambda minutes, _, hour: time.minutes_after(minutes, hour)),
            ("um? NUM MINUTE? vor NUM uhr?", lambda minutes, _, hour: time.minutes_before(minutes, hour)),
            ("um? NUM MINUTE upto NUM uhr?", lambda minutes, _, hour: time.minutes_before(minutes, hour)),
            ("um NUM upto NUM uhr?", _minutes_to),
            ("um? about um? NUM upto NUM uhr?", lambda *said: (to := _minutes_to(*said)) and to.about()),
            ("um NUM upto NUM AMPM", _minutes_to_half),
            ("NUM upto NUM", lambda minutes, hour: _minutes_to(minutes, hour) if minutes >= 20 else None),
            (
                "um? NUM NUM NUM",
                lambda hour, zero, minute: (
                    time.hour(hour, minute) if hour and zero == 0 and minute < 10 else None
                ),
            ),
            ("um NUM NUM / NUM NUM uhr", time.hour_minutes),
            ("NUM NUM", lambda hour, minute: time.hour_minutes(hour, minute) if minute % 15 == 0 else None),
            (
                "um? NUM NUM AMPM",
                lambda hour, minute, half: _half_of_day((hour, minute, False), half) if minute < 60 else None,
            ),
            ("um? MIDNIGHT", lambda _: Clock(0)),
            ("um? NOON", lambda _: Clock(12 * 60)),
            ("um? NUM NOON", lambda twelve, _: Clock(12 * 60) if twelve == 12 else None),
            ("um? NUM MIDNIGHT", lambda twelve, _: Clock(0) if twelve == 12 else None),
            ("um? about? um? H dash? ish uhr?", lambda said: (clock := _or_hour(said)) and clock.about()),
            (
                "um? NUM NUM NUM",
                lambda zero, hour, minute: (
                    time.figures((hour, minute, True)) if zero == 0 and 10 <= minute < 60 else None
                ),
            ),
        ],
        "IMPOSSIBLE": [
            ("um? NUM uhr / um NUM", time.no_hour),
            ("um? HM h|uhr?", time.no_figures),
        ],
        "PODS": [
            ("with? der? EARLY|EARLY in? der? POD", lambda *found: time.early(found[-1])),
            ("with? der? LATE in? der? POD", late),
            ("with? der? MOD? POD", lambda mode, part: part if mode is None else None),
            # "one morning next week" counts mornings, "two afternoons" too.
            ("NUM POD", lambda count, part: part if count == 1 else None),
            ("NUM|EIN of? der? PODPL", lambda _, part: part),
            ("about NOON / in der? NOON", lambda _: Part.NOON),
        ],
        "WINDOW": [
            ("AFTERWORK", time.from_minute),
            (
                "ab|zwischen NUM upto|und NUM AMPM",
                _between_in_half,
            ),
        ],
        # "ten to five pm": ten minutes before, or from ten on?
        "TORN": [
            ("NUM upto NUM AMPM", _minutes_to_half),
            # "at nine-ten": ten past nine, or from nine to ten?
            ("um NUM dash NUM", time.hour_minutes),
        ],
        "MOMENT": [
            ("in about? N HOUR termin? / about? N HOUR hence", _hours_from_now),
            ("in about? N MINUTE termin? / about? N MINUTE hence", _minutes_from_now),
            ("in about? SPELL / about? SPELL hence", time.Moment),
        ],
        "TODAYPART": [
            ("MOD POD", time.part_of_day),
            ("TONIGHT", lambda part: (0, part)),
        ],
    }
)
