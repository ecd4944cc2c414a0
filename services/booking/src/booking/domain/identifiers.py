"""Ids as they come from outside, checked."""

import re
from functools import lru_cache
from uuid import UUID

from booking.errors import RequestInvalidError

LENGTH_MAX = 200
WORDS_MAX = 2000
KNOWN = 4096
"""Businesses, branches, services and people come again with each request: to look one up costs a seventh of reading it."""
known_id = lru_cache(KNOWN)(UUID)
"""The id that is written so. Raises ValueError."""
id_text = lru_cache(KNOWN)(UUID.__str__)
"""How a known id is written; one that was just made up is not to be kept."""
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def uuid_of(field: str, value: str) -> UUID:
    """The id. Raises RequestInvalidError, naming the field, unless it has the canonical form of a UUID."""
    if not _UUID.fullmatch(value):
        raise RequestInvalidError(field, "not a UUID")
    return known_id(value)


def words_of(field: str, value: str) -> str:
    """What somebody said, in lines. Raises RequestInvalidError where it is long, or holds what no text does."""
    if len(value) > WORDS_MAX or not all(part.isprintable() for part in value.splitlines()):
        raise RequestInvalidError(field, f"not a text of at most {WORDS_MAX} characters")
    return value


def some_words_of(field: str, value: str) -> str:
    """The same, of somebody who has to say something. Raises RequestInvalidError where nothing is said."""
    if not value.strip():
        raise RequestInvalidError(field, "say why")
    return words_of(field, value)


def key_of(field: str, value: str) -> str:
    """An id that somebody else made up. Raises RequestInvalidError where it is empty, long or unprintable."""
    if not value or len(value) > LENGTH_MAX or not value.isprintable() or value != value.strip():
        raise RequestInvalidError(field, f"not an id of 1 to {LENGTH_MAX} printable characters")
    return value
