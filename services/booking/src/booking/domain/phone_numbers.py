"""Numbers that callers call from."""

import re
from functools import cache

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumber

from booking.errors import RequestInvalidError

_FIGURES = re.compile(r"\+[1-9][0-9]{3,16}")
_CODE_MAX = 3
"""Figures of a country's code; none begins another."""


def number_of(field: str, value: str) -> str | None:
    """The number in E.164, None where there is none (""). Raises RequestInvalidError, naming the field, for others."""
    if not value:
        return None
    if _is_written_so(value):
        return value
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException as error:
        raise RequestInvalidError(field, "not an E.164 number") from error
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    # Possible is enough: operators hand out ranges before any list of valid ones knows them.
    if written != value or not phonenumbers.is_possible_number(number):
        raise RequestInvalidError(field, "not an E.164 number")
    return value


def _is_written_so(value: str) -> bool:
    """Whether the library would write it as it is, which nearly all are: to have it read one costs as much as all the rest of
    a request. False: that is for the library to say."""
    if not _FIGURES.fullmatch(value):
        return False
    for end in range(2, 2 + _CODE_MAX):
        code, rest = int(value[1:end]), value[end:]
        if taken_off := _taken_off(code):
            return not taken_off.match(rest) and phonenumbers.is_possible_number(PhoneNumber(code, int(rest)))
    return False


@cache
def _taken_off(code: int) -> re.Pattern[str] | None:
    """What the library leaves out where a number of the country begins with it, as the 0 of "+49 030". None: no such country."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(code)
    plan = regions and PhoneMetadata.metadata_for_region_or_calling_code(code, regions[0])
    return re.compile(f"0|{plan.national_prefix_for_parsing or 0}") if plan else None
