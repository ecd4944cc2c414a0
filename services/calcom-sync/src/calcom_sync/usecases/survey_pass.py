"""One pass of a survey: all upcoming bookings of an account, page by page, then what no page has shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from calcom_sync.domain.answers import Answer, NoAnswer, Page, RemoteBooking
from calcom_sync.domain.appointment import Appointment, AppointmentRef
from calcom_sync.domain.busy import Owner, Source, Span, without
from calcom_sync.domain.cases import Case, CaseKind
from calcom_sync.domain.intent import Intent
from calcom_sync.domain.outcome import CallOff, classify_call_off
from calcom_sync.domain.request import REASONS, differences
from calcom_sync.domain.settling import Settlement, text_of
from calcom_sync.domain.setup import Account, Setup
from calcom_sync.domain.survey import Finding, Task, is_claimed, judge, judge_missing
from calcom_sync.domain.there import cancelled_there, moved_there
from calcom_sync.usecases.ports import ConnectedCalendar, Urgency
from calcom_sync.usecases.process_webhook import settle_there

if TYPE_CHECKING:
    from calcom_sync.usecases.survey import Surveyor

AGAIN_AFTER = timedelta(seconds=60)
"""Where Cal.com did not answer."""
CALENDAR_DAYS = 60
"""How far ahead connected calendars are read."""
_ATTENDS = "/"
"""In keys of busy times, between a booking's uid and the account that attends it."""
MISSING_MAX = 50
"""How many that are missing are looked at one by one in a pass; the next pass takes the others."""


class _Overtaken(Exception):  # noqa: N818 - not an error
    """Somebody else goes on with the pass, or has ended it: what is left of it is theirs."""


class _Stopped(Exception):  # noqa: N818 - not an error
    """The pass goes on later."""

    def __init__(self, after: timedelta) -> None:
        self.after = after


