"""The usual words of messages, one file a language; whoever adds a file adds a language."""

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from booking.domain.messages.message import Channel, Kind, Words
from booking.domain.messages.wording import Language

FALLBACK = "en"
"""For businesses in a language that has no file."""


def languages() -> Mapping[str, Language]:
    """Every language that there is, by its ISO 639 code."""
    files = (file for file in resources.files(__package__).iterdir() if file.name.endswith(".toml"))
    return {
        file.name.removesuffix(".toml"): _language(tomllib.loads(file.read_text(encoding="utf-8")))
        for file in files
    }


def _language(entry: dict[str, Any]) -> Language:
    words = {
        (kind, channel): Words(
            entry[kind.value]["subject"] if channel is Channel.EMAIL else "",
            entry[kind.value][channel.value],
        )
        for kind in Kind
        for channel in Channel
    }
    return Language(
        weekdays=tuple(entry["weekdays"]),
        months=tuple(entry["months"]),
        date=entry["date"],
        time=entry["time"],
        person=entry["person"],
        words=words,
    )
