"""What a caller's words mean; the matching itself is that of every service that matches names."""

from matching import Candidates, Match, match
from staff_registry.domain.offers import person_names, service_names
from staff_registry.usecases.find_business import Businesses, find_business


async def match_service(
    tenant_id: str, said: str, branch_id: str, *, businesses: Businesses
) -> Match | Candidates:
    """One service, or what to ask about. Raises BusinessUnknownError."""
    found = await find_business(tenant_id, businesses=businesses)
    return match(said, service_names(found.business, branch_id))


async def match_person(
    tenant_id: str, said: str, branch_id: str, *, businesses: Businesses
) -> Match | Candidates:
    """One person, or whom to ask about: two people of one name are never told apart here (SR-02)."""
    found = await find_business(tenant_id, businesses=businesses)
    return match(said, person_names(found.business, branch_id))
