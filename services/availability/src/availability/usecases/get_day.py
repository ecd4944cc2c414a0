"""Owns people's days, as an operator sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from availability.domain.holds import Held
from availability.domain.instants import Interval, merged
from availability.domain.ledger import BusySource
from availability.domain.zone import midnight, stretches
from availability.errors import HoldsUnavailableError, PersonUnknownError
from availability.usecases.business import Branch, Business
from availability.usecases.businesses import Businesses
from availability.usecases.calendars import Calendars
from availability.usecases.ports import Holds
from chassis.clock import Clock

DAY = timedelta(days=1)


class EntryKind(Enum):
    """What an entry of a day is; the values are the names in the API."""

    WORKING = "WORKING"
    ABSENCE = "ABSENCE"
    APPOINTMENT = "APPOINTMENT"
    HOLD = "HOLD"
    EXTERNAL = "EXTERNAL"


_OF_SOURCE = {
    BusySource.APPOINTMENT: EntryKind.APPOINTMENT,
    BusySource.EXTERNAL: EntryKind.EXTERNAL,
    BusySource.ABSENCE: EntryKind.ABSENCE,
}


@dataclass(frozen=True, slots=True)
class DayEntry:
    """A span of the day. ``appointment_id`` only of appointments, ``expires`` only of holds."""

    kind: EntryKind
    interval: Interval
    appointment_id: str = ""
    expires: datetime | None = None


class GetDay:
    """The use case."""

    def __init__(self, businesses: Businesses, calendars: Calendars, holds: Holds, clock: Clock) -> None:
        self._businesses, self._calendars, self._holds, self._clock = businesses, calendars, holds, clock

    async def __call__(
        self, tenant_id: str, branch_id: str, person_id: str, day: date
    ) -> tuple[DayEntry, ...]:
        """What fills a local day, as ``several`` tells it."""
        (entries,) = await self.several(tenant_id, branch_id, [(person_id, day)])
        return entries

    async def several(
        self, tenant_id: str, branch_id: str, wanted: Sequence[tuple[str, date]]
    ) -> list[tuple[DayEntry, ...]]:
        """What fills each (person, local day), by start and no further than the day goes; of appointments what they
        occupy. Days before yesterday are forgotten here, and holds are left out while their store is out of reach. The
        store of the holds is asked once.

        Raises BranchUnknownError, PersonUnknownError, RegistryUnavailableError.
        """
        business = await self._businesses.get(tenant_id)
        branch = business.branch(branch_id)
        days = [
            (
                business.right_name(person_id),
                Interval(midnight(branch.zone, day), midnight(branch.zone, day + DAY)),
            )
            for person_id, day in wanted
        ]
        people = list(dict.fromkeys(person_id for person_id, _ in days))
        for person_id in people:
            if branch_id not in business.person(person_id).branch_ids:
                raise PersonUnknownError("the person does not work in this branch")
        held = await self._held(business, branch, people)
        return [
            tuple(
                sorted(
                    [
                        *self._in_calendar(business, branch, person_id, span),
                        *_held_on(held, business.names_of(person_id), span),
                    ],
                    key=lambda entry: (entry.interval, entry.kind.value),
                )
            )
            for person_id, span in days
        ]

    def _in_calendar(
        self, business: Business, branch: Branch, person_id: str, span: Interval
    ) -> list[DayEntry]:
        person = self._calendars.branch(business, branch, self._clock.now()).person(person_id)
        working = merged(person.hours.expand(stretches(branch.zone, *span)))
        entries = [DayEntry(EntryKind.WORKING, interval) for interval in working]
        for taken in person.ledger.touching(span):
            kind = _OF_SOURCE[taken.key.source]
            appointment_id = taken.key.id if kind is EntryKind.APPOINTMENT else ""
            entries.append(DayEntry(kind, taken.interval.within(span), appointment_id))
        return entries

    async def _held(self, business: Business, branch: Branch, people: Sequence[str]) -> Sequence[Held]:
        names = [name for person_id in people for name in business.names_of(person_id)]
        try:
            return await self._holds.taken(
                business.scope(branch.branch_id), names, ignoring_call="", now=self._clock.now()
            )
        except HoldsUnavailableError:
            return []


def _held_on(held: Sequence[Held], names: Sequence[str], span: Interval) -> list[DayEntry]:
    # Under each id of the person once; the latest end counts.
    until = {
        each.interval.within(span): each.expires
        for each in sorted(held, key=_expires)
        if each.owner_id in names and each.interval.touches(span)
    }
    return [DayEntry(EntryKind.HOLD, interval, expires=expires) for interval, expires in until.items()]


def _expires(held: Held) -> datetime:
    return held.expires
