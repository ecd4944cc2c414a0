"""Setting the event types that stand for some phases of a business, whatever else it has."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from staff_registry.domain.business import Business, PhaseMapping, Registered
from staff_registry.domain.differences import differences
from staff_registry.domain.ids import Ids, parse_id
from staff_registry.domain.validation import faults_in, secrets_missing_in
from staff_registry.errors import BusinessInvalidError, BusinessUnknownError
from staff_registry.usecases.import_business import Imported, Record, refuse_strange


class Change(Protocol):
    """One transaction that no import runs beside."""

    async def stored_as(self, tenant_id: UUID) -> Registered | None:
        """The business with its secrets."""
        ...

    async def store(self, registered: Registered, record: Record) -> None:
        """Write the whole business, the record of what has changed, and the event that tells of it."""
        ...


class Changes(Protocol):
    """Where businesses are changed."""

    def begin(self) -> AbstractAsyncContextManager[Change]:
        """One at a time; commits at the end, or changes nothing if it is left by an error."""
        ...


@dataclass(frozen=True)
class NamedMapping:
    """A mapping by ids, as others know it."""

    service_id: str
    phase_position: int
    person_id: str
    account_id: str
    event_type_id: int


async def put_mappings(
    tenant_id: str, wanted: Sequence[NamedMapping], *, changes: Changes, now: datetime, actor: str = ""
) -> Imported:
    """Each takes the place of the one of the same service, phase, person and account; the others stay. Raises
    BusinessUnknownError, and BusinessInvalidError with all faults by path."""
    refuse_strange(actor)
    parsed = parse_id(tenant_id)
    if parsed is None:
        raise BusinessUnknownError("there is no business with this id")
    async with changes.begin() as running:
        stored = await running.stored_as(parsed)
        if stored is None:
            raise BusinessUnknownError("there is no business with this id")
        changed = _with(stored.business, wanted)
        faults = faults_in(changed) | secrets_missing_in(changed)
        if faults:
            raise BusinessInvalidError(faults)
        if changed == stored.business:
            return Imported(stored, ())
        registered = replace(stored, business=changed, revision=stored.revision + 1)
        record = Record(actor, differences(stored.business, changed), now)
        await running.store(registered, record)
        return Imported(registered, record.changes)


def _with(business: Business, wanted: Sequence[NamedMapping]) -> Business:
    keys = _keys(business)
    named = [_mapping(each, keys) for each in wanted]
    faults = {
        f"mappings[{n}].{field}": "the id of one of this business"
        for n, each in enumerate(wanted)
        for field in ("service_id", "person_id", "account_id")
        if getattr(each, field) not in keys
    }
    if faults:
        raise BusinessInvalidError(faults)
    taken = {_place(each) for each in named}
    kept = (each for each in business.mappings if _place(each) not in taken)
    return replace(business, mappings=(*named, *kept)).canonical()


def _keys(business: Business) -> Mapping[str, str]:
    """Key by id, of all that a mapping names."""
    ids = Ids(business.key)
    services = {str(ids.service(each.key)): each.key for each in business.services}
    people = {str(ids.person(each.key)): each.key for each in business.people}
    accounts = {str(ids.account(one.key)): one.key for each in business.people for one in each.accounts}
    return {**services, **people, **accounts}


def _mapping(named: NamedMapping, keys: Mapping[str, str]) -> PhaseMapping:
    return PhaseMapping(
        service_key=keys.get(named.service_id, ""),
        phase_position=named.phase_position,
        person_key=keys.get(named.person_id, ""),
        account_key=keys.get(named.account_id, ""),
        event_type_id=named.event_type_id,
    )


def _place(mapping: PhaseMapping) -> tuple[str, int, str, str]:
    return mapping.service_key, mapping.phase_position, mapping.person_key, mapping.account_key
