"""Planning to make two rows one human, beginning it, and beginning to take it back. What follows is the saga's."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from staff_registry.domain.business import Business, Registered
from staff_registry.domain.ids import Ids, parse_id
from staff_registry.domain.other_names import Choice
from staff_registry.domain.resolution import Kind, Movement, Parts, Plan, Resolution, State, etag_of
from staff_registry.domain.uniting import Conflict, ConflictKind, conflicts_in, has_two_accounts, unite
from staff_registry.domain.validation import faults_in
from staff_registry.errors import (
    BusinessInvalidError,
    DecisionMissingError,
    NotUndoableError,
    OtherKindError,
    PlanOutdatedError,
    RequestInvalidError,
    ResolutionUnderWayError,
    ResolutionUnknownError,
)
from staff_registry.usecases.duplicates import key_of, operator_of
from staff_registry.usecases.find_business import Businesses, find_business
from staff_registry.usecases.peers import Named, Overlap, Peers

_ROW = re.compile(r"\b(people|services|branches)\[([0-9]+)\]")


@dataclass(frozen=True)
class Wish:
    """Which two rows are to become one; ``person_id`` stays."""

    tenant_id: str
    person_id: str
    alias_id: str
    kind: Kind


class Beginning(Protocol):
    """One transaction beside which nothing else changes a business."""

    async def stored_as(self, tenant_id: UUID) -> Registered | None:
        """The business with its secrets."""
        ...

    async def under_way(self, tenant_id: UUID) -> UUID | None:
        """A resolution of the business that is not finished."""
        ...

    async def resolution(self, tenant_id: UUID, resolution_id: UUID) -> Resolution | None:
        """As it stands."""
        ...

    async def before(self, resolution: Resolution) -> Parts:
        """What was before it was applied."""
        ...

    async def put(self, resolution: Resolution, *, due_at: datetime | None) -> None:
        """Keep it with its steps; ``due_at``: when a worker looks after it."""
        ...


class Resolutions(Protocol):
    """Where resolutions are kept."""

    def resolving(self) -> AbstractAsyncContextManager[Beginning]:
        """Commits at the end, or changes nothing if it is left by an error."""
        ...

    async def find_resolution(self, tenant_id: UUID, resolution_id: UUID) -> Resolution | None:
        """As it stands."""
        ...

    async def resolutions_of(self, tenant_id: UUID) -> Sequence[Resolution]:
        """The last first."""
        ...


@dataclass(frozen=True)
class Resolver:
    """The use cases. ``wake`` tells the worker of this process that there is something to do."""

    businesses: Businesses
    resolutions: Resolutions
    peers: Peers
    new_id: Callable[[], UUID]
    wake: Callable[[], None]

    async def plan(self, wish: Wish) -> Plan:
        """What would happen. Raises BusinessUnknownError, PersonUnknownError, RequestInvalidError, OtherKindError,
        ResolutionUnderWayError, PeerUnavailableError; BusinessInvalidError where the two cannot be one row."""
        found = await find_business(wish.tenant_id, businesses=self.businesses)
        return await self._plan(found, wish)

    async def apply(
        self, wish: Wish, *, etag: str, decisions: Mapping[str, Choice], operator: str, now: datetime
    ) -> Resolution:
        """Begin what was planned. Raises as ``plan``, and PlanOutdatedError, DecisionMissingError."""
        operator_of(operator)
        found = await find_business(wish.tenant_id, businesses=self.businesses)
        plan = await self._plan(found, wish)
        if plan.etag != etag:
            raise PlanOutdatedError("the plan is not as it was read: plan again")
        _must_be_decided(plan, decisions)
        resolution = Resolution(self.new_id(), State.APPLYING, plan, operator, decisions, now, ())
        resolution = replace(resolution, steps=resolution.begun(State.APPLYING))
        async with self.resolutions.resolving() as running:
            await _must_be_alone(running, resolution.tenant_id)
            stored = await running.stored_as(resolution.tenant_id)
            if stored is None or stored.revision != found.revision:
                raise PlanOutdatedError("the business has been changed since: plan again")
            await running.put(resolution, due_at=now)
        self.wake()
        return resolution

    async def undo(self, tenant_id: str, resolution_id: str, *, operator: str, now: datetime) -> Resolution:
        """Begin to take it back. Raises ResolutionUnknownError, NotUndoableError, ResolutionUnderWayError,
        RequestInvalidError, PeerUnavailableError."""
        operator_of(operator)
        made = await self.find(tenant_id, resolution_id)
        if made.state is not State.APPLIED:
            raise NotUndoableError(f"it is {made.state.value}", **{"1": f"it is {made.state.value}"})
        conflicts = await self.peers.bookings.separate(named(made, operator), validate_only=True)
        async with self.resolutions.resolving() as running:
            await _must_be_alone(running, made.tenant_id)
            stored = await running.stored_as(made.tenant_id)
            _must_be_undoable(made, stored, await running.before(made), conflicts)
            undoing = made.moved_to(
                State.UNDOING, steps=made.begun(State.UNDOING), undone_by=operator, finished_at=None
            )
            await running.put(undoing, due_at=now)
        self.wake()
        return undoing

    async def find(self, tenant_id: str, resolution_id: str) -> Resolution:
        """As it stands. Raises ResolutionUnknownError."""
        ids = parse_id(tenant_id), parse_id(resolution_id)
        found = await self.resolutions.find_resolution(ids[0], ids[1]) if ids[0] and ids[1] else None
        if found is None:
            raise ResolutionUnknownError("the business has no resolution with this id")
        return found

    async def listed(self, tenant_id: str) -> Sequence[Resolution]:
        """The last first. Raises BusinessUnknownError."""
        found = await find_business(tenant_id, businesses=self.businesses)
        return await self.resolutions.resolutions_of(Ids(found.business.key).tenant)

    async def _plan(self, found: Registered, wish: Wish) -> Plan:
        business, ids = found.business, Ids(found.business.key)
        staying, going = key_of(found, wish.person_id), key_of(found, wish.alias_id)
        if staying == going:
            raise RequestInvalidError("another person", field="alias_person_id")
        async with self.resolutions.resolving() as running:
            await _must_be_alone(running, ids.tenant)
        _must_be_of_kind(found, wish.kind, staying, going)
        united = unite(business, staying, going, {})
        faults = faults_in(united)
        if faults:
            raise BusinessInvalidError(faults)
        movements, overlaps = await self._described(ids, staying, going)
        conflicts = (*conflicts_in(business, staying, going), *map(_overlap, overlaps))
        parts = Parts.of(business, staying, going)
        return Plan(
            tenant_key=business.key,
            kind=wish.kind,
            staying_key=staying,
            going_key=going,
            etag=etag_of(wish.kind, parts, conflicts),
            movements=(*movements, *_own_movements(found, staying, going)),
            conflicts=conflicts,
        )

    async def _described(
        self, ids: Ids, staying: str, going: str
    ) -> tuple[list[Movement], tuple[Overlap, ...]]:
        people = [ids.person(staying), ids.person(going)]
        asked = (self.peers.bookings, self.peers.copies, self.peers.calendars)
        told = await asyncio.gather(*(each.describe(ids.tenant, people) for each in asked))
        counts = [Movement(what, *both) for described in told for what, both in described.counts.items()]
        return counts, told[0].overlaps


def named(resolution: Resolution, operator: str) -> Named:
    """As the other services know it."""
    return Named(
        resolution.tenant_id,
        resolution.resolution_id,
        resolution.staying_id,
        resolution.going_id,
        operator,
    )


async def _must_be_alone(running: Beginning, tenant_id: UUID) -> None:
    """One at a time in a business: they are short, and rare."""
    other = await running.under_way(tenant_id)
    if other:
        raise ResolutionUnderWayError(
            "another resolution of the business is under way", resolution_id=str(other)
        )


def _must_be_decided(plan: Plan, decisions: Mapping[str, Choice]) -> None:
    unknown = set(decisions) - {conflict.subject for conflict in plan.conflicts}
    if unknown:
        raise RequestInvalidError(f"nothing is to be decided about {min(unknown)}", field="decisions")
    missing = plan.undecided(decisions)
    if missing:
        raise DecisionMissingError(f"{len(missing)} to be decided", **dict(list(missing.items())[:20]))


def _must_be_of_kind(found: Registered, kind: Kind, staying: str, going: str) -> None:
    people = {person.key: person for person in found.business.people}
    right = Kind.LINK if has_two_accounts(people[staying], people[going]) else Kind.MERGE
    if kind is not right:
        why = (
            "different accounts at Cal.com" if right is Kind.LINK else "no two different accounts at Cal.com"
        )
        raise OtherKindError(f"they have {why}: {right.value.lower()} them", kind=right.value)


def _must_be_undoable(
    made: Resolution, stored: Registered | None, before: Parts, conflicts: Sequence[str]
) -> None:
    reasons = list(conflicts)
    if stored is None or Parts.of(stored.business, made.plan.staying_key).mark != made.mark_after:
        reasons.append(f"what the registry says of {made.plan.staying_key} has changed since")
    elif any(person.key == made.plan.going_key for person in stored.business.people):
        reasons.append(f"{made.plan.going_key} is listed again")
    else:
        reasons += _contradictions(stored.business, made.plan.staying_key, before)
    if reasons:
        numbered = {str(number): reason for number, reason in enumerate(reasons[:20], start=1)}
        raise NotUndoableError(f"{len(reasons)} things contradict it", **numbered)


def _contradictions(business: Business, staying_key: str, before: Parts) -> list[str]:
    """What would be unsound with both rows as they were, and is sound now."""
    restored = before.put_back_in(business, staying_key).canonical()
    new = faults_in(restored).items() - faults_in(business).items()
    return [
        f"as it was, {_by_key(path, restored)} would be unsound: {_by_key(expected, restored)}"
        for path, expected in sorted(new)
    ]


def _by_key(text: str, business: Business) -> str:
    """Nobody can look up the row that a path names by its place: it is no row yet."""
    return _ROW.sub(lambda found: f"{found[1]}[{getattr(business, found[1])[int(found[2])].key}]", text)


def _overlap(overlap: Overlap) -> Conflict:
    words = (
        f"appointments {overlap.appointment_id} and {overlap.other_id} overlap"
        f" from {overlap.start.isoformat()} to {overlap.end.isoformat()}"
    )
    subject = f"overlap:{overlap.appointment_id}/{overlap.other_id}"
    return Conflict(
        subject, ConflictKind.OVERLAP, words, (Choice.KEEP_BOTH,), start=overlap.start, end=overlap.end
    )


def _own_movements(found: Registered, staying: str, going: str) -> list[Movement]:
    business = found.business
    people = {person.key: person for person in business.people}
    both = people[staying], people[going]

    def count(what: str, of: Callable[[str], int]) -> Movement:
        return Movement(what, of(staying), of(going))

    return [
        count("mappings", lambda key: sum(each.person_key == key for each in business.mappings)),
        count("policies", lambda key: sum(each.person_key == key for each in business.policies)),
        *(
            Movement(what, *(len(getattr(person, field)) for person in both))
            for what, field in (
                ("accounts", "accounts"),
                ("services", "service_keys"),
                ("branches", "branch_keys"),
                ("working_hours", "working_hours"),
                ("dated_hours", "dated_hours"),
                ("absences", "absences"),
            )
        ),
    ]
