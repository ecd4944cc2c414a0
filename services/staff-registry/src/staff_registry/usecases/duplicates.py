"""Who may be listed twice, and which pairs are known to be two humans."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from staff_registry.domain import rules
from staff_registry.domain.business import Registered
from staff_registry.domain.duplicates import Candidate, candidates_in
from staff_registry.domain.ids import Ids
from staff_registry.errors import PersonUnknownError, RequestInvalidError
from staff_registry.usecases.find_business import Businesses, find_business

OPERATOR_MAX = 200


class Verdicts(Protocol):
    """Pairs that were said to be different people."""

    async def different(self, tenant_id: UUID) -> Mapping[tuple[str, str], str]:
        """The facts at that time, by the keys of the pair in their order."""
        ...

    async def say_different(
        self, tenant_id: UUID, keys: tuple[str, str], facts: str, operator: str, now: datetime
    ) -> None:
        """Remember it; saying it again counts anew."""
        ...


async def find_duplicates(
    tenant_id: str, *, businesses: Businesses, verdicts: Verdicts
) -> tuple[Registered, tuple[Candidate, ...]]:
    """The likeliest first, without those whose facts were looked at. Raises BusinessUnknownError."""
    found = await find_business(tenant_id, businesses=businesses)
    known = await verdicts.different(Ids(found.business.key).tenant)
    candidates = candidates_in(found.business)
    return found, tuple(each for each in candidates if known.get(each.keys) != each.facts)


async def mark_different(
    tenant_id: str,
    person_ids: tuple[str, str],
    operator: str,
    *,
    businesses: Businesses,
    verdicts: Verdicts,
    now: datetime,
) -> None:
    """Two rows are two humans. Raises BusinessUnknownError, PersonUnknownError, RequestInvalidError."""
    found = await find_business(tenant_id, businesses=businesses)
    first, second = sorted(key_of(found, each) for each in person_ids)
    if first == second:
        raise RequestInvalidError("two different people", field="other_person_id")
    candidates = {each.keys: each.facts for each in candidates_in(found.business)}
    keys = (first, second)
    await verdicts.say_different(
        Ids(found.business.key).tenant, keys, candidates.get(keys, ""), operator_of(operator), now
    )


def key_of(found: Registered, person_id: str) -> str:
    """The key of who is listed under an id. Raises PersonUnknownError."""
    ids = Ids(found.business.key)
    for person in found.business.people:
        if str(ids.person(person.key)) == person_id.lower():
            return person.key
    raise PersonUnknownError("the business has no person with this id", person_id=person_id[:60])


def operator_of(name: str) -> str:
    """Who acts. Raises RequestInvalidError where nobody is named."""
    if not name.strip() or any(rules.note("operator", name)):
        raise RequestInvalidError("the operator is a name of at most 200 characters", field="operator")
    return name
