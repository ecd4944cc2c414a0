"""Who can be written to, and where."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberType

from booking.domain.messages.message import Channel
from booking.errors import RequestInvalidError

ADDRESS_MAX = 254
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
_TAKE_SMS = {
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    # Cannot be told from the number; the provider will say.
    PhoneNumberType.UNKNOWN,
}


@dataclass(frozen=True)
class Contact:
    """What is known of a customer. ``calendar_email`` is technical: nobody reads it."""

    phone_number: str | None
    email: str | None
    calendar_email: str


@dataclass(frozen=True)
class Way:
    """A channel, and where it leads to."""

    channel: Channel
    address: str


def email_of(field: str, value: str) -> str | None:
    """An address that somebody gave, its domain in lower case; None for "". Raises RequestInvalidError."""
    if not value:
        return None
    local, _, domain = value.rpartition("@")
    if len(value) > ADDRESS_MAX or len(local) > 64 or not _ADDRESS.fullmatch(value):
        raise RequestInvalidError(field, "not an e-mail address")
    return f"{local}@{domain.lower()}"


def way_to(contact: Contact, channels: Iterable[Channel]) -> Way | None:
    """The first channel that reaches the customer; None: none does."""
    for channel in channels:
        address = contact.phone_number if channel is Channel.SMS else contact.email
        if address and (_takes_sms(address) if channel is Channel.SMS else _is_read(address, contact)):
            return Way(channel, address)
    return None


def _takes_sms(number: str) -> bool:
    parsed = phonenumbers.parse(number, None)
    return phonenumbers.is_possible_number(parsed) and phonenumbers.number_type(parsed) in _TAKE_SMS


def _is_read(address: str, contact: Contact) -> bool:
    return address.rpartition("@")[2] != contact.calendar_email.rpartition("@")[2]
