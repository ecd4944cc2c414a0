"""From values to the protos that others get."""

from collections.abc import Container, Iterable

from rufbuch.staff.v1 import business_pb2, service_pb2
from staff_registry.domain.aliases import aliases_of, preferred_first
from staff_registry.domain.business import (
    Account,
    Business,
    Person,
    PhaseMapping,
    PhaseMinutes,
    Policy,
    Registered,
)
from staff_registry.domain.capability import bookable_service_keys
from staff_registry.domain.etags import business_etag, calendar_etag
from staff_registry.domain.ids import Ids
from staff_registry.usecases.import_business import Imported
from staff_registry.wire.changes import CHANGES_MAX, change_messages
from staff_registry.wire.messages import messages_message
from staff_registry.wire.parts import (
    absence_messages,
    branch_message,
    dated_hours_messages,
    fee_tier_messages,
    hours_messages,
    service_message,
    terms_message,
)
from staff_registry.wire.sentences import sentence_messages


def business_message(registered: Registered) -> business_pb2.Business:
    """Everything but the secrets."""
    business, ids = registered.business, Ids(registered.business.key)
    return business_pb2.Business(
        tenant_id=str(ids.tenant),
        key=business.key,
        name=business.name,
        language=business.language,
        branches=[branch_message(branch, ids) for branch in business.branches],
        people=people_messages(registered),
        services=[service_message(service, ids) for service in business.services],
        mappings=[_mapping(mapping, ids) for mapping in business.mappings],
        calendar_sync=business.calendar_sync,
        telephony_workspace=business.telephony_workspace,
        etag=business_etag(registered),
        policies=[_policy(policy, ids) for policy in business.policies],
        sentences=sentence_messages(business.sentences),
        calendar_terms=terms_message(business.calendar_terms),
    )


def imported_message(imported: Imported) -> service_pb2.ImportBusinessResponse:
    """What an import has made, or would make."""
    return service_pb2.ImportBusinessResponse(
        business=business_message(imported.registered),
        changed=imported.changed,
        changes=change_messages(imported.changes[:CHANGES_MAX]),
        changes_left_out=max(0, len(imported.changes) - CHANGES_MAX),
    )


def people_messages(registered: Registered) -> list[business_pb2.Person]:
    """Everybody, in the order of the business. A branch that is retired is nobody's place of work."""
    business = registered.business
    ids, bookable = Ids(business.key), bookable_service_keys(business)
    places = {branch.key for branch in business.branches if not branch.retired}
    return [
        _person(person, bookable[person.key], places, ids, aliases_of(person.key, registered.aliases))
        for person in business.people
    ]


def setup_message(registered: Registered) -> service_pb2.GetCalendarSetupResponse:
    """The secrets, and what they are needed for."""
    business, ids = registered.business, Ids(registered.business.key)
    return service_pb2.GetCalendarSetupResponse(
        accounts=list(_secrets(business, ids)),
        mappings=[_mapping(mapping, ids) for mapping in preferred_first(registered)],
        webhook_secret=business.webhook_secret,
        etag=calendar_etag(registered),
    )


def message_setup_message(registered: Registered) -> service_pb2.GetMessageSetupResponse:
    """How messages are sent, secrets included; without settings where nothing was said about messages."""
    business = registered.business
    settings = messages_message(business.messages, Ids(business.key)) if business.messages else None
    return service_pb2.GetMessageSetupResponse(settings=settings, etag=calendar_etag(registered))


def _person(
    person: Person, bookable: Iterable[str], places: Container[str], ids: Ids, aliases: Iterable[str]
) -> business_pb2.Person:
    return business_pb2.Person(
        person_id=str(ids.person(person.key)),
        key=person.key,
        name=person.name,
        branch_ids=[str(ids.branch(key)) for key in person.branch_keys if key in places],
        working_hours=hours_messages(person.working_hours),
        absences=absence_messages(person.absences),
        accounts=[_account(account, ids) for account in person.accounts],
        service_ids=[str(ids.service(key)) for key in person.service_keys],
        bookable_service_ids=[str(ids.service(key)) for key in bookable],
        dated_hours=dated_hours_messages(person.dated_hours),
        phase_minutes=[_phase_minutes(own, ids) for own in person.phase_minutes],
        buffer_before_minutes=person.buffer_before_minutes,
        buffer_after_minutes=person.buffer_after_minutes,
        retired=person.retired,
        alias_ids=[str(ids.person(key)) for key in aliases],
    )


def _phase_minutes(own: PhaseMinutes, ids: Ids) -> business_pb2.PhaseMinutes:
    return business_pb2.PhaseMinutes(
        service_id=str(ids.service(own.service_key)),
        phase_position=own.phase_position,
        minutes=own.minutes,
    )


def _policy(policy: Policy, ids: Ids) -> business_pb2.Policy:
    return business_pb2.Policy(
        branch_id=str(ids.branch(policy.branch_key)) if policy.branch_key else "",
        service_id=str(ids.service(policy.service_key)) if policy.service_key else "",
        person_id=str(ids.person(policy.person_key)) if policy.person_key else "",
        cancel_cutoff_minutes=policy.cancel_cutoff_minutes,
        move_cutoff_minutes=policy.move_cutoff_minutes,
        fee_tiers=fee_tier_messages(policy.fee_tiers),
        moves_max=policy.moves_max,
        cancellations_per_month_max=policy.cancellations_per_month_max,
        min_notice_minutes=policy.min_notice_minutes,
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
