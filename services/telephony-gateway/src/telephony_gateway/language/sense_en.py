"""What English words are worth by the words around them: before the rules see them, and after."""

from __future__ import annotations

from collections.abc import Callable

from telephony_gateway.language import build_time
from telephony_gateway.language.build_day import Unit
from telephony_gateway.language.build_day_en import the_one_after, weeks_on
from telephony_gateway.language.clock import Clock, Part, Window
from telephony_gateway.language.days import DayOfMonth, RelativeDay, Weekday
from telephony_gateway.language.grammar import Item
from telephony_gateway.language.rules_en_time import late

_MAY = 5
# Beside these "may" is the month, however the sentence goes on.
_MONTH_COMES = (
    "in of ORD NUM MOD PART EARLY LATE der ab bis auf oder dash am vor nach zwischen gegen by over MONTH"
)
_BEFORE_MAY = frozenset(_MONTH_COMES.split())
_INFINITIVES = frozenset({"be", "do", "have", "work", "can", "possible"})
# Between a length and the day that it counts from.
_PLACES = frozenset({"am", "in", "der", "um", "termin", "attend"})
_NAMED_AGAIN: dict[str, Unit] = {"DAYAFTER": "day", "WEEKAFTER": "week"}
# An hour may begin a sentence or follow one of these ("ten on Friday", "no, ten on Friday").
_BEFORE_HOUR = frozenset({"nein", "lieber", "oder", "question"})
_LATEST = 20
_HOUR_LIKE = frozenset({"DAY", "DAYORD", "PODS", "TODAYPART"})
_COUNTED = frozenset({"WORD", "OTHER", "termin", "thing", "HOUR", "MINUTE", "LENGTH"})
_EARLY_OR_LATE: dict[str, Callable[[Part], Part | None]] = {
    "EARLY": build_time.early,
    "LATE": lambda part: late(None, part),
}


# What follows "the day after" where a rule of its own knows what that is ("the day after Christmas").
_KNOWN = "FEAST NUM HM halb viertel NOON MIDNIGHT POD PODPL MOD RELDAY gegen EARLY LATE"
_KNOWN_AFTER = frozenset(_KNOWN.split())
_MAKES_AN_HOUR = frozenset({"uhr", "AMPM", "NUM", "h", "oder", "dash", "auf", "bis", "ish", "MINUTE"})
# "no mornings" rules them out; "no Mondays" does, and "no Monday" may be a correction: nobody can hear the difference.
_NO_BEFORE = {"PODPL": "nicht", "WEEKDAY": "UNSURE", "WEEKEND": "UNSURE"}
_BESIDE = {"TAG": "DAYAFTER", "WOCHE": "WEEKAFTER"}


def prepared(items: list[Item]) -> list[Item]:
    """ "May I come": a verb, no month; "the day after" as one."""
    out: list[Item] = []
    for index, item in enumerate(items):
        if item.kind == "MONTH" and item.value == _MAY and _is_verb(index, items):
            item.kind = "modal"
        if _is_pronoun(index, items):
            item.kind = "OTHER"
        elif item.value == "past" and _kind(index + 1, items) == "WEEKDAY":
            # "this past Friday"
            item.kind, item.value = "MOD", "last"
        elif item.value == "no" and index + 1 < len(items) and not items[index + 1].pause:
            item.kind = (
                _NO_BEFORE.get(items[index + 1].kind, item.kind)
                if _begins_clause(index, items)
                else item.kind
            )
        if item.kind == "nach" and index + 1 < len(items) and items[index + 1].kind == "um":
            # "the Friday after at ten": nobody says "after at ten" of an hour.
            item.kind = "NEXTONE"
        if item.kind in {"nach", "vor", "NEXTONE"} and _is_the_one_beside(index, items):
            named = out.pop()
            count = -1 if item.kind == "vor" else 1
            pause = named.pause or out[-1].pause
            out.append(Item(_BESIDE[named.kind], count, named.start, item.end, pause=pause))
        else:
            out.append(item)
    return out


def _kind(index: int, items: list[Item]) -> str:
    return items[index].kind if 0 <= index < len(items) else ""


def _begins_clause(index: int, items: list[Item]) -> bool:
    """Whether nothing comes before that it could correct ("Monday no Tuesday")."""
    return not any(before.kind in _NO_BEFORE or before.kind == "RELDAY" for before in items[:index])


