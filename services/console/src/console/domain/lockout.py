"""When too many wrong passwords close the door for a while."""

from collections.abc import Sequence
from datetime import datetime, timedelta

ATTEMPTS_MAX = 5
"""Wrong passwords for one address within the window; also the size of what is looked at."""
WINDOW = timedelta(minutes=15)


def locked_until(failures: Sequence[datetime], *, now: datetime) -> datetime | None:
    """Until when an address stays shut after these failures (any order); None: it may be tried.

    A lock ends by itself: nobody can shut an owner out for longer than a window by typing nonsense once.
    """
    recent = sorted(failure for failure in failures if failure > now - WINDOW)
    if len(recent) < ATTEMPTS_MAX:
        return None
    return recent[-ATTEMPTS_MAX] + WINDOW
