"""Owns the public holidays, from the library that keeps up with the laws."""

import logging
from datetime import date
from functools import lru_cache

import holidays.countries  # all of them at the start, which takes 80 ms: the first caller would wait for it

_log = logging.getLogger(__name__)


@lru_cache(maxsize=256)
def public_holidays(region: str, years: range) -> frozenset[date]:
    """The days off in a region ("DE-BE", or a country alone) in some years. A part of a country that the library does not
    know has the country's, a country that it does not know none: the branch goes on, and the log says what is wrong."""
    found = _known(region)
    if found is None:
        return frozenset()
    country, subdivision = found
    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=years))


@lru_cache(maxsize=256)
def _known(region: str) -> tuple[str, str | None] | None:
    """What the library knows of a region: country and part; said once where that is not all of it."""
    country, _, part = region.partition("-")
    wanted = (country, part or None)
    found = next((each for each in (wanted, (country, None)) if _in_library(*each)), None)
    if found != wanted:
        _log.error("nobody knows the holidays of a branch's region", extra={"holiday_region": region})
    return found


def _in_library(country: str, part: str | None) -> bool:
    try:
        holidays.country_holidays(country, subdiv=part)
    except NotImplementedError:
        return False
    return True
