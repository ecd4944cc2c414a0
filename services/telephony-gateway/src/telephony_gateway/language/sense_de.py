"""What German words mean beside each other, before any rule sees them: broken numbers, hours of a pair, "morgen"."""

from __future__ import annotations

from collections.abc import Callable

from telephony_gateway.language.grammar import Item
from telephony_gateway.language.normalise import plain
from telephony_gateway.language.numbers_de import UNITS

_UNIT_WORDS = {plain(word): value for value, word in enumerate(UNITS[:10]) if value >= 2}
_ENDS_OF_TENS = frozenset({"ig", "ich", "sig", "ssig", "zig"})
_BEFORE_DAY = frozenset({"am", "der", "von", "zu"})
_BEFORE_HOUR = frozenset({"um", "bis", "ab", "gegen", "vor", "nach", "zwischen", "und"})
_BESIDE_FEAST = frozenset({"vor", "nach", "bis", "ab"})
_AM_FULL = frozenset({"ist", "bin", "sind"})
_TIMEWORDS = frozenset({"WEEKDAY", "RELDAY", "MORGEN", "POD", "NUM", "uhr", "WOCHE", "ORD", "MONTH"})
_NEAR_NAMES, _NEAR_HALVES = frozenset({"ORD", "UNSURE"}), frozenset({"halb", "viertel", "uhr", "WOCHE"})
_BOUNDS = frozenset({"vor", "nach", "ab", "bis", ""})
_GONE = "gone"


def prepared(items: list[Item]) -> list[Item]:
    """The items as the caller meant them."""
    for index, item in enumerate(items):
        step = _STEPS.get(item.kind)
        if step is not None:
            step(items, index)
    return [item for item in items if item.kind != _GONE]


def _kind(items: list[Item], index: int) -> str:
    return items[index].kind if 0 <= index < len(items) else ""


def _and(items: list[Item], index: int) -> None:
    """ "zwischen 9 Uhr und 12 Uhr", "14 Uhr und 15 Uhr": no minutes of the first."""
    if _kind(items, index - 1) not in {"uhr", "h"} or _kind(items, index + 1) != "NUM":
        return
    kinds = [item.kind for item in items[max(0, index - 6) : index]]
    if "zwischen" in kinds and "und" not in kinds[kinds.index("zwischen") :]:
        items[index].kind = "dash"
    elif _kind(items, index + 2) in {"uhr", "h"}:
        items[index].kind = "sowie"


def _otherwise(items: list[Item], index: int) -> None:
    """ "Dienstag um zehn, und wenn nicht, Mittwoch": another wish, and nothing that is ruled out."""
    if (
        items[index].value == "nicht"
        and _kind(items, index - 1) == "wenn"
        and _kind(items, index + 1) not in _BOUNDS
    ):
        items[index - 1].kind, items[index].kind = _GONE, "oder"


def _latest_of_two(items: list[Item], index: int) -> None:
    """ "zwischen zehn und spätestens zwölf"."""
    if _kind(items, index - 1) == "und" and any(
        item.kind == "zwischen" for item in items[max(0, index - 6) : index]
    ):
        items[index].kind = _GONE


def _torn_ordinal(items: list[Item], index: int) -> None:
    """ "am sieb und zwanzigsten", "am fünf zehnten neunten"; "am ein zwanzigsten", "am neun zehnten" may be two days."""
    ordinal, before = items[index], items[index - 1] if index else None
    if before is None or ordinal.pause:
        return
    if ordinal.value in {20, 30} and before.kind == "und" and _kind(items, index - 2) == "WORD":
        _with_unit_begun(items, index)
    elif _kind(items, index - 2) not in _BEFORE_DAY:
        return
    elif ordinal.value in {20, 30} and before.kind == "EIN":
        before.kind, ordinal.kind, ordinal.value = _GONE, "TORN", (ordinal.value + 1, ordinal.value, None)
    elif ordinal.value == 10 and before.kind == "NUM" and 3 <= before.value <= 9:
        before.kind, day = _GONE, before.value
        if _kind(items, index + 1) in {"ORD", "MONTH"}:
            ordinal.value = day + 10
        else:
            ordinal.kind, ordinal.value = "TORN", (day + 10, day, 10)


