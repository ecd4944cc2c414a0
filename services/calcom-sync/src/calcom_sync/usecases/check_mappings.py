"""Check that each active phase of each person can be booked at Cal.com as it is mapped."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from calcom_sync.domain.answers import Answer, NoAnswer
from calcom_sync.domain.mappings import EventType, MappingCheck, faults_of, new_event_type
from calcom_sync.domain.settling import text_of
from calcom_sync.domain.setup import Account, Setup, Spot
from calcom_sync.usecases.ports import Budget, Clock, Directory, Urgency


class EventTypes(Protocol):
    """Cal.com's event types."""

    async def event_type(self, account: Account, number: int) -> EventType | Answer | NoAnswer: ...

    async def create_event_type(
        self, account: Account, body: dict[str, object]
    ) -> EventType | Answer | NoAnswer: ...


@dataclass(frozen=True)
class MappingChecker:
    """Goes through a business, inside the budget."""

    directory: Directory
    event_types: EventTypes
    budget: Budget
    clock: Clock

    async def check(self, tenant_id: UUID, *, fix: bool) -> list[MappingCheck] | None:
        """Every phase of every person who does the service; ``fix``: create what is missing. None: there is no such business.
        Raises SetupUnavailableError."""
        self.directory.forget(tenant_id)
        setup = await self.directory.setup(tenant_id)
        if setup is None:
            return None
        return [await self._spot(setup, spot, fix=fix) for spot in sorted(setup.phases, key=_order)]

    async def _spot(self, setup: Setup, spot: Spot, *, fix: bool) -> MappingCheck:
        target, length = setup.targets.get(spot), setup.phases[spot]
        account = setup.accounts.get(target.account_id) if target else _account_of(setup, spot.person_id)
        check = MappingCheck(
            spot, account.account_id if account else None, target.event_type_id if target else None
        )
        if account is None:
            return replace(check, faults=("the person has no account with a key",))
        if target is None:
            check = replace(check, faults=("no event type is mapped",), is_missing=True)
        else:
            check = await self._existing(check, account, target.event_type_id, length)
        return await self._created(check, account, length) if fix and check.is_missing else check

    async def _existing(
        self, check: MappingCheck, account: Account, number: int, length: timedelta
    ) -> MappingCheck:
        wait = await self._wait(account)
        if wait:
            return replace(check, faults=(wait,))
        found = await self.event_types.event_type(account, number)
        if isinstance(found, EventType):
            return replace(check, faults=faults_of(found, length, account.username))
        await self.budget.heed(account, found, self.clock.now())
        missing = isinstance(found, Answer) and found.status == 404
        return replace(check, faults=(f"Cal.com says: {text_of(found)}",), is_missing=missing)

    async def _created(self, check: MappingCheck, account: Account, length: timedelta) -> MappingCheck:
        wait = await self._wait(account)
        if wait:
            return replace(check, faults=(*check.faults, wait))
        made = await self.event_types.create_event_type(account, new_event_type(check.spot, length))
        if isinstance(made, EventType):
            return replace(check, created=made.number)
        await self.budget.heed(account, made, self.clock.now())
        return replace(check, faults=(*check.faults, f"it could not be created: {text_of(made)}"))

    async def _wait(self, account: Account) -> str:
        """Why not now; "": now."""
        wait = await self.budget.take(account, 1, self.clock.now(), urgency=Urgency.LOOK)
        return (
            f"not looked at: the budget of the key allows it in {wait.total_seconds():.0f} s" if wait else ""
        )


def _account_of(setup: Setup, person_id: UUID) -> Account | None:
    return next((one for one in setup.accounts.values() if one.person_id == person_id), None)


def _order(spot: Spot) -> tuple[str, int, str]:
    return str(spot.service_id), spot.position, str(spot.person_id)
