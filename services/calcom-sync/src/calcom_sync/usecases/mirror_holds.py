"""Reserve at Cal.com what is held for callers, in the background, with what the budget leaves over."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from calcom_sync.domain.answers import Answer, NoAnswer
from calcom_sync.domain.reservation import AGAIN, Action, Reservation, minutes_until
from calcom_sync.domain.setup import Account, Setup, Spot, Target
from calcom_sync.usecases.ports import Budget, Clock, Directory, SetupUnavailableError, Urgency


@dataclass(frozen=True)
class HeldPhase:
    """An active phase of what a call holds."""

    spot: Spot
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Held:
    """What a call holds from now on. ``until`` None: nothing. No phases, but ``until``: what was told before lasts so long."""

    tenant_id: UUID
    call_id: str
    as_of: datetime
    until: datetime | None
    phases: Sequence[HeldPhase]


@dataclass(frozen=True)
class Reserved:
    """What Cal.com made of a wish."""

    uid: str
    until: datetime


class Reservations(Protocol):
    """Where they are kept."""

    async def replace(self, held: Held, targets: Sequence[tuple[HeldPhase, Target]], now: datetime) -> None:
        """What a call holds, unless something newer is known."""
        ...

    async def due(self, now: datetime, until: datetime) -> Sequence[Reservation]:
        """Those with something to do, put off until then, so that nobody else does it at the same time."""
        ...

    async def save(self, reservation: Reservation) -> None:
        """Unless it was changed meanwhile: then it is due at once."""
        ...

    async def drop(self, reservation: Reservation) -> None: ...


class Slots(Protocol):
    """Cal.com's reservations."""

    async def reserve(
        self, account: Account, event_type_id: int, start: datetime, minutes: int
    ) -> Reserved | Answer | NoAnswer: ...

    async def unreserve(self, account: Account, uid: str) -> Answer | NoAnswer: ...


@dataclass(frozen=True)
class HoldMirror:
    """Notes what is held, and reserves it. ``lease`` outlasts any request."""

    directory: Directory
    reservations: Reservations
    slots: Slots
    budget: Budget
    clock: Clock
    lease: timedelta

    async def note(self, held: Held) -> None:
        """Take note of what a call holds, where the business wants that. Raises SetupUnavailableError."""
        setup = await self.directory.setup(held.tenant_id)
        if setup is None or not (setup.calendar_sync and setup.mirror_holds):
            return
        targets = [(phase, target) for phase in held.phases if (target := setup.target(phase.spot))]
        await self.reservations.replace(held, targets, self.clock.now())

    async def round(self) -> int:
        """Do what is due, all at once. How many there were."""
        now = self.clock.now()
        due = await self.reservations.due(now, now + self.lease)
        async with asyncio.TaskGroup() as together:
            for one in due:
                together.create_task(self._one(one))
        return len(due)

    async def _one(self, known: Reservation) -> None:
        now = self.clock.now()
        action = known.action(now)
        account = await self._account(known)
        if action is None:
            await self.reservations.save(known.idle())
        elif action is Action.DROP or account is None:
            await self.reservations.drop(known)
        else:
            requests = 2 if action is Action.RENEW else 1
            wait = await self.budget.take(account, requests, now, urgency=Urgency.HOLD)
            if wait:
                await self.reservations.save(known.put_off(now + min(wait, AGAIN)))
            else:
                await self._ask(known, action, account)

    async def _ask(self, known: Reservation, action: Action, account: Account) -> None:
        if action is not Action.RESERVE:
            gone = await self.slots.unreserve(account, known.uid)
            await self.budget.heed(account, gone, self.clock.now())
            if not _is_done(gone):
                # It ends by itself at the latest.
                await self.reservations.save(known.put_off(self.clock.now() + AGAIN))
                return
        if action is Action.DELETE:
            await self.reservations.drop(known)
            return
        await self._reserve(known.gone(), account)

    async def _reserve(self, known: Reservation, account: Account) -> None:
        minutes = minutes_until(known.wanted_until, self.clock.now())
        made = await self.slots.reserve(account, known.event_type_id, known.start, minutes)
        if isinstance(made, Reserved):
            await self.reservations.save(known.made(made.uid, made.until))
            return
        # Somebody has it, or nobody knows; it is not worth asking again. What was made after all ends by itself.
        await self.budget.heed(account, made, self.clock.now())
        await self.reservations.drop(known)

    async def _account(self, known: Reservation) -> Account | None:
        try:
            setup: Setup | None = await self.directory.setup(known.tenant_id)
        except SetupUnavailableError:
            return None
        return setup.accounts.get(known.account_id) if setup else None


def _is_done(result: Answer | NoAnswer) -> bool:
    return isinstance(result, Answer) and (result.status < 300 or result.status == 404)
