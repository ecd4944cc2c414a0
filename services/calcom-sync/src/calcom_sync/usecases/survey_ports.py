"""What a survey needs from outside beside what all use cases need."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from calcom_sync.domain.answers import RemoteBooking
from calcom_sync.domain.appointment import AppointmentRef
from calcom_sync.domain.busy import Owner, Span
from calcom_sync.domain.survey import Finding, Task
from calcom_sync.usecases.ports import BusyTimes

AT_ONCE = 8
"""Passes that are worked at together: whoever takes more keeps them from others."""


@dataclass(frozen=True)
class Roll:
    """Which accounts there are."""

    accounts: Sequence[Owner]
    keyless: Sequence[tuple[UUID, UUID]] = ()
    """Business and account that cannot be asked at the moment: what they showed holds for as long."""
    only: UUID | None = None
    """The one business that is told of; None: all."""
    silent: Sequence[UUID] = ()
    """Businesses of which nothing is known at the moment."""


class Surveys(Protocol):
    """How far each account was surveyed."""

    async def register(self, roll: Roll, now: datetime) -> None:
        """Those that are there from now on; others are forgotten, with what they showed of people's time."""
        ...

    async def due(self, now: datetime, before: datetime | None = None) -> Sequence[Task]:
        """A few passes to begin or to go on with, put off meanwhile, so that nobody else does them at the same time.
        ``before``: those that were due by then already."""
        ...

    async def asked(self, tenant_id: UUID, now: datetime) -> Sequence[Task]:
        """Passes that somebody has asked for over the accounts of one business, without those that have had theirs since; all
        accounts, where none waits for one."""
        ...

    async def is_asked(self, tenant_id: UUID) -> bool:
        """Whether somebody waits yet for a pass over any of them."""
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

    async def unseen(self, owner: Owner, since: datetime, now: datetime, limit: int) -> Sequence[str]:
        """Keys of busy times by bookings of others that were not seen since the pass began, some of them."""
        ...

    async def open_orphan_case(self, tenant_id: UUID, booking: RemoteBooking, now: datetime) -> None: ...

    async def own_spans(self, owner: Owner) -> Sequence[Span]: ...


class Calendars(BusyTimes, Protocol):
    """Busy times, calendars included."""

    async def replace_calendar(self, owner: Owner, spans: Sequence[Span], now: datetime) -> None: ...
