"""Which of several names was meant. Pure; knows no business: names come in, keys go out."""

from matching.names import Candidates, Match, match
from matching.phonetics import cologne

__all__ = ["Candidates", "Match", "cologne", "match"]
