"""The ledger without the people in it: names, numbers and free words replaced wherever they stand."""

from collections.abc import Mapping
from typing import Any

from telephony_gateway.domain.contract import NAME, PHONE, TOPIC

MASK = "•••"
_SHOWN_DIGITS = 2
_SHORTEST = 3
"""Shorter values are masked in their own place only: "Jo" would be found in half of all words."""
_PERSONAL = frozenset(
    {
        *(NAME.name, *NAME.synonyms),
        *(PHONE.name, *PHONE.synonyms),
        *(TOPIC.name, *TOPIC.synonyms),
        "customer_email", "email", "execution_message", "next_appointment",
    }
) - {"message"}  # fmt: skip


def masked_number(number: str) -> str:
    """ "+49…42": enough to tell two callers apart."""
    return f"{number[:3]}…{number[-_SHOWN_DIGITS:]}" if len(number) > 6 else MASK if number else ""


def masked_exchange(
    arguments: Mapping[str, Any], answer: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arguments and the answer of a function call."""
    secrets = sorted({*_secrets(arguments), *_secrets(answer)}, key=len, reverse=True)
    # Among the arguments "message" is the caller's; in the answer it is our own sentence.
    hidden = {key: MASK if key in TOPIC.synonyms and value else value for key, value in arguments.items()}
    return _masked(hidden, secrets), _masked(answer, secrets)


def _secrets(fields: Mapping[str, Any]) -> list[str]:
    return [
        value.strip()
        for key, value in fields.items()
        if key in _PERSONAL and isinstance(value, str) and len(value.strip()) >= _SHORTEST
    ]


def _masked(value: Mapping[str, Any], secrets: list[str]) -> dict[str, Any]:
    return {
        key: MASK if key in _PERSONAL and inner not in ("", None) else _within(inner, secrets)
        for key, inner in value.items()
    }


def _within(value: object, secrets: list[str]) -> Any:  # noqa: ANN401 - JSON in, JSON out
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
        return value
    if isinstance(value, Mapping):
        return _masked(value, secrets)
    if isinstance(value, list):
        return [_within(one, secrets) for one in value]
    return value
