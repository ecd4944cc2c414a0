"""Which of the phrases the caller rules out or moves away from: "nicht Montag", "Freitag kann ich nicht", "von A auf B"."""

from __future__ import annotations

from telephony_gateway.language.clock import Clock, Window
from telephony_gateway.language.days import Between
from telephony_gateway.language.grammar import Item

TIMELY = frozenset({"DAY", "CLOCK", "WINDOW", "PODS", "TODAYPART", "DAYORD", "MOMENT", "IMPOSSIBLE"})
_TIMES = frozenset({"CLOCK", "WINDOW", "PODS"})
_DAYS = frozenset({"DAY"})
_LINKS = frozenset({"und", "oder", "am", "um", "in", "von", "bis", "ab", "der", "zu"})
_DUTIES = frozenset({"duty", "WORK"})
# Beside one of these an hour is when somebody is free, and no wish: "um fünf hab ich Feierabend".
_ENDS = frozenset({"CLOSING", "dutyends"})
_BUSY = _DUTIES | _ENDS | {"busy", "weder"}
_TURNS = frozenset({"sondern", "aber", "lieber", "nein", "statt"})


def without_ruled_out(items: list[Item]) -> list[Item]:
    """The items that are left when all that the caller ruled out is gone.

    Hours that are ruled out on one side leave the other: "vor zehn kann ich nicht", "ich arbeite bis vier".
    """
    out: set[int] = set()
    denied: set[int] = set()
    ends = False
    for index, item in enumerate(items):
        if item.kind == "nicht":
            denied |= _negated(items, index)
        elif item.kind in {"ausser", "statt"} or (
            item.kind == "als" and any(before.kind == "lieber" for before in items[:index])
        ):
            out |= _run_after(items, index + 1)
        elif item.kind in _BUSY:
            denied |= _busy(items, index)
            ends = ends or item.kind in _ENDS
        elif item.kind == "auf":
            out |= _moved(items, index)
        elif item.kind == "move":
            _move_along_span(items[index + 1 :])
    if not out and not denied:
        return items
    denied -= _days_that_stay(items, out | denied)
    rest = {} if any(items[at].kind in _DAYS for at in denied) else _remainders(items, denied, ends=ends)
    out |= denied
    return [rest.get(index, item) for index, item in enumerate(items) if index not in out or index in rest]


def _days_that_stay(items: list[Item], gone: set[int]) -> set[int]:
    """ "Samstag um zehn passt nicht, um elf schon": the hour is ruled out, and the day is meant still."""
    left = [item.kind for index, item in enumerate(items) if index not in gone]
    kinds = {items[index].kind for index in gone}
    only_hour = bool(kinds & _DAYS and kinds & _TIMES) and not _DAYS.intersection(left)
    return {at for at in gone if items[at].kind in _DAYS} if only_hour and "CLOCK" in left else set()


def _move_along_span(following: list[Item]) -> None:
    """ "move it from Thursday to Friday": only where to is wanted."""
    for item in following:
        if item.pause:
            return
        if isinstance(item.value, Between) and item.value.start and item.value.end:
            item.value = item.value.end


def _busy(items: list[Item], index: int) -> set[int]:
    """ "Freitag bin ich weg"; "ich hab bis fünf Dienst": beside a duty only hours with one side, a full hour may as well
    be the wish."""
    clause = {at for at in _clause(items, index) if items[at].kind in TIMELY}
    is_sure = items[index].kind not in _DUTIES or any(_is_one_sided(items[at].value) for at in clause)
    return clause if is_sure else set()


def _is_one_sided(value: object) -> bool:
    return isinstance(value, Window) and (value.start is None) != (value.end is None)


def _remainders(items: list[Item], denied: set[int], *, ends: bool) -> dict[int, Item]:
    """By place: what a denied window leaves of the day."""
    found: dict[int, Item] = {}
    for at in denied:
        item = items[at]
        turned = None
        if _is_one_sided(item.value):
            turned = Window(start=item.value.end, end=item.value.start)
        elif ends and isinstance(item.value, Clock):
            turned = Window(start=item.value)
        if turned:
            found[at] = Item("REMAINDER", turned, item.start, item.end, pause=item.pause, rule=item.rule)
    return found


def _run_after(items: list[Item], start: int) -> set[int]:
    """The phrases that follow, up to the next clause; none where two other words come first."""
    run: set[int] = set()
    strange = 0
    for index in range(start, len(items)):
        item = items[index]
        if item.kind in _TURNS or (item.pause and (run or index > start or item.kind in TIMELY)):
            break
        if item.kind in TIMELY:
            if _another_wish(items, run, index):
                break
            run.add(index)
        elif item.kind not in _LINKS:
            if run:
                break
            strange += 1
            if strange > 2:
                break
    return run


def _another_wish(items: list[Item], run: set[int], index: int) -> bool:
    """ "statt Montag am Freitag", "statt um zehn um elf": a second one belongs to the run only after "und" or "oder"."""
    alike = next((kinds for kinds in (_DAYS, _TIMES) if items[index].kind in kinds), frozenset())
    if not any(items[at].kind in alike for at in run):
        return False
    return not any(item.kind in {"und", "oder"} for item in items[max(run) + 1 : index])


def _negated(items: list[Item], index: int) -> set[int]:
    before = _clause_before(items, index)
    said = {at for at in before if items[at].kind in TIMELY}
    verbs = {at for at in before if items[at].kind == "konnte"}
    if said and verbs and max(verbs) > min(said):
        return said
    if said and index + 1 < len(items) and items[index + 1].kind == "konnte":
        # "wenn Samstag nicht geht, dann Montag" wishes both.
        return set() if any(items[at].kind == "wenn" for at in before) else said
    if said and index + 1 < len(items) and items[index + 1].pause:
        # "Samstag auch nicht, höchstens Montag": the pause ends what is ruled out.
        return said
    after = _run_after(items, index + 1)
    if after:
        return set() if _polite(items, index) else after
    return said


def _polite(items: list[Item], index: int) -> bool:
    """ "Könnte ich nicht am Montag kommen?" asks for Monday."""
    return items[0].kind == "konnte" and index <= 3


def _clause_before(items: list[Item], index: int) -> list[int]:
    start = index
    while start > 0:
        start -= 1
        if items[start].kind in _TURNS or items[start].kind in {"nicht", "question"}:
            return list(range(start + 1, index))
        if items[start].pause:
            break
    return list(range(start, index))


def _clause(items: list[Item], index: int) -> list[int]:
    """The clause around a word, by the pauses and turns of the sentence."""
    end = index + 1
    while end < len(items) and not items[end].pause and items[end].kind not in _TURNS:
        end += 1
    return [*_clause_before(items, index), *range(index, end)]


def _moved(items: list[Item], index: int) -> set[int]:
    """ "von Freitag auf Montag", "den Termin am Freitag auf zehn Uhr verschieben": what was is not wanted."""
    if index + 1 >= len(items) or items[index + 1].kind not in TIMELY:
        return set()
    kinds = {item.kind for item in items[:index]}
    if "von" not in kinds and not any(item.kind == "move" for item in items):
        return set()
    days_follow = any(item.kind in {"DAY", "DAYORD"} for item in items[index:])
    gone = TIMELY if days_follow else _TIMES | {"NUM"}
    return {at for at in range(index) if items[at].kind in gone}
