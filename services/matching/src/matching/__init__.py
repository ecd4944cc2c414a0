"""Which of several names was meant. Pure; knows no business: names come in, keys go out."""

from typing import TYPE_CHECKING

from matching.phonetics import cologne

if TYPE_CHECKING:
    from matching.names import Candidates, Match, match

__all__ = ["Candidates", "Match", "cologne", "match"]


def __getattr__(name: str) -> object:
    """The names only where they are asked for: who reads dates needs the sounds alone, and starts quickly."""
    if name not in __all__:
        raise AttributeError(name)
    from matching import names  # noqa: PLC0415 - brings rapidfuzz with it

    return getattr(names, name)
