"""What the callers of the measuring say: each a call of its own, each a start of its own, in German words."""

import itertools
import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from rufbuch_cli.measure import DIALLED_NUMBER, STAFF

_MONTHS = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
           "Dezember")  # fmt: skip
_FIRST_DAY, _DAYS, _LATE_DAYS, _HOURS, _STEP = 3, 120, 50, range(8, 20), 15


class Wishes:
    """Hands out starts of the measured business, none twice for the same chair, and calls that want them."""

    def __init__(self) -> None:
        self._starts, self._late = _starts(0, _DAYS), _starts(_DAYS, _LATE_DAYS)
        self._calls = itertools.count(1)

    def checks(self, count: int) -> list[dict[str, Any]]:
        """As many calls that ask for a start which is free."""
        return [self._check(next(self._starts)) for _ in range(count)]

    def checks_of_one(self, count: int) -> list[dict[str, Any]]:
        """The same of one person, who has been asked for by nobody else: the last chair of the last day's end."""
        return [self._check(next(self._late), staff=f"Person {STAFF}") for _ in range(count)]

    def _check(self, start: datetime, **more: str) -> dict[str, Any]:
        words = {
            "service": "Beratung", "date": f"am {start.day}. {_MONTHS[start.month - 1]}",
            "time": f"um {start.hour} Uhr" + (f" {start.minute}" if start.minute else ""), **more,
        }  # fmt: skip
        call_id, number = f"call_{secrets.token_hex(16)}", f"+493023125{next(self._calls) % 100_000:05d}"
        return {"name": "check_availability", "args": words, "call": call(call_id, number)}


def again(check: dict[str, Any]) -> dict[str, Any]:
    """Another call with the same wish."""
    number = check["call"]["from_number"][:-1] + "0"
    return {**check, "call": call(f"call_{secrets.token_hex(16)}", number)}


def ended(check: dict[str, Any]) -> dict[str, Any]:
    """The call's end, as Retell tells it."""
    return {"event": "call_ended", "call": {**check["call"], "call_status": "ended"}}


def booking(check: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """The same call takes the first time that it was offered."""
    chosen = {"option_id": answer["options"][0]["option_id"], "customer_name": "Erika Mustermann"}
    return {"name": "start_booking", "args": chosen, "call": check["call"]}


def call(call_id: str, number: str) -> dict[str, Any]:
    """The call object, about as long as it is after three turns."""
    said = [
        {"role": "agent", "content": "Guten Tag, Sie sprechen mit dem Salon. Was kann ich für Sie tun?"},
        {"role": "user", "content": "Ich hätte gern einen Termin zur Beratung, wenn es geht."},
    ]
    return {
        "call_type": "phone_call", "call_id": call_id, "agent_id": "agent_bench", "agent_version": 1,
        "call_status": "ongoing", "direction": "inbound", "from_number": number, "to_number": DIALLED_NUMBER,
        "metadata": {}, "retell_llm_dynamic_variables": {}, "transcript_object": said,
        "transcript_with_tool_calls": said, "latency": {},
    }  # fmt: skip


def texts(bodies: list[dict[str, Any]]) -> list[str]:
    """As they are sent."""
    return [json.dumps(body, ensure_ascii=False) for body in bodies]


def _starts(first: int, days: int) -> Iterator[datetime]:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for _, minutes, day in itertools.product(range(STAFF), range(0, len(_HOURS) * 60, _STEP), range(days)):
        yield today + timedelta(days=_FIRST_DAY + first + day, hours=_HOURS[0], minutes=minutes)
