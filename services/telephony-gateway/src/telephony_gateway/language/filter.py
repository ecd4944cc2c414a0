"""The command `rufbuch dates`, one line of it: a phrase with its reference in, the understood values out."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from telephony_gateway.language.understand import understand
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
    return {
        "status": STATUS[found.outcome],
        "date": _day(found.date),
        "date_end": _day(found.date_end),
        "time": _clock(found.time),
        "time_from": _clock(found.time_from),
        "time_to": _clock(found.time_to),
    }


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _clock(value: time | None) -> str | None:
    return value.strftime("%H:%M") if value else None
