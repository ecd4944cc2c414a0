"""How a word may be spelled and still be the same word, to the ear and in a name: Maier is Meier, Clare is not Clara."""

import re
from functools import lru_cache

# In this order: what a later one reads, an earlier one may have written.
_ALIKE = tuple(
    (re.compile(pattern), spelling)
    for pattern, spelling in (
        ("chs", "ks"),
        ("x", "ks"),
        ("ph", "f"),
        ("th", "t"),
        ("chr", "kr"),
        ("ck", "k"),
        ("c(?=[aoulrkt]|$)", "k"),
        ("tion", "zion"),
        ("tz", "z"),
        ("dt", "t"),
        ("qu", "kw"),
        ("ay|ai|ey", "ei"),
        ("ie", "i"),
        ("y", "i"),
        ("w", "v"),
        # An h that only makes the vowel long ("Klahra"); at the end it makes another name of it.
        ("(?<=[aeiou])h(?=[^aeiou])", ""),
    )
)
_DOUBLED = re.compile(r"([^aeiou])\1")
_DOUBLED_VOWEL = re.compile(r"([aeiou])\1")
# A dropped letter makes another name of a shorter word: Ana is not Anna.
_LONG = 6
# In a compound the dots may get lost, or the weak e of an ending ("Herrn Haarschnitt"); in a name they tell who is meant.
_COMPOUND = 9
_DOTS_LOST = re.compile(r"(?<=[aou])e")
_WEAK = re.compile(r"e(?=[nrlm])")
_VOWELS = frozenset("aeiou")


@lru_cache(maxsize=4096)
def spelled(word: str) -> str:
    """One spelling for all that sound the same in every letter: "Kathrin", "Catrin"; "Nowak", "Novak"."""
    for pattern, spelling in _ALIKE:
        word = pattern.sub(spelling, word)
    return _DOUBLED.sub(r"\1", word) if len(word) >= _LONG else word


def has_the_vowels(one: str, other: str) -> bool:
    """Whether the vowels agree: another one makes another name (Michael, Michaela), however alike the consonants sound."""
    return not _vowels(one).isdisjoint(_vowels(other))


def _vowels(word: str) -> set[str]:
    """The vowels in order; in a compound "ae" may have been heard as "e" or lost its dots."""
    plain = spelled(word)
    if len(word) < _COMPOUND:
        return {_only_vowels(plain)}
    plain = plain.replace("aeu", "eu")
    return {_only_vowels(_WEAK.sub("", _DOTS_LOST.sub("", way))) for way in (plain, plain.replace("ae", "e"))}


def _only_vowels(word: str) -> str:
    return "".join(letter for letter in _DOUBLED_VOWEL.sub(r"\1", word) if letter in _VOWELS)
