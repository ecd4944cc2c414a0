"""Letters one after the other, and what was said to explain them: "S wie Siegfried", "mit D T", "Doppel-T am Ende"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from telephony_gateway.language.contact.letters import UMLAUTS, Kind, kind_of, letter_of
from telephony_gateway.language.normalise import plain

MARKS = frozenset("-,.;:/!?()")
_PAUSES = frozenset(",.;:!?")
_SILENT = frozenset({"und", "dann", "aeh", "aehm", "ehm", "also", "noch", "ein", "and", "then"})
_JOINING = {
    "bindestrich": "-", "strich": "-", "minus": "-", "hyphen": "-", "dash": "-", "apostroph": "'", "apostrophe": "'",
    "hochkomma": "'", "leerzeichen": " ", "space": " ",
}  # fmt: skip
_TWICE = frozenset({"doppel", "doppelt", "doppeltem", "zweimal", "double"})
_TWO = frozenset({"zwei", "two", "2"})
_LIKE = frozenset({"wie", "as", "like", "for"})
_WITH = frozenset({"mit", "with"})
_ARTICLES = frozenset({"an", "einem", "einer", "ein", "dem", "the", "hartem", "weichem", "langem"})
_SHARP = frozenset({"scharfes", "scharfem"})
_INSTRUCTING = _TWICE | _SHARP | {"umlaut", "eszett"}
_THRICE = re.compile(r"([a-zäöüß])\1\1")
_TWO_LETTERS = 2
_BEGINNING = 3


@dataclass
class Run:
    """What was spelled in one go; broken where it contradicts itself."""

    begins: int
    ends: int = -1
    letters: list[str] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    asides: list[str] = field(default_factory=list)
    instructed: bool = False
    """Whether something was said that is only said of letters: "Doppel", "Umlaut", "Eszett"."""
    contradicted: bool = False
    _twice: bool = False
    _umlaut: bool = False

    @property
    def name(self) -> str:
        """The letters together."""
        return "".join(self.letters)

    @property
    def broken(self) -> bool:
        """Whether it cannot be right: an explanation of other letters, three of a kind in a row."""
        aside = any(letters not in self.name for letters in self.asides)
        return self.contradicted or aside or _THRICE.search(self.name) is not None

    def take(self, at: int, word: str) -> bool:
        """Whether the word belongs to the spelling."""
        letter = letter_of(word)
        self.instructed = self.instructed or word in _INSTRUCTING
        if word in _TWICE:
            self._twice = True
        elif word == "umlaut":
            self._umlaut = True
        elif word in _JOINING and self.letters:
            self.letters.append(_JOINING[word])
        elif letter is None:
            return False
        else:
            self._add(letter)
            self.kinds.append(kind_of(word))
            self.words.append(word)
        self.ends = at
        return True

    def end(self) -> None:
        """No letter comes any more."""
        if self._umlaut:
            self._dot_the_last()

    def explain(self, word: str) -> None:
        """ "M wie Martha": the word only tells which letter was meant; another letter makes it a doubt."""
        meant = letter_of(word) or word
        said = self.letters[-1]
        if meant[0] != said[0] and not word.startswith(plain(said)):
            self.contradicted = True
        if self.kinds:
            self.kinds[-1] = Kind.ITSELF

    def _add(self, letter: str) -> None:
        if self._umlaut and letter in UMLAUTS:
            letter = UMLAUTS[letter]
        elif self._umlaut:
            self._dot_the_last()
        self.letters += self._doubled(letter) if self._twice else [letter]
        self._twice = self._umlaut = False

    def _doubled(self, letter: str) -> list[str]:
        """ "S C H M I T T, Doppel-T" repeats what was spelled; after a single T it makes two of it, perhaps."""
        if self.letters[-2:] == [letter, letter]:
            return []
        if self.letters[-1:] == [letter]:
            self.contradicted = True
            return [letter]
        return [letter, letter]

    def _dot_the_last(self) -> None:
        """ "M U Umlaut": said behind the letter."""
        if self.letters and self.letters[-1] in UMLAUTS:
            self.letters[-1] = UMLAUTS[self.letters[-1]]
        else:
            self.contradicted = True
        self._umlaut = False


def runs_of(words: Sequence[str]) -> list[Run]:
    """All that was spelled, in order; any word that belongs to no spelling ends one."""
    return _Reading(words).runs


class _Reading:
    """Goes through the words once."""

    def __init__(self, words: Sequence[str]) -> None:
        self.runs: list[Run] = []
        self._words = words
        self._open = False
        self._ahead: list[str] = []
        at = 0
        while at < len(words):
            at = self._read(at, words[at])
        for run in self.runs:
            run.end()
        self.runs = [run for run in self.runs if run.letters]

    def _read(self, at: int, word: str) -> int:
        """Takes what begins at a place; where to go on."""
        following = self._following(at)
        if word in MARKS or (self._open and word in _SILENT):
            return at + 1
        if word in _WITH and (found := self._aside(at + 1)):
            return found
        if self._explains(word, following):
            self.runs[-1].explain(self._words[following])
            self.runs[-1].ends = following
            return following + 1
        if word in _SHARP:
            return self._sharp(at, word, following)
        return self._letter(at, word, following)

    def _sharp(self, at: int, word: str, following: int) -> int:
        last = following if self._word(following) == "s" else at
        self._take(last, word)
        return last + 1

    def _letter(self, at: int, word: str, following: int) -> int:
        after = self._word(following)
        if word == "double" and after == "u":
            self._take(following, "w")
            return following + 1
        if word in _TWO and len(after) == 1 and after.isalpha():
            word = "doppel"
        self._take(at, word)
        return at + 1

    def _take(self, at: int, word: str) -> None:
        if not self._open:
            self.runs.append(Run(at, asides=self._ahead))
            self._ahead = []
        self._open = self.runs[-1].take(at, word)
        if not self._open and not self.runs[-1].letters:
            self._ahead = self.runs.pop().asides

    def _explains(self, word: str, following: int) -> bool:
        if word not in _LIKE or not self._open or not self.runs[-1].letters or following >= len(self._words):
            return False
        # "for" is a word of its own where what follows has nothing to do with the letter.
        return word != "for" or self._words[following].startswith(plain(self.runs[-1].letters[-1]))

    def _aside(self, at: int) -> int:
        """ "mit D T": the letters are those that were spelled or will be; the place behind them, 0 where there are none."""
        letters, end = letters_at(self._words, at)
        if not letters:
            return 0
        if not self._open and len(letters) >= _BEGINNING:
            # "mit K K A R L": which of them are the explanation?
            return 0
        (self.runs[-1].asides if self._open else self._ahead).append(letters)
        self._open = False
        return end

    def _following(self, at: int) -> int:
        """Where the next word is; "as in Sam" and "wie in Berta" are "as Sam" and "wie Berta"."""
        at += 1
        while at < len(self._words) and (self._words[at] in MARKS or self._skipped(at)):
            at += 1
        return at

    def _skipped(self, at: int) -> bool:
        return self._words[at] == "in" and self._words[at - 1] in _LIKE

    def _word(self, at: int) -> str:
        return self._words[at] if at < len(self._words) else ""


def letters_at(words: Sequence[str], at: int) -> tuple[str, int]:
    """The letters of an explanation ("D T", "Doppel-T", "zwei L", "einem Y"), and where they end."""
    letters, times, begins = "", 1, at
    while at < len(words) and words[at] not in _PAUSES:
        word = words[at]
        following = _letters_of(words[at + 1]) if at + 1 < len(words) else None
        letter = _letters_of(word)
        if word in _TWICE | _TWO:
            times = 2
        elif word in _ARTICLES or (word == "a" and words[begins - 1] == "with" and following):
            pass
        elif word in _SHARP and following == "s":
            letters += "ß"
            at += 1
        elif letter:
            letters += letter * times
            times = 1
        elif word not in MARKS:
            break
        at += 1
    return letters, at


def _letters_of(word: str) -> str | None:
    """ "T", "Te" or, as in "mit dt", two of them."""
    two = len(word) == _TWO_LETTERS and word.isalpha() and not set(word) & set("aeiou")
    return letter_of(word) or (word if two else None)
