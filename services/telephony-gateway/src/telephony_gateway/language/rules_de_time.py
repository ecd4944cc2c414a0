"""German clock times, parts of the day and lengths of time: patterns over single words."""

from __future__ import annotations

from telephony_gateway.language import build_time as time
from telephony_gateway.language.clock import Clock, Part, Window
from telephony_gateway.language.grammar import Builder, table

_QUARTER = 15


def _or_hour(value: int | tuple[int, int, bool]) -> Clock | None:
    return time.figures(value) if isinstance(value, tuple) else time.hour(value)


def _minutes_apart(hour: int, first: int, second: int) -> Clock | None:
    """ "neun Uhr null fünf", "neun Uhr fünf zehn"."""
    if first == 0 and second < 10:
        return time.hour(hour, second)
    return time.hour(hour, first + 10) if second == 10 and 3 <= first <= 9 else None


def _quarter_into(hour: int) -> Clock | None:
    return time.counted(hour, _QUARTER - 60) if 1 <= hour <= 12 else None


def _three_quarters_into(hour: int) -> Clock | None:
    return time.counted(hour, -_QUARTER) if 1 <= hour <= 12 else None


def _near_half(minutes: int) -> Builder:
    return lambda value: (half := time.half(value)) and time.nearly(half, minutes)


CLOCKS = table(
    {
        "CLOCK": [
            ("um? N uhr|h / um? N uhr|h und? NUM", time.hour),
            ("um? N uhr|h und? NUM MINUTE", lambda hour, minute, _: time.hour(hour, minute)),
            ("um? N uhr NUM NUM", _minutes_apart),
            ("um? N uhr halb", lambda hour: time.hour(hour, 30)),
            ("um? HM uhr|h?", _or_hour),
            ("HHMM uhr|h / um HHMM", time.compact),
            ("um? halb N uhr?", time.half),
            ("um? viertel auf? N uhr?", _quarter_into),
            ("um? dreiviertel auf? N uhr?", _three_quarters_into),
            ("um? viertel past_hour N uhr?", lambda hour: time.counted(hour, _QUARTER)),
            ("um? viertel vor N uhr?", lambda hour: time.counted(hour, -_QUARTER)),
            (
                "um? NUM MINUTE? vor dreiviertel N",
                lambda minutes, _, hour: (
                    time.counted(hour, -_QUARTER - minutes) if minutes < _QUARTER else None
                ),
            ),
            (
                "um? NUM MINUTE? past_hour dreiviertel N",
                lambda minutes, _, hour: (
                    time.counted(hour, -_QUARTER + minutes) if minutes < _QUARTER else None
                ),
            ),
            ("um? viertel past_hour MIDNIGHT", lambda _: Clock(_QUARTER)),
            ("um? viertel vor MIDNIGHT", lambda _: Clock(24 * 60 - _QUARTER)),
            ("um? NUM MINUTE? vor halb N uhr?", lambda minutes, _, hour: time.before_half(minutes, hour)),
            (
                "um? NUM MINUTE? nach|ueber halb N uhr?",
                lambda minutes, _, hour: time.after_half(minutes, hour),
            ),
            # "bis zwei, ab halb drei" is no two minutes past.
            (
                "um? NUM ab halb N uhr?",
                lambda minutes, hour: time.after_half(minutes, hour) if minutes % 5 == 0 else None,
            ),
            ("um? NUM MINUTE? vor N uhr?", lambda minutes, _, hour: time.minutes_before(minutes, hour)),
            ("um? NUM MINUTE? nach|ueber N uhr?", lambda minutes, _, hour: time.minutes_after(minutes, hour)),
            (
                "NUM ab N",
                lambda minutes, hour: time.minutes_after(minutes, hour) if minutes % 5 == 0 else None,
            ),
            (
                "um? SPELL nach N uhr?",
                lambda spell, hour: time.counted(hour, spell) if spell < 60 else None,
            ),
            (
                "um? SPELL vor N uhr?",
                lambda spell, hour: time.counted(hour, -spell) if spell < 60 else None,
            ),
            ("kurz nach N uhr?", lambda hour: time.nearly(hour, 10)),
            ("kurz vor N uhr?", lambda hour: time.nearly(hour, -10)),
            ("kurz nach halb N uhr?", _near_half(10)),
            ("kurz vor halb N uhr?", _near_half(-10)),
            ("am|um? SWISSHOUR uhr?", time.hour),
            ("am NUM uhr", time.hour),
            ("um|punkt NUM|SWISSHOUR / um punkt N uhr? / punkt N uhr", time.hour),
            ("um|punkt NUM NUM", time.hour_minutes),
            ("um? NUM NUM uhr", time.slip),
            ("um? NUM NUM uhr NUM", time.slip_with_minutes),
            ("um? MIDNIGHT / um? CLOCK MIDNIGHT", lambda *_: Clock(0)),
            ("um? DM N uhr?", time.fraction),
        ],
        "IMPOSSIBLE": [
            ("um? NUM uhr|h / um? NUM uhr|h NUM / um NUM", time.no_hour),
            ("um? HM uhr?", time.no_figures),
            ("um? halb NUM uhr?", time.no_half),
            (
                "um? viertel|dreiviertel vor|past_hour NUM uhr? / um? viertel|dreiviertel NUM uhr?",
                time.no_hour,
            ),
        ],
        "PODS": [
            ("with? EARLY POD", lambda _, part: time.early(part)),
            ("with? LATE POD", lambda _, part: time.late(part)),
            ("with? spaeter POD", time.late),
            ("with? POD", lambda part: part),
        ],
        "TODAYPART": [("with? MOD POD", time.part_of_day)],
        # An hour of which nobody knows what it is counted from, or when that is.
        "UNSURE": [
            # "bis irgendwie sechs": a word that nobody knows may turn the window around.
            ("um|ab|bis|gegen WORD NUM uhr?", time.untold),
            # "eine Stunde vor drei": two o'clock, or an hour's work until then?
            ("N HOUR nach|vor N uhr?", time.untold),
            ("nach|vor duty / in circa? N HOUR oder N", time.untold),
            (
                "N HOUR|MINUTE nach|vor? POD|CLOSING|MEAL|WORK / SPELL nach|vor POD|CLOSING|MEAL|WORK",
                time.untold,
            ),
        ],
        "MOMENT": [
            ("in circa? N HOUR", lambda count, _: time.Moment(count * 60) if count <= 72 else None),
            ("in circa? N HOUR und? NUM MINUTE?", time.hour_and_minutes),
            ("in circa? N MINUTE", lambda count, _: time.Moment(count) if count <= 24 * 60 else None),
            ("in circa? SPELL", time.Moment),
            ("in EIN? paar HOUR", lambda *_: time.Moment(120)),
        ],
    }
)

