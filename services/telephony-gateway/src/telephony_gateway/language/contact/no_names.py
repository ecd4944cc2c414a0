"""Words that stand in a name's place and are none: "unbekannt", "nicht angegeben", a service, a time of day."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from telephony_gateway.language.normalise import plain
from telephony_gateway.language.numbers_de import cardinals, ordinals

_NOBODY = """
unbekannt unbekannter unbekannte anonym anonymer anonyme anonymous unknown none null nil undefined kunde kundin anrufer
anruferin nutzer user caller customer guest gast test dummy name namen vorname nachname vornamen nachnamen kundenname
customername niemand string n/a na nan nn n x neukunde neukundin stammkunde stammkundin privat private person pending tbd
tba withheld unterdrueckt termin terminanfrage appointment patient patientin client
kein keine keinen ohne nicht noch angabe angaben angegeben genannt bekannt verfuegbar vorhanden erfasst auf mein meine
meinen meiner mich der die das den the not no provided given specified available to be confirmed wie immer gleiche gleichen
selbe selben derselbe steht doch im system wissen sie ja nein okay ok bitte danke please yes same as usual my me first last
genau egal ich es schon haben mir ihr gern gerne verstanden unverstaendlich fehlt fehlend wird nachgereicht spaeter folgt siehe oben
selbst des anrufers kunden kundennummer testkunde nobody someone ahnung know don't i richtig stimmt hae was moment tschuess
wiederhoeren wiedersehen weissnicht weissichnicht ichweissnicht ichweissesnicht
"""
_PLACEHOLDERS = frozenset(_NOBODY.split())
_MINE = frozenset({"mein", "meine", "meinen"})
_BRACKETS = frozenset("<>[]{}")
_SIGNS = frozenset(" '’ʼ`´-‐‑–.,&/()")
_LETTERS_MIN = 2
_ARTICLES = frozenset({"der", "die", "das", "den", "dem", "am", "the"})
_ORDINALS = frozenset(plain(word) for word in ordinals())
_ENGLISH_HOURS = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_NUMBERS = frozenset(plain(word) for word in cardinals()) | {"ein", "eine", *_ENGLISH_HOURS}
_OF_THE_CLOCK = """
uhr halb viertel dreiviertel nach vor um gegen ab am kurz gestern heute morgen uebermorgen frueh morgens vormittag
vormittags mittag mittags nachmittag nachmittags abend abends montag dienstag mittwoch donnerstag freitag samstag
sonnabend sonntag past to at pm o'clock today tomorrow monday tuesday wednesday thursday friday saturday sunday noon
morning afternoon evening half quarter
"""
_TIMES = _NUMBERS | frozenset(_OF_THE_CLOCK.split())
_IN_A_SERVICE = frozenset(
    {"ein", "eine", "einen", "einmal", "bitte", "please", "termin", "fuer", "nur", "a", "the"}
)
_TAIL_FROM = 8
"""Letters from which the end of a compound is no surname ("Haarschnitt" of "Damenhaarschnitt")."""


plainly = lru_cache(maxsize=2048)(plain)
"""For what a business calls its services and people: the same in each of its calls."""


def is_no_word_for_anybody(said: str, named: Sequence[str]) -> bool:
    """Whether the field stands empty in so many words, or names a variable."""
    joined = "".join(named).replace("_", "").replace("-", "")
    if joined in _PLACEHOLDERS or set(joined) == {"x"} or all(word in _PLACEHOLDERS for word in named):
        return True
    # "meine Tochter"
    return bool(_BRACKETS & set(said)) or named[0] in _MINE


def is_not_written_so(said: str) -> bool:
    """Whether it holds what no name is written with, or is a single letter."""
    strange = any(
        not (mark.isalnum() or mark in _SIGNS or unicodedata.category(mark)[0] in "LMN") for mark in said
    )
    return strange or sum(map(str.isalpha, said)) < _LETTERS_MIN


def is_filling(word: str) -> bool:
    """Whether a word stands for nobody and is no part of a name."""
    return word in _PLACEHOLDERS


def is_time_of_day(words: Iterable[str]) -> bool:
    """Whether all words are of the clock and the week: whoever is called so says a first name as well."""
    return all(word in _TIMES for word in words)


def is_ordinal(words: Sequence[str]) -> bool:
    """ "den ersten", "der zweite": of the choices, or of the month."""
    rest = [word for word in words if word not in _ARTICLES]
    return bool(rest) and all(word in _ORDINALS for word in rest)


def is_service(named: Sequence[str], services: Iterable[str]) -> bool:
    """Whether a service was named: by any of its names, with or without an article."""
    words = [word for word in named if word not in _IN_A_SERVICE]
    forms = {"".join(words), "".join(named)} - {""}
    names = [plainly(service) for service in services]
    tail = words[0] if len(words) == 1 and len(words[0]) >= _TAIL_FROM else ""
    return any(
        "".join(name.split()) in forms or (tail and " " not in name and name.endswith(tail)) for name in names
    )