def _is_pronoun(index: int, items: list[Item]) -> bool:
    """ "the Friday one": an appointment, no hour."""
    if items[index].kind != "NUM" or items[index].value != 1:
        return False
    following = items[index + 1] if index + 1 < len(items) else None
    named = [item.kind for item in items[max(index - 2, 0) : index]] == ["der", "WEEKDAY"]
    return named and (following is None or following.pause or following.kind not in _MAKES_AN_HOUR)


def _is_the_one_beside(index: int, items: list[Item]) -> bool:
    """ "the day after", "the week before", but not "any day after four"."""
    if index < 2 or items[index - 1].kind not in _BESIDE or items[index - 2].kind != "der":
        return False
    following = items[index + 1] if index + 1 < len(items) else None
    return following is None or following.pause or following.kind not in _KNOWN_AFTER


def _is_verb(index: int, items: list[Item]) -> bool:
    if index and items[index - 1].kind in _BEFORE_MAY:
        return False
    following = items[index + 1] if index + 1 < len(items) else None
    if following is None or following.pause:
        return False
    return following.kind in {"WORD", "nicht", "attend", "freitermin", "busy", "move"} or (
        following.kind == "konnte" and following.value in _INFINITIVES
    )


def settled(items: list[Item]) -> list[Item]:
    """The phrases with what hangs on others of the sentence put in: "the day after", "to" after "move", "a week"."""
    if not _UNSETTLED.isdisjoint(item.kind for item in items):
        for step in (_named_again, _lengths, _parts, _pairs, _hours_first, _targets):
            items = step(items)
    return items


_UNSETTLED = frozenset(
    {"DAYAFTER", "WEEKAFTER", "LENGTH", "EARLY", "LATE", "PAIR", "TORN", "NUM", "move", "nach", "NEXTONE"}
)


def _unsure(item: Item) -> Item:
    return Item("UNSURE", None, item.start, item.end, pause=item.pause)


def _named_again(items: list[Item]) -> list[Item]:
    """ "tomorrow or the day after", "not this Friday, the Friday after": counted from the day said before."""
    out: list[Item] = []
    for index, item in enumerate(items):
        before = next((early for early in reversed(out) if early.kind == "DAY"), None)
        if item.kind in _NAMED_AGAIN:
            day = before and the_one_after(before.value, _NAMED_AGAIN[item.kind], item.value)
            out.append(
                Item("DAY", day, item.start, item.end, pause=item.pause, rule=item.rule)
                if day
                else _unsure(item)
            )
        elif _is_next_one(index, items) and out and out[-1].kind == "DAY":
            said = next((early for early in reversed(out[:-1]) if early.kind == "DAY"), None)
            out[-1] = _weekday_after(out[-1], said) or _unsure(out[-1])
        else:
            out.append(item)
    return out


def _is_next_one(index: int, items: list[Item]) -> bool:
    """ "the Friday after", and the clause is over."""
    if items[index].kind != "nach":
        return items[index].kind == "NEXTONE"
    following = items[index + 1] if index + 1 < len(items) else None
    return following is None or following.pause or following.value == "that"


def _weekday_after(item: Item, said: Item | None) -> Item | None:
    day = item.value
    if not isinstance(day, Weekday) or said is None or said.value not in _plainly(day.weekday):
        return None
    return Item("DAY", Weekday(day.weekday, weeks_later=1), item.start, item.end, pause=item.pause)


def _plainly(weekday: int) -> tuple[Weekday, ...]:
    return Weekday(weekday), Weekday(weekday, "this"), Weekday(weekday, "coming")


def _lengths(items: list[Item]) -> list[Item]:
    """ "a week tomorrow" is a day, "two days Monday" nobody knows, and "it takes a week, Monday is fine" no date."""
    out: list[Item] = []
    position = 0
    while position < len(items):
        item = items[position]
        position += 1
        if item.kind != "LENGTH":
            out.append(item)
            continue
        rest = items[position:]
        ahead = next((at for at, late in enumerate(rest) if late.kind not in _PLACES), None)
        counts = ahead is not None and rest[ahead].kind in {"DAY", "DAYORD"} and not rest[ahead].pause
        day = weeks_on(item.value, rest[0].value) if counts and ahead == 0 else None
        if day is not None:
            out.append(Item("DAY", day, item.start, rest[0].end, pause=item.pause, rule=item.rule))
            position += 1
        else:
            kind = "UNSURE" if counts else "OTHER"
            out.append(Item(kind, "counted", item.start, item.end, pause=item.pause, rule=item.rule))
    return out