# The second tier: clock times with what stands around them.
TIMES = table(
    {
        "CLOCK": [
            ("about? um? CLOCK PODS", time.in_part),
            ("PODS about? um? CLOCK", lambda part, clock: time.in_part(clock, part)),
            ("NUM PODS", time.in_part),
            ("PODS about? NUM", lambda part, value: time.in_part(value, part)),
            ("about um? CLOCK herum? / um about CLOCK herum? / CLOCK circa", time.about),
            ("about NUM herum? / um about NUM herum? / NUM herum", time.hour_about),
            ("um CLOCK herum? / CLOCK herum", time.about),
            ("punkt um? CLOCK", lambda clock: clock),
            ("CLOCK punkt", lambda clock: clock),
            ("CLOCK MIDNIGHT", lambda *_: Clock(0)),
            (
                "CLOCK AMPM",
                lambda clock, half: time.in_part(clock, Part.EARLY if half == "am" else Part.AFTERNOON),
            ),
            (
                "about um? CLOCK AMPM",
                lambda clock, half: time.in_part(
                    time.about(clock), Part.EARLY if half == "am" else Part.AFTERNOON
                ),
            ),
            (
                "NUM AMPM",
                lambda hour, half: time.in_part(hour, Part.EARLY if half == "am" else Part.AFTERNOON),
            ),
        ],
    }
)

# The third tier: windows.
WINDOWS = table(
    {
        "WINDOW": [
            ("zwischen T und|bis|dash|slash T / von|ab T bis|dash T", time.between),
            ("T bis|dash|slash CLOCK / CLOCK bis|dash|slash T", time.between),
            ("nach PODS", time.after_part),
            ("CLOCK oder spaeter", time.from_time),
            ("CLOCK oder EARLY", lambda clock, _: time.until_time(clock)),
            (
                "ab|fruehestens|nach T / fruehestens ab|um T / erst ab|nach T / nicht vor T / T fruehestens / ab about T / CLOCK aufwaerts",
                time.from_time,
            ),
            (
                "bis|vor|spaetestens T / bis spaetestens T / spaetestens um|bis T / T spaetestens / nicht nach T / bis about T",
                time.until_time,
            ),
            ("nach|ab T aber|und|bis bis|vor|spaetestens? T", time.between),
            ("about|nach|ab CLOSING / nach WORK / zu CLOSING", lambda _: time.from_minute(17 * 60)),
            ("vor WORK", lambda _: Window(end=Clock(9 * 60), vague=True)),
            ("nach MEAL", time.after_part),
            ("vor MEAL", time.before_part),
        ],
        # "ab spätestens zehn": from then on, or until then?
        "UNSURE": [("ab spaetestens T / bis fruehestens T", time.untold)],
    }
)
