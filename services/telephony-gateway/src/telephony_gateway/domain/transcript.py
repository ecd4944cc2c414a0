"""What an agent claimed before any tool had said so: "ist frei", "ist gebucht" (TG-07, TG-08). Read from the transcript."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_SENTENCES = re.compile(r"(?:[^.?!]|(?<=\d)\.(?=\s*[^\W_]))+[.?!]?")
"""The dot of "am 26. November" ends none."""
_NOT_A_CLAIM = re.compile(
    r"\b(nichts?|kein\w*|niemand|sobald|wenn|falls|ob|erst|gleich|soll|sollen|möchten|wollen|würde|kann ich|darf ich|noch zu"
    r"|not|nothing|none|nobody|once|if|whether|shall|should|would|will|can i|may i)\b",
    re.IGNORECASE,
)
_BE = r"\b(ist|sind|wurde|wäre|habe|hab|haben|hat|is|are|has|have|'s|was)\b"
_CLAIMS = (
    ("booked", rf"{_BE}.*\b(gebucht|eingetragen|eingebucht|bestätigt|booked|confirmed)\b"),
    ("cancelled", rf"{_BE}.*\b(abgesagt|storniert|gelöscht|cancelled|canceled)\b"),
    ("moved", rf"{_BE}.*\b(verschoben|verlegt|umgebucht|rescheduled|moved)\b"),
    ("free", rf"{_BE}.*\b(frei|verfügbar|free|available)\b"),
)
CLAIM_KINDS = tuple(kind for kind, _ in _CLAIMS)
_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _CLAIMS)
# What a result must have said, or held, for a claim to stand.
_BACKED_BY_STATUS = {
    "booked": frozenset({"booked", "rescheduled"}),
    "cancelled": frozenset({"cancelled"}),
    "moved": frozenset({"rescheduled"}),
    "free": frozenset({"available", "alternatives", "offered"}),
}
_BACKED_BY_FIELD = {
    "booked": frozenset({"appointments", "next_appointment"}),
    "cancelled": frozenset({"called_off"}),
    "moved": frozenset[str](),
    "free": frozenset({"options"}),
}


@dataclass(frozen=True)
class EarlyClaim:
    """A claim with no tool result behind it."""

    kind: str
    words: str
    """The words that claim, without what stands around them: an agent repeats names and numbers."""


def early_claims(call: Mapping[str, Any]) -> list[EarlyClaim]:
    """The claims of a call object's transcript that nothing backed yet; none where it does not show its tool calls."""
    found, backed = [], set[str]()
    for entry in _entries(call):
        role, content = entry.get("role"), entry.get("content")
        if role == "tool_call_result":
            backed |= _backed_by(content)
        elif role == "agent" and isinstance(content, str):
            found += [claim for claim in claims(content) if claim.kind not in backed]
    return list(dict.fromkeys(found))


def _entries(call: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    transcript = call.get("transcript_with_tool_calls")
    if isinstance(transcript, list):
        yield from (entry for entry in transcript if isinstance(entry, Mapping))


def _backed_by(content: object) -> set[str]:
    try:
        result = json.loads(content) if isinstance(content, str) else content
    except (ValueError, RecursionError):
        return set()
    if not isinstance(result, Mapping):
        return set()
    # Of any other tool as well, whose status may be anything.
    status = str(result.get("status"))
    return {
        kind
        for kind, statuses in _BACKED_BY_STATUS.items()
        if status in statuses or _BACKED_BY_FIELD[kind] & result.keys()
    }


def claims(text: str) -> Iterator[EarlyClaim]:
    """The sentences of a text that claim something, whatever is behind them."""
    for sentence in _SENTENCES.findall(text):
        if sentence.endswith("?"):
            continue
        for kind, pattern in _PATTERNS:
            match = pattern.search(sentence)
            # What comes after the claim takes nothing of it back: "gebucht, Sie bekommen gleich eine SMS".
            if match and not _NOT_A_CLAIM.search(sentence, 0, match.end()):
                yield EarlyClaim(kind, " … ".join(match.groups()))
