"""Several people at once, and when they work."""

from collections.abc import Sequence
from dataclasses import dataclass

from staff_registry.domain import rules
from staff_registry.domain.business import Branch, Person, Registered
from staff_registry.domain.ids import Ids
from staff_registry.domain.seasons import Days, branch_within, person_within
from staff_registry.errors import PersonUnknownError, RequestInvalidError
from staff_registry.usecases.find_business import Businesses, find_business

PEOPLE_MAX = 500


@dataclass(frozen=True)
class Found:
    """Some people of a business."""

    of: Registered
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Schedules:
    """Some people with their hours, and the branches where they work."""

    of: Registered
    people: tuple[Person, ...]
    branches: tuple[Branch, ...]


async def find_people(tenant_id: str, person_ids: Sequence[str], *, businesses: Businesses) -> Found:
    """In the order asked for, each once, also by an id that has become another name. Raises BusinessUnknownError, PersonUnknownError, RequestInvalidError."""
    if len(person_ids) > PEOPLE_MAX:
        raise RequestInvalidError(f"at most {PEOPLE_MAX} people", field="person_ids")
    found = await find_business(tenant_id, businesses=businesses)
    ids = Ids(found.business.key)
    known = {str(ids.person(person.key)): person for person in found.business.people}
    people = {person.key: person for person in found.business.people}
    others = {str(ids.person(alias.key)): people[alias.of] for alias in found.aliases if alias.retired}
    known |= others
    for person_id in person_ids:
        if person_id not in known:
            raise PersonUnknownError("the business has no person with this id", person_id=person_id[:60])
    return Found(found, tuple(dict.fromkeys(known[person_id] for person_id in person_ids)))


async def find_schedules(
    tenant_id: str, person_ids: Sequence[str], days: Days, *, businesses: Businesses
) -> Schedules:
    """What concerns these days; without ids, of everybody who is not retired. Raises as ``find_people`` does."""
    for field, day in (("start_date", days.first), ("end_date", days.last)):
        if day and not rules.is_day(day):
            raise RequestInvalidError("a day as YYYY-MM-DD", field=field)
    found = await find_people(tenant_id, person_ids, businesses=businesses)
    business = found.of.business
    people = found.people if person_ids else tuple(each for each in business.people if not each.retired)
    places = {key for person in people for key in person.branch_keys}
    return Schedules(
        found.of,
        tuple(person_within(person, days) for person in people),
        tuple(
            branch_within(branch, days)
            for branch in business.branches
            if branch.key in places and not branch.retired
        ),
    )
