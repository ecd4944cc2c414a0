"""How often an appointment shall be repeated, in a caller's words: "alle zwei Wochen", "sechs Mal"."""

import re
from dataclasses import dataclass

from telephony_gateway.language.numbers_de import cardinals, ordinals

WEEKS_MAX = 12
DATES_MAX = 20
"""By phone, so that a caller can take in what was booked."""
_ENGLISH = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty"
)
_CARDINALS = {
    **cardinals(),
    **dict.fromkeys(("ein", "eine", "einen", "einer"), 1),
    **{word: number for number, word in enumerate(_ENGLISH.split(), start=1)},
}
_NUMBERS = {
    **{word: number for word, number in ordinals().items() if number > 1},
    "other": 2,
    "second": 2,
    "third": 3,
    "fourth": 4,
    **_CARDINALS,
}
_EVERY_WEEK = frozenset(
    ["jede", "jeder", "die", "in", "der", "pro", "woche", "every", "each", "once", "a", "week", "einmal"]
)
_BY_NAME = {"wöchentlich": 1, "weekly": 1, "zweiwöchentlich": 2, "fortnightly": 2, "biweekly": 2}
_WORD = re.compile(r"\d{1,3}|[^\W\d_]+")
_OF_DAYS = re.compile(r"tag|tage|tagen|tägig|days?")
_OF_MONTHS = re.compile(r"monat|jahr|month|year|quartal|täglich|daily")
_ENDINGS = ("tägig", "wöchig", "wöchentlich", "mal")
_DAYS = 7
_UNSAID = re.compile(r"0|null|nein|nie|no|never|false|nicht|keine?", re.IGNORECASE)
_ONCE = re.compile(r"1|ein ?mal(ig)?|einen?|eins|once|one", re.IGNORECASE)


@dataclass(frozen=True)
class Repetition:
    """``dates`` in all, the first included, every so many weeks."""

    weeks: int
    dates: int


def is_single(weeks: str, dates: str) -> bool:
    """Whether one appointment is wanted: nothing is said of more, or what models fill in where nothing is."""
    if dates and not _UNSAID.fullmatch(dates):
        return bool(_ONCE.fullmatch(dates))
    return not weeks or bool(_UNSAID.fullmatch(weeks) or (_ONCE.fullmatch(weeks) and not weeks.isdecimal()))


def repetition_of(weeks: str, dates: str) -> Repetition | None:
    """What was meant; None where that has to be asked, since one of the two is missing or means nothing clear."""
    every, count = _weeks(weeks), _number(_words(dates))
    return Repetition(every, count) if every and count else None


def cardinal(word: str) -> int:
    """A number in a word or in figures; 0 for whatever else."""
    return int(word) if re.fullmatch(r"\d{1,3}", word) else _CARDINALS.get(word, 0)


def _weeks(said: str) -> int:
    """0: not clear. A month is no number of weeks, and nine days are none either."""
    words = _words(said)
    if any(_OF_MONTHS.search(word) for word in words):
        return 0
    named = next((_BY_NAME[word] for word in words if word in _BY_NAME), 0)
    if named:
        return named
    number = _number(words)
    if not any(_OF_DAYS.fullmatch(word) for word in words):
        return number or int(bool(words) and _EVERY_WEEK.issuperset(words))
    return number // _DAYS if number % _DAYS == 0 else 0


def _number(words: list[str]) -> int:
    """The one number among the words; 0 where there is none, or more than one."""
    found = [int(word) if word.isdecimal() else _NUMBERS[word] for word in words if _is_number(word)]
    return found[0] if len(found) == 1 else 0


def _is_number(word: str) -> bool:
    return word.isdecimal() or word in _NUMBERS


def _words(said: str) -> list[str]:
    """In small letters, with what is written together taken apart: "vierzehntägig", "sechsmal"."""
    words: list[str] = []
    for word in _WORD.findall(said.casefold()):
        ending = next((each for each in _ENDINGS if word.endswith(each) and word != each), "")
        stem = word.removesuffix(ending)
        words += [stem, ending] if ending and stem in _NUMBERS else [word]
    return words
