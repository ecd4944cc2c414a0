"""Words and figures into typed items of one language."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from telephony_gateway.language.abbreviations import MARKS, is_weekday
from telephony_gateway.language.clock import Clock
from telephony_gateway.language.days import DayOfMonth
from telephony_gateway.language.grammar import Item
from telephony_gateway.language.hyphens import joins
from telephony_gateway.language.lexicon import Entry, Lexicon, within_slips
from telephony_gateway.language.normalise import Shape

TENS = frozenset(range(20, 100, 10))
TWICE = frozenset({"NUM", "ORD", "MORGEN", "DM", "DOT", "HM", "YEAR", "LONG", "HHMM"})
VERB_ENDINGS = frozenset({"an", "auf", "vor", "zu"})
HAVE = {"zu": frozenset({"haben", "habt", "ist", "sind"}), "vor": frozenset({"hab", "habe", "haben"})}
# Words that recognition cuts off a longer one ("pfings montag").
SECOND_HALVES = frozenset({"MORGEN", "WEEKDAY", "POD", "TAG", "TAGE", "WEEKEND"})
PAUSES = frozenset(",;:?!.()")
ANYWHERE = 5
_SLASHED = frozenset({"dm", "dmy"})
_UNITS = frozenset({"TAGE", "WOCHE", "WOCHEN", "MONATE", "HOUR", "MINUTE"})
# Where a word that only sounds like one of a group is taken for it: after these kinds, or before those.
SOUNDING_PLACES: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = (
    (
        "numbers",
        frozenset({"uhr", "um", "bis", "halb", "viertel", "dreiviertel", "gegen", "circa", "zwischen", "ab"}),
        frozenset({"uhr"}) | _UNITS,
    ),
    ("ordinals", frozenset({"ORD"}), frozenset({"MONTH"})),
    ("months", frozenset({"ORD", "PART"}), frozenset({"YEAR"})),
    ("parts", frozenset({"WEEKDAY", "MORGEN", "RELDAY", "am"}), frozenset()),
    ("units", frozenset({"NUM"}), frozenset()),
    ("fractions", frozenset({"um"}), frozenset({"NUM", "nach", "vor"})),
    ("adverbs", frozenset(), frozenset({"POD", "um", "WOCHE", "WEEKDAY", "MONAT"})),
)
# Beside one of these a word that is a letter away from a word of time may be that word.
_AMONG_TIME = (
    "NUM ORD WEEKDAY MONTH RELDAY MORGEN POD FEAST WOCHE WOCHEN TAGE MONAT MOD WEEKEND um am in ab bis halb viertel"
    " dreiviertel uhr gegen zwischen vor nach EIN HOUR MINUTE YEAR circa der und oder auf statt"
)
AMONG_TIME = frozenset(_AMONG_TIME.split())
_NUMBER_COMES = frozenset({"um", "halb", "viertel", "dreiviertel", "gegen", "ab", "bis", "zwischen"})
_FRACTION_COMES = frozenset(
    {"um", "gegen", "ab", "bis", "zwischen", "WEEKDAY", "RELDAY", "MORGEN", "vor", "nach"}
)
_COUNTS_FROM = frozenset({"viertel", "NUM", "MINUTE", "kurz"})
_FIGURED = frozenset({"NUM", "EIN", "LONG", "YEAR", "HHMM", "plus"})
_TELEPHONE_FROM = 4


def items_of(words: list[Shape], lexicon: Lexicon) -> list[Item]:
    """The items of the words of a text; fillers are left out, every other word is there, known or not."""
    return _telephone(_tens(_Lexer(lexicon, words).run()))


class _Lexer:
    """One pass over the shapes of a text."""

    def __init__(self, lexicon: Lexicon, found: list[Shape]) -> None:
        self._lexicon = lexicon
        self._shapes = found
        self._items: list[Item] = []
        self._pause = False

    def run(self) -> list[Item]:
        position = 0
        while position < len(self._shapes):
            position = self._step(position)
        self._close_clause()
        return self._items

    def _step(self, at: int) -> int:
        name, text = self._shapes[at]
        if name == "word":
            return self._word(at, text)
        if name == "mark":
            self._mark(at, text)
            return at + 1
        self._figures(at, name, text)
        return at + 1

    def _emit(self, entry: Entry, start: int, end: int) -> None:
        kind, value = entry
        if kind == "filler" or (self._items and kind not in TWICE and self._same_again(kind, value)):
            return
        self._items.append(Item(kind, value, start, end, pause=self._pause))
        self._pause = False

    def _same_again(self, kind: str, value: object) -> bool:
        """ "am am Montag Montag": a stutter; numbers may follow themselves ("zehnten zehnten")."""
        last = self._items[-1]
        return last.kind == kind and last.value == value

    def _mark(self, at: int, text: str) -> None:
        if text in PAUSES:
            self._pause = True
            self._close_clause()
            if text == "?":
                self._emit(("question", None), at, at + 1)
        elif text == "-" and self._lexicon.joins_hyphens and joins(at, self._shapes, self._lexicon.entries):
            return
        else:
            self._emit(MARKS[text], at, at + 1)

    def _close_clause(self) -> None:
        """ "ich rufe an, zehn Uhr": what ends a clause is part of its verb, not the preposition of what follows."""
        if not self._items or self._items[-1].value not in VERB_ENDINGS:
            return
        # "vom 5. an" is no verb.
        if any(item.kind == "von" for item in self._items[-4:]):
            return
        last = self._items.pop()
        if last.kind == "vor" and self._before() in {"NUM", "viertel", "MINUTE"}:
            # "um zehn vor": cut off before the hour that it is counted from.
            self._items.append(Item("UNSURE", None, last.start, last.end, pause=last.pause))
        elif any(item.value in HAVE[last.kind] for item in self._items if last.kind in HAVE):
            # "am Montag haben Sie zu", "am Montag hab ich was vor"
            self._items.append(Item("busy", "closed", last.start, last.end, pause=last.pause))

    def _word(self, at: int, text: str) -> int:
        phrase = self._phrase(at)
        if phrase is not None:
            self._emit(phrase[0], at, phrase[1])
            return phrase[1]
        if self._is_half_a_word(at, text):
            return at + 1
        if text in self._lexicon.abbreviations:
            return self._abbreviation(at, text)
        joined = self._joined(at, text)
        if joined is not None:
            self._emit(joined[0], at, joined[1])
            return joined[1]
        entry = self._lexicon.entries.get(text)
        if text in self._lexicon.short_months and not self._beside_figure(at):
            entry = ("WORD", text)
        for part in (entry,) if entry else self._unlisted(at, text):
            self._emit(part, at, at + 1)
        return at + 1

    def _is_half_a_word(self, at: int, text: str) -> bool:
        """ "um zeh zehn": begun, broken off, said again."""
        if len(text) < 2 or text in self._lexicon.entries or at + 1 == len(self._shapes):
            return False
        following = self._shapes[at + 1].text
        return following.startswith(text) and following in self._lexicon.entries

    def _unlisted(self, at: int, text: str) -> tuple[Entry, ...]:
        """What a word that nobody listed may be: compound, slip, or a word that sounds like one that fits here."""
        if text in self._lexicon.borrowed:
            return (self._lexicon.borrowed[text],)
        found = self._lexicon.known(text)
        if found is not None:
            return found
        heard = self._heard(at, text)
        return (heard,) if heard is not None else (("WORD", text),)

    def _heard(self, at: int, text: str) -> Entry | None:
        """The listed word that this one sounds like and that fits between its neighbours."""
        heard = self._lexicon.sounds(text, "names") if len(text) >= ANYWHERE else None
        if heard is not None:
            return heard
        before = self._before()
        following = (
            self._lexicon.entries.get(self._shapes[at + 1].text) if at + 1 < len(self._shapes) else None
        )
        after = following[0] if following else ""
        for group, befores, afters in SOUNDING_PLACES:
            if before in befores or after in afters:
                heard = self._lexicon.sounds(text, group)
                if heard is not None:
                    return heard
        if self._stands_for_time(text, before, after):
            return ("UNSURE", text)
        among_time = before in AMONG_TIME or after in AMONG_TIME or at == 0
        return self._lexicon.almost(text) if among_time else None

    def _stands_for_time(self, text: str, before: str, after: str) -> bool:
        """Whether a word, be it an ordinary one, stands where one of time has to, and is a letter off one."""
        if before in _NUMBER_COMES and self._lexicon.may_be_number(text):
            return True
        if before in {"ORD", "PART"} and self._lexicon.may_be_month(text):
            return True
        if before == "NUM" and after == "NUM":
            return within_slips(text, "uhr", 1)
        return after == "NUM" and before in _FRACTION_COMES and self._lexicon.may_be_fraction(text)

    def _before(self) -> str:
        """The kind of the last item; "viertel nach" asks for a number as "um" does."""
        kinds = [item.kind for item in self._items[-2:]]
        if len(kinds) == 2 and kinds[1] in {"nach", "vor", "ueber"} and kinds[0] in _COUNTS_FROM:
            return "um"
        return kinds[-1] if kinds else ""

    def _abbreviation(self, at: int, text: str) -> int:
        """ "Do 27.11.", "so.": a weekday, or the word that it also is."""
        entry = self._lexicon.entries.get(text, ("WORD", text))
        if is_weekday(at, self._shapes, self._items, self._lexicon.entries):
            entry = ("WEEKDAY", self._lexicon.abbreviations[text])
        self._emit(entry, at, at + 1)
        return at + 1

    def _beside_figure(self, at: int) -> bool:
        """ "3. Dez" is a month, "bei Jan" a name."""
        if self._items and self._items[-1].kind in {"NUM", "ORD", "DM"}:
            return True
        following = next((shape for shape in self._shapes[at + 1 : at + 3] if shape.name != "mark"), None)
        return following is not None and following.name not in {"word", "hm"}

    def _phrase(self, at: int) -> tuple[Entry, int] | None:
        node: dict[str, Any] | None = self._lexicon.phrases.get(self._shapes[at].text)
        best, position = None, at
        while node is not None:
            position += 1
            if "" in node:
                best = (node[""], position)
            if position == len(self._shapes):
                break
            node = node.get(self._shapes[position].text)
        return best

    def _joined(self, at: int, text: str) -> tuple[Entry, int] | None:
        """A word that recognition cut in two or three ("frei tag", "don ners tag")."""
        entries = self._lexicon.entries
        if text in entries and entries[text][0] == "uhr":
            # "um zehn Uhr Zeit": the hour is said, and nobody asks for an "Uhrzeit".
            return None
        word, strange = text, text not in entries
        for end in range(at + 1, min(at + 3, len(self._shapes))):
            name, following = self._shapes[end]
            if name != "word":
                return None
            pair = f"{word} {following}"
            word += following
            strange = strange or following not in entries
            if word in entries and len(word) >= 5 and (strange or pair in self._lexicon.joined):
                return entries[word], end + 1
            if text not in entries and following in entries and entries[following][0] in SECOND_HALVES:
                heard = self._lexicon.cut_short(text, following)
                if heard is not None:
                    return heard, end + 1
        return None

    def _figures(self, at: int, name: str, text: str) -> None:
        if name in _SLASHED and "/" in text and self._lexicon.american_dates:
            self._emit(("MD", tuple(_parts(text))), at, at + 1)
            return
        for entry in _FIGURES[name](text):
            self._emit(entry, at, at + 1)


def _parts(text: str) -> list[int]:
    return [int(part) for part in text.replace(".", " ").replace("/", " ").replace("-", " ").split()]


def _instant(text: str) -> list[Entry]:
    try:
        at = datetime.fromisoformat(_padded(text))
    except ValueError:
        return [("IMPOSSIBLE", text)]
    return [("DAY", DayOfMonth(at.day, at.month, at.year)), ("CLOCK", Clock(at.hour * 60 + at.minute))]


def _padded(text: str) -> str:
    day, clock = text.replace("t", " ").split()
    hour, minute = clock.split(":")
    year, month, day_of_month = _parts(day)
    return f"{year:04}-{month:02}-{day_of_month:02}T{int(hour):02}:{minute}"


def _iso(text: str) -> list[Entry]:
    year, month, day = _parts(text)
    return [("DAY", DayOfMonth(day, month, year))]


def _day_month_year(text: str) -> list[Entry]:
    day, month, year = _parts(text)
    return [("DAY", DayOfMonth(day, month, year + 2000 if year < 100 else year))]


def _day_month(text: str) -> list[Entry]:
    day, month = _parts(text)
    return [("DM", (day, month))]


def _hour_minute(text: str) -> list[Entry]:
    hour, minute = (int(part) for part in text.replace("h", ":").replace(" ", "").split(":")[:2])
    return [("HM", (hour, minute, text.startswith("0")))]


def _dot(text: str) -> list[Entry]:
    left, right = text.split(".")
    return [("DOT", (int(left), int(right), len(right), text.startswith("0")))]


def _ordinal(text: str) -> list[Entry]:
    return [("ORD", int("".join(mark for mark in text if mark.isdigit())))]


def _number(text: str) -> list[Entry]:
    if len(text) >= 5 or (len(text) == 3 and text.startswith("0")):
        return [("LONG", text)]
    value = int(text)
    if len(text) == 4:
        return [("YEAR", value)] if 1900 <= value <= 2199 else [("HHMM", value)]
    return [("NUM", value)]


_FIGURES = {
    "instant": _instant,
    "iso": _iso,
    "dmy": _day_month_year,
    "dm": _day_month,
    "hm": _hour_minute,
    "dot": _dot,
    "ordinal": _ordinal,
    "number": _number,
}


def _tens(items: list[Item]) -> list[Item]:
    """ "vier und zwanzig", "fünf und zwanzigsten": one number, unless "zwischen" asks for two."""
    if all(item.kind != "und" for item in items):
        return items
    out: list[Item] = []
    for at, item in enumerate(items):
        # "zwischen 10 Uhr 5 und 20 Uhr": an hour of its own.
        is_hour = (
            at + 1 < len(items) and items[at + 1].kind == "uhr" and len(out) > 2 and out[-3].kind == "uhr"
        )
        if not is_hour and _completes_ten(out, item):
            unit = out[-2]
            del out[-2:]
            out.append(Item(item.kind, unit.value + item.value, unit.start, item.end, pause=unit.pause))
        else:
            out.append(item)
    return out


def _completes_ten(out: list[Item], item: Item) -> bool:
    if item.kind not in {"NUM", "ORD"} or item.value not in TENS or len(out) < 2 or out[-1].kind != "und":
        return False
    if out[-2].kind not in {"NUM", "EIN"} or not 1 <= out[-2].value <= 9:
        return False
    return len(out) < 3 or out[-3].kind not in {"zwischen", "between"}


def _telephone(items: list[Item]) -> list[Item]:
    """Four figures in a row and more, or a long one, are a number to call, not times."""
    figures = [item.kind for item in items if item.kind in _FIGURED]
    if len(figures) < _TELEPHONE_FROM and "LONG" not in figures:
        return items
    out: list[Item] = []
    position = 0
    while position < len(items):
        end = position
        while end < len(items) and items[end].kind in _FIGURED:
            end += 1
        run = items[position:end]
        if len(run) >= _TELEPHONE_FROM or any(item.kind == "LONG" for item in run):
            out.append(Item("OTHER", None, run[0].start, run[-1].end))
            position = end
        else:
            out.extend(run or items[position : position + 1])
            position = end if run else position + 1
    return out
