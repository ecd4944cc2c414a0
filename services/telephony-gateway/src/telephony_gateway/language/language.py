"""What makes a language: its words, its tiers of rules, and the few words whose meaning hangs on their neighbours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from telephony_gateway.language.clock import Part
from telephony_gateway.language.feasts import BY_ZONE
from telephony_gateway.language.grammar import Builder, Item, Tier
from telephony_gateway.language.lexer import items_of
from telephony_gateway.language.lexicon import Lexicon
from telephony_gateway.language.normalise import Shape

Rows = Sequence[tuple[str, str, Builder]]
# What a language makes of its items before the rules see them, and of the phrases after.
Step = Callable[[list[Item]], list[Item]]

# After these a "Morgen" is the part of the day, not tomorrow ("Dienstag Morgen", "am Morgen", "morgen Morgen").
_BEFORE_MORNING = frozenset(
    {
        "WEEKDAY",
        "RELDAY",
        "MORGEN",
        "MONTH",
        "DM",
        "YEAR",
        "FEAST",
        "am",
        "gegen",
        "DAY",
        "MOD",
        "ueber",
        "EARLY",
        "LATE",
        "der",
    }
)
_TELLS_CLOCK = frozenset({"um", "gegen", "circa", "ab", "punkt"})
_DATED = frozenset({"DM", "DAY", "MONTH", "YEAR"})


def _as_they_are(items: list[Item]) -> list[Item]:
    return items


def all_strange(items: list[Item]) -> bool:
    """Whether there is no word that anything is known of, as in most names: no rule begins with one."""
    return all(item.kind == "WORD" for item in items)


class Language:
    """One language, compiled: text in, phrases out."""

    def __init__(
        self,
        *,
        code: str,
        lexicon: Lexicon,
        macros: dict[str, str],
        tiers: tuple[Rows, ...],
        prepared: Step = _as_they_are,
        settled: Step = _as_they_are,
    ) -> None:
        self.code = code
        self.lexicon = lexicon
        self._prepared, self._settled = prepared, settled
        self.tiers = tuple(Tier(rows, macros) for rows in tiers)

    def phrases(self, words: list[Shape], zone: str = "", trace: list[Item] | None = None) -> list[Item]:
        """What the words say, as items: days, clock times, windows, and the words between them.

        `zone` is the branch's time zone by name: a feast can fall on another day in its country. `trace`
        takes every phrase that a rule made, inner ones first.
        """
        items = self._prepared(items_of(words, self.lexicon))
        if all_strange(items):
            return items
        names, *rest = self.tiers
        items = _by_neighbours(names.reduce(items), BY_ZONE.get(zone, {}))
        for tier in rest:
            items = tier.reduce(items)
            if trace is not None:
                trace.extend(item for item in items if item.rule and item not in trace)
        return self._settled(items)


_SHARED_NOUNS = frozenset({"WOCHE", "MONAT", "WEEKEND", "WEEKDAY", "YEARS"})
_AFTER_SHARED_NOUN = frozenset({"am", "in", "ab", "um"})


def _shared_noun(items: list[Item], index: int, before: list[Item]) -> Item | None:
    """ "diese oder nächste Woche", "nicht diese Woche, die nächste": the noun that such a word left to another."""
    following = items[index + 1 : index + 4]
    noun = None
    if [item.kind for item in following[:2]] == ["oder", "MOD"] and len(following) == 3:
        noun = following[2]
    elif not following or following[0].pause or following[0].kind in _AFTER_SHARED_NOUN:
        noun = next((late for early, late in pairwise(before) if early.kind == "MOD"), None)
    if noun is None or noun.kind not in _SHARED_NOUNS:
        return None
    return Item(noun.kind, noun.value, items[index].start, items[index].end)


def _by_neighbours(items: list[Item], feasts: Mapping[str, str]) -> list[Item]:
    out: list[Item] = []
    for index, item in enumerate(items):
        following = items[index + 1] if index + 1 < len(items) else None
        if item.kind == "der" and (following is None or following.kind != "ORD"):
            _figure_of_day(item, index, items)
            continue
        if item.kind == "MORGEN":
            _morning(item, items[index - 1] if index else None)
        elif item.kind == "FEAST":
            item.value = feasts.get(item.value, item.value)
        elif item.kind == "DOT":
            _dotted(item, out, following)
        else:
            _small_word(item, index, items)
        if item.kind == "ORD" and _is_another_day(item, out, items[index + 1 : index + 4]):
            out.append(Item("PAUSE", None, item.start, item.start))
        out.append(item)
        noun = _shared_noun(items, index, out) if item.kind == "MOD" else None
        if noun is not None:
            out.append(noun)
    return out


def _is_another_day(item: Item, before: list[Item], following: list[Item]) -> bool:
    """ "nicht der dreißigste, der neunundzwanzigste": after a pause, what is no month is a day of its own; and so is each
    of several, "am achten, neunten oder zehnten"."""
    kinds = [late.kind for late in following if late.kind not in {"am", "der"}]
    of_several = kinds[:2] == ["oder", "ORD"]
    said = [early for early in before[-2:] if early.kind != "der"]
    paused = item.pause or any(early.kind == "der" and early.pause for early in before[-1:])
    return paused and (item.value > 12 or of_several) and bool(said) and said[-1].kind == "ORD"


def _figure_of_day(article: Item, index: int, items: list[Item]) -> None:
    """ "Freitag den 16 um zehn": a figure after a weekday and an article is a day."""
    following = items[index + 1] if index + 1 < len(items) else None
    if (
        following is None
        or following.kind != "NUM"
        or not 1 <= following.value <= 31
        or article.value == "die"
    ):
        return
    after = items[index + 2].kind if index + 2 < len(items) else "um"
    if index and items[index - 1].kind == "WEEKDAY" and after in {"um", "ab", "gegen", "zwischen"}:
        following.kind = "ORD"


def _small_word(item: Item, index: int, items: list[Item]) -> None:
    """What "am" and a number mean where they stand."""
    before = items[index - 1] if index else None
    if item.kind == "am" and before is not None and index + 1 == len(items):
        is_told = index > 1 and items[index - 2].kind == "um"
        hour = before.value[0] if before.kind == "HM" else before.value
        if before.kind in {"NUM", "HM"} and hour <= 12 and not is_told:
            # "9 am", "10:30 am", but "um neun am" is cut off.
            item.kind = "AMPM"
    elif item.kind == "am" and item.value == "an" and _names_a_place(index, items):
        items[index + 1].kind = "OTHER"
    elif _is_count(item, index, items):
        item.kind = "OTHER"


def _names_a_place(index: int, items: list[Item]) -> bool:
    """ "an zweiter Stelle"."""
    return [item.kind for item in items[index + 1 : index + 3]] == ["ORD", "WORD"]


def _is_count(item: Item, index: int, items: list[Item]) -> bool:
    """ "drei Uhr zwei Damen": minutes below ten are said with a null, "fünf" apart."""
    if (
        item.kind != "NUM"
        or index == 0
        or items[index - 1].kind != "uhr"
        or item.value not in {2, 3, 4, 6, 7, 8, 9}
    ):
        return False
    return index + 1 < len(items) and items[index + 1].kind == "WORD" and not items[index + 1].pause


def _morning(item: Item, before: Item | None) -> None:
    # "geht das morgen": "Morgen" is a he.
    of_another = before is not None and before.value in {"das", "die"}
    if before is not None and before.kind in _BEFORE_MORNING and not of_another and not item.pause:
        item.kind, item.value = "POD", Part.EARLY
    else:
        item.kind = "RELDAY"


def _dotted(item: Item, before: list[Item], following: Item | None) -> None:
    """ "10.30" is a clock time and "10.12" a date, unless the words around it say otherwise."""
    left, right, digits, zero = item.value
    is_date = 1 <= left <= 31 and 1 <= right <= 12
    is_clock = left <= 24 and right < 60 and digits == 2
    if is_clock and (not is_date or _among_clocks(before, following)):
        item.kind, item.value = "HM", (left, right, zero)
    elif right == 1 and digits == 1:
        item.kind, item.value = "CUT", left
    else:
        item.kind, item.value = "DM", (left, right)


def _among_clocks(before: list[Item], following: Item | None) -> bool:
    if following is not None and following.kind in {"uhr", "h"}:
        return True
    kinds = [item.kind for item in before[-2:]]
    if not kinds:
        return False
    return kinds[-1] in _TELLS_CLOCK | _DATED or (
        kinds[0] == "HM" and kinds[-1] in {"dash", "bis", "auf", "slash"}
    )
