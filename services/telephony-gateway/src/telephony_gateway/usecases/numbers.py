"""The number under which somebody wants to be called: the caller's own, or one that was said."""

import phonenumbers

from telephony_gateway.domain.envelope import e164
from telephony_gateway.usecases.conversation import Conversation


def reachable_number(talk: Conversation) -> str:
    """E.164; "" where none is known. A number that is said counts before the caller's own; it proves nothing."""
    return _said(talk.arguments.phone_number, talk.caller.dialled_number) or talk.caller.caller_number


def _said(text: str, dialled_number: str) -> str:
    """What callers say is a national number, of the country that they called."""
    if not text:
        return ""
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(dialled_number))
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    return e164(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
