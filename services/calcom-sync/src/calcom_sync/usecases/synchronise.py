"""Bring the copies of one appointment to where they should be, as far as that can be done now."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from calcom_sync.domain.appointment import Appointment, AppointmentRef, Plan
from calcom_sync.domain.cases import Case, CaseKind
from calcom_sync.domain.intent import Intent, State
from calcom_sync.domain.moves import in_the_way
from calcom_sync.domain.patience import Patience
from calcom_sync.domain.settling import (
    Moment,
    Settlement,
    after_ours_went,
    call_off_fails,
    failure,
    says_taken,
)
from calcom_sync.domain.setup import Account
from calcom_sync.domain.steps import ASKS, Step, step_for
from calcom_sync.usecases.ask import Asker
from calcom_sync.usecases.plan import plan, where_it_goes_now
from calcom_sync.usecases.ports import (
    Appointments,
    Budget,
    Calendar,
    Clock,
    Directory,
    Place,
    SetupUnavailableError,
    Urgency,
)

ROUNDS_MAX = 6
"""What is due at once after a round (calling off the sisters of a failure) is done in the next; a bound for bugs."""
REGISTRY_PAUSE = timedelta(seconds=5)
PREDECESSOR_PAUSE = timedelta(seconds=2)
"""How often it is asked whether the appointment's predecessor has been settled."""
SISTER_PAUSE = timedelta(seconds=1)
"""How long a move waits for a sister's whose booking is in its way."""
_log = logging.getLogger(__name__)
_Due = list[tuple[Step, Intent]]


