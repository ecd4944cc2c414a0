"""What the caller rules out: "nicht bei Ben", "alles außer Dauerwelle", "keine Massage, lieber Fango"."""

import re
from collections.abc import Callable, Collection, Sequence

from matching.words import Word

_DENIES = re.compile(
    r"nicht|nich|nie|kein(?:e[nrms]?)?|ohne|ausser|statt|anstatt|not|no|never|except|without|don|dont"
)
_ALTERNATIVE = re.compile(r"ander\w*|other|another|rather|different|lieber|eher")
_THAN = frozenset({"als", "than"})
_ANY = re.compile(r"(any|every|some)?(one|body|thing|where)|all|any|anyone|everyone")
_INSTEAD = ("instead", "of")
_TURNS = frozenset({"sondern", "lieber", "aber", "nur", "rather", "but", "dafuer", "stattdessen"})
_ONLY = frozenset({"nur", "only", "just"})
_NOBODY = re.compile(
    r"(kein(e[nrms]?)?|niemand|no|noone|nobody|none)( (ander\w*|one|else|other))* (als|than|but)( |$)"
)
"""Whoever wants nobody else wants somebody."""
_NOBODY_WORDS_MAX = 5

Names = Callable[[tuple[Word, ...]], bool]


def without_denied(
    words: tuple[Word, ...], names: Names, own: Collection[str] = ()
) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """What is left, and what is ruled out; `names` tells whether words name something of ours.

    A word of `own` rules nothing out: it belongs to a name ("Haarschnitt ohne Waschen").
    """
    denied: set[int] = set()
    gone: set[int] = set()
    for at in range(len(words)):
        gone |= set(range(at, _after_nobody_else(words, at)))
        if at in gone:
            continue
        begins = None if words[at].text in own else _denied_from(words, at)
        if begins is None:
            continue
        gone |= set(range(at, begins))
        after = _clause_after(words, begins)
        before = [near for near in _clause_before(words, at) if near not in denied]
        # "Ben nicht", "zu Ben will ich nicht": what stands before is ruled out where nothing behind has a name.
        only_behind = not _follows_a_verb(words[at]) or names(tuple(words[near] for near in after))
        denied |= set(after if only_behind else [*before, *after])
    kept = tuple(word for at, word in enumerate(words) if at not in denied | gone)
    return kept, tuple(words[at] for at in sorted(denied))


def _after_nobody_else(words: Sequence[Word], at: int) -> int:
    """Where "niemand anderes als", "no one but" ends that begins there; ``at``: none does."""
    found = _NOBODY.match(" ".join(word.text for word in words[at : at + _NOBODY_WORDS_MAX]))
    return at + len(found[0].split()) if found else at


def _follows_a_verb(word: Word) -> bool:
    return word.text in {"nicht", "nich", "nie", "not", "never", "don", "dont"}


def _denied_from(words: Sequence[Word], at: int) -> int | None:
    """Where what is ruled out begins, if the word there rules something out."""
    text = words[at].text
    following = words[at + 1].text if at + 1 < len(words) else ""
    if _DENIES.fullmatch(text):
        return None if following in _ONLY else at + 1
    if _ALTERNATIVE.fullmatch(text) and following in _THAN:
        return at + 2
    if (text, following) == _INSTEAD:
        return at + 2
    # "lieber Ben als Anna", "any day but Friday".
    earlier = words[:at] if text in _THAN else words[max(at - 2, 0) : at] if text == "but" else ()
    denies = _ALTERNATIVE if text in _THAN else _ANY
    return at + 1 if any(denies.fullmatch(word.text) for word in earlier) else None


def _clause_after(words: Sequence[Word], start: int) -> list[int]:
    found: list[int] = []
    for at in range(start, len(words)):
        if words[at].text in _TURNS or "," in words[at].before:
            break
        found.append(at)
    return found


def _clause_before(words: Sequence[Word], end: int) -> list[int]:
    found: list[int] = []
    for at in range(end - 1, -1, -1):
        if words[at].text in _TURNS:
            break
        found.append(at)
        if "," in words[at].before:
            break
    return found
