"""Whether "Mo", "Di", "so" are weekdays where they stand, or the words that they also are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from telephony_gateway.language.grammar import Item
from telephony_gateway.language.lexicon import Entry
from telephony_gateway.language.normalise import Shape

MARKS: dict[str, Entry] = {
    "-": ("dash", None),
    "/": ("slash", None),
    "&": ("und", None),
    "+": ("plus", None),
    "%": ("thing", None),
    "€": ("thing", None),
    "$": ("thing", None),
    "@": ("at", None),
}
_DATED = frozenset(
    {
        "NUM",
        "ORD",
        "um",
        "ab",
        "bis",
        "gegen",
        "POD",
        "MORGEN",
        "MOD",
        "halb",
        "viertel",
        "oder",
        "dash",
        "slash",
        "WEEKDAY",
    }
)
"""What goes with a weekday."""
_AT_THE_BEGINNING = frozenset({"in", "vor", "nach", "zwischen", "von", "kw", "fruehestens", "spaetestens"})
"""What goes with a weekday that nothing stands before; in the middle of a sentence it may go with "dich" or "mich"."""
_RARE = frozenset({"mo", "di", "mi", "sa", "fr"})
"""Hardly ever other words beside a time; "do" and "so" are often "da" and "so"."""
_NO_DATE = frozenset({"", "word", "number", "hm"})
_POINT = Shape("mark", ".")
Entries = Mapping[str, Entry]


def is_weekday(at: int, shapes: Sequence[Shape], before: Sequence[Item], entries: Entries) -> bool:
    """ "Do 27.11.", "Sa. um zehn", "Mo oder Di"; "Fr. Müller" is no Friday, and "di" and "mi" are what Bavarians say for
    "dich" and "mich"."""
    text, following = shapes[at].text, shapes[at + 1 : at + 3]
    after = next((shape.name for shape in following if shape.name != "mark"), "")
    is_alone = not after and len(shapes) <= 2 and (text != "so" or bool(following))
    # "so 10 Uhr" is about ten, "am So 10 Uhr" and "So 27.11." are Sundays.
    is_named = text != "so" or _is_named(before) or (not before and following[:1] == [_POINT])
    figure = after not in ({"", "word"} if is_named else _NO_DATE)
    if is_alone or figure or _joins(text, shapes, before) or _is_introduced(text, shapes, before):
        return True
    # "Fr. von Berg" is a woman.
    beginning = _AT_THE_BEGINNING - {"von"} if text == "fr" else _AT_THE_BEGINNING
    if (
        all(one.kind == "filler" for one in before)
        and text != "so"
        and _is_one_of(beginning, following, entries)
    ):
        return True
    if following[:1] == [_POINT]:
        return _is_dated(at + 2, shapes, entries)
    return (text in _RARE or (at == 0 and text == "do")) and _is_dated(at + 1, shapes, entries)


def _is_named(before: Sequence[Item]) -> bool:
    return bool(before) and before[-1].kind in {"am", "bis", "ab", "MOD"}


def _is_introduced(text: str, shapes: Sequence[Shape], before: Sequence[Item]) -> bool:
    """ "am Do", "nächsten Mi"; but "der nächste do" is "da"."""
    if not before:
        return False
    word = shapes[before[-1].end - 1].text
    return word == "am" or (
        before[-1].kind == "MOD" and (text in _RARE or (text == "do" and word[-1] == "n"))
    )


def _is_one_of(kinds: frozenset[str], following: Sequence[Shape], entries: Entries) -> bool:
    """Whether the next word, behind a point or a comma, is of one of the kinds."""
    text = next((shape.text for shape in following if shape.name != "mark"), "")
    entry = entries.get(text)
    return entry is not None and entry[0] in kinds


def _joins(text: str, shapes: Sequence[Shape], before: Sequence[Item]) -> bool:
    """ "Mo bis Fr", "Sa oder So", but not "Samstag oder so"."""
    link = before[-1].kind if before else ""
    if link in {"dash", "bis"}:
        return True
    if link not in {"oder", "und", "slash"} or len(before) < 2 or before[-2].kind != "WEEKDAY":
        return False
    return text != "so" or shapes[before[-2].start].text == "sa"


def _is_dated(at: int, shapes: Sequence[Shape], entries: Entries) -> bool:
    text = shapes[at].text if at < len(shapes) else ""
    entry = MARKS.get(text) or entries.get(text)
    return entry is not None and entry[0] in _DATED
