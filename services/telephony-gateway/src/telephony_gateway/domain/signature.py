"""Retell's signature: proof that a request comes from the workspace that has the key, and that it is fresh.

The header reads ``v=<Unix milliseconds>,d=<64 lower-case hex digits>``; the digits are HMAC-SHA256 over the raw body
followed by the decimal milliseconds, keyed with the API key that carries the webhook badge.
"""

import enum
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HEADER = "X-Retell-Signature"
FRESH = timedelta(minutes=5)
"""How far a signature's time may lie from ours, either way; the SDK of Retell takes the same."""
_FRESH_MS = FRESH / timedelta(milliseconds=1)
_FORM = re.compile(r"v=(\d{1,16}),d=([0-9a-f]{64})")


class Refusal(enum.Enum):
    """Why a request is not believed."""

    MISSING = "missing"
    MALFORMED = "malformed"
    STALE = "stale"
    WRONG = "wrong"
    REPLAYED = "replayed"


@dataclass(frozen=True)
class Signed:
    """A signature that holds; ``digest`` names this one request, ``key`` is the one that made it."""

    digest: str
    key: str = field(repr=False)


def verify(header: str | None, body: bytes, *, keys: Sequence[str], now: datetime) -> Signed | Refusal:
    """Check a signature against every key that is valid at present (two while one is being rotated)."""
    if not header:
        return Refusal.MISSING
    match = _FORM.fullmatch(header)
    if match is None:
        return Refusal.MALFORMED
    milliseconds, digest = match.groups()
    age_ms = abs(now.timestamp() * 1000 - int(milliseconds))
    if age_ms > _FRESH_MS:
        return Refusal.STALE
    message = body + milliseconds.encode()
    # Every key is tried, so that the time taken does not tell which one was right.
    matches = [key for key in keys if hmac.compare_digest(_digest(key, message), digest)]
    return Signed(digest, matches[0]) if matches else Refusal.WRONG


def sign(body: bytes, *, key: str, now: datetime) -> str:
    """The header for a body, as Retell makes it."""
    milliseconds = str(round(now.timestamp() * 1000))
    return f"v={milliseconds},d={_digest(key, body + milliseconds.encode())}"


def _digest(key: str, message: bytes) -> str:
    return hmac.digest(key.encode(), message, "sha256").hex()
