"""After a call: the claims that were made to the caller beside the state of the booking service."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from telephony_gateway.domain.truth import (
    Case,
    Told,
    left_in_the_dark,
    promises_of_appointments,
    taken_while_held,
)
from telephony_gateway.usecases.ports import Appointment, AppointmentState


class Facts(Protocol):
    """What is so, whatever was said; see clients.facts."""

    async def appointment(self, tenant_id: str, appointment_id: str) -> Appointment | None:
        """One appointment. Raises PeerError."""
        ...

    async def made_by(self, tenant_id: str, call_id: str, *, since: datetime) -> Sequence[Appointment]:
        """What a call has made. Raises PeerError."""
        ...

    async def has_callback(self, tenant_id: str, call_id: str) -> bool:
        """Whether a callback of a call is stored. Raises PeerError."""
        ...


CASES = (
    "booked_missing", "booked_but_cancelled", "booked_at_another_time",
    "cancelled_missing", "cancelled_but_stands",
    "rescheduled_missing", "rescheduled_but_cancelled", "rescheduled_at_another_time",
    "booked_untold", "left_pending", "callback_missing", "free_then_taken",
)  # fmt: skip
"""Every kind of case."""


@dataclass(frozen=True)
class EndedCall:
    """A call that is over."""

    call_id: str
    tenant_id: str
    began_at: datetime
    told: tuple[Told, ...]


async def check_truth(call: EndedCall, *, facts: Facts) -> list[Case]:
    """Every difference, as a case for a person. Raises PeerError."""
    promised = promises_of_appointments(call.told)
    cases = taken_while_held(call.told)
    for appointment_id, told in promised.items():
        found = await facts.appointment(call.tenant_id, appointment_id)
        kind = _difference(told, found)
        if kind:
            cases.append(Case(kind, appointment_id))
    made = await facts.made_by(call.tenant_id, call.call_id, since=call.began_at)
    standing = [one.appointment_id for one in made if one.state is AppointmentState.BOOKED]
    # BK-29: the caller heard of a failure, or of nothing, and will call again.
    untold = [Case("booked_untold", one) for one in standing if one not in promised]
    if not untold and left_in_the_dark(call.told):
        cases.append(Case("left_pending", call.call_id))
    promises_callback = any(one.status == "callback_noted" for one in call.told)
    if promises_callback and not await facts.has_callback(call.tenant_id, call.call_id):
        cases.append(Case("callback_missing", call.call_id))
    return [*cases, *untold]


def _difference(told: Told, found: Appointment | None) -> str:
    """What is not so about a claim; "" where it holds."""
    if found is None:
        return f"{told.status}_missing"
    if told.status == "cancelled":
        return "cancelled_but_stands" if found.state is AppointmentState.BOOKED else ""
    if found.state is AppointmentState.CANCELLED:
        return f"{told.status}_but_cancelled"
    start = told.answer.get("start")
    if found.state is AppointmentState.BOOKED and start and datetime.fromisoformat(str(start)) != found.start:
        return f"{told.status}_at_another_time"
    return ""
