"""Forget somebody everywhere, step by step. How far it is stands in the database: whoever is killed is followed by another,
and a step that was done without being noted is done again, which finds nothing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Protocol
from uuid import UUID

from booking.domain.actor import Actor
from booking.domain.appointment import Appointment
from booking.domain.change import Order
from booking.domain.erasure import Erasure, Step, StepName, certificate
from booking.errors import ErasureUnknownError
from booking.usecases.change_appointment import ChangeAppointment
from chassis.clock import Clock
from chassis.errors import ServiceError, StorageUnavailableError

LEASE = timedelta(seconds=60)
"""Longer than any step; whoever has not come back by then is taken for dead."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(milliseconds=200), timedelta(seconds=30)
LOOK_EVERY_S = 0.5
WHY = "the customer is forgotten"
_log = logging.getLogger(__name__)


class NotYetError(Exception):
    """What a step waits for has not happened yet."""


class Erasures(Protocol):
    """Where they are kept."""

    async def begin(self, erasure: Erasure) -> Erasure:
        """Keep it, or find the one that runs for the same number already. Raises AppointmentsAheadError unless what is
        ahead is to be called off."""
        ...

    async def get(self, tenant_id: UUID, erasure_id: UUID) -> Erasure | None:
        """One of a business."""
        ...

    async def take(self, now: datetime, lease: timedelta) -> Erasure | None:
        """One that is due, put off for the time of the lease; of several workers each takes another one."""
        ...

    async def done(self, erasure: Erasure, step: Step) -> None:
        """A step has done what it says."""
        ...

    async def forget_customer(self, erasure: Erasure, now: datetime) -> None:
        """The step CUSTOMER, done and noted in one transaction. Raises AppointmentsAheadError."""
        ...

    async def failed(self, erasure: Erasure, step: StepName, error: str, due_at: datetime) -> None:
        """An attempt did not do."""
        ...

    async def conclude(self, erasure: Erasure, certificate: str, now: datetime) -> None:
        """It is done, and nobody knows any more whom it was about."""
        ...

    async def ahead(self, erasure: Erasure, now: datetime) -> list[Appointment]:
        """What the person has booked and not had yet."""
        ...

    async def unsettled(self, erasure: Erasure, now: datetime) -> list[UUID]:
        """Appointments whose copies may still be under way: those that are not over."""
        ...

    async def call_ids(self, erasure: Erasure) -> Sequence[str]:
        """Calls that are known to be the person's."""
        ...


class CallLedger(Protocol):
    """Who keeps the calls."""

    async def forget(self, tenant_id: UUID, number: str, call_ids: Sequence[str]) -> Mapping[str, int]:
        """Delete them; rows by table. Raises PeerUnavailableError."""
        ...


class Copies(Protocol):
    """Who keeps the copies at Cal.com."""

    async def is_settled(self, tenant_id: UUID, appointment_id: UUID) -> bool:
        """Whether nothing of it is under way. Raises PeerUnavailableError."""
        ...

    async def forget(self, tenant_id: UUID, customer_id: UUID) -> tuple[Mapping[str, int], Sequence[str]]:
        """Overwrite who the attendee was: rows by table, and the bookings that still say so at Cal.com. Raises
        PeerUnavailableError."""
        ...


async def get_erasure(erasures: Erasures, tenant_id: UUID, erasure_id: UUID) -> Erasure:
    """How far it is. Raises ErasureUnknownError."""
    found = await erasures.get(tenant_id, erasure_id)
    if found is None:
        raise ErasureUnknownError("this business has no such erasure")
    return found


@dataclass(frozen=True)
class EraseEverywhere:
    """A worker; several may run."""

    erasures: Erasures
    change: ChangeAppointment
    calls: CallLedger
    copies: Copies
    clock: Clock

    async def run(self, every_s: float = LOOK_EVERY_S) -> None:
        """Work until cancelled."""
        while True:
            try:
                while await self.work_once():
                    pass
            except StorageUnavailableError as error:
                _log.warning("erasures cannot be read", extra={"error": str(error)})
            await asyncio.sleep(every_s)

    async def work_once(self) -> bool:
        """Carry on with one erasure as far as it goes. False: none is due."""
        taken = await self.erasures.take(self.clock.now(), LEASE)
        if taken is None:
            return False
        while step := taken.next_step:
            if not await self._step(taken, step):
                return True
            taken = await get_erasure(self.erasures, taken.tenant_id, taken.erasure_id)
        now = self.clock.now()
        await self.erasures.conclude(taken, certificate(taken, now), now)
        _log.info("somebody was forgotten", extra={"erasure_id": str(taken.erasure_id)})
        return True

    async def _step(self, erasure: Erasure, step: Step) -> bool:
        try:
            await self._does[step.name](self, erasure)
        except StorageUnavailableError:
            raise
        except (NotYetError, ServiceError) as error:
            pause = min(FIRST_PAUSE * 2 ** min(step.attempts, 10), LONGEST_PAUSE)
            due_at = self.clock.now() + pause
            await self.erasures.failed(erasure, step.name, str(error)[:500], due_at)
            return False
        return True

    async def _done(
        self, erasure: Erasure, name: StepName, erased: Mapping[str, int], left: Sequence[str] = ()
    ) -> None:
        await self.erasures.done(erasure, Step(name, erased, left, done_at=self.clock.now()))

    async def _appointments(self, erasure: Erasure) -> None:
        ahead = await self.erasures.ahead(erasure, self.clock.now()) if erasure.cancel_ahead else []
        actor = Actor(call_id=None, caller_number=None, operator=erasure.operator)
        for one in ahead:
            await self.change.cancel(Order(one.tenant_id, one.appointment_id, actor, reason=WHY))
        await self._done(erasure, StepName.APPOINTMENTS, {"cancelled": len(ahead)})

    async def _settled(self, erasure: Erasure) -> None:
        waiting = await self.erasures.unsettled(erasure, self.clock.now())
        for appointment_id in waiting:
            if not await self.copies.is_settled(erasure.tenant_id, appointment_id):
                raise NotYetError("Cal.com has not heard yet of what was called off")
        await self._done(erasure, StepName.SETTLED, {})

    async def _calls(self, erasure: Erasure) -> None:
        calls = await self.erasures.call_ids(erasure)
        await self._done(
            erasure, StepName.CALLS, await self.calls.forget(erasure.tenant_id, erasure.phone_number, calls)
        )

    async def _customer(self, erasure: Erasure) -> None:
        await self.erasures.forget_customer(erasure, self.clock.now())

    async def _calendar(self, erasure: Erasure) -> None:
        erased: Mapping[str, int] = {}
        left: Sequence[str] = ()
        if erasure.customer_id:
            erased, left = await self.copies.forget(erasure.tenant_id, erasure.customer_id)
        await self._done(erasure, StepName.CALENDAR, erased, left)

    _does: ClassVar[Mapping[StepName, Callable[["EraseEverywhere", Erasure], Awaitable[None]]]] = {
        StepName.APPOINTMENTS: _appointments,
        StepName.SETTLED: _settled,
        StepName.CALLS: _calls,
        StepName.CUSTOMER: _customer,
        StepName.CALENDAR: _calendar,
    }
