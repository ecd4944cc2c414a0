"""Days that an address names. Beside the edges of the calendar nothing can be reckoned with."""

from datetime import date
from typing import Annotated

from fastapi import Query

FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)

Day = Annotated[date, Query(ge=FIRST, le=LAST)]
"""A day of our time; any other is told to be malformed."""


def is_of_our_time(day: date) -> bool:
    """Whether a page can be told about it; of an instant, by its own wall clock."""
    return FIRST.year <= day.year <= LAST.year
