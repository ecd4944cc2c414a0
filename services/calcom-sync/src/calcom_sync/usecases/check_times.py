"""Look at Cal.com before a time is called free, where what is known of it is too old."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from calcom_sync.domain.answers import Answer, NoAnswer
from calcom_sync.domain.busy import Owner, Span
from calcom_sync.domain.setup import Account, Setup
from calcom_sync.domain.slots import MARGIN, TimeState, judge
from calcom_sync.usecases.ports import Budget, Clock, Directory, Urgency

TOGETHER = timedelta(days=7)
"""Times that are not further from each other are looked at in one request."""


@dataclass(frozen=True)
class PersonTime:
    """A span of a person's time."""

    person_id: UUID
    span: Span


class Display(Protocol):
    """What Cal.com shows to whoever wants to book."""

    async def shown(
        self, account: Account, event_type_id: int, within: Span, *, timeout_s: float
    ) -> Sequence[Span] | Answer | NoAnswer:
        """The slots of an event type in a span."""
        ...


class Knowledge(Protocol):
    """What is known here of accounts."""

    async def pulled(self, tenant_id: UUID) -> Mapping[UUID, datetime | None]:
        """When each account's busy times were pulled last; None: never."""
        ...

    async def copies(self, owner: Owner, within: Span) -> Sequence[Span]:
        """When copies of ours, or reservations, hide an account's time."""
        ...

    async def hurry(self, tenant_id: UUID, account_id: UUID, now: datetime) -> None:
        """Something was seen there that is not known here: pull soon."""
        ...


@dataclass(frozen=True)
class TimeChecker:
    """Looks at people's accounts, all at once."""

    directory: Directory
    display: Display
    knowledge: Knowledge
    budget: Budget
    clock: Clock

    async def check(
        self, tenant_id: UUID, times: Sequence[PersonTime], *, within_s: float
    ) -> list[TimeState] | None:
        """What is known of each time, in at most so many seconds. None: there is no such business. Raises
        SetupUnavailableError."""
        setup = await self.directory.setup(tenant_id)
        if setup is None:
            return None
        if not setup.calendar_sync or setup.live_after is None:
            return [TimeState.FREE for _ in times]
        old = await self._old(tenant_id, setup, setup.live_after)
        async with asyncio.TaskGroup() as together:
            looks = [
                together.create_task(self._account(tenant_id, setup, one, times, within_s)) for one in old
            ]
        states = [look.result() for look in looks]
        return [_worst(seen[number] for seen in states) for number in range(len(times))]

    async def _old(self, tenant_id: UUID, setup: Setup, after: timedelta) -> list[Account]:
        pulled, now = await self.knowledge.pulled(tenant_id), self.clock.now()
        return [
            one
            for one in setup.accounts.values()
            if (at := pulled.get(one.account_id)) is None or now - at > after
        ]

    async def _account(
        self, tenant_id: UUID, setup: Setup, account: Account, times: Sequence[PersonTime], within_s: float
    ) -> list[TimeState]:
        """Of all times; those of other people are none of this account's business."""
        owner = setup.human(account.person_id)
        mine = [time.span for time in times if setup.human(time.person_id) == owner]
        if not mine:
            return [TimeState.FREE for _ in times]
        seen: dict[Span, TimeState] = {}
        for spans in _clusters(mine):
            seen |= await self._looked(tenant_id, setup, account, spans, within_s)
        if TimeState.TAKEN in seen.values():
            await self.knowledge.hurry(tenant_id, account.account_id, self.clock.now())
        return [seen[time.span] if setup.human(time.person_id) == owner else TimeState.FREE for time in times]

    async def _looked(
        self, tenant_id: UUID, setup: Setup, account: Account, spans: Sequence[Span], within_s: float
    ) -> dict[Span, TimeState]:
        within = Span(min(one.start for one in spans) - MARGIN, max(one.end for one in spans) + MARGIN)
        shown = await self._shown(setup, account, within, within_s)
        if shown is None:
            return dict.fromkeys(spans, TimeState.UNKNOWN)
        owner = Owner(tenant_id, account.account_id, account.person_id)
        own = await self.knowledge.copies(owner, within)
        zones = set(setup.zones.values())
        return {span: judge(span, shown, own, zones) for span in spans}

    async def _shown(
        self, setup: Setup, account: Account, within: Span, within_s: float
    ) -> Sequence[Span] | None:
        """None: it cannot be said in time."""
        now = self.clock.now()
        number = _finest(setup, account)
        if number is None or await self.budget.take(account, 1, now, urgency=Urgency.LIVE):
            return None
        # Cal.com answers the same question for two seconds from its memory: no two questions are the same.
        end = within.end + timedelta(seconds=now.timestamp() % 60 // 1)
        shown = await self.display.shown(account, number, Span(within.start, end), timeout_s=within_s)
        if isinstance(shown, Answer | NoAnswer):
            await self.budget.heed(account, shown, self.clock.now())
            return None
        return shown


def _finest(setup: Setup, account: Account) -> int | None:
    """The account's shortest event type: the finer its slots, the more they tell."""
    lengths = [
        (setup.phases[spot], number)
        for spot, number in setup.mapped(account.account_id)
        if spot in setup.phases
    ]
    return min(lengths)[1] if lengths else None


def _clusters(spans: Iterable[Span]) -> list[list[Span]]:
    clusters: dict[int, list[Span]] = defaultdict(list)
    number, last = 0, None
    for span in sorted(set(spans)):
        if last is not None and span.start - last > TOGETHER:
            number += 1
        clusters[number].append(span)
        last = span.end
    return list(clusters.values())


def _worst(states: Iterable[TimeState]) -> TimeState:
    seen = set(states)
    for state in (TimeState.TAKEN, TimeState.UNKNOWN):
        if state in seen:
            return state
    return TimeState.FREE
