"""What a caller was told in a call, and what of it turned out not to be so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telephony_gateway.domain.contract import CONTRACTS


@dataclass(frozen=True)
class Told:
    """An answer that was given."""

    function: str
    at: datetime
    answer: Mapping[str, Any]

    @property
    def status(self) -> str:
        """As it stands in the answer; "" for an answer that was never written down."""
        return str(self.answer.get("status", ""))


@dataclass(frozen=True)
class Case:
    """A difference between what was said and what is."""

    kind: str
    subject: str
    """What it is about: an appointment, an option, words."""


def promises_of_appointments(told: Sequence[Told]) -> dict[str, Told]:
    """What was said last of each appointment; of a series each date is one."""
    kinds = {"booked", "cancelled", "rescheduled"}
    return {
        str(one.answer["appointment_id"]): one
        for answered in told
        if answered.status in kinds
        for one in (answered, *_dates(answered))
        if one.answer.get("appointment_id")
    }


def _dates(told: Told) -> list[Told]:
    """What was said of the dates of a series, each as if it had been said alone."""
    return [
        Told(told.function, told.at, date)
        for date in told.answer.get("series", ())
        if date.get("status") == "booked"
    ]


def taken_while_held(told: Sequence[Told]) -> list[Case]:
    """Options that were said to be free and held, and were "taken" inside that time (BK-01)."""
    held_until: dict[str, datetime] = {}
    cases = []
    for one in told:
        for option in one.answer.get("options", ()):
            if option.get("held_until"):
                held_until[str(option["option_id"])] = datetime.fromisoformat(option["held_until"])
        wanted = str(one.answer.get("option_id", ""))
        if one.status == "taken" and wanted in held_until and one.at < held_until[wanted]:
            cases.append(Case("free_then_taken", wanted))
    return cases


def left_in_the_dark(told: Sequence[Told]) -> bool:
    """Whether the last that was said of a change is that it is not confirmed yet."""
    changing = {one.name for one in CONTRACTS if one.changes}
    last = {one.function: one for one in told if one.function in changing}
    return any(one.status == "pending" or one.answer.get("error") == "unconfirmed" for one in last.values())
