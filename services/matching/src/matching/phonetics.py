"""How a German word sounds: Kölner Phonetik (Postel 1969), so that slips of recognition meet the word that was said."""

from __future__ import annotations

_CODES = dict.fromkeys("aeijouy", "0") | {
    **dict.fromkeys("bp", "1"),
    **dict.fromkeys("dt", "2"),
    **dict.fromkeys("fvw", "3"),
    **dict.fromkeys("gkq", "4"),
    "l": "5",
    **dict.fromkeys("mn", "6"),
    "r": "7",
    **dict.fromkeys("sz", "8"),
    "x": "48",
}
_HARD_FIRST, _HARD_LATER = frozenset("ahkloqrux"), frozenset("ahkoqux")


def cologne(word: str) -> str:
    """The code of a word in lower-case letters a to z, umlauts spelled with two ("mueller" is 657)."""
    codes: list[str] = []
    for at, letter in enumerate(word):
        before = word[at - 1] if at else ""
        after = word[at + 1] if at + 1 < len(word) else ""
        for code in _code(letter, before, after):
            if not codes or codes[-1] != code:
                codes.append(code)
    return "".join(code for at, code in enumerate(codes) if code != "0" or at == 0)


def _code(letter: str, before: str, after: str) -> str:
    if letter == "c":
        return _hard_c(before, after)
    if letter in "dt" and after and after in "csz":
        return "8"
    if letter == "p" and after == "h":
        return "3"
    if letter == "x" and before and before in "ckq":
        return "8"
    return _CODES.get(letter, "")


def _hard_c(before: str, after: str) -> str:
    """ "Cäsar" hisses, "Caspar" does not."""
    if not before:
        return "4" if after in _HARD_FIRST else "8"
    return "4" if after in _HARD_LATER and before not in "sz" else "8"
