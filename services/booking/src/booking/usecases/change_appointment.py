"""Call an appointment off, or note how it ended."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from booking.domain.appointment import Appointment, State
from booking.domain.change import Change, Changed, Order
from booking.domain.policy import MONTH, Fee, Policy, Rules
from booking.errors import AppointmentUnknownError
from chassis.clock import Clock

ATTEMPTS = 5
"""Each but the first comes after somebody else's change; an appointment has few of them."""


@dataclass(frozen=True)
class Standing:
    """An appointment before a change. ``cancellations``: its customer's by phone, of late."""

    appointment: Appointment
    cancellations: int
    fee: Fee
    """Of its last change."""


class Changes(Protocol):
    """Where appointments are changed."""

    async def standing(self, tenant_id: UUID, appointment_id: UUID, *, since: datetime) -> Standing | None:
        """The appointment, if this business has it, and the customer's cancellations since an instant."""
        ...

    async def commit(self, before: Appointment, after: Appointment, change: Change) -> bool:
        """Keep the change, its history and its event together. False: somebody else has changed it since."""
        ...


class Policies(Protocol):
    """Where the rules of businesses are."""

    async def of(self, tenant_id: UUID) -> tuple[Policy, ...]:
        """All of a business. Raises RegistryUnavailableError."""
        ...


async def standing_for(changes: Changes, order: Order, now: datetime) -> Standing:
    """What is to be changed. Raises AppointmentUnknownError, NotTheCustomerError."""
    found = await changes.standing(order.tenant_id, order.appointment_id, since=now - MONTH)
    if found is None:
        raise AppointmentUnknownError("this business has no such appointment")
    order.actor.must_be_allowed(found.appointment)
    return found


async def rules_for(policies: Policies, order: Order, appointment: Appointment) -> Rules:
    """What binds whoever acts: an operator nothing. Raises RegistryUnavailableError."""
    bound = () if order.actor.operator else await policies.of(order.tenant_id)
    return Rules.of(bound, appointment)


class ChangeAppointment:
    """The use cases. What was read is kept only where nobody else was faster; else it is read again."""

    def __init__(self, changes: Changes, policies: Policies, *, clock: Clock) -> None:
        self._changes, self._policies, self._clock = changes, policies, clock

    async def cancel(self, order: Order) -> Changed:
        """Call it off; what is called off already stays so, with the same answer.

        Raises AppointmentUnknownError, NotTheCustomerError, EtagMismatchError, IllegalMoveError, PolicyRefusedError,
        FeeNotAgreedError, RegistryUnavailableError.
        """
        return await self._change(order, self._cancel_once)

    async def complete(self, order: Order) -> Changed:
        """It took place. Raises as ``cancel``, but for rules."""
        return await self._change(order, lambda order: self._end_once(order, Appointment.complete))

    async def mark_no_show(self, order: Order) -> Changed:
        """The customer did not come. Raises as ``complete``."""
        return await self._change(order, lambda order: self._end_once(order, Appointment.mark_no_show))

    async def _change(self, order: Order, once: Callable[[Order], Awaitable[Changed | None]]) -> Changed:
        for _ in range(ATTEMPTS):
            changed = await once(order)
            if changed:
                return changed
        raise RuntimeError("an appointment that is changed by others all the time")

    async def _cancel_once(self, order: Order) -> Changed | None:
        now = self._clock.now()
        standing = await standing_for(self._changes, order, now)
        before = standing.appointment
        if before.state is State.CANCELLED:
            return Changed(before, standing.fee)
        order.must_know(before)
        after = before.cancel(now)
        rules = await rules_for(self._policies, order, before)
        fee = rules.cancel(before, now=now, cancellations=standing.cancellations)
        order.must_agree_to(fee)
        change = Change(order.actor, order.reason, now, fee)
        return Changed(after, fee) if await self._changes.commit(before, after, change) else None

    async def _end_once(
        self, order: Order, end: Callable[[Appointment, datetime], Appointment]
    ) -> Changed | None:
        now = self._clock.now()
        before = (await standing_for(self._changes, order, now)).appointment
        order.must_know(before)
        after = end(before, now)
        change = Change(order.actor, order.reason, now)
        return Changed(after, change.fee) if await self._changes.commit(before, after, change) else None
