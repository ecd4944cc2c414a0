"""Numbers that callers call from."""

import phonenumbers

from booking.errors import RequestInvalidError


def number_of(field: str, value: str) -> str | None:
    """The number in E.164, None where there is none (""). Raises RequestInvalidError, naming the field, for others."""
    if not value:
        return None
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException as error:
        raise RequestInvalidError(field, "not an E.164 number") from error
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    # Possible is enough: operators hand out ranges before any list of valid ones knows them.
    if written != value or not phonenumbers.is_possible_number(number):
        raise RequestInvalidError(field, "not an E.164 number")
    return value
