"""The rules that single values have to keep; each yields a fault as (path, what was expected), never the value."""

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator
from datetime import date, datetime
from functools import cache, lru_cache
from zoneinfo import available_timezones

import holidays
import phonenumbers

Fault = tuple[str, str]
Faults = Iterator[Fault]
NAME_CHARS_MAX = 200
PHASE_MINUTES_MAX = 600
BUFFER_MINUTES_MAX = 480
NOTICE_MINUTES_MAX = 90 * 24 * 60
HORIZON_DAYS_MAX = 730
_MONEY_MAX = 100_000_00
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CONTROL = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def is_slug(text: str) -> bool:
    """Whether a text can be a key."""
    return len(text) <= 60 and _SLUG.fullmatch(text) is not None


def is_e164(text: str) -> bool:
    """Whether a text is an E.164 number that could exist. Numbers reserved for fiction could."""
    if not _E164.fullmatch(text):
        return False
    try:
        parsed = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return False
    # One number has one spelling: "+49030…" with the national zero is none.
    spelling = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return spelling == text and phonenumbers.is_possible_number(parsed)


def slug(path: str, text: str) -> Faults:
    """A key."""
    if not is_slug(text):
        yield path, "a key of lower-case letters, digits and single hyphens, at most 60 characters"


def name(path: str, text: str, *, chars_max: int = NAME_CHARS_MAX) -> Faults:
    """Something that is said or read out."""
    if not text.strip():
        yield path, "a text that is not empty"
    yield from note(path, text, chars_max=chars_max)


def note(path: str, text: str, *, chars_max: int = NAME_CHARS_MAX) -> Faults:
    """A text that may be empty."""
    if len(text) > chars_max:
        yield path, f"at most {chars_max} characters"
    elif text != text.strip():
        yield path, "no blanks around it"
    elif any(unicodedata.category(character) in _CONTROL for character in text):
        yield path, "no control characters"


def form(path: str, text: str, pattern: str, expected: str) -> Faults:
    """A text that a regular expression matches as a whole."""
    if not re.fullmatch(pattern, text):
        yield path, expected


def secret(path: str, text: str) -> Faults:
    """A secret for an HTTP header; empty: keep what is stored."""
    yield from form(path, text, r"[!-~]{0,500}", "at most 500 printable ASCII characters without blanks")


def time_zone(path: str, text: str) -> Faults:
    """An IANA zone."""
    if text not in _zones():
        yield path, "an IANA time zone such as Europe/Berlin"


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def holiday_region(path: str, text: str) -> Faults:
    """A region whose public holidays are known; empty: none are kept."""
    if text and not _has_holidays(text):
        yield path, "a region such as DE-NW"


@lru_cache(maxsize=256)
def _has_holidays(region: str) -> bool:
    """Asked as availability asks: a list of codes would lack other spellings that it takes (AT-W for AT-9)."""
    if not _REGION.fullmatch(region):
        return False
    country, _, subdivision = region.partition("-")
    try:
        holidays.country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError:
        return False
    return True


def instant(path: str, value: datetime) -> Faults:
    """An instant of our time; what a describer left out arrives as the beginning of 1970."""
    if value.tzinfo is None or not 2000 <= value.year < 2200:
        yield path, "an instant with an offset, in the years 2000 to 2199"


def is_day(text: str) -> bool:
    """Whether a text is a day of our time as YYYY-MM-DD."""
    if not _DAY.fullmatch(text):  # Python reads other forms, too
        return False
    try:
        return 2000 <= date.fromisoformat(text).year < 2200
    except ValueError:
        return False


def day(path: str, text: str) -> Faults:
    """A calendar day."""
    if not is_day(text):
        yield path, "a day as YYYY-MM-DD, in the years 2000 to 2199"


def number(path: str, text: str) -> Faults:
    """A dialled number."""
    if not is_e164(text):
        yield path, "a number in E.164 form such as +493023125100"


def within(path: str, value: int, least: int, most: int) -> Faults:
    """A whole number between two bounds, both allowed."""
    if not least <= value <= most:
        yield path, f"a number from {least} to {most}"


def maybe_within(path: str, value: int | None, least: int, most: int) -> Faults:
    """The same, or nothing."""
    if value is not None:
        yield from within(path, value, least, most)


def price(at: str, minor: int, currency: str, *, field: str) -> Faults:
    """An amount of money in minor units of its currency."""
    yield from within(f"{at}.{field}", minor, 0, _MONEY_MAX)
    yield from form(f"{at}.currency", currency, r"[A-Z]{3}", "an ISO 4217 code such as EUR")


def buffers(at: str, before: int, after: int) -> Faults:
    """What is kept free before and after an appointment."""
    yield from within(f"{at}.buffer_before_minutes", before, 0, BUFFER_MINUTES_MAX)
    yield from within(f"{at}.buffer_after_minutes", after, 0, BUFFER_MINUTES_MAX)


def one_of(path: str, key: str, known: Container[str], what: str) -> Faults:
    """A reference by key."""
    if key not in known:
        yield path, f"the key of a {what} of this business"


def unique(paths_and_values: Iterable[tuple[str, object]], what: str) -> Faults:
    """No value twice. Every place that has it is named, since any of them may be the wrong one."""
    places: dict[object, list[str]] = {}
    for path, value in paths_and_values:
        places.setdefault(value, []).append(path)
    for paths in places.values():
        for path in paths if len(paths) > 1 else ():
            other = paths[1] if path == paths[0] else paths[0]
            yield path, f"{what} that is not used twice (also at {other})"
