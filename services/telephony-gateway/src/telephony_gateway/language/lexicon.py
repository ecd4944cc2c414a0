"""A language's words: which kind each is and what it is worth, how compounds split, which misspellings are near."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from matching import cologne
from telephony_gateway.language.normalise import plain

Entry = tuple[str, Any]
# So many letters may differ in a word that sounds the same, and from which length on.
_SLIPS_BY_LENGTH = ((6, 2), (0, 1))


class LexiconTables(NamedTuple):
    """What a language module declares: see the German one for the meaning of each."""

    words: Mapping[str, str]
    valued: Mapping[str, Mapping[Any, str]]
    phrases: Mapping[str, tuple[str, Any]]
    numbers: Mapping[str, int]
    ordinals: Mapping[str, int]
    joined: Iterable[str]
    splittable: Iterable[str]
    guessable: str
    never_guessed: str
    sounding: Mapping[str, str] = {}
    timely: str = ""
    lookalikes: str = ""
    short_months: str = ""
    abbreviations: Mapping[str, int] = {}
    # "ten-thirty" is one time, and no range.
    joins_hyphens: bool = False
    # "10/2" may be the second of October.
    american_dates: bool = False


# A slip in a shorter word may make any word of it.
SURE_FROM = 5
HIGHEST = 59
# Words that sound like one of this group are only known not to be understood.
UNSURE_GROUP = "adverbs"
_NEVER_PARTS = frozenset({"ur", "we", "min", "std", "tg", "vorm", "zmittag", "for", "ap", "bist", "biss"})
# Parts of the day have so many letters, more or less.
_A_PART = 8
_DAYS, _PARTS = frozenset({"WEEKDAY", "RELDAY", "MORGEN"}), frozenset({"POD"})
# Up to this length a letter more or less may be any other number.
_SHORT = 5
_NAMED = frozenset({"WEEKDAY", "POD", "RELDAY"})
_NUMBERS, _MONTHS = frozenset({"NUM"}), frozenset({"MONTH"})
_FRACTIONS = frozenset({"halb", "viertel", "dreiviertel"})
_ANYWHERE_GROUPS = frozenset({"names", UNSURE_GROUP})


def spellings(word: str) -> set[str]:
    """A word with its umlauts as two letters, and with the dots lost."""
    if word.isascii():
        return {word.lower()}
    lost = word.translate(str.maketrans("äöü", "aou"))
    return {plain(word), plain(lost)}


class Lexicon:
    """Lookup of words in one language."""

    def __init__(self, tables: LexiconTables) -> None:
        self.entries: dict[str, Entry] = {}
        for number_kind, numbers in (("NUM", tables.numbers), ("ORD", tables.ordinals)):
            # 2000 stays a number: "zweitausend fünfundzwanzig" is still to be put together.
            self._declare_all(
                (word, (number_kind if value <= 2000 else "YEAR", value)) for word, value in numbers.items()
            )
        for kind, words in tables.words.items():
            self._declare_all((word, (kind, word)) for word in words.split())
        for kind, values in tables.valued.items():
            self._declare_all(
                (word, (kind, value)) for value, words in values.items() for word in words.split()
            )
        self.phrases = _phrase_trie(tables.phrases)
        kinds = set(tables.splittable)
        self.short_months = frozenset(tables.short_months.split())
        whole = self.short_months | _NEVER_PARTS
        self._parts = {
            word
            for word, entry in self.entries.items()
            if entry[0] in kinds and len(word) > 1 and word not in whole
        }
        self._longest = max(map(len, self._parts), default=0)
        self.abbreviations = tables.abbreviations
        self.joins_hyphens, self.american_dates = tables.joins_hyphens, tables.american_dates
        self._kept = {plain(word) for word in tables.never_guessed.split()}
        # Words of other languages that callers mix in, see `languages`.
        self.borrowed: Mapping[str, Entry] = {}
        self._guessable = frozenset(
            spelling for word in tables.guessable.split() for spelling in spellings(word)
        )
        self._sounding = {name: _by_sound(self.entries, words) for name, words in tables.sounding.items()}
        timely = self._of_kinds(tables.timely) | (self._guessable & self.entries.keys())
        self._plain = frozenset(
            spelling
            for words in tables.sounding.values()
            for word in words.split()
            for spelling in spellings(word)
        )
        dotless = {_without_dots(word): word for word in timely & self._plain}
        self._forms = {form: word for form, word in dotless.items() if len(form) > _SHORT}
        self._forms |= {word: word for word in timely}
        self._near = _neighbourhood(self._forms)
        self._lookalikes = frozenset(tables.lookalikes.split()) | self._kept
        self.joined = {plain(pair) for pair in tables.joined}
        self.known = lru_cache(maxsize=4096)(self._known)
        self.almost = lru_cache(maxsize=4096)(self._almost)
        self.sounds = lru_cache(maxsize=4096)(self._sounds)

    def _declare_all(self, pairs: Iterable[tuple[str, Entry]]) -> None:
        for word, entry in pairs:
            for spelling in spellings(word):
                self.entries.setdefault(spelling, entry)

    def _of_kinds(self, kinds: str) -> set[str]:
        """The words of these kinds, but the shortest, and numbers that no clock and no calendar has."""
        wanted = frozenset(kinds.split())
        return {
            word
            for word, (kind, value) in self.entries.items()
            if kind in wanted and len(word) >= 4 and not (isinstance(value, int) and value > HIGHEST)
        }

    def _known(self, word: str) -> tuple[Entry, ...] | None:
        """The entries of a word that is not listed: its parts, or the listed word that it is a slip of."""
        if word in self._kept:
            return None
        near = self._guess(word)
        parts = [near] if near else self._split(word) or self._split_slip(word)
        if parts is not None:
            return tuple(self.entries[part] for part in parts)
        near = self._guess(f"{word[:-1]}er") if word.endswith("a") else None
        return (self.entries[near],) if near else None

    def knows_none(self, words: Sequence[str]) -> bool:
        """Whether each word is a stranger, as in most names, and would be one joined with those beside it: the lexer makes
        nothing of them. False also where it takes the lexer to tell."""
        at_first = words[:1] and self.almost(words[0])
        return not at_first and not any(
            word in self.entries or word in self.phrases or word in self.borrowed or word in self.abbreviations
            or self.known(word) or self.sounds(word, "names")
            or word + "".join(words[at + 1 : at + 2]) in self.entries
            or word + "".join(words[at + 1 : at + 3]) in self.entries
            for at, word in enumerate(words)
        )  # fmt: skip

    def is_ordinary(self, word: str) -> bool:
        """Whether it is a word of its own, however near it is to one of time."""
        return word in self.entries or word in self._lookalikes or word in self.abbreviations

    def cut_short(self, beginning: str, ending: str) -> Entry | None:
        """The word that lost a letter where it was cut in two: "pfings montag", but no "klar Freitag", no "Huber morgen"."""
        near = self._guess(beginning + ending)
        if near is None:
            return None
        is_cut = near.startswith(beginning) or (near[0] == beginning[0] and self._is(near, _DAYS))
        return self.entries[near] if is_cut else None

    def _almost(self, word: str) -> Entry | None:
        """The word of time that a letter makes of this one, among words of time; unsure where it is short."""
        if not 3 <= len(word) <= 24 or word in self._lookalikes:
            return None
        near = self._a_letter_off(word) or self._a_letter_off(_without_dots(word))
        alike = {self.entries[one] for one in near}
        if not alike:
            return None
        begins_alike = any(one[0] == word[0] or one in self._guessable for one in near)
        is_sure = len(alike) == 1 and len(word) >= SURE_FROM and begins_alike
        return alike.pop() if is_sure else ("UNSURE", word)

    def _a_letter_off(self, word: str) -> set[str]:
        """Words of time; one that begins with another letter only if it is no word of the dialects."""
        return {
            self._forms[near]
            for cut in _cuts(word)
            for near in self._near.get(cut, ())
            if near[0] == word[0] or sorted(near[:2]) == sorted(word[:2]) or self._forms[near] in self._plain
            if within_slips(word, near, 1)
        }

    def may_be_number(self, word: str) -> bool:
        """Whether a letter makes a number of this word, an ordinary one or not, where a number has to come."""
        return any(self._is(near, _NUMBERS) for near in self._a_letter_off(word)) or within_slips(
            word, "elf", 1
        )

    def may_be_month(self, word: str) -> bool:
        """The same of a month, where one may come."""
        return any(self._is(near, _MONTHS) for near in self._a_letter_off(word)) or within_slips(
            word, "mai", 1
        )

    def may_be_fraction(self, word: str) -> bool:
        """The same of "halb" and "viertel"."""
        return any(self._is(near, _FRACTIONS) for near in self._a_letter_off(word))

    def _sounds(self, word: str, group: str) -> Entry | None:
        """The one word of a group that sounds like this one and is spelled nearly so ("dreizig", "zwöllf").

        A letter more that differs, and nobody can be sure.
        """
        if not 3 <= len(word) <= 24 or group not in self._sounding:
            return None
        # Where only a number or a month fits, even "neuen" and "Merz" are one.
        if word in (self._lookalikes if group in _ANYWHERE_GROUPS else self._kept):
            return None
        slips = next(slips for length, slips in _SLIPS_BY_LENGTH if len(word) >= length)
        alike = self._sounding[group].get(cologne(word), ())
        found = {self.entries[near] for near in alike if within_slips(word, near, slips)}
        if len(found) == 1 and group != UNSURE_GROUP and not self._others_like(word, found):
            return found.pop()
        if found:
            return ("UNSURE", word)
        return ("UNSURE", word) if any(within_slips(word, near, slips + 1) for near in alike) else None

    def _others_like(self, word: str, found: set[Entry]) -> bool:
        """Whether it looks as much like another one: "dierzehn" sounds like 13 and is a letter off 14."""
        near = {self.entries[one] for one in self._a_letter_off(word)}
        kinds = {kind for kind, _ in found}
        others = {
            entry for entry in near - found if entry[0] in kinds or (entry[0] in _NAMED and kinds & _NAMED)
        }
        return bool(others) and (len(word) <= _SHORT or not found & near or bool(kinds & _NAMED))

    def _split(self, word: str) -> list[str] | None:
        """The word as listed words written together ("halbdrei", "freitagnachmittag"), the longest parts first."""
        if not 5 <= len(word) <= 40:
            return None
        dead: set[int] = set()

        def rest(start: int) -> list[str] | None:
            if start == len(word):
                return []
            if start in dead:
                return None
            for end in range(min(len(word), start + self._longest), start + 1, -1):
                if word[start:end] in self._parts:
                    tail = rest(end)
                    if tail is not None:
                        return [word[start:end], *tail]
            dead.add(start)
            return None

        return rest(0)

    def _split_slip(self, word: str) -> list[str] | None:
        """A day and a part of the day written together with a letter off ("freitagnachmitag", "fretagabend")."""
        if not 9 <= len(word) <= 24:
            return None
        for day in self._plain:
            if not self._is(day, _DAYS) or abs(len(word) - len(day) - _A_PART) > _A_PART:
                continue
            for part in self._plain:
                if self._is(part, _PARTS) and within_slips(word, day + part, 1):
                    return [day, part]
        return None

    def _is(self, word: str, kinds: frozenset[str]) -> bool:
        return word in self.entries and self.entries[word][0] in kinds

    def _guess(self, word: str) -> str | None:
        """The one guessable word at an edit distance of one."""
        if not 6 <= len(word) <= 24:
            return None
        near = self._a_letter_off(word)
        # Of several, the one that sounds the same: "nechste" is no "sechste".
        near = {one for one in near if cologne(one) == cologne(word)} or near
        kinds = {self.entries[one] for one in near}
        # "siebtehn" is as near to the seventh as it is to seventeen.
        begins_alike = any(one in self._guessable and one[0] == word[0] for one in near)
        return min(near) if len(kinds) == 1 and begins_alike else None


def _without_dots(word: str) -> str:
    """A word in which recognition put an umlaut or a sharp s for a plain letter."""
    for two, letter in (("ae", "a"), ("oe", "o"), ("ue", "u"), ("ss", "s")):
        word = word.replace(two, letter)
    return word


def _phrase_trie(phrases: Mapping[str, Entry]) -> dict[str, Any]:
    trie: dict[str, Any] = {}
    for phrase, entry in phrases.items():
        variants = {plain(phrase), plain(phrase.translate(str.maketrans("äöü", "aou")))}
        for variant in variants:
            node = trie
            for word in variant.split():
                node = node.setdefault(word, {})
            node[""] = entry
    return trie


def _by_sound(entries: Mapping[str, Entry], words: str) -> dict[str, set[str]]:
    alike: dict[str, set[str]] = {}
    for word in words.split():
        spelling = plain(word)
        if spelling in entries:
            alike.setdefault(cologne(spelling), set()).add(spelling)
    return alike


def _cuts(word: str) -> set[str]:
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}


def _neighbourhood(words: Iterable[str]) -> dict[str, list[str]]:
    """Every word by itself and by itself with one letter less."""
    near: dict[str, list[str]] = {}
    for word in words:
        near.setdefault(word, []).append(word)
        for at in range(len(word)):
            near.setdefault(word[:at] + word[at + 1 :], []).append(word)
    return near


def within_slips(left: str, right: str, slips: int) -> bool:
    """Whether so many letters changed, left out, added, or swapped with their neighbour make one word the other."""
    if abs(len(left) - len(right)) > slips:
        return False
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    a, b = left[start:], right[start:]
    if not slips or not (a or b):
        return a == b
    swapped = a[:2] == b[:2][::-1] and within_slips(a[2:], b[2:], slips - 1)
    return swapped or any(
        within_slips(rest, other, slips - 1) for rest, other in ((a[1:], b[1:]), (a[1:], b), (a, b[1:]))
    )
