"""Creating or changing one business as a whole."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from staff_registry.domain import rules
from staff_registry.domain.aliases import folded
from staff_registry.domain.business import Business, Registered
from staff_registry.domain.differences import Change, differences
from staff_registry.domain.etags import business_etag
from staff_registry.domain.merging import KEEP, Pruning, combine
from staff_registry.domain.pointing import pointing_at
from staff_registry.domain.validation import faults_in, secrets_missing_in
from staff_registry.errors import (
    BusinessInvalidError,
    EtagMismatchError,
    NumberTakenError,
    RequestInvalidError,
)


@dataclass(frozen=True)
class Terms:
    """How to import. ``etag`` "" means: whatever is stored."""

    pruning: Pruning = KEEP
    validate_only: bool = False
    """Only say what would change."""
    etag: str = ""
    actor: str = ""
    """Who does it, for the record."""


AS_IT_IS = Terms()


@dataclass(frozen=True)
class Record:
    """What an import has changed, and who did it."""

    actor: str
    changes: tuple[Change, ...]
    at: datetime


class Import(Protocol):
    """One transaction that no other import runs beside."""

    async def stored(self, tenant_key: str) -> Registered | None:
        """The business with its secrets."""
        ...

    async def taken(self, numbers: Sequence[str], *, but_by: str) -> str | None:
        """One of the numbers that another business than ``but_by`` (its key) has, if there is any."""
        ...

    async def store(self, registered: Registered, record: Record) -> None:
        """Write the whole business, the record of what has changed, and the event that tells of it."""
        ...


class Imports(Protocol):
    """Where businesses are written."""

    def begin(self) -> AbstractAsyncContextManager[Import]:
        """One at a time; commits at the end, or changes nothing if it is left by an error."""
        ...


@dataclass(frozen=True)
class Imported:
    """What the import has made, or would make."""

    registered: Registered
    changes: tuple[Change, ...]

    @property
    def changed(self) -> bool:
        """Whether anything is different now."""
        return bool(self.changes)


async def import_business(
    described: Business, *, imports: Imports, now: datetime, terms: Terms = AS_IT_IS
) -> Imported:
    """Store what is described; the same content again changes nothing and tells nobody.

    What the description names is replaced as a whole; what it leaves out is kept, or retired (see ``merging``). Raises
    BusinessInvalidError with all faults, NumberTakenError, EtagMismatchError, and RequestInvalidError for an actor that
    is no name.
    """
    refuse_strange(terms.actor)
    _refuse(faults_in(described))
    async with imports.begin() as running:
        stored = await running.stored(described.key)
        if terms.etag and (stored is None or business_etag(stored) != terms.etag):
            raise EtagMismatchError("the business has been changed since; read it again")
        # A file may still have both rows of what is one human by now (SR-01).
        meant = folded(described, stored.business, stored.aliases) if stored else described
        combined = combine(stored.business if stored else None, meant, terms.pruning)
        # What was kept can contradict what is new, e.g. about a number of a branch that was left out.
        _refuse(pointing_at(faults_in(combined) | secrets_missing_in(combined), described, combined))
        return await _store(combined.canonical(), stored, running, now=now, terms=terms)


def refuse_strange(actor: str) -> None:
    """Raise RequestInvalidError for an actor that is no name."""
    if any(rules.note("actor", actor)):
        raise RequestInvalidError("the actor is a name of at most 200 characters", field="actor")


async def _store(
    merged: Business, stored: Registered | None, running: Import, *, now: datetime, terms: Terms
) -> Imported:
    if stored and merged == stored.business:
        return Imported(stored, ())
    await _refuse_taken(merged, running)
    changes = differences(stored.business if stored else None, merged)
    registered = (
        replace(stored, business=merged, revision=stored.revision + 1) if stored else Registered(merged, 1)
    )
    if not terms.validate_only:
        await running.store(registered, Record(terms.actor, changes, now))
    return Imported(registered, changes)


def _refuse(faults: Mapping[str, str]) -> None:
    if faults:
        raise BusinessInvalidError(faults)


async def _refuse_taken(business: Business, running: Import) -> None:
    numbers = [number for branch in business.branches for number in branch.dialled_numbers]
    number = await running.taken(numbers, but_by=business.key)
    if number is not None:
        raise NumberTakenError("another business is dialled under this number", number=number)
