"""What two rows of one human may have in common: their names as they are compared, their numbers, their accounts. Worked out
once a person, since a business of 500 has 125,000 pairs."""

import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from matching.phonetics import cologne
from staff_registry.domain.business import Person

_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "oe", "ł": "l", "ı": "i", "đ": "d", "ð": "d",
     "þ": "th"}
)  # fmt: skip
"""Letters that do not fall into a plain one and an accent."""
_ACCENTS_FROM = 200
"""Combining classes from which a mark is an accent; below it a mark is part of the letter, as in Hindi or in kana."""


@dataclass(frozen=True)
class Traits:
    """Of one person."""

    person: Person
    name: str
    words: frozenset[str]
    sound: tuple[str, ...]
    users: frozenset[str]
    mails: frozenset[str]
    boxes: frozenset[str]
    """What her addresses say before the @."""

    @classmethod
    def of(cls, person: Person) -> "Traits":
        """Worked out."""
        name = folded_name(person.name)
        mails = frozenset(each.email.casefold() for each in person.accounts)
        return cls(
            person=person,
            name=name,
            words=frozenset(name.split()),
            sound=tuple(sorted(map(_sound, name.split()))),
            users=frozenset(each.username.casefold() for each in person.accounts),
            mails=mails,
            boxes=frozenset(map(_box, mails)),
        )

    def is_part_of(self, other: "Traits") -> bool:
        """ "Anna" of "Anna Beispiel"."""
        return bool(self.words) and self.words <= other.words

    @property
    def marks(self) -> Iterator[Hashable]:
        """Who is one human has one of these in common, unless one name is a part of the other."""
        if self.name:
            yield "sound", self.sound
        if self.person.phone_number:
            yield "number", self.person.phone_number
        yield from (("user", each) for each in self.users)
        yield from (("box", each) for each in self.boxes)


def folded_name(name: str) -> str:
    """Without case, accents, punctuation and the order of its words. Empty: it has no letter and no digit."""
    spelled = unicodedata.normalize("NFC", name).casefold().translate(_LETTERS)
    bare = (c for c in unicodedata.normalize("NFD", spelled) if unicodedata.combining(c) < _ACCENTS_FROM)
    # Vowels of Hindi and Thai are marks, to which a regular expression denies that they are of a word.
    parted = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in bare)
    return " ".join(sorted(parted.split()))


def alike(people: Sequence[Traits]) -> Iterator[tuple[Traits, Traits]]:
    """Each pair once that has something in common which is about who they are; no other pair is looked at."""
    sharing: dict[Hashable, list[int]] = defaultdict(list)
    named: dict[str, list[int]] = defaultdict(list)
    for at, each in enumerate(people):
        for mark in each.marks:
            sharing[mark].append(at)
        for word in each.words:
            named[word].append(at)
    pairs = {pair for group in sharing.values() for pair in combinations(group, 2)}
    for at, each in enumerate(people):
        # Whoever's name hers is a part of has its rarest word, too.
        rarest = min((named[word] for word in each.words), key=len, default=[])
        pairs |= {(min(at, other), max(at, other)) for other in rarest if each.is_part_of(people[other])}
    return ((people[one], people[other]) for one, other in sorted(pairs) if one != other)


def _sound(word: str) -> str:
    """Of Latin letters; other words sound as they are written."""
    return (word.isascii() and cologne(word)) or word


def _box(mail: str) -> str:
    """What stands before the @ and before a plus sign, without dots."""
    return mail.partition("@")[0].partition("+")[0].replace(".", "")
