"""Carries resolutions out, step by step. The state is in the database: whoever is killed is followed by another, and two at
once do each step once. Of the steps only UNITE changes who can be booked, in one transaction of booking's; before it nothing
has moved, and behind it the person is one, whatever else still has the old id."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar, Protocol
from uuid import UUID

from chassis.clock import Clock
from chassis.errors import StorageUnavailableError
from staff_registry.domain.business import Business, Registered
from staff_registry.domain.differences import Change, ChangeKind, differences
from staff_registry.domain.resolution import DONE, Parts, Resolution, State, StepName
from staff_registry.domain.uniting import twin_accounts, unite
from staff_registry.errors import PeerUnavailableError
from staff_registry.usecases.import_business import Record
from staff_registry.usecases.peers import Peers
from staff_registry.usecases.resolve import named

LEASE = timedelta(seconds=60)
"""Longer than any step; whoever has not come back by then is taken for dead."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(milliseconds=100), timedelta(seconds=10)
LOOK_EVERY_S = 0.5
_log = logging.getLogger(__name__)


class NotYetError(Exception):
    """What a step waits for has not happened yet."""


class Stepping(Protocol):
    """One transaction beside which nothing else changes a business."""

    async def finish_step(self, resolution: Resolution, step: StepName, now: datetime) -> bool:
        """It is done, as soon as this commits. False: it was done before."""
        ...

    async def stored_as(self, tenant_id: UUID) -> Registered | None:
        """The business with its secrets."""
        ...

    async def announce(self, resolution: Resolution) -> None:
        """The one key is another name of the other's from now on; its row is still there."""
        ...

    async def retire(self, resolution: Resolution, before: Parts, mark_after: str) -> None:
        """The row has gone into the other's; what was before is kept, encrypted."""
        ...

    async def before(self, resolution: Resolution) -> Parts:
        """What was before."""
        ...

    async def revive(self, resolution: Resolution, before: Parts) -> None:
        """The key is a row's again."""
        ...

    async def store_united(self, registered: Registered, record: Record) -> None:
        """Write the whole business, the record of what has changed, and the event that tells of it."""
        ...

    async def drop_row(self, tenant_id: UUID, person_id: UUID) -> None:
        """The row of a person of whom nothing is left."""
        ...


class Progress(Protocol):
    """How far resolutions are."""

    def resolving(self) -> AbstractAsyncContextManager[Stepping]:
        """Commits at the end, or changes nothing if it is left by an error."""
        ...

    async def take(self, now: datetime, lease: timedelta) -> Resolution | None:
        """One that is due, put off for the time of the lease; of several workers each takes another one."""
        ...

    async def note(self, resolution: Resolution, step: StepName, error: str, due_at: datetime) -> None:
        """An attempt did not do."""
        ...

    async def conclude(self, resolution: Resolution, error: str, now: datetime) -> None:
        """It has come to the state that it has; ``error`` is why it was broken off, "" where it was not."""
        ...


