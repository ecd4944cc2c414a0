"""Ask Cal.com what stands there for an appointment, and change nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from calcom_sync.domain.answers import Answer, NoAnswer, Page, RemoteBooking
from calcom_sync.domain.appointment import Appointment
from calcom_sync.domain.budget import allowed_in
from calcom_sync.domain.intent import Intent
from calcom_sync.domain.request import differences, is_ours
from calcom_sync.domain.settling import text_of
from calcom_sync.domain.setup import Account
from calcom_sync.usecases.ports import Budget, Calendar, Clock, Directory, Urgency, Wanted

_Ask = Callable[[], Awaitable[Page | Answer | NoAnswer]]


@dataclass(frozen=True)
class PhaseCheck:
    """One phase, here and there. ``error``: why Cal.com could not be asked."""

    intent: Intent
    bookings: tuple[RemoteBooking, ...] = ()
    error: str = ""
    differences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verifier:
    """Looks, phase by phase."""

    directory: Directory
    calendar: Calendar
    budget: Budget
    clock: Clock

    async def verify(self, appointment: Appointment) -> list[PhaseCheck]:
        """What stands there. Raises SetupUnavailableError."""
        setup = await self.directory.setup(appointment.ref.tenant_id)
        accounts = setup.accounts if setup else {}
        async with asyncio.TaskGroup() as together:
            checks = [
                together.create_task(
                    self._phase(
                        appointment, intent, accounts.get(intent.account_id) if intent.account_id else None
                    )
                )
                for intent in appointment.intents
            ]
        return [check.result() for check in checks]

    async def _phase(self, appointment: Appointment, intent: Intent, account: Account | None) -> PhaseCheck:
        check = PhaseCheck(intent)
        if account is None or intent.event_type_id is None:
            return replace(check, error="the phase has no account or no event type")
        wanted = Wanted(intent.event_type_id, appointment.attendee.email, intent.start, intent.end)
        listed = await self._asked(account, lambda: self.calendar.find(account, wanted, 0))
        if not isinstance(listed, Page):
            return replace(check, error=listed if isinstance(listed, str) else text_of(listed))
        if listed.unreadable:
            check = replace(check, error=f"{listed.unreadable} bookings there cannot be read")
        found = {one.uid: one for one in listed.bookings if is_ours(one, intent)}
        if intent.booking_uid and intent.booking_uid not in found:
            known = await self._asked(account, lambda: self.calendar.get(account, intent.booking_uid))
            if isinstance(known, Answer) and known.booking:
                found[known.booking.uid] = known.booking
        wrong = [
            text
            for one in found.values()
            if one.stands
            for text in differences(one, intent, account.username)
        ]
        return replace(check, bookings=tuple(found.values()), differences=tuple(wrong))

    async def _asked(self, account: Account, ask: _Ask) -> Page | Answer | NoAnswer | str:
        """Why not, where the budget does not allow it now."""
        wait = await self.budget.take(account, 1, self.clock.now(), urgency=Urgency.LOOK)
        if wait:
            return allowed_in(wait)
        result = await ask()
        await self.budget.heed(account, result, self.clock.now())
        return result
