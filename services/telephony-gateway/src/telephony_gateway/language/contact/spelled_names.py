"""Names that callers spell: "S wie Siegfried, C, H, Ulrich, Doppel-L, Eszett"."""

from __future__ import annotations

from telephony_gateway.language.contact.heard import NOTHING, Heard, heard
from telephony_gateway.language.contact.letters import UMLAUTS, letter_of
from telephony_gateway.language.normalise import shapes

# Two letters alone may be a word or an abbreviation.
_FEWEST = 3
_MARKS = frozenset("-,.;:/!?()")
_SILENT = frozenset({"und", "dann", "aeh", "aehm", "also", "noch", "ein", "mit"})
_HYPHEN = frozenset({"bindestrich", "strich", "minus"})
_TWICE = frozenset({"doppel", "doppelt", "zweimal", "double"})


def spelled_name(text: str) -> Heard:
    """The name that was spelled, with a capital; DOUBTFUL where something between the letters was no letter."""
    run = max(_runs([shape.text for shape in shapes(text)]), key=lambda found: len(found.letters))
    name = "".join(run.letters)
    if len(run.letters) < _FEWEST:
        return NOTHING
    return heard("-".join(part.capitalize() for part in name.split("-")), sure=not run.broken)


class _Run:
    """Letters one after the other; broken where a word in front or behind them was none and they might go on."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.broken = False
        self._twice = False
        self._umlaut = False

    def take(self, word: str) -> bool:
        """Whether the word belongs to the spelling."""
        letter = letter_of(word)
        if word in _TWICE:
            self._twice = True
        elif word == "umlaut":
            self._umlaut = True
        elif word in _HYPHEN and self.letters:
            self.letters.append("-")
        elif letter is None:
            return False
        else:
            self._add(letter)
        return True

    def _add(self, letter: str) -> None:
        if self._umlaut:
            letter = UMLAUTS.get(letter, letter)
        self.letters += [letter, letter] if self._twice else [letter]
        self._twice = self._umlaut = False

    def explain(self, word: str) -> None:
        """ "M wie Martha": the word only tells which letter was meant; another letter makes it a doubt."""
        meant = letter_of(word) or word
        if meant[0] != self.letters[-1][0]:
            self.broken = True


def _runs(words: list[str]) -> list[_Run]:
    runs = [_Run()]
    skip = -1
    for at, word in enumerate(words):
        if at <= skip or word in _MARKS or (word in _SILENT and runs[-1].letters):
            continue
        if word in {"wie", "as", "like"} and runs[-1].letters and at + 1 < len(words):
            runs[-1].explain(words[at + 1])
            skip = at + 1
        elif word == "scharfes":
            runs[-1].take(word)
            skip = at + 1
        elif not runs[-1].take(word):
            runs.append(_Run())
    spelled = [run for run in runs if run.letters]
    for run in spelled:
        run.broken = run.broken or sum(len(other.letters) > 1 for other in spelled) > 1
    return spelled or runs
