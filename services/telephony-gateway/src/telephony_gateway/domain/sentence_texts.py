"""The sentences as they stand in the text files under ``sentences/``, one file a language."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

LANGUAGES = ("de", "en")
PLACES = {"alone": 2, "begins": 1, "follows": 1, "parts": 1}
"""Where a sentence stands in an answer, and how many it may consist of: no answer has more than two."""
COUNT = "count"
"""The gap that decides between the forms."""
_GAP = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Text:
    """A sentence with gaps; where a number matters, in two forms."""

    other: str
    one: str = ""
    """For exactly one, the only form of its own in German and English; "": there is no such form."""

    def said_gaps(self) -> frozenset[str]:
        """The gaps that stand in the text for any number but one."""
        return frozenset(_GAP.findall(self.other))

    def gaps(self) -> frozenset[str]:
        """What has to be known to say it: the number too, where there are two forms, whether they say it or not."""
        return self.said_gaps() | ({COUNT} if self.one else frozenset())

    def fill(self, values: Mapping[str, str | int]) -> str:
        """The sentence with its gaps filled; more values than gaps do no harm. Raises KeyError for one that lacks."""
        form = self.one if self.one and int(values[COUNT]) == 1 else self.other
        return _GAP.sub(lambda gap: str(values[gap[1]]), form)


@dataclass(frozen=True)
class Script:
    """The file of one language."""

    texts: Mapping[str, Text]
    places: Mapping[str, str]
    calendar: Mapping[str, Any]
    """How days and times are said: words and patterns."""


def _script(code: str) -> Script:
    file = resources.files("telephony_gateway") / "sentences" / f"{code}.toml"
    read = tomllib.loads(file.read_text(encoding="utf-8"))
    texts = {name: _text(said) for place in PLACES for name, said in read[place].items()}
    places = {name: place for place in PLACES for name in read[place]}
    return Script(texts, places, read["calendar"])


def _text(said: str | Mapping[str, str]) -> Text:
    return Text(said) if isinstance(said, str) else Text(**said)


SCRIPTS = {code: _script(code) for code in LANGUAGES}
