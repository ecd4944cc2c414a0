"""What is known of a business besides its rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import ZoneInfo

from booking.errors import RequestInvalidError


@dataclass(frozen=True)
class BusinessFacts:
    """Names as callers hear them; ``language`` is BCP 47. Of a business that is unknown: nothing."""

    language: str = "de"
    branches: Mapping[UUID, ZoneInfo] = field(default_factory=dict)
    """The zone of each branch."""
    services: Mapping[UUID, str] = field(default_factory=dict)
    people: Mapping[UUID, str] = field(default_factory=dict)

    def must_have(self, branch_id: UUID, service_id: UUID, person_id: UUID | None) -> None:
        """Raises RequestInvalidError, naming the field, for what the business does not have."""
        if branch_id not in self.branches:
            raise RequestInvalidError("branch_id", "the business has no such branch")
        if service_id not in self.services:
            raise RequestInvalidError("service_id", "the business has no such service")
        if person_id is not None and person_id not in self.people:
            raise RequestInvalidError("person_id", "the business has no such person")