def _parts(items: list[Item]) -> list[Item]:
    """ "late tomorrow afternoon"."""
    out: list[Item] = []
    for index, item in enumerate(items):
        kinds = [late.kind for late in items[index + 1 : index + 3]]
        if item.kind in _EARLY_OR_LATE and kinds == ["DAY", "PODS"]:
            part = items[index + 2]
            narrowed = _EARLY_OR_LATE[item.kind](part.value)
            if narrowed is not None:
                items[index + 2] = Item("PODS", narrowed, part.start, part.end, rule=part.rule)
                continue
        out.append(item)
    return out


def _pairs(items: list[Item]) -> list[Item]:
    """ "ten to five": ten minutes before, or from ten on? "nine to five" can only be the hours."""
    out: list[Item] = []
    for index, item in enumerate(items):
        if item.kind == "PAIR":
            out += _pair(item, index, items)
        elif item.kind == "TORN":
            out += [Item("CLOCK", item.value, item.start, item.end, pause=item.pause), _unsure(item)]
        else:
            out.append(item)
    return out


def _pair(item: Item, index: int, items: list[Item]) -> list[Item]:
    first, last = item.value
    following = items[index + 1] if index + 1 < len(items) else None
    if following is not None and following.kind in _COUNTED and not following.pause:
        return [Item("OTHER", None, item.start, item.end, pause=item.pause)]
    clock, window = build_time.minutes_before(first, last), build_time.between(first, last)
    if first in {5, 10} and clock is not None:
        said = Item("CLOCK", clock, item.start, item.end, pause=item.pause, rule=item.rule)
        return [said] if _is_no_window(first, last) else [said, _unsure(item)]
    beside = {items[at].kind for at in (index - 1, index + 1, index + 2) if 0 <= at < len(items)}
    if window is None or not beside & _HOUR_LIKE:
        return [_unsure(item)]
    return [Item("WINDOW", window, item.start, item.end, pause=item.pause, rule=item.rule)]


def _is_no_window(first: int, last: int) -> bool:
    """ "five to four", "ten to nine": nobody is free from five to four, or for eleven hours."""
    return last in {9, 10} if first == 10 else not 6 <= last <= 10


def _hours_first(items: list[Item]) -> list[Item]:
    """ "ten on Friday", "nine tomorrow morning": the hour before its day, where nothing says that it counts."""
    out: list[Item] = []
    for index, item in enumerate(items):
        clock = _hour_first(index, items) if item.kind == "NUM" else None
        if clock is not None:
            out.append(Item("CLOCK", clock, item.start, item.end, pause=item.pause, rule="NUM DAY"))
        elif item.kind != "NUM" or not out or out[-1].rule != "NUM DAY":
            # Not the minutes of that hour.
            out.append(item)
    return out


def _hour_first(index: int, items: list[Item]) -> Clock | None:
    if not _begins(index, items):
        return None
    if _precedes_day(index, items):
        return build_time.hour(items[index].value)
    minutes = items[index + 1] if index + 1 < len(items) else None
    if minutes is None or minutes.kind != "NUM" or not _precedes_day(index + 1, items, minutes=True):
        return None
    return build_time.hour_minutes(items[index].value, minutes.value)


def _begins(index: int, items: list[Item]) -> bool:
    return index == 0 or items[index].pause or items[index - 1].kind in _BEFORE_HOUR


def _precedes_day(index: int, items: list[Item], *, minutes: bool = False) -> bool:
    following = items[index + 1] if index + 1 < len(items) else None
    if following is None or following.pause or not (minutes or 2 <= items[index].value <= _LATEST):
        return False
    if following.kind == "TODAYPART" or isinstance(following.value, RelativeDay):
        return True
    # "two Fridays" counts them, "two on Friday" does not.
    return isinstance(following.value, Weekday | DayOfMonth) and following.end - following.start > 1


def _targets(items: list[Item]) -> list[Item]:
    """ "move it to four", "change it from three to four": only where to is wanted."""
    moves = [index for index, item in enumerate(items) if item.kind == "move"]
    if not moves:
        return items
    for index in range(moves[0] + 1, len(items)):
        item, before = items[index], items[index - 1].kind
        if item.pause:
            break
        if before != "auf" and isinstance(item.value, Window) and item.value.start and item.value.end:
            items[index] = Item("CLOCK", item.value.end, item.start, item.end, rule=item.rule)
        elif before == "auf" and item.kind == "NUM" and not _counts(index, items):
            clock = build_time.hour(item.value)
            items[index] = Item("CLOCK", clock, item.start, item.end, rule="move auf NUM") if clock else item
    return items


def _counts(index: int, items: list[Item]) -> bool:
    following = items[index + 1] if index + 1 < len(items) else None
    return following is not None and following.kind in _COUNTED and not following.pause
