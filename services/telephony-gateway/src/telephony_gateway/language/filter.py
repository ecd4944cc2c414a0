"""The command `rufbuch dates`, one line of it: a phrase with its reference in, the understood values out."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from telephony_gateway.language.understand import explain, understand
from telephony_gateway.language.understanding import Outcome

STATUS = {
    Outcome.RESOLVED: "ok",
    Outcome.AMBIGUOUS: "ambiguous",
    Outcome.IMPOSSIBLE: "invalid",
    Outcome.PAST: "past",
    Outcome.NOTHING: "none",
}


def answer(line: dict[str, Any]) -> dict[str, str | None]:
    """The answer to {"text", "reference" (local ISO), "timezone"}; a missing zone is Europe/Berlin."""
    zone = ZoneInfo(line.get("timezone") or "Europe/Berlin")
    reference = datetime.fromisoformat(line["reference"])
    reference = reference.replace(tzinfo=zone) if reference.tzinfo is None else reference.astimezone(zone)
    found = understand(str(line["text"]), reference=reference, language=line.get("lang"))
    first = found.first
    return {
        "status": STATUS[found.outcome],
        "date": _day(first.date),
        "date_end": _day(first.date_end),
        "time": _clock(first.time),
        "time_from": _clock(first.time_from),
        "time_to": _clock(first.time_to),
    }


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _clock(value: time | None) -> str | None:
    return value.strftime("%H:%M") if value else None


def explanation(line: dict[str, Any]) -> list[str]:
    """For `--explain`: which rule took which words, inner phrases first."""
    return [
        f"{words!r} is {kind} by {rule!r}"
        for kind, rule, words in explain(str(line["text"]), language=line.get("lang"))
    ]
