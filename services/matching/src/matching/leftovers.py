"""Words that a name leaves over, and what they say of it: another wish, another name, or the main thing."""

from collections.abc import Iterable, Mapping, Sequence

from matching.spelling import spelled
from matching.words import NAMING_NOTHING, Word, is_joined, is_verb, naming

_SHORTEST_PART = 4
_SHORTEST_STEM = 5
_WITH = frozenset({"mit", "with", "inklusive", "inkl", "samt"})


def points_at(words: tuple[Word, ...], winner: str, named: Mapping[str, Sequence[str]]) -> Iterable[str]:
    """Which of ours the words speak of that the winner's names do not have ("KG am Gerät", "schneiden und föhnen")."""
    for at, word in enumerate(words):
        nouns = naming((word,))
        if not nouns or _explains(nouns[0].text, named[winner]):
            continue
        noun = nouns[0].text
        joins = is_joined(at, words) or is_verb(word)
        yield from (
            key for key, names in named.items() if _names(noun, names) or (joins and _is_part(noun, names))
        )


def _names(noun: str, names: Iterable[str]) -> bool:
    """Whether a name has this word, or this is longer by an ending or a whole word ("Geräten", "gerätegestützt")."""
    return any(
        spelled(noun) == spelled(called)
        or (len(called) >= _SHORTEST_STEM and called not in NAMING_NOTHING and noun.startswith(called))
        for name in names
        for called in name.split()
    )


def _is_part(noun: str, names: Iterable[str]) -> bool:
    """Whether it begins or ends a compound of the names ("Damen-", "-schnitt")."""
    return len(noun) >= _SHORTEST_PART and any(
        called.startswith(noun) or called.endswith(noun) for name in names for called in name.split()
    )


def _explains(noun: str, names: Sequence[str]) -> bool:
    return _names(noun, names) or _is_part(noun, names) or any(_runs_in(noun, name) for name in names)


def _runs_in(noun: str, name: str) -> bool:
    """Half of a compound that recognition cut ("Haar" of "Herren Haar schnit")."""
    return len(noun) >= _SHORTEST_PART and noun in name.replace(" ", "")


def is_accessory(words: tuple[Word, ...], names: Sequence[str]) -> bool:
    """ "Strähnchen mit Föhnen": what the name stands for comes with something that is not ours."""
    for at, word in enumerate(words):
        main = naming(words[max(at - 1, 0) : at])
        if word.text in _WITH and main and not _explains(main[0].text, names):
            return not any(_explains(noun.text, names) for noun in naming(words[:at]))
    return False


def is_another_name(words: tuple[Word, ...], names: Sequence[str]) -> bool:
    """ "Anna-Lena" is not Anna; "manuelle Lymphdrainage" is not what "Manuelle" is short for."""
    for at, word in enumerate(words[1:], start=1):
        before = words[at - 1].text
        first, second = _explains(before, names), _explains(word.text, names)
        if word.before == "-" and first != second:
            return True
        stranger = word.text not in NAMING_NOTHING and not word.text.isdecimal()
        if first and not second and stranger and not word.before.strip() and _is_cut_short(before, names):
            return True
    return False


def _is_cut_short(word: str, names: Sequence[str]) -> bool:
    """Whether it is a name by itself and the beginning of a longer one that goes on with a noun ("Manuelle Therapie")."""
    longer = [name.split() for name in names]
    goes_on = any(
        len(name) > 1 and spelled(name[0]) == spelled(word) and name[1] not in NAMING_NOTHING
        for name in longer
    )
    return goes_on and any(len(name) == 1 and spelled(name[0]) == spelled(word) for name in longer)
