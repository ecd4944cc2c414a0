"""From values to the protos that others get."""

from collections.abc import Iterable

from rufbuch.staff.v1 import business_pb2, service_pb2
from staff_registry.domain.business import Account, Business, Person, PhaseMapping, Registered
from staff_registry.domain.capability import bookable_service_keys
from staff_registry.domain.etags import business_etag, calendar_etag
from staff_registry.domain.ids import Ids
from staff_registry.wire.parts import absence_messages, branch_message, hours_messages, service_message


def business_message(registered: Registered) -> business_pb2.Business:
    """Everything but the secrets."""
    business, ids = registered.business, Ids(registered.business.key)
    bookable = bookable_service_keys(business)
    return business_pb2.Business(
        tenant_id=str(ids.tenant),
        key=business.key,
        name=business.name,
        language=business.language,
        branches=[branch_message(branch, str(ids.branch(branch.key))) for branch in business.branches],
        people=[_person(person, bookable[person.key], ids) for person in business.people],
        services=[service_message(service, str(ids.service(service.key))) for service in business.services],
        mappings=[_mapping(mapping, ids) for mapping in business.mappings],
        calendar_sync=business.calendar_sync,
        etag=business_etag(registered),
    )


def setup_message(registered: Registered) -> service_pb2.GetCalendarSetupResponse:
    """The secrets, and what they are needed for."""
    business, ids = registered.business, Ids(registered.business.key)
    return service_pb2.GetCalendarSetupResponse(
        accounts=list(_secrets(business, ids)),
        mappings=[_mapping(mapping, ids) for mapping in business.mappings],
        webhook_secret=business.webhook_secret,
        etag=calendar_etag(registered),
    )


def _person(person: Person, bookable: Iterable[str], ids: Ids) -> business_pb2.Person:
    return business_pb2.Person(
        person_id=str(ids.person(person.key)),
        key=person.key,
        name=person.name,
        branch_ids=[str(ids.branch(key)) for key in person.branch_keys],
        working_hours=hours_messages(person.working_hours),
        absences=absence_messages(person.absences),
        accounts=[_account(account, ids) for account in person.accounts],
        service_ids=[str(ids.service(key)) for key in person.service_keys],
        bookable_service_ids=[str(ids.service(key)) for key in bookable],
    )


def _account(account: Account, ids: Ids) -> business_pb2.CalendarAccount:
    return business_pb2.CalendarAccount(
        account_id=str(ids.account(account.key)),
        key=account.key,
        username=account.username,
        email=account.email,
    )


def _mapping(mapping: PhaseMapping, ids: Ids) -> business_pb2.Mapping:
    return business_pb2.Mapping(
        service_id=str(ids.service(mapping.service_key)),
        phase_position=mapping.phase_position,
        person_id=str(ids.person(mapping.person_key)),
        account_id=str(ids.account(mapping.account_key)),
        event_type_id=mapping.event_type_id,
    )


def _secrets(business: Business, ids: Ids) -> Iterable[service_pb2.AccountSecret]:
    for person in business.people:
        for account in person.accounts:
            yield service_pb2.AccountSecret(
                account_id=str(ids.account(account.key)),
                person_id=str(ids.person(person.key)),
                username=account.username,
                api_key=account.api_key,
            )