@dataclass
class Pass:
    """Over the bookings and calendars of one account."""

    by: "Surveyor"
    setup: Setup
    account: Account
    task: Task
    _own_address: str | None = None
    """Asked for once it is needed."""

    @property
    def owner(self) -> Owner:
        return Owner(self.task.tenant_id, self.account.account_id, self.account.person_id)

    async def run(self) -> bool:
        """As far as the budget allows. Whether it came to its end."""
        found: list[Finding] = []
        try:
            while not await self._page():
                pass
            await self._missing(found)
            await self._unseen(found)
            await self._calendars()
        except _Stopped as stopped:
            due_at = self.by.clock.now() + stopped.after
            await self.by.surveys.go_on(self.task, self.task.page, found, due_at)
            return False
        except _Overtaken:
            return await self.by.surveys.has_ended(self.task)
        now = self.by.clock.now()
        ended = await self.by.surveys.finish(self.task, found, now, now + self.by.every)
        return ended or await self.by.surveys.has_ended(self.task)

    async def _page(self) -> bool:
        """One page; whether it was the last. Not taken again: what was found on it is stored with how far we are."""
        await self._pay()
        page = await self._heeded(await self.by.calendar.upcoming(self.account, self.task.page))
        if not isinstance(page, Page):
            raise _Stopped(AGAIN_AFTER)
        found = [await self._booking(one) for one in page.bookings if one.stands]
        found += [Finding.UNREADABLE] * page.unreadable
        task = await self.by.surveys.go_on(
            self.task, self.task.page + 1, found, self.by.clock.now() + AGAIN_AFTER
        )
        if task is None:
            raise _Overtaken
        self.task = task
        return page.is_last

    async def _booking(self, booking: RemoteBooking) -> Finding:
        now = self.by.clock.now()
        copy = await self.by.surveys.copy_of(self.task.tenant_id, booking)
        if copy is None and not is_claimed(booking, self.task.tenant_id):
            await self._takes_time(booking, now)
            return Finding.OTHERS
        appointment, intent = await self._copy(copy)
        finding = judge(booking, appointment, intent, self._host_of(intent))
        if finding is Finding.DUPLICATE and intent:
            finding = await self._beside(intent.booking_uid)
        await self._follow_up(finding, booking, appointment, intent)
        return finding

    async def _takes_time(self, booking: RemoteBooking, now: datetime) -> set[str]:
        """Of the host, and of this account where it attends; under which keys."""
        span, uid = Span(booking.start, booking.end), booking.uid
        host = self._owner_of(booking)
        taken = {uid: host}
        if host.person_id != self.owner.person_id and await self._attends(booking):
            taken[f"{uid}{_ATTENDS}{self.account.account_id}"] = self.owner
        for key, owner in taken.items():
            await self.by.busy.appear(owner, Source.BOOKING, key, span, now, listed=True)
        return set(taken)

    def _owner_of(self, booking: RemoteBooking) -> Owner:
        """The host, where she is one of us: whoever administers a team is shown everybody's. What none of us hosts is shown to
        this account since it attends."""
        host = self.account
        if self.account.username not in booking.hosts:
            known = (self.setup.account_named(name) for name in booking.hosts)
            host = next((one for one in known if one), self.account)
        return Owner(self.task.tenant_id, host.account_id, host.person_id)

    async def _attends(self, booking: RemoteBooking) -> bool:
        """Also as another host: all but the first are told as attendees."""
        if self._own_address is None:
            await self._pay()
            told = await self.by.calendar.address(self.account)
            if isinstance(told, Answer | NoAnswer):
                await self._heeded(told)
                raise _Stopped(AGAIN_AFTER)
            self._own_address = told
        return self._own_address in booking.attendees

    def _host_of(self, intent: Intent | None) -> str:
        """Who has to be the host of a copy, by the account that it was made at; "": not known any more."""
        account = self.setup.accounts.get(intent.account_id) if intent and intent.account_id else None
        return account.username if account else ""

    async def _beside(self, uid: str) -> Finding:
        """What a booking with our marks is beside the one that is known. Where that stands no more, it is what it became,
        the only one that the customer has."""
        known = await self._got(uid)
        if known.status == 200 and known.booking is None:
            return Finding.UNREADABLE
        stands = known.booking is not None and known.booking.stands
        return Finding.DUPLICATE if stands else Finding.MOVED_THERE

    async def _copy(
        self, copy: tuple[AppointmentRef, UUID] | None
    ) -> tuple[Appointment | None, Intent | None]:
        appointment = await self.by.appointments.load(copy[0]) if copy else None
        if copy is None or appointment is None:
            return None, None
        return appointment, next(one for one in appointment.intents if one.phase_id == copy[1])

    async def _follow_up(
        self,
        finding: Finding,
        booking: RemoteBooking,
        appointment: Appointment | None,
        intent: Intent | None,
    ) -> None:
        now = self.by.clock.now()
        is_own_time = intent is not None and (intent.start, intent.end, intent.account_id) == (
            booking.start, booking.end, self._owner_of(booking).account_id,
        )  # fmt: skip
        if finding in {Finding.ORPHAN, Finding.MOVED_THERE, Finding.ELSEWHERE} and not is_own_time:
            # Somebody may have been promised this time: it is nobody else's until a person has decided.
            await self._takes_time(booking, now)
        if intent is None:
            await self.by.surveys.open_orphan_case(self.task.tenant_id, booking, now)
        elif finding in {Finding.DUPLICATE, Finding.LEFTOVER}:
            await self._call_off(booking, appointment)
        elif finding is Finding.MOVED_THERE:
            await self.by.appointments.settle(moved_there(intent, booking.uid), now)
        elif finding in {Finding.RIGHT, Finding.ELSEWHERE}:
            await self.by.surveys.seen(self.task.tenant_id, intent.phase_id, now)
            if finding is Finding.ELSEWHERE:
                wrong = "; ".join(differences(booking, intent, self._host_of(intent)))
                await self.by.appointments.settle(
                    Settlement(intent, Case(CaseKind.MISMATCH, wrong, once=True)), now
                )

    async def _got(self, uid: str) -> Answer:
        """A booking by its uid: there, not there (404), or there and unreadable (200 without a booking)."""
        await self._pay()
        result = await self._heeded(await self.by.calendar.get(self.account, uid))
        if not isinstance(result, Answer) or (result.booking is None and result.status not in {200, 404}):
            raise _Stopped(AGAIN_AFTER)
        return result

    async def _call_off(self, booking: RemoteBooking, appointment: Appointment | None) -> None:
        """Ours by its marks and wanted by nobody. Should it not go, the next pass finds it again."""
        await self._pay()
        language = appointment.language if appointment and appointment.language else "de"
        reason = REASONS["incomplete"][language]
        result = await self._heeded(await self.by.calendar.cancel(self.account, booking.uid, reason))
        if isinstance(result, Answer | NoAnswer) and classify_call_off(result) is CallOff.AGAIN:
            raise _Stopped(AGAIN_AFTER)

    async def _missing(self, found: list[Finding]) -> None:
        """Ours that the list did not show, each looked at by its uid, since a list may lag."""
        missing = await self.by.surveys.missing(self.task, self.by.clock.now())
        for uid in missing[:MISSING_MAX]:
            # One by one, so that what was found counts also where the pass stops in between.
            found.append(await self._look_at(uid))  # noqa: PERF401 - see above

    async def _look_at(self, uid: str) -> Finding:
        result = await self._got(uid)
        finding = (
            judge_missing(result.booking) if result.status != 200 or result.booking else Finding.UNREADABLE
        )
        moved_to = result.booking.moved_to if result.booking else ""
        if finding in {Finding.RIGHT, Finding.UNREADABLE}:
            await self.by.surveys.stands(self.task.tenant_id, uid, self.by.clock.now())
        else:
            await settle_there(
                self.by.copies,
                self.by.appointments,
                self.task.tenant_id,
                uid,
                self.by.clock,
                lambda intent: self._settlement(intent, finding, moved_to, text_of(result)),
            )
        return finding

    async def _unseen(self, found: list[Finding]) -> None:
        """Bookings of others that no page has shown: pages shift while they are read, so that each is looked at by its uid
        before it is forgotten. Those that this pass does not come to stay. A row that could not be read may be any of them."""
        if self.task.drift.get(Finding.UNREADABLE.value) or Finding.UNREADABLE in found:
            return
        began, now = self.task.started_at, self.by.clock.now()
        for key in await self.by.surveys.unseen(self.owner, began, now, MISSING_MAX):
            result = await self._got(key.split(_ATTENDS)[0])
            if result.status == 200 and result.booking is None:
                continue
            stands = result.booking is not None and result.booking.stands
            taken = await self._takes_time(result.booking, now) if result.booking and stands else set()
            if key not in taken:
                await self.by.busy.vanish(self.task.tenant_id, Source.BOOKING, key, now)

    def _settlement(self, intent: Intent, finding: Finding, moved_to: str, text: str) -> Settlement:
        if finding is Finding.VANISHED:
            return Settlement(intent.anew(self.by.clock.now(), text))
        if finding is Finding.MOVED_THERE:
            return moved_there(intent, moved_to)
        return cancelled_there(intent, self.setup.when_cancelled)

    async def _calendars(self) -> None:
        """What connected calendars show, without our own bookings, which they show as well."""
        await self._pay()
        calendars = await self.by.calendar.calendars(self.account)
        if isinstance(calendars, Answer | NoAnswer):
            await self._heeded(calendars)
            raise _Stopped(AGAIN_AFTER)
        spans = await self._taken(calendars) if calendars else ()
        own = await self.by.surveys.own_spans(self.owner)
        await self.by.busy.replace_calendar(self.owner, without(spans, own), self.by.clock.now())

    async def _taken(self, calendars: Sequence[ConnectedCalendar]) -> Sequence[Span]:
        await self._pay()
        now = self.by.clock.now()
        within = Span(now - timedelta(days=1), now + timedelta(days=CALENDAR_DAYS))
        spans = await self.by.calendar.busy_times(self.account, calendars, within)
        if isinstance(spans, Answer | NoAnswer):
            await self._heeded(spans)
            raise _Stopped(AGAIN_AFTER)
        return spans

    async def _pay(self) -> None:
        wait = await self.by.budget.take(self.account, 1, self.by.clock.now(), urgency=Urgency.SURVEY)
        if wait:
            raise _Stopped(wait)

    async def _heeded(self, result: Answer | NoAnswer | Page) -> Answer | NoAnswer | Page:
        await self.by.budget.heed(self.account, result, self.by.clock.now())
        return result
