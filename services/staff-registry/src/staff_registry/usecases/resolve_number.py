"""Which branch is called under a number."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from staff_registry.domain.rules import is_e164
from staff_registry.errors import NumberInvalidError, NumberUnknownError


@dataclass(frozen=True)
class Dialled:
    """A branch of a business."""

    tenant_id: UUID
    branch_id: UUID


class Numbers(Protocol):
    """The numbers of all businesses."""

    async def branch_of(self, number: str) -> Dialled | None:
        """The branch that has the number."""
        ...


async def resolve_number(number: str, *, numbers: Numbers) -> Dialled:
    """Raises NumberInvalidError for what is not E.164 (e.g. "anonymous"), and NumberUnknownError."""
    if not is_e164(number):
        raise NumberInvalidError("a dialled number is in E.164 form")
    dialled = await numbers.branch_of(number)
    if dialled is None:
        raise NumberUnknownError("no branch is dialled under this number")
    return dialled
