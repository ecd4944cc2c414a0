"""Creating or changing one business as a whole."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from staff_registry.domain.business import Business, Registered
from staff_registry.domain.merging import merge
from staff_registry.domain.validation import faults_in, secrets_missing_in
from staff_registry.errors import BusinessInvalidError, NumberTakenError


class Import(Protocol):
    """One transaction that no other import runs beside."""

    async def stored(self, tenant_key: str) -> Registered | None:
        """The business with its secrets."""
        ...

    async def taken(self, numbers: Sequence[str], *, but_by: str) -> str | None:
        """One of the numbers that another business than ``but_by`` (its key) has, if there is any."""
        ...

    async def store(self, registered: Registered, *, now: datetime) -> None:
        """Write the whole business, and the event that tells of it."""
        ...


class Imports(Protocol):
    """Where businesses are written."""

    def begin(self) -> AbstractAsyncContextManager[Import]:
        """One at a time; commits at the end, or changes nothing if it is left by an error."""
        ...


@dataclass(frozen=True)
class Imported:
    """What the import has made."""

    registered: Registered
    changed: bool


async def import_business(described: Business, *, imports: Imports, now: datetime) -> Imported:
    """Store what is described; the same content again changes nothing and tells nobody.

    What the description names is replaced as a whole. Branches, people and services that it leaves out are kept: this
    version deletes none of them (see ``merge``). Raises BusinessInvalidError with all faults, and NumberTakenError.
    """
    _refuse(faults_in(described))
    async with imports.begin() as running:
        stored = await running.stored(described.key)
        merged = merge(stored.business if stored else None, described)
        # What was kept can contradict what is new, e.g. about a number of a branch that was left out.
        _refuse(faults_in(merged) | secrets_missing_in(merged))
        if stored and merged == stored.business:
            return Imported(stored, changed=False)
        await _refuse_taken(merged, running)
        registered = Registered(merged, revision=stored.revision + 1 if stored else 1)
        await running.store(registered, now=now)
        return Imported(registered, changed=True)


def _refuse(faults: Mapping[str, str]) -> None:
    if faults:
        raise BusinessInvalidError(faults)


async def _refuse_taken(business: Business, running: Import) -> None:
    numbers = [number for branch in business.branches for number in branch.dialled_numbers]
    number = await running.taken(numbers, but_by=business.key)
    if number is not None:
        raise NumberTakenError("another business is dialled under this number", number=number)
