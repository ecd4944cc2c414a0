"""Ask Cal.com for one intent, and say what follows."""

from dataclasses import dataclass
from datetime import timedelta

from calcom_sync.domain.answers import Answer, Found, NoAnswer, Page, RemoteBooking
from calcom_sync.domain.appointment import Appointment
from calcom_sync.domain.cases import Case, CaseKind
from calcom_sync.domain.intent import Held, Intent
from calcom_sync.domain.outcome import CallOff, classify_call_off
from calcom_sync.domain.patience import Patience
from calcom_sync.domain.request import booking_request, move_request, reason_of
from calcom_sync.domain.settling import (
    Moment,
    Settlement,
    after_call_off,
    after_failed_look,
    after_look_in_vain,
    after_move,
    after_post,
    confirmed,
    own_bookings,
)
from calcom_sync.domain.setup import Account
from calcom_sync.domain.steps import Step
from calcom_sync.usecases.ports import Budget, Calendar, Clock, Urgency, Wanted

PAGES_MAX = 20


@dataclass(frozen=True)
class OverBudget:
    """What was begun needs more requests than may be sent now."""

    wait: timedelta


@dataclass(frozen=True)
class Asker:
    """Asks with the key of one account on behalf of one appointment. The first request of a step is paid for already."""

    calendar: Calendar
    budget: Budget
    clock: Clock
    patience: Patience
    appointment: Appointment
    account: Account

    async def ask(self, step: Step, intent: Intent) -> Settlement:
        """Do a step that needs Cal.com."""
        if step is Step.POST:
            return await self._post(intent)
        if step is Step.MOVE:
            return await self._move(intent)
        if step is Step.LOOK:
            return await self._look(intent)
        return await self._call_off(intent)

    async def _post(self, intent: Intent) -> Settlement:
        result = await self.calendar.create(self.account, booking_request(self.appointment, intent))
        await self._heed(result)
        return after_post(intent, result, self._moment())

    async def _move(self, intent: Intent) -> Settlement:
        uid = intent.held.uid if intent.held else ""
        result = await self.calendar.move(self.account, uid, move_request(self.appointment, intent))
        await self._heed(result)
        return after_move(intent, result, self._moment())

    async def _call_off(self, intent: Intent) -> Settlement:
        result = await self.calendar.cancel(self.account, intent.booking_uid, reason_of(self.appointment))
        await self._heed(result)
        return after_call_off(intent, result, self._moment())

    async def _look(self, intent: Intent) -> Settlement:
        found = await self._found(intent)
        if isinstance(found, OverBudget):
            return self._later(intent, found)
        if isinstance(found, Answer | NoAnswer):
            return after_failed_look(intent, found, self._moment())
        return await self._after_look(intent, found)

    async def _found(self, intent: Intent) -> Found | Answer | NoAnswer | OverBudget:
        """All pages, each of them paid for."""
        found: list[RemoteBooking] = []
        unreadable = 0
        for number in range(PAGES_MAX):
            wait = await self._pay() if number else timedelta()
            if wait:
                return OverBudget(wait)
            page = await self.calendar.find(self.account, self._wanted(intent), number)
            await self._heed(page)
            if not isinstance(page, Page):
                return page
            found += page.bookings
            unreadable += page.unreadable
            if page.is_last:
                return _told(intent, tuple(found), unreadable)
        return NoAnswer(sent=True, detail=f"more than {PAGES_MAX} pages of bookings")

    async def _after_look(self, intent: Intent, found: Found) -> Settlement:
        standing, cancelled = own_bookings(intent, found)
        if not standing and intent.held:
            successor = await self._successor(intent.held)
            if isinstance(successor, OverBudget):
                return self._later(intent, successor)
            if isinstance(successor, Answer | NoAnswer):
                return after_failed_look(intent, successor, self._moment())
            standing, _ = own_bookings(intent, successor)
        if not standing:
            return after_look_in_vain(
                intent, self._moment(), cancelled_there=cancelled, wanted=self.appointment.wanted
            )
        settlement = confirmed(intent, standing[0], self._moment())
        if not standing[1:]:
            return settlement
        return await self._without_copies(intent, settlement, standing[1:])

    async def _successor(self, held: Held) -> Found | Answer | NoAnswer | OverBudget:
        """What the booking that was to be moved has become, by its own word; a list may not show it, since it keeps the
        attendee whom it was made for. Empty: it was not moved."""
        found: Found = ()
        uid = held.uid
        while uid:
            wait = await self._pay()
            if wait:
                return OverBudget(wait)
            result = await self.calendar.get(self.account, uid)
            await self._heed(result)
            if isinstance(result, NoAnswer) or (result.booking is None and result.status != 404):
                return result
            found = (result.booking,) if result.booking and uid != held.uid else ()
            uid = result.booking.moved_to if result.booking and uid == held.uid else ""
        return found

    async def _without_copies(
        self, intent: Intent, settlement: Settlement, copies: list[RemoteBooking]
    ) -> Settlement:
        """Ours is there more than once: it counts as found only when the others are gone."""
        for copy in copies:
            wait = await self._pay()
            if wait:
                return self._later(intent, OverBudget(wait))
            result = await self.calendar.cancel(self.account, copy.uid, reason_of(self.appointment))
            await self._heed(result)
            if classify_call_off(result) is not CallOff.GONE:
                return after_failed_look(intent, result, self._moment())
        case = Case(CaseKind.DUPLICATE, f"{len(copies) + 1} bookings, kept {settlement.intent.booking_uid}")
        return Settlement(settlement.intent, settlement.case or case, settlement.spoils)

    def _later(self, intent: Intent, over: OverBudget) -> Settlement:
        return Settlement(intent.put_off(self.clock.now() + over.wait))

    def _wanted(self, intent: Intent) -> Wanted:
        return Wanted(intent.event_type_id or 0, self.appointment.attendee.email, intent.start, intent.end)

    async def _pay(self) -> timedelta:
        return await self.budget.take(self.account, 1, self.clock.now(), urgency=Urgency.LOOK)

    async def _heed(self, result: Answer | NoAnswer | Page) -> None:
        await self.budget.heed(self.account, result, self.clock.now())

    def _moment(self) -> Moment:
        return Moment(self.clock.now(), self.patience, self.account.username)


def _told(intent: Intent, found: Found, unreadable: int) -> Found | NoAnswer:
    """What could not be read may be ours: nothing is absent then."""
    standing, _ = own_bookings(intent, found)
    if unreadable and not standing:
        return NoAnswer(sent=True, detail=f"{unreadable} bookings there cannot be read")
    return found
