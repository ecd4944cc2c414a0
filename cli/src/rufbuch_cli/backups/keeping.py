"""Which backups of a directory stay: those made by name and time, the newest; nothing else in it is touched."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

_OURS = re.compile(r"^rufbuch-\d{8}T\d{6}Z\.backup$")
_UNFINISHED = re.compile(r"^\.rufbuch-\d{8}T\d{6}Z\.backup\.unfinished$")


def named_after(now: datetime) -> str:
    """The name of a backup; by name they are in the order of their times."""
    return f"rufbuch-{now:%Y%m%dT%H%M%SZ}.backup"


def kept(directory: Path, number: int) -> Iterator[Path]:
    """Remove all but the newest ``number``, and tell which; a backup that was killed leaves what is removed with those that
    are older than it. Raises OSError."""
    ours = sorted((each for each in directory.iterdir() if _OURS.match(each.name)), reverse=True)
    unfinished = [each for each in directory.iterdir() if _UNFINISHED.match(each.name)]
    oldest = ours[:number][-1].name if ours else ""
    left_over = [each for each in unfinished if each.name[1:] < oldest]
    for old in [*ours[number:], *left_over]:
        old.unlink()
        yield old
