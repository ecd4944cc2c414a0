"""What was said in a call, by whom and when: read from the transcript that Retell sends when it is over."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

UTTERANCES_MAX = 2_000
WORDS_MAX = 2_000
"""Characters of one utterance; a call has a few dozen of a few hundred."""
_ROLES = ("agent", "user")
"""A tuple: what a transcript has in the place of a role may not be hashable."""
_KEPT_AS_ATTRIBUTES = "basic_attributes_only"
"""Retell's setting for businesses that do not want words to be kept anywhere."""


@dataclass(frozen=True)
class Utterance:
    """Something that was said without a break."""

    role: str
    """ "agent" or "user"."""
    words: str
    at: datetime | None
    """None: Retell told no time of it."""
    after_functions: int
    """How many functions had been called before it."""


def utterances(call: Mapping[str, Any]) -> list[Utterance]:
    """All of a call object, in order; none where its business does not want words to be kept, or there is no transcript."""
    if call.get("data_storage_setting") == _KEPT_AS_ATTRIBUTES:
        return []
    start = _instant(call.get("start_timestamp"))
    made, functions = [], 0
    for entry in _entries(call):
        role, content = entry.get("role"), entry.get("content")
        functions += role == "tool_call_invocation"
        if role in _ROLES and isinstance(content, str) and content.strip():
            at = _time(start, entry.get("words"))
            made.append(Utterance(str(role), content.strip()[:WORDS_MAX], at, functions))
    return made[:UTTERANCES_MAX]


def _entries(call: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name in ("transcript_with_tool_calls", "transcript_object"):
        transcript = call.get(name)
        if isinstance(transcript, list) and transcript:
            yield from (entry for entry in transcript if isinstance(entry, Mapping))
            return


def _instant(milliseconds: object) -> datetime | None:
    number = _number(milliseconds)
    if number is None:
        return None
    try:
        return datetime.fromtimestamp(number / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _time(start: datetime | None, words: object) -> datetime | None:
    """Of the first word: seconds since the call began."""
    first = words[0] if isinstance(words, list) and words else None
    since = _number(first.get("start")) if isinstance(first, Mapping) else None
    if start is None or since is None:
        return None
    try:
        return start + timedelta(seconds=since)
    except OverflowError:
        return None


def _number(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
