"""Owns the public holidays, from the library that keeps up with the laws."""

from datetime import date
from functools import lru_cache

import holidays.countries  # all of them at the start, which takes 80 ms: the first caller would wait for it


@lru_cache(maxsize=256)
def public_holidays(region: str, years: range) -> frozenset[date]:
    """The days off in a region ("DE-BE", or a country alone) in some years. Raises NotImplementedError for a region that
    the library does not know; the registry does not let one in."""
    country, _, subdivision = region.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=years))
