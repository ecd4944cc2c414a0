"""Owns what this replica knows under the ids of people: whether two of them are one, and what is kept under each."""

from collections.abc import Sequence
from dataclasses import dataclass

from availability.domain.ledger import BusySource
from availability.usecases.business import Business
from availability.usecases.businesses import Businesses
from availability.usecases.calendars import Calendars
from availability.usecases.ports import Holds
from chassis.clock import Clock


@dataclass(frozen=True, slots=True)
class Records:
    """What is kept under one id. ``same_as``: the id that it stands for; "": none."""

    person_id: str
    held_spans: int
    appointments: int
    external: int
    same_as: str


class DescribePeople:
    """The use case."""

    def __init__(self, businesses: Businesses, calendars: Calendars, holds: Holds, clock: Clock) -> None:
        self._businesses, self._calendars, self._holds, self._clock = businesses, calendars, holds, clock

    async def __call__(self, tenant_id: str, people: Sequence[str]) -> tuple[Records, ...]:
        """In the order of the ids. Raises BranchUnknownError, HoldsUnavailableError, RegistryUnavailableError."""
        business = await self._businesses.get(tenant_id)
        return tuple([await self._records(business, person_id) for person_id in people])

    async def _records(self, business: Business, person_id: str) -> Records:
        scopes = {business.scope(branch_id) for branch_id in business.branches}
        held = [
            await self._holds.taken(scope, [person_id], ignoring_call="", now=self._clock.now())
            for scope in sorted(scopes)
        ]
        known = self._calendars.known(business.tenant_id, person_id)
        return Records(
            person_id=person_id,
            held_spans=sum(map(len, held)),
            appointments=known[BusySource.APPOINTMENT],
            external=known[BusySource.EXTERNAL],
            same_as=business.aliases.get(person_id, ""),
        )
