"""Which of the phrases the caller rules out or moves away from: "nicht Montag", "Freitag kann ich nicht", "von A auf B"."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from itertools import pairwise

from telephony_gateway.language.asides import has_plans, past_visits
from telephony_gateway.language.build_time import hour
from telephony_gateway.language.clock import Clock, Window
from telephony_gateway.language.days import Between
from telephony_gateway.language.grammar import Item
from telephony_gateway.language.periods import STRETCHES, stretch_around

TIMELY = frozenset({"DAY", "CLOCK", "WINDOW", "PODS", "TODAYPART", "DAYORD", "MOMENT", "IMPOSSIBLE"})
_TIMES = frozenset({"CLOCK", "WINDOW", "PODS"})
_DAYS = frozenset({"DAY"})
_LINKS = frozenset({"und", "oder", "am", "um", "in", "von", "bis", "ab", "der", "zu"})
_DUTIES = frozenset({"duty", "WORK"})
# Beside one of these an hour is when somebody is free, and no wish: "um fünf hab ich Feierabend".
_ENDS = frozenset({"CLOSING", "dutyends"})
_BUSY = _DUTIES | _ENDS | {"busy", "weder"}
_TURNS = frozenset({"sondern", "aber", "lieber", "nein", "statt"})
# "zu früh", "zu spät": said of the hour before it.
TOO = "too"
# Right before "nicht" these turn nothing: "Mittwoch lieber nicht", "Montag aber nicht".
# "das wird schwierig am Mittwoch" is no polite question.
_HARD = frozenset({"schlecht", "schwierig", "eng", "ungünstig", "unmöglich", "unpassend"})
_SOFTENS = frozenset({"lieber", "aber"})


def without_ruled_out(items: list[Item]) -> list[Item]:
    """The items that are left when all that the caller ruled out is gone.

    Hours that are ruled out on one side leave the other: "vor zehn kann ich nicht", "ich arbeite bis vier".
    """
    if all(item.kind in TIMELY for item in items):
        # Nothing beside them that could.
        return items
    for index, item in enumerate(items):
        if item.kind == "move":
            _move_along_span(items[index + 1 :])
    out = past_visits(items) | {at for index in range(len(items)) for at in _not_meant(items, index)}
    denied = {at for index in range(len(items)) for at in _denied(items, index)}
    if not out and not denied:
        return items
    rest = _stretches(items, denied)
    denied -= _days_that_stay(items, out | denied)
    if not any(items[at].kind in _DAYS for at in denied):
        rest |= _remainders(items, denied)
    out |= denied
    return [rest.get(index, item) for index, item in enumerate(items) if index not in out or index in rest]


def _not_meant(items: list[Item], index: int) -> set[int]:
    """What a word excepts, or tells on the way."""
    kind = items[index].kind
    if kind in {"ausser", "statt"} or (
        kind == "als" and any(item.kind == "lieber" for item in items[:index])
    ):
        run = _run_after(items, index + 1)
        return _without_hour_of_all(items, index, run) if kind == "ausser" else run
    if kind == "kein":
        return _run_after(items, index + 1) if _follows(items, index, TIMELY) else set()
    return _moved(items, index) if kind == "auf" else set()


def _without_hour_of_all(items: list[Item], index: int, run: set[int]) -> set[int]:
    """ "nächste Woche ausser Freitag ab vier": from four on every day, or only on Friday? A question."""
    days, hours = ({at for at in run if items[at].kind in kinds} for kinds in (_DAYS, _TIMES))
    if not days or not hours or not any(item.kind in _DAYS for item in items[:index]):
        return run
    items[index].kind = "UNSURE"
    return days


def _denied(items: list[Item], index: int) -> set[int]:
    """What a word denies; of hours with one side the other one is left."""
    kind = items[index].kind
    if kind == "nicht":
        return _negated(items, index)
    return _busy(items, index) if kind in _BUSY or has_plans(items, index) else set()


def _days_that_stay(items: list[Item], gone: set[int]) -> set[int]:
    """ "Samstag um zehn passt nicht, um elf schon": the hour is ruled out, and the day is meant still; so it is where only
    one side of the day is ("am Mittwoch vor neun schaff ich es nicht")."""
    left = [item.kind for index, item in enumerate(items) if index not in gone]
    days = {at for at in gone if items[at].kind in _DAYS}
    times = [items[at] for at in gone if items[at].kind in _TIMES]
    if not days or not times or _DAYS.intersection(left):
        return set()
    rather = {late for early, late in pairwise(left) if early == "lieber"}
    if any(item.value == TOO for item in items):
        # "Freitag um zehn ist zu früh, ab elf ginge"
        rather.update(left)
    another_hour = "CLOCK" in left or bool(rather & (_TIMES | {"NUM"}))
    return days if another_hour or all(_is_one_sided(item.value) for item in times) else set()


def _stretches(items: list[Item], denied: set[int]) -> dict[int, Item]:
    """By place: what is left where a day was named after its week, and only the day goes ("nächste Woche, Montag nicht")."""
    found: dict[int, Item] = {}
    for at in denied:
        item = items[at]
        stretch = stretch_around(item.value) if item.broken else None
        if stretch is not None:
            found[at] = Item("DAY", stretch, item.start, item.end, pause=item.pause, rule=item.rule)
    return found


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


def _remainders(items: list[Item], denied: set[int]) -> dict[int, Item]:
    """By place: what a denied window leaves of the day."""
    ends = any(item.kind in _ENDS for item in items)
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
    softened = _softened(items, index)
    paused = softened < index and items[softened].pause
    before = [] if paused else _clause_before(items, softened)
    said = _narrowest(items, [at for at in before if items[at].kind in TIMELY])
    after = _run_after(items, index + 1)
    if softened < index and after and not _both_days(items, said, after):
        # "der siebte passt, aber nicht um elf"
        return after
    verbs = {at for at in before if items[at].kind == "konnte"}
    if said and verbs and max(verbs) > min(said):
        return said
    if said and _follows(items, index + _follows(items, index, {"freitermin"}), {"konnte"}):
        # "wenn Samstag nicht geht, dann Montag" wishes both.
        return set() if any(items[at].kind == "wenn" for at in before) else said
    # "Samstag auch nicht, höchstens Montag": the pause ends what is ruled out.
    ends_here = index + 1 < len(items) and items[index + 1].pause
    # "Samstag lieber nicht Freitag wäre besser"
    rather = any(item.kind == "lieber" for item in items[softened:index]) and _both_days(items, said, after)
    if said and (not after or ends_here or rather or items[index].value == TOO):
        return said
    if not after:
        return _before_pause(items, softened) if paused else set()
    return set() if _polite(items, index) else after


def _follows(items: list[Item], index: int, kinds: AbstractSet[str]) -> bool:
    return index + 1 < len(items) and items[index + 1].kind in kinds


def _softened(items: list[Item], index: int) -> int:
    """Where the words begin that only soften a "nicht": "lieber nicht", "aber eher nicht"."""
    while index > 0 and not items[index].pause and items[index - 1].kind in _SOFTENS:
        index -= 1
    return index


def _before_pause(items: list[Item], softened: int) -> set[int]:
    """ "Mittwoch, eher nicht": nothing but what was said before the pause can be meant."""
    return {at for at in _clause_before(items, softened) if items[at].kind in TIMELY}


def _both_days(items: list[Item], said: set[int], after: set[int]) -> bool:
    return all(any(items[at].kind in _DAYS for at in run) for run in (said, after))


def _narrowest(items: list[Item], said: list[int]) -> set[int]:
    """ "nächste Woche nur Mittwoch nicht": the week stays."""
    days = [at for at in said if items[at].kind in _DAYS]
    if len(days) == 2 and isinstance(items[days[0]].value, STRETCHES) and days[1] - days[0] > 1:
        return {at for at in said if at > days[0]}
    return set(said)


def _polite(items: list[Item], index: int) -> bool:
    """ "Könnte ich nicht am Montag kommen?" asks for Monday."""
    return items[0].kind == "konnte" and index <= 3 and items[index].value not in _HARD


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
    kinds = {item.kind for item in items[:index]}
    is_hour = (
        _follows(items, index, {"NUM"}) and "termin" in kinds and not _follows(items, index + 1, {"WORD"})
    )
    if is_hour:
        _hour_moved_to(items[index + 1])
    if not _follows(items, index, TIMELY):
        return set()
    if not is_hour and "von" not in kinds and not any(item.kind == "move" for item in items):
        return set()
    days_follow = any(item.kind in {"DAY", "DAYORD"} for item in items[index:])
    gone = TIMELY if days_follow else _TIMES | {"NUM"}
    return {at for at in range(index) if items[at].kind in gone}


def _hour_moved_to(item: Item) -> None:
    """ "kann ich den Termin auf vier verschieben"."""
    clock = hour(item.value)
    if clock is not None:
        item.kind, item.value = "CLOCK", clock
