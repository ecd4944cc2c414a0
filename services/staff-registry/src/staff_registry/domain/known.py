"""What the parts of a business can refer to by key."""

from collections.abc import Mapping
from dataclasses import dataclass

from staff_registry.domain.business import Business, Person, Service


@dataclass(frozen=True)
class Known:
    """The keys of a business; where one is used twice, the last counts."""

    branches: frozenset[str]
    services: Mapping[str, Service]
    people: Mapping[str, Person]
    resource_groups: frozenset[str]

    @classmethod
    def of(cls, business: Business) -> "Known":
        """What this business has."""
        return cls(
            branches=frozenset(branch.key for branch in business.branches),
            services={service.key: service for service in business.services},
            people={person.key: person for person in business.people},
            resource_groups=frozenset(
                resource.group for branch in business.branches for resource in branch.resources
            ),
        )