def _with_unit_begun(items: list[Item], index: int) -> None:
    said = items[index - 2].value
    units = {value for word, value in _UNIT_WORDS.items() if len(said) >= 3 and word.startswith(said)}
    if len(units) == 1:
        items[index].value += units.pop()
    elif _kind(items, index - 3) in _BEFORE_DAY:
        items[index].kind = "UNSURE"
    else:
        return
    items[index].start = items[index - 2].start
    items[index - 2].kind = items[index - 1].kind = _GONE


def _title(items: list[Item], index: int) -> None:
    """ "bei Frau Elfner", "bei Frau Achter": a name, however near it is to a number."""
    name, after = _kind(items, index + 1), _kind(items, index + 2)
    if (name in _NEAR_NAMES and after not in {"ORD", "MONTH"}) or (name in _NEAR_HALVES and after != "NUM"):
        items[index + 1].kind = "OTHER"


def _let(items: list[Item], index: int) -> None:
    """ "bis, sagen wir, zwölf" takes nothing back."""
    items[index].kind = _GONE if _kind(items, index - 1) in _BEFORE_HOUR else "nein"


def _word(items: list[Item], index: int) -> None:
    _torn_minutes(items, index)
    _full(items, index)


def _torn_minutes(items: list[Item], index: int) -> None:
    """ "acht Uhr dreis ig"."""
    if (
        items[index].value in _ENDS_OF_TENS
        and _kind(items, index - 1) == "NUM"
        and _kind(items, index - 2) == "uhr"
    ):
        before = items[index - 1]
        if 3 <= before.value <= 5:
            before.value, items[index].kind = before.value * 10, _GONE


def _full(items: list[Item], index: int) -> None:
    """ "Mittwoch ist bei mir schon voll", but not "Mittwoch ist voll ok", nor "ist der Mittwoch schon voll"."""
    if items[index].value != "voll" or not _ends_clause(items, index):
        return
    before = items[max(0, index - 4) : index]
    verbs = [at for at, item in enumerate(before) if item.value in _AM_FULL]
    is_said_of_time = bool(verbs) and any(item.kind in _TIMEWORDS for item in before[: verbs[-1]])
    if is_said_of_time and all(item.kind == "WORD" for item in before[verbs[-1] + 1 :]):
        items[index].kind = "busy"


def _ends_clause(items: list[Item], index: int) -> bool:
    following = items[index + 1] if index + 1 < len(items) else None
    return (
        following is None or following.pause or following.value == "bei" or following.kind in {"und", "aber"}
    )


def _tomorrow(items: list[Item], index: int) -> None:
    """ "noch vor Weihnachten morgen um drei", "geht es früher, morgen um neun": the day, and no part of one."""
    nouns = [item for item in items[max(0, index - 4) : index] if item.kind != "der"][-2:]
    if not nouns:
        return
    last, before = nouns[-1], nouns[0].kind if len(nouns) == 2 else ""
    is_day = (
        (last.kind == "FEAST" and before in _BESIDE_FEAST)
        or (last.kind == "MONTH" and before == "in")
        or (last.kind == "EARLY" and last.value == "earlier" and before not in {"EIN", "MOD"})
    )
    if is_day:
        items[index].kind = "RELDAY"


_STEPS: dict[str, Callable[[list[Item], int], None]] = {
    "und": _and,
    "ORD": _torn_ordinal,
    "MORGEN": _tomorrow,
    "WORD": _word,
    "nicht": _otherwise,
    "spaetestens": _latest_of_two,
    "let": _let,
    "title": _title,
}