@dataclass(frozen=True)
class Saga:
    """A worker."""

    progress: Progress
    peers: Peers
    clock: Clock

    async def run(self, news: Callable[[], Awaitable[None]]) -> None:
        """Work until cancelled; ``news`` waits until there may be something to do."""
        while True:
            try:
                idle = not await self.work_once()
            except StorageUnavailableError as error:
                _log.warning("resolutions cannot be read", extra={"why": str(error)})
                idle = True
            if idle:
                await news()

    async def work_once(self) -> bool:
        """Carry on with one resolution as far as it goes. False: none is due."""
        resolution = await self.progress.take(self.clock.now(), LEASE)
        if resolution is None:
            return False
        for step in resolution.steps:
            if step.done_at is None and not await self._step(resolution, step.name):
                return True
        await self.progress.conclude(
            resolution.moved_to(DONE[resolution.state], finished_at=self.clock.now()), "", self.clock.now()
        )
        _log.info("resolved", extra=_extra(resolution))
        return True

    async def _step(self, resolution: Resolution, step: StepName) -> bool:
        """Whether it is done."""
        try:
            await self._does[step](self, resolution)
        except StorageUnavailableError:
            raise
        except (NotYetError, PeerUnavailableError) as error:
            _log.warning(
                "a step does not do yet", extra=_extra(resolution) | {"step": step.value, "why": str(error)}
            )
            await self._again_later(resolution, step, str(error))
            return False
        except _BrokenOffError as error:
            back = resolution.moved_to(State.APPLIED, finished_at=self.clock.now())
            await self.progress.conclude(back, str(error)[:500], self.clock.now())
            return False
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not end what else this process does
            _log.exception("a step fails", extra=_extra(resolution) | {"step": step.value})
            await self._again_later(resolution, step, _in_short(error))
            return False
        return True

    async def _again_later(self, resolution: Resolution, step: StepName, why: str) -> None:
        attempts = next(each.attempts for each in resolution.steps if each.name is step)
        pause = min(FIRST_PAUSE * 2 ** min(attempts, 10), LONGEST_PAUSE)
        await self.progress.note(resolution, step, why[:500], self.clock.now() + pause)

    async def _announce(self, resolution: Resolution) -> None:
        async with self.progress.resolving() as running:
            if await running.finish_step(resolution, StepName.ANNOUNCE, self.clock.now()):
                await running.announce(resolution)
                stored = await _stored(running, resolution)
                plan = resolution.plan
                said = Change(
                    ChangeKind.CHANGED, "person", plan.staying_key, field="other names", after=plan.going_key
                )
                await running.store_united(
                    replace(stored, revision=stored.revision + 1), self._record(resolution, (said,))
                )

    async def _heard(self, resolution: Resolution) -> None:
        seen = await self.peers.calendars.seen(resolution.tenant_id, resolution.going_id)
        if seen.same_as != str(resolution.staying_id):
            raise NotYetError("availability has not heard yet that the two are one")
        await self._finish(resolution, StepName.HEARD)

    async def _unite(self, resolution: Resolution) -> None:
        await self.peers.bookings.unite(named(resolution, resolution.actor))
        await self._finish(resolution, StepName.UNITE)

    async def _record_rows(self, resolution: Resolution) -> None:
        plan = resolution.plan
        async with self.progress.resolving() as running:
            if not await running.finish_step(resolution, StepName.RECORD, self.clock.now()):
                return
            stored = await _stored(running, resolution)
            before = Parts.of(stored.business, plan.staying_key, plan.going_key)
            before = replace(
                before, other_names=tuple(each.key for each in stored.aliases if each.of == plan.going_key)
            )
            united = unite(
                stored.business, plan.staying_key, plan.going_key, resolution.decisions
            ).canonical()
            await running.retire(resolution, before, Parts.of(united, plan.staying_key).mark)
            await self._store(running, resolution, stored, united)
            await running.drop_row(resolution.tenant_id, resolution.going_id)

    async def _copies(self, resolution: Resolution) -> None:
        async with self.progress.resolving() as running:
            before = await running.before(resolution)
        ids = resolution.ids
        staying, going = before.people
        twins = {
            ids.account(old): ids.account(new)
            for old, new in twin_accounts(staying, going).items()
            if old != new
        }
        await self.peers.copies.reassign(named(resolution, resolution.actor), twins)
        await self._finish(resolution, StepName.COPIES)

    async def _settled(self, resolution: Resolution) -> None:
        seen = await self.peers.calendars.seen(resolution.tenant_id, resolution.going_id)
        if seen.appointments:
            raise NotYetError(f"availability still has {seen.appointments} appointments under the old id")
        await self._finish(resolution, StepName.SETTLED)

    async def _separate(self, resolution: Resolution) -> None:
        conflicts = await self.peers.bookings.separate(
            named(resolution, resolution.actor), validate_only=False
        )
        if conflicts:
            raise _BrokenOffError("; ".join(conflicts))
        await self._finish(resolution, StepName.SEPARATE)

    async def _restore(self, resolution: Resolution) -> None:
        async with self.progress.resolving() as running:
            if not await running.finish_step(resolution, StepName.RESTORE, self.clock.now()):
                return
            stored, before = await _stored(running, resolution), await running.before(resolution)
            restored = before.put_back_in(stored.business, resolution.plan.staying_key).canonical()
            await self._store(running, resolution, stored, restored)
            await running.revive(resolution, before)

    async def _return(self, resolution: Resolution) -> None:
        await self.peers.copies.give_back(named(resolution, resolution.actor))
        await self._finish(resolution, StepName.RETURN)

    async def _finish(self, resolution: Resolution, step: StepName) -> None:
        async with self.progress.resolving() as running:
            await running.finish_step(resolution, step, self.clock.now())

    async def _store(
        self, running: Stepping, resolution: Resolution, stored: Registered, changed: Business
    ) -> None:
        registered = replace(stored, business=changed, revision=stored.revision + 1)
        record = self._record(resolution, differences(stored.business, changed))
        await running.store_united(registered, record)

    def _record(self, resolution: Resolution, changes: tuple[Change, ...]) -> Record:
        return Record(resolution.actor, changes, self.clock.now())

    _does: ClassVar[Mapping[StepName, Callable[["Saga", Resolution], Awaitable[None]]]] = {
        StepName.ANNOUNCE: _announce,
        StepName.HEARD: _heard,
        StepName.UNITE: _unite,
        StepName.RECORD: _record_rows,
        StepName.COPIES: _copies,
        StepName.SETTLED: _settled,
        StepName.SEPARATE: _separate,
        StepName.RESTORE: _restore,
        StepName.RETURN: _return,
    }


class _BrokenOffError(Exception):
    """What was to be taken back cannot be any more; nothing of it was."""


async def _stored(running: Stepping, resolution: Resolution) -> Registered:
    stored = await running.stored_as(resolution.tenant_id)
    if stored is None:
        raise LookupError("a business that is gone")
    return stored


def _in_short(error: Exception) -> str:
    """PostgreSQL quotes the row that it refuses from the second line on."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


def _extra(resolution: Resolution) -> dict[str, str]:
    return {"tenant_id": str(resolution.tenant_id), "resolution_id": str(resolution.resolution_id)}


class News:
    """Wakes the worker of this process; without it, it looks again after a while, for what others have begun."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def tell(self) -> None:
        """There is something to do."""
        self._event.set()

    async def wait(self) -> None:
        """Until there may be."""
        try:
            await asyncio.wait_for(self._event.wait(), LOOK_EVERY_S)
        except TimeoutError:
            return
        self._event.clear()
