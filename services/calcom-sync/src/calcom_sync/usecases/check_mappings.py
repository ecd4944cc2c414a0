"""Check that each active phase of each person can be booked at Cal.com as it is mapped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from calcom_sync.domain.answers import Answer, NoAnswer
from calcom_sync.domain.budget import allowed_in
from calcom_sync.domain.mappings import EventType, MappingCheck, faults_of, new_event_type, slug_of
from calcom_sync.domain.settling import text_of
from calcom_sync.domain.setup import Account, Setup, Spot
from calcom_sync.usecases.ports import Budget, Clock, Directory, Urgency


class EventTypes(Protocol):
    """Cal.com's event types."""

    async def own(self, account: Account) -> Sequence[EventType] | Answer | NoAnswer:
        """All of an account, hidden ones too."""
        ...

    async def event_type(self, account: Account, number: int) -> EventType | Answer | NoAnswer: ...

    async def create_event_type(
        self, account: Account, body: dict[str, object]
    ) -> EventType | Answer | NoAnswer: ...


_Listed = Mapping[int, EventType] | MappingCheck
"""By number; or the words and the pause of what could not be looked at."""


@dataclass(frozen=True)
class MappingChecker:
    """Goes through a business, inside the budget: one request an account tells of all of its event types."""

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
        listed: dict[UUID, Mapping[int, EventType] | MappingCheck] = {}
        return [await self._spot(setup, spot, listed, fix=fix) for spot in sorted(setup.phases, key=_order)]

    async def _spot(
        self, setup: Setup, spot: Spot, listed: dict[UUID, _Listed], *, fix: bool
    ) -> MappingCheck:
        target, length = setup.targets.get(spot), setup.phases[spot]
        account = setup.accounts.get(target.account_id) if target else _account_of(setup, spot.person_id)
        check = MappingCheck(
            spot, account.account_id if account else None, target.event_type_id if target else None
        )
        if account is None:
            return replace(check, faults=("the person has no account with a key",))
        if account.account_id not in listed:
            listed[account.account_id] = await self._listed(check, account)
        known = listed[account.account_id]
        if isinstance(known, MappingCheck):
            return replace(check, faults=known.faults, wait=known.wait)
        if target is None:
            check = replace(check, faults=("no event type is mapped",), is_missing=True)
        else:
            check = await self._existing(check, account, known, target.event_type_id, length)
        return await self._created(check, account, known, length) if fix and check.is_missing else check

    async def _listed(self, check: MappingCheck, account: Account) -> _Listed:
        waiting = await self._waiting(check, account)
        if waiting:
            return waiting
        found = await self.event_types.own(account)
        if isinstance(found, Answer | NoAnswer):
            return await self._refused(check, account, found)
        return {one.number: one for one in found}

    async def _existing(
        self,
        check: MappingCheck,
        account: Account,
        known: Mapping[int, EventType],
        number: int,
        length: timedelta,
    ) -> MappingCheck:
        found: EventType | Answer | NoAnswer | None = known.get(number)
        if found is None:
            # Not the account's own: somebody else's, a team's, or none at all.
            waiting = await self._waiting(check, account)
            if waiting:
                return waiting
            found = await self.event_types.event_type(account, number)
        if isinstance(found, EventType):
            return replace(check, faults=faults_of(found, length, account.username))
        return await self._refused(check, account, found)

    async def _refused(self, check: MappingCheck, account: Account, said: Answer | NoAnswer) -> MappingCheck:
        await self.budget.heed(account, said, self.clock.now())
        missing = isinstance(said, Answer) and said.status == 404
        return replace(check, faults=(f"Cal.com says: {text_of(said)}",), is_missing=missing)

    async def _created(
        self, check: MappingCheck, account: Account, known: Mapping[int, EventType], length: timedelta
    ) -> MappingCheck:
        # The one that was made before, should its number have been lost on the way; else a new one.
        slug = slug_of(check.spot, length)
        made: EventType | Answer | NoAnswer | None = next(
            (one for one in known.values() if one.slug == slug), None
        )
        if made is None:
            waiting = await self._waiting(check, account)
            if waiting:
                return waiting
            made = await self.event_types.create_event_type(account, new_event_type(check.spot, length))
        if isinstance(made, EventType):
            return replace(check, created=made.number, faults=faults_of(made, length, account.username))
        await self.budget.heed(account, made, self.clock.now())
        return replace(check, faults=(*check.faults, f"it could not be created: {text_of(made)}"))

    async def _waiting(self, check: MappingCheck, account: Account) -> MappingCheck | None:
        """The check as it stands where the budget allows no more now; None: go on."""
        wait = await self.budget.take(account, 1, self.clock.now(), urgency=Urgency.LOOK)
        if not wait:
            return None
        text = f"not looked at: {allowed_in(wait)}"
        return replace(check, faults=(*check.faults, text), wait=wait)


def _account_of(setup: Setup, person_id: UUID) -> Account | None:
    return next((one for one in setup.accounts.values() if one.person_id == person_id), None)


def _order(spot: Spot) -> tuple[str, int, str]:
    return str(spot.service_id), spot.position, str(spot.person_id)
