"""Was it true? An answer beside what booking knows when everything is back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from telephony_gateway.domain.contract import contract
from telephony_gateway.domain.transcript import claims

BUDGET_S = 2.0
# The wished time is free and the appointment is there: whoever says otherwise says what is not so.
_DENIALS = frozenset(
    {"taken", "unavailable", "closed", "not_found", "denied", "past", "too_far", "too_soon", "need_service", "choose"}
)  # fmt: skip
_NOTHING_DONE = frozenset({"peer", "not_offered"})


@dataclass(frozen=True)
class Facts:
    """What is so of one call, asked when everything is back."""

    states: tuple[str, ...] = ()
    """Of the appointments that the call made: "booked", "cancelled", "rescheduled"."""
    had: tuple[str, ...] = ()
    """The same before the outage."""
    callbacks: int = 0
    waiting: int = 0
    """Entries on the waiting list."""

    @property
    def unchanged(self) -> bool:
        """Whether the appointments are as they were before."""
        return self.states == self.had


@dataclass(frozen=True)
class Heard:
    """An answer, as the caller got it."""

    function: str
    status_code: int
    seconds: float
    body: Mapping[str, Any]

    @property
    def status(self) -> str:
        """Of the answer."""
        return str(self.body.get("status", ""))


def fault(heard: Heard, facts: Facts) -> str:
    """What is wrong with an answer; "" where it came in time and is true."""
    said = str(heard.body.get("message", ""))
    agreed = contract(heard.function)
    if heard.status_code != 200 or not said.endswith((".", "?", "!")):
        return f"{heard.status_code} without a sentence"
    if heard.seconds > BUDGET_S:
        return f"after {heard.seconds:.2f} s"
    if agreed is None or heard.status not in {status.value for status in agreed.statuses}:
        return f"answers {heard.status!r}"
    if heard.status in _DENIALS:
        return f"says {heard.status}, which is not so: {said}"
    if heard.body.get("error") in _NOTHING_DONE and not facts.unchanged:
        return "says that nothing has happened, and something has"
    return _claim(heard, said, facts)


def _claim(heard: Heard, said: str, facts: Facts) -> str:
    """What the status claims has to be so, and the sentence claims no more than the status."""
    backed = _backed(heard, facts)
    if not backed.get(heard.status, True):
        return f"says {heard.status}, and it is not"
    for claim in claims(said):
        if not _stands(claim.kind, heard.status):
            return f"answers {heard.status} and says “{claim.words}”"
    return ""


def _backed(heard: Heard, facts: Facts) -> dict[str, bool]:
    options = heard.body.get("options") or ()
    return {
        "booked": "booked" in facts.states,
        "cancelled": "cancelled" in facts.states,
        "rescheduled": {"rescheduled", "booked"} <= set(facts.states),
        "callback_noted": facts.callbacks > 0,
        "waitlist_noted": facts.waiting > 0,
        "available": bool(options),
        "alternatives": bool(options),
        "offered": bool(options),
        "ok": heard.function != "get_appointments" or bool(heard.body.get("appointments")),
    }


def _stands(kind: str, status: str) -> bool:
    allowed = {
        "booked": {"booked", "rescheduled", "ok"},
        "cancelled": {"cancelled"},
        "moved": {"rescheduled"},
        "free": {"available", "alternatives", "offered"},
    }
    return status in allowed[kind]
