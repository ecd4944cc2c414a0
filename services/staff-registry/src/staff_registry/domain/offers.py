"""What is offered where, and by what names callers may ask for it."""

from collections.abc import Iterator

from staff_registry.domain.business import Business, Person, Service
from staff_registry.domain.capability import bookable_service_keys
from staff_registry.domain.ids import Ids

Named = Iterator[tuple[str, tuple[str, ...]]]
"""Ids, each with the names that it goes by."""


def people_offered(business: Business, branch_id: str) -> tuple[Person, ...]:
    """Who works in a branch ("": anywhere) and is not retired."""
    ids = Ids(business.key)
    return tuple(
        person
        for person in business.people
        if not person.retired
        and (not branch_id or branch_id in {str(ids.branch(key)) for key in _open_branches(business, person)})
    )


def _open_branches(business: Business, person: Person) -> set[str]:
    return {branch.key for branch in business.branches if not branch.retired} & set(person.branch_keys)


def services_offered(business: Business, branch_id: str) -> tuple[Service, ...]:
    """What is not retired; of a branch, what somebody can be booked for there."""
    offered = tuple(service for service in business.services if not service.retired)
    if not branch_id:
        return offered
    bookable = bookable_service_keys(business)
    there = {key for person in people_offered(business, branch_id) for key in bookable[person.key]}
    return tuple(service for service in offered if service.key in there)


def service_names(business: Business, branch_id: str) -> Named:
    """The services that are offered; also by their ids, which agents repeat."""
    ids = Ids(business.key)
    for service in services_offered(business, branch_id):
        number = str(ids.service(service.key))
        yield number, (service.name, *service.synonyms, number)


def person_names(business: Business, branch_id: str) -> Named:
    """The people who can be asked for; also by their ids."""
    ids = Ids(business.key)
    for person in people_offered(business, branch_id):
        number = str(ids.person(person.key))
        yield number, (person.name, number)