@dataclass(frozen=True)
class Synchroniser:
    """Does what is due for an appointment. ``lease`` has to outlast any request."""

    appointments: Appointments
    directory: Directory
    calendar: Calendar
    budget: Budget
    clock: Clock
    patience: Patience
    lease: timedelta

    async def run(self, ref: AppointmentRef, known: Appointment | None = None) -> datetime | None:
        """Do what is due, and say when something will be due next (None: never). ``known``: as it was read just now."""
        try:
            return await self._run(ref, known)
        except SetupUnavailableError:
            return self.clock.now() + REGISTRY_PAUSE

    async def _run(self, ref: AppointmentRef, known: Appointment | None) -> datetime | None:
        appointment = await self._planned(ref, known)
        if appointment and not appointment.ready:
            if not await self.appointments.hand_over(ref, self.clock.now()):
                return await self._wait_for_predecessor(appointment)
            appointment = await self.appointments.load(ref)
        for _ in range(ROUNDS_MAX):
            due = self._due(appointment) if appointment else []
            if appointment is None or not due:
                break
            await self._round(appointment, due)
            appointment = await self.appointments.load(ref)
        return appointment.next_due if appointment else None

    async def _wait_for_predecessor(self, appointment: Appointment) -> datetime:
        """What was sent for the predecessor is settled first, so that changes reach Cal.com in the order they were made. What
        has begun meanwhile waits no longer."""
        begun = [intent for step, intent in self._due(appointment) if step is Step.EXPIRE]
        for intent in begun:
            await self._settle(self._without_asking(Step.EXPIRE, intent))
        until = self.clock.now() + PREDECESSOR_PAUSE
        waiting = [one for one in appointment.intents if one.state is State.PENDING and one not in begun]
        await self.appointments.save([one.put_off(until) for one in waiting])
        return until

    async def _planned(self, ref: AppointmentRef, known: Appointment | None = None) -> Appointment | None:
        appointment = known or await self.appointments.load(ref)
        if appointment is None or appointment.plan is not Plan.OPEN or not appointment.wanted:
            return appointment
        await plan(
            appointment,
            directory=self.directory,
            appointments=self.appointments,
            now=self.clock.now(),
        )
        return await self.appointments.load(ref)

    def _due(self, appointment: Appointment) -> _Due:
        now = self.clock.now()
        steps = [(step_for(one, now, wanted=appointment.wanted), one) for one in appointment.intents]
        return [(step, intent) for step, intent in steps if step]

    async def _round(self, appointment: Appointment, due: _Due) -> None:
        for step, intent in due:
            if step not in ASKS:
                await self._settle(self._without_asking(step, intent))
        asked = await self._without_hindered(appointment, [one for one in due if one[0] in ASKS])
        if asked:
            await self._ask(appointment, asked)

    async def _ask(self, appointment: Appointment, asked: _Due) -> None:
        """Account by account, all at once."""
        setup = await self.directory.setup(appointment.ref.tenant_id)
        accounts = setup.accounts if setup else {}
        groups: dict[tuple[UUID | None, Urgency], _Due] = defaultdict(list)
        for step, known in asked:
            intent = where_it_goes_now(appointment, known, setup) if setup and step is Step.POST else known
            groups[intent.account_id, _urgency(step)].append((step, intent))
        async with asyncio.TaskGroup() as together:
            for (account_id, urgency), steps in groups.items():
                account = accounts.get(account_id) if account_id else None
                together.create_task(self._account(appointment, account, steps, urgency))

    async def _without_hindered(self, appointment: Appointment, due: _Due) -> _Due:
        """Moves whose new time a sister's booking still holds come after the sister's. If nothing else is due, they wait."""
        hindered = [one for one in due if one[0] is Step.MOVE and in_the_way(one[1], appointment.intents)]
        free = [one for one in due if one not in hindered]
        if hindered and not free:
            until = self.clock.now() + SISTER_PAUSE
            await self.appointments.save([intent.put_off(until) for _, intent in hindered])
        return free

    def _without_asking(self, step: Step, intent: Intent) -> Settlement:
        if step is Step.DROP:
            return Settlement(intent.cancelled())
        if step is Step.DOUBT:
            return Settlement(intent.abandoned(self.clock.now(), self.patience))
        return failure(intent, CaseKind.EXPIRED, "the phase began before Cal.com had it")

    async def _account(
        self, appointment: Appointment, account: Account | None, steps: _Due, urgency: Urgency
    ) -> None:
        if account is None:
            await self._without_key(appointment, steps)
            return
        now = self.clock.now()
        place = Place(str(appointment.ref.appointment_id), appointment.received_at)
        wait = await self.budget.take(account, len(steps), now, urgency=urgency, place=place)
        if wait:
            await self.appointments.save([intent.put_off(now + wait) for _, intent in steps])
            return
        until = now + self.lease
        leased = await self.appointments.save([intent.leased(until) for _, intent in steps])
        await self._ask_all(appointment, account, steps, leased)

    async def _ask_all(
        self, appointment: Appointment, account: Account, steps: _Due, leased: Sequence[Intent]
    ) -> None:
        """All at once, and each is settled as soon as its own answer is there."""
        asker = Asker(self.calendar, self.budget, self.clock, self.patience, appointment, account)
        held = {intent.phase_id: intent for intent in leased}
        async with asyncio.TaskGroup() as together:
            for step, intent in steps:
                if intent.phase_id in held:
                    together.create_task(self._ask_one(asker, step, held[intent.phase_id]))

    async def _ask_one(self, asker: Asker, step: Step, intent: Intent) -> None:
        settlement = await asker.ask(step, intent)
        if step is Step.LOOK and says_taken(settlement) and await self._was_ours(intent):
            settlement = after_ours_went(intent, settlement, Moment(self.clock.now(), self.patience))
        await self._settle(settlement)

    async def _was_ours(self, intent: Intent) -> bool:
        """Whether a customer who was moved or cancelled had the time when Cal.com refused it; what has gone by then may be
        stored before the refusal, but no longer than a request takes."""
        refused = intent.unknown_since or self.clock.now()
        return await self.appointments.was_ours(intent, refused - self.lease)

    async def _without_key(self, appointment: Appointment, steps: _Due) -> None:
        """The account or its key has left the registry since the plan was made."""
        self.directory.forget(appointment.ref.tenant_id)
        moment, text = Moment(self.clock.now(), self.patience), "the account has no key here"
        for step, intent in steps:
            if step is Step.CALL_OFF:
                await self._settle(call_off_fails(intent, text, moment, CaseKind.NO_MAPPING))
                continue
            later = intent.hindered(moment.now, self.patience, text)
            await self._settle(Settlement(later, Case(CaseKind.NO_MAPPING, text)))

    async def _settle(self, settlement: Settlement) -> None:
        intent, case = settlement.intent, settlement.case
        if case and case.kind is CaseKind.AUTH:
            # The key may have been changed at the registry meanwhile.
            self.directory.forget(intent.tenant_id)
        stored = await self.appointments.settle(settlement, self.clock.now())
        facts = {"phase_id": str(intent.phase_id), "state": intent.state.value, "stored": stored}
        if case or not stored:
            _log.warning("a phase needs attention", extra={**facts, "case": case.kind.value if case else ""})


def _urgency(step: Step) -> Urgency:
    return Urgency.LOOK if step is Step.LOOK else Urgency.CHANGE
