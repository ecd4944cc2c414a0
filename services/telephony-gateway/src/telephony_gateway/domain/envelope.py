"""Who calls whom: read from the call object that Retell sends, never from what the model filled in."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import phonenumbers

from telephony_gateway.domain.numbering import is_written_so

_VERSION = re.compile(r"_v[0-9]+$")
# Visible ASCII, as every service behind the gateway takes it; Retell's own are "call_" and 32 hex digits.
_CALL_ID = re.compile(r"[\x21-\x7e]{1,128}")
_LONGEST_REMEMBERED = 32
"""Characters of a number; whatever is longer is none that comes again."""


@dataclass(frozen=True)
class Caller:
    """One phone call, as far as its envelope tells."""

    call_id: str
    dialled_number: str
    """E.164 number of the business; "" where the envelope has none that is a number."""
    caller_number: str
    """E.164 number of the person on the phone; "" where it is withheld."""


@dataclass(frozen=True)
class Agent:
    """Which agent is speaking."""

    agent_id: str = ""
    version: int | None = None


class EnvelopeError(Exception):
    """The body is JSON, but not what Retell sends."""


def function_name(path_name: str) -> str:
    """The function's own name: agents add a version to it when they are published (TG-04)."""
    return _VERSION.sub("", path_name)


def read_caller(body: Mapping[str, Any]) -> Caller:
    """Read the envelope. Raises EnvelopeError where there is no call in it, as with "payload: args only"."""
    call = body.get("call")
    if not isinstance(call, Mapping):
        raise EnvelopeError("the body has no call object: switch off 'Payload: args only' for this function")
    call_id = call.get("call_id")
    if not isinstance(call_id, str) or not _CALL_ID.fullmatch(call_id):
        raise EnvelopeError("the call object has no call_id")
    ours, theirs = (
        ("from_number", "to_number") if call.get("direction") == "outbound" else ("to_number", "from_number")
    )
    return Caller(call_id, e164(call.get(ours)), e164(call.get(theirs)))


def read_agent(body: Mapping[str, Any]) -> Agent:
    """The agent of a call, as far as the envelope names it."""
    call = body.get("call")
    if not isinstance(call, Mapping):
        return Agent()
    agent_id, version = call.get("agent_id"), call.get("agent_version")
    is_number = isinstance(version, int) and not isinstance(version, bool)
    return Agent(agent_id if isinstance(agent_id, str) else "", version if is_number else None)


def read_arguments(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the model filled in. Raises EnvelopeError where it is no object."""
    arguments = body.get("args", {})
    if arguments is None:
        return {}
    if isinstance(arguments, str):
        # As they stand in the transcript: some agents send them on as they are.
        arguments = _parsed(arguments)
    if not isinstance(arguments, Mapping):
        raise EnvelopeError("args is no object")
    return arguments


def _parsed(text: str) -> object:
    try:
        return json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        return text


def e164(number: object) -> str:
    """The number in E.164, or "" for whatever is none: "anonymous", "restricted", "00000000", nothing at all (TG-16)."""
    if not isinstance(number, str) or not number.startswith("+"):
        return ""
    return _e164(number) if len(number) <= _LONGEST_REMEMBERED else _e164.__wrapped__(number)


@lru_cache(maxsize=256)
def _e164(number: str) -> str:
    """The businesses' numbers come in every request, a caller's in all of a call."""
    if is_written_so(number):
        return number
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
