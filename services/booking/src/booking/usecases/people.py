"""Make two ids one human, and take it back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from booking.domain.people import Overlap, Records, Separated, Separation, Union, United


class People(Protocol):
    """Where appointments name people."""

    async def records(
        self, tenant_id: UUID, people: Sequence[UUID], *, now: datetime
    ) -> tuple[list[Records], list[Overlap]]:
        """What is kept under each of two ids, and what would overlap if they were one, as of one moment."""
        ...

    async def unite(self, union: Union, *, now: datetime) -> United:
        """All at once, or nothing; the same again answers what was done. Raises PersonIsAliasError."""
        ...

    async def separate(self, separation: Separation) -> Separated:
        """All at once, or nothing; the same again answers what was done. Raises ResolutionUnknownError."""
        ...
