"""Which numbers are in E.164 as they are. Nearly all that a platform sends are; to have the library read them costs ten times as much."""

import re
from dataclasses import dataclass
from functools import cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

_FIGURES = re.compile(r"\+[1-9][0-9]{3,16}")
_CODE_MAX = 3
"""Figures of a country's code; none begins another."""


@dataclass(frozen=True)
class _Country:
    lengths: frozenset[int]
    """That a number may have behind the code."""
    taken_off: re.Pattern[str] | None
    """What the library leaves out where a number begins with it: the 0 of "+49 030"."""


def is_written_so(number: str) -> bool:
    """Whether the library would read a number as possible, and write it as it is. False: that is for it to say."""
    if not _FIGURES.fullmatch(number):
        return False
    for figures in range(1, _CODE_MAX + 1):
        country = _country(int(number[1 : figures + 1]))
        if country:
            rest = number[figures + 1 :]
            begins_otherwise = rest[:1] == "0" or (country.taken_off and country.taken_off.match(rest))
            return len(rest) in country.lengths and not begins_otherwise
    return False


@cache
def _country(code: int) -> _Country | None:
    regions = COUNTRY_CODE_TO_REGION_CODE.get(code)
    plan = regions and PhoneMetadata.metadata_for_region_or_calling_code(code, regions[0])
    if not plan or not plan.general_desc:
        return None
    prefix = plan.national_prefix_for_parsing
    return _Country(frozenset(plan.general_desc.possible_length), re.compile(prefix) if prefix else None)
