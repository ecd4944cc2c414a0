"""Which of several things that were read out is meant by its place: "den zweiten", "Option zwei", "the last one".

Whoever says more than a place, or what it is not, is only believed where nothing else can be meant.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from telephony_gateway.domain.sentences import tongue
from telephony_gateway.language import understand
from telephony_gateway.language.numbers_de import cardinals, ordinals
from telephony_gateway.usecases.conversation import Conversation

LAST, MIDDLE = -1, 0
MANY = 9
"""More are never read out."""
_WORD = re.compile(r"\d{1,2}|[^\W\d_]+(?:'\w+)?")
_CLAUSES = re.compile(r"[,.;:!]|\b(?:sondern|lieber(?!\s+nicht)|but|rather(?!\s+not))\b")
_DENIED = re.compile(
    r"\b(nicht|kein\w*|not|no|never|ohne|außer|ausser|except|nor|zu \w+|too \w+)\b|n't\b", re.IGNORECASE
)
_AS_A_DAY = re.compile(r"\b(am|zum|vom|beim|on)\s+(?!besten|liebsten)", re.IGNORECASE)
"""No place is spoken of like that."""
_ENDS = re.compile(r"letzte(?:re)?[rsnm]?|last|latter")
_MIDDLES = re.compile(r"mittlere[rsnm]?|middle")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_COUNTED = _words("option nummer nr number vorschlag variante möglichkeit angebot slot choice suggestion")
"""Beside one of them a number is a place and no day of a month."""
_NOUNS = _COUNTED | _words("termin termine zeit uhrzeit appointment time one")
_ARTICLES = _words("den die das der dem diese diesen dieser dieses the that this")
_FILLERS = _words(
    """ja jo okay ok gut gerne gern bitte dann also doch mal eher einfach nehme nehm nehmen wir ich würde möchte hätte will
    von davon beiden denen passt mir ist wäre geht klingt am besten für mich buchen sie genau yes yeah please i'd i'll i like
    take want would prefer let's go with of them those works fine for me good sounds book then"""
)
_ENGLISH_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_ORDINALS = _ENGLISH_ORDINALS | {
    form: place
    for word, place in ordinals().items()
    if 1 <= place <= MANY
    for form in (word, f"{word.rstrip('enrsm')}ens")
}
_NUMBERS = {word: number for word, number in cardinals().items() if 1 <= number <= MANY} | {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5
}  # fmt: skip


def place_of(
    said: str, starts: Sequence[datetime | None], talk: Conversation, *, others: Iterable[datetime] = ()
) -> int:
    """From 1, among so many as there are starts, wall clock of the branch; 0 where the words name none, or may mean another: one
    of the ``others``, too, that have no place. None: something that has no start."""
    words, count = _WORD.findall(said.casefold()), len(starts)
    place = _place_of(said.casefold(), count, talk) if said and starts else 0
    if not place or not _COUNTED.isdisjoint(words):
        return place
    # "Die zwei" of two are both.
    if "termine" in words or (
        place == count > 1 and "die" in words and not _NUMBERS.keys().isdisjoint(words)
    ):
        return 0
    mistaken = [start for at, start in enumerate([*starts, *others], start=1) if start and at != place]
    named = [word for word, at in _places(words).items() if at == place]
    is_ordinal = f"{place}." in said or any(word in _ORDINALS for word in named)
    # Nothing but a figure is a model's.
    is_hour = bool(named) and not is_ordinal and not said.strip().isdecimal()
    # "Den zweiten" may be the one on the second, "die drei" the one at three; where all are on the second it is neither.
    on_the_day = [start.day == place for start in (*filter(None, starts), *others)]
    if named and any(start.day == place for start in mistaken) and not all(on_the_day):
        return 0
    return 0 if is_hour and any(place in {start.hour, start.hour - 12} for start in mistaken) else place


def _place_of(said: str, count: int, talk: Conversation) -> int:
    if _AS_A_DAY.search(said):
        return 0
    if _DENIED.search(said):
        # "Nicht den letzten, den ersten": what remains has to be a place and nothing else.
        remaining = [clause for clause in _CLAUSES.split(said) if not _DENIED.search(clause)]
        places = [place for clause in remaining if (place := _alone(clause)) is not None]
        return _numbered(places[0], count) if len(places) == 1 else 0
    words = _WORD.findall(said)
    if len(_places(words)) > 1 or ("beiden" in words and "von" not in words):
        return 0
    place = _alone(said)
    return _among_words(said, count, talk) if place is None else _numbered(place, count)


def _among_words(said: str, count: int, talk: Conversation) -> int:
    """An ordinal among other words, as long as those say no day and no time."""
    reference = talk.now.astimezone(talk.branch.zone)
    found = understand(said, reference=reference, language=tongue(talk.language), options_read=count)
    return 0 if found.candidates else found.selection or 0


def _alone(said: str) -> int | None:
    """The place where the words are nothing else; LAST, MIDDLE. None: they are something else."""
    words = _WORD.findall(said)
    places = _places(words)
    others = set(words) - set(places) - _FILLERS - _ARTICLES - _NOUNS
    return next(iter(places.values())) if len(places) == 1 and not others else None


def _places(words: list[str]) -> dict[str, int]:
    return {word: place for word in words if (place := _place(word, words)) is not None}


def _place(word: str, words: list[str]) -> int | None:
    if _ENDS.fullmatch(word):
        return LAST
    if _MIDDLES.fullmatch(word):
        return MIDDLE
    if word.isdecimal():
        return int(word) if 1 <= int(word) <= MANY else None
    if word in _ORDINALS:
        return _ORDINALS[word]
    # "Option one", but not "the first one"; "die Zwei", but not "zwei".
    is_named = (
        not (_NOUNS | _ARTICLES).isdisjoint(words) if word != "one" else not _COUNTED.isdisjoint(words[:-1])
    )
    return _NUMBERS.get(word) if is_named else None


def _numbered(place: int, count: int) -> int:
    if place == LAST:
        return count
    if place == MIDDLE:
        return count // 2 + 1 if count % 2 else 0
    return place if place <= count else 0
