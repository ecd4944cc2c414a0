"""The one place that takes people out of what a process tells: numbers, addresses and names, in logs and in spans."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

MASK = "•••"
TEXT_MAX = 20_000
"""Characters; what is longer is cut."""
DIGITS_MIN, DIGITS_MAX = 7, 17
"""Of a telephone number, however it is written; fewer digits are a time, a port or a count."""
BARE_MIN = 10
"""Of digits in a row that begin with neither 0 nor +."""
PERSONAL = frozenset(
    {
        "address", "answer", "args", "arguments", "attendee", "body", "caller", "caller_name", "calling", "content",
        "customer", "customer_email", "customer_name", "customer_phone", "dialled_number", "email", "first_name",
        "from_number", "full_name", "last_name", "message_text", "names", "notes", "number", "person_name", "phone",
        "phone_number", "phone_numbers", "recipient", "said", "sentence", "text", "to_number", "topic", "transcript",
        "utterance", "words",
    }
)  # fmt: skip
"""Fields whose values nobody needs to see in a log, whatever they look like: of names no pattern can tell."""
_ADDRESSED = frozenset({"http.url", "url.full", "http.target", "url.query", "http.route.query", "url"})
_AT = r"(?:@|＠|%40|\s?[(\[{]\s?(?:at|ät|@)\s?[)\]}]\s?)"
_WORD = r"[^\s@＠<>\"',;()\[\]{}]"
_LOCAL = r"[^\s@＠<>\",;:()\[\]]"
_GAP = r"[\s ()\[\]./‐-―−⁃_-]"
_KEPT = (
    r"(?<![\w-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?!\w)",  # an id
    r"(?<![\w-])[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(?!\w)",  # a traceparent
    r"(?<!\w)(?=[0-9]*[a-f])[0-9a-f]{16,64}(?!\w)",  # a digest
    r"(?<!\d)\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?(?!\d)",  # an instant
    r"(?<![\w:.])\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?![\w:])",  # a time
    r"(?<![\d.])\d{1,2}\.\d{1,2}\.\d{4}(?!\d)",  # a day
    r"(?<![\w.+])(?:0|[1-9]\d*)\.\d+(?![\w.])",  # a fraction
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?![\w.])",  # a host
)
"""What is no number of a person, though it has as many digits."""
# Begun only where a word begins, so that a long one is not looked at from each of its letters.
_EMAIL = rf'(?<!{_LOCAL})(?:"[^"\n]{{1,80}}"|{_LOCAL}+){_AT}{_WORD}+'
_PHONE = rf"(?:%2[Bb]|(?<!\w)(?<!\w[-.])\(?[+＋]?)[\s(]{{0,3}}\d(?:{_GAP}{{0,4}}\d){{{DIGITS_MIN - 1},{DIGITS_MAX - 1}}}(?!-?\w)"
_MASKED = re.compile(f"(?P<keep>{'|'.join(_KEPT)})|(?P<email>{_EMAIL})|(?P<phone>{_PHONE})")
_ROWS = re.compile(r"(Failing row contains |Key \([^)\n]*\)=)\([^\n]*\)")
"""PostgreSQL tells what stands in a row that it refuses."""
_QUERIES = re.compile(r"(https?://[^\s?\"'<>]{1,2000}\?)[^\s\"'<>]+")
"""Of addresses in a text; httpx tells of each request where it went."""


def masked(text: str) -> str:
    """The text, cut at a length, without telephone numbers and e-mail addresses, in whatever spelling, without refused rows and
    without the queries of addresses."""
    shorter = _QUERIES.sub(rf"\1{MASK}", text[:TEXT_MAX])
    return _MASKED.sub(_mask, _ROWS.sub(rf"\1({MASK})", shorter))


def _mask(found: "re.Match[str]") -> str:
    if found["keep"]:
        return found[0]
    if found["email"]:
        return MASK
    return MASK if _is_number(found["phone"]) else found[0]


def _is_number(written: str) -> bool:
    runs = re.findall(r"\d+", written)
    if written.startswith("%") or "+" in written or "＋" in written or unicodedata.digit(runs[0][0]) == 0:
        return True
    return max(map(len, runs)) >= BARE_MIN


def masked_value(key: str, value: Any) -> Any:  # noqa: ANN401 - whatever a log line or a span holds
    """A field of a log line, or an attribute of a span."""
    if key.rpartition(".")[2].lower() in PERSONAL and value not in ("", None):
        return MASK
    if isinstance(value, str):
        return masked(_without_query(value) if key in _ADDRESSED else value)
    if isinstance(value, Mapping):
        return {str(name): masked_value(str(name), inner) for name, inner in value.items()}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, bytes):
        return [masked_value("", inner) for inner in value]
    if isinstance(value, bool | int | float) or value is None:
        return value
    return masked(str(value))


def _without_query(address: str) -> str:
    """Queries carry names; where they go is enough to see."""
    place, mark, _ = address.partition("?")
    return place + (f"?{MASK}" if mark else "")
