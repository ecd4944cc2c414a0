"""What a caller tells on the way and does not wish: a visit that is over, plans of her own."""

from __future__ import annotations

from telephony_gateway.language.clock import Window
from telephony_gateway.language.days import Offset, RelativeDay, Week, Weekday
from telephony_gateway.language.grammar import Item
from telephony_gateway.language.periods import Month, Year

# Without its dots "wär" is "war".
_WAS = frozenset({"war", "wär", "waren", "hatte", "hatten", "gewesen"})
_HAVE = frozenset({"hab", "habe"})
_OTHER_ONE = frozenset({"anderen", "weiteren", "wichtigen"})
# What somebody has who is free.
_ROOM = frozenset({"zeitfenster", "luecke", "moment", "bisschen", "wenig", "frage", "bitte", "wunsch"})
# "Mittwoch hab ich Zahnarzt".
_DOCTORS = frozenset({"zahnarzt", "arzt", "arzttermin", "zahnarzttermin", "physio", "physiotherapie"})
_ELSEWHERE = _DOCTORS | {"training", "elternabend", "fortbildung", "seminar", "pruefung"}
# So many words back a verb may be.
_REACH = 12
_TIMES = frozenset({"CLOCK", "WINDOW", "PODS"})


def past_visits(items: list[Item]) -> set[int]:
    """ "ich war letzte Woche da und brauche am Montag einen Termin": the day that is over, if another one is said."""
    if not any(item.value in _WAS for item in items if item.kind in {"WORD", "konnte"}):
        return set()
    over = {at for at, item in enumerate(items) if item.kind == "DAY" and _is_over(item.value)}
    if all(at in over for at, item in enumerate(items) if item.kind == "DAY"):
        return set()
    return over | {at + 1 for at in over if at + 1 < len(items) and items[at + 1].kind in _TIMES}


def _is_over(day: object) -> bool:
    if isinstance(day, Weekday):
        return day.mode in {"last", "beforelast"} or (day.week is not None and _is_over(day.week))
    if isinstance(day, Week):
        return day.offset < 0
    if isinstance(day, Month | Year):
        return day.ahead < 0
    return (isinstance(day, RelativeDay) and day.days < 0) or (isinstance(day, Offset) and day.past)


def has_plans(items: list[Item], index: int) -> bool:
    """ "bis vier hab ich einen Termin", "Mittwoch hab ich einen anderen Termin": one elsewhere, not the one wished for."""
    is_elsewhere = items[index].value in _ELSEWHERE
    if items[index].kind != "termin" and not is_elsewhere and not _is_something(items, index):
        return False
    reach = range(max(0, index - _REACH), index)
    start = max((at for at in reach if items[at].pause), default=reach.start)
    verb = next((at for at in range(index, start - 1, -1) if items[at].kind == "konnte"), None)
    if verb is None or items[verb].value not in _HAVE or _is_ours(items[index + 1 : index + 3]):
        return False
    if all(item.value != "ich" for item in items[max(0, verb - 1) : verb + 2]):
        return False
    if is_elsewhere or any(item.value in _OTHER_ONE for item in items[max(start, index - 2) : index]):
        return True
    has_side = any(isinstance(item.value, Window) and not item.value.part for item in items[start:index])
    return has_side and not any(item.kind == "CLOCK" for item in items[start : index + _REACH])


def _is_something(items: list[Item], index: int) -> bool:
    """ "ich hab bis drei einen Kurs"."""
    is_noun = items[index].kind == "WORD" and items[index].value not in _ROOM
    return is_noun and index > 0 and items[index - 1].kind == "EIN"


def _is_ours(following: list[Item]) -> bool:
    """ "einen Termin bei Ihnen"."""
    return [item.value for item in following] in (["bei", "ihnen"], ["bei", "euch"])
