"""Compare what stands at Cal.com with what is known here, both ways, and pull what takes people's time there.

One pass goes over all upcoming bookings of an account, page by page, as far as the budget allows, and goes on later where it
stopped. What it finds is repaired where that is safe, is a case for a person where it is not, and is counted either way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
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
from calcom_sync.usecases.ports import (
    Appointments,
    Budget,
    BusyTimes,
    Calendar,
    Clock,
    ConnectedCalendar,
    Directory,
    SetupUnavailableError,
    Urgency,
)
from calcom_sync.usecases.process_webhook import Copies, settle_there

AGAIN_AFTER = timedelta(seconds=60)
"""Where Cal.com did not answer."""
CALENDAR_DAYS = 60
"""How far ahead connected calendars are read."""
MISSING_MAX = 50
"""How many that are missing are looked at one by one in a pass; the next pass takes the others."""


class Surveys(Protocol):
    """How far each account was surveyed."""

    async def register(self, accounts: Sequence[Owner], now: datetime, tenant_id: UUID | None = None) -> None:
        """Those that are there from now on; others are forgotten. With ``tenant_id`` these are one business's, and nothing
        is said about the others."""
        ...

    async def due(self, now: datetime) -> Sequence[Task]:
        """Passes to begin or to go on with, put off meanwhile, so that nobody else does them at the same time."""
        ...

    async def asked(self, tenant_id: UUID, now: datetime) -> Sequence[Task]:
        """Passes that somebody has asked for over the accounts of one business, without those that have had theirs since; all
        accounts, where none waits for one."""
        ...

    async def go_on(self, task: Task, page: int, found: Sequence[Finding], due_at: datetime) -> Task | None:
        """Store how far a pass has come. None: somebody else has gone on with it meanwhile, or has ended it."""
        ...

    async def finish(self, task: Task, found: Sequence[Finding], now: datetime, due_at: datetime) -> bool:
        """A pass has come to its end. False: somebody else has gone on with it meanwhile, or has ended it."""
        ...

    async def has_ended(self, task: Task) -> bool:
        """Whether the pass, or a later one, has come to its end by somebody else."""
        ...

    async def copy_of(self, tenant_id: UUID, booking: RemoteBooking) -> tuple[AppointmentRef, UUID] | None:
        """The phase that a booking is a copy of: by its uid, or by the id in its metadata."""
        ...

    async def seen(self, tenant_id: UUID, phase_id: UUID, now: datetime) -> None: ...

    async def stands(self, tenant_id: UUID, uid: str, now: datetime) -> None:
        """The same, of a copy that was looked at by its uid: whoever goes on with the pass does not look again."""
        ...

    async def missing(self, task: Task, now: datetime) -> Sequence[str]:
        """Uids of copies that should stand and were not seen in the pass."""
        ...

    async def forget_unseen_bookings(self, owner: Owner, since: datetime, now: datetime) -> None: ...

    async def open_orphan_case(self, tenant_id: UUID, booking: RemoteBooking, now: datetime) -> None: ...

    async def own_spans(self, owner: Owner) -> Sequence[Span]: ...


class Calendars(BusyTimes, Protocol):
    """Busy times, calendars included."""

    async def replace_calendar(self, owner: Owner, spans: Sequence[Span], now: datetime) -> None: ...


@dataclass(frozen=True)
class Surveyor:
    """Goes through accounts."""

    directory: Directory
    calendar: Calendar
    budget: Budget
    appointments: Appointments
    copies: Copies
    surveys: Surveys
    busy: Calendars
    clock: Clock
    every: timedelta

    async def round(self) -> int:
        """Whatever is due, for all businesses. How many passes came to their end."""
        try:
            await self._register()
        except SetupUnavailableError:
            return 0
        return sum([await self.go_on(task) for task in await self.surveys.due(self.clock.now())])

    async def reconcile(self, tenant_id: UUID) -> bool:
        """All accounts of one business, now. False: at least one pass goes on later; whoever asks again joins what was asked for.
        Raises SetupUnavailableError."""
        await self._register(tenant_id)
        tasks = await self.surveys.asked(tenant_id, self.clock.now())
        return all([await self.go_on(task) for task in tasks])

    async def _register(self, only: UUID | None = None) -> None:
        owners = []
        for tenant_id in [only] if only else await self.directory.tenants():
            setup = await self.directory.setup(tenant_id)
            if setup and setup.calendar_sync:
                owners += [Owner(tenant_id, one.account_id, one.person_id) for one in setup.accounts.values()]
        await self.surveys.register(owners, self.clock.now(), only)

    async def go_on(self, task: Task) -> bool:
        """Go on with a pass as far as the budget allows. Whether it came to its end."""
        try:
            setup = await self.directory.setup(task.tenant_id)
        except SetupUnavailableError:
            return False
        account = setup.accounts.get(task.account_id) if setup else None
        if setup is None or account is None:
            return False
        return await _Pass(self, setup, account, task).run()


class _Overtaken(Exception):  # noqa: N818 - not an error
    """Somebody else goes on with the pass, or has ended it: what is left of it is theirs."""


class _Stopped(Exception):  # noqa: N818 - not an error
    """The pass goes on later."""

    def __init__(self, after: timedelta) -> None:
        self.after = after


@dataclass
class _Pass:
    by: Surveyor
    setup: Setup
    account: Account
    task: Task

    @property
    def owner(self) -> Owner:
        return Owner(self.task.tenant_id, self.account.account_id, self.account.person_id)

    async def run(self) -> bool:
        found: list[Finding] = []
        try:
            while not await self._page():
                pass
            await self._missing(found)
            await self._calendars()
        except _Stopped as stopped:
            due_at = self.by.clock.now() + stopped.after
            await self.by.surveys.go_on(self.task, self.task.page, found, due_at)
            return False
        except _Overtaken:
            return await self.by.surveys.has_ended(self.task)
        now = self.by.clock.now()
        await self.by.surveys.forget_unseen_bookings(self.owner, self.task.started_at, now)
        ended = await self.by.surveys.finish(self.task, found, now, now + self.by.every)
        return ended or await self.by.surveys.has_ended(self.task)

    async def _page(self) -> bool:
        """One page; whether it was the last. Not taken again: what was found on it is stored with how far we are."""
        await self._pay()
        page = await self._heeded(await self.by.calendar.upcoming(self.account, self.task.page))
        if not isinstance(page, Page):
            raise _Stopped(AGAIN_AFTER)
        found = [await self._booking(one) for one in page.bookings if one.stands]
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
            span = Span(booking.start, booking.end)
            await self.by.busy.appear(self.owner, Source.BOOKING, booking.uid, span, now)
            return Finding.OTHERS
        appointment, intent = await self._copy(copy)
        finding = judge(booking, appointment, intent, self.account.username)
        if finding is Finding.DUPLICATE and intent and not await self._stands(intent.booking_uid):
            # It is what the one that is known became, not one beside it: the only one that the customer has.
            finding = Finding.MOVED_THERE
        await self._follow_up(finding, booking, appointment, intent)
        return finding

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
        span = Span(booking.start, booking.end)
        is_own_time = intent is not None and (intent.start, intent.end) == (span.start, span.end)
        if finding in {Finding.ORPHAN, Finding.MOVED_THERE, Finding.ELSEWHERE} and not is_own_time:
            # Somebody may have been promised this time: it is nobody else's until a person has decided.
            await self.by.busy.appear(self.owner, Source.BOOKING, booking.uid, span, now)
        if intent is None:
            await self.by.surveys.open_orphan_case(self.task.tenant_id, booking, now)
        elif finding in {Finding.DUPLICATE, Finding.LEFTOVER}:
            await self._call_off(booking, appointment)
        elif finding is Finding.MOVED_THERE:
            await self.by.appointments.settle(moved_there(intent, booking.uid), now)
        elif finding in {Finding.RIGHT, Finding.ELSEWHERE}:
            await self.by.surveys.seen(self.task.tenant_id, intent.phase_id, now)
            if finding is Finding.ELSEWHERE:
                wrong = "; ".join(differences(booking, intent, self.account.username))
                await self.by.appointments.settle(Settlement(intent, Case(CaseKind.MISMATCH, wrong)), now)

    async def _stands(self, uid: str) -> bool:
        await self._pay()
        result = await self._heeded(await self.by.calendar.get(self.account, uid))
        if not isinstance(result, Answer) or (result.booking is None and result.status != 404):
            raise _Stopped(AGAIN_AFTER)
        return result.booking is not None and result.booking.stands

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
        await self._pay()
        result = await self._heeded(await self.by.calendar.get(self.account, uid))
        if not isinstance(result, Answer) or (result.booking is None and result.status != 404):
            raise _Stopped(AGAIN_AFTER)
        finding = judge_missing(result.booking)
        moved_to = result.booking.moved_to if result.booking else ""
        if finding is Finding.RIGHT:
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
