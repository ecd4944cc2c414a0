"""What an operator writes down, as the request that imports it. For the command line and for tests."""

from collections.abc import Mapping, Sequence

from rufbuch.staff.v1 import service_pb2
from staff_registry.domain.business import Business, Person, PhaseMapping, Policy
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
from staff_registry.yaml_file import describe


def import_request(
    text: str,
    *,
    api_keys: Mapping[str, str] | None = None,
    mappings: Sequence[PhaseMapping] = (),
    webhook_secret: str = "",
    smtp_password: str = "",
    sms_key: str = "",
) -> service_pb2.ImportBusinessRequest:
    """The request for a YAML file's text. ``api_keys`` are by account key; ``mappings`` come after the file's own.

    Raises FileInvalidError with everything that is wrong, line by line.
    """
    business = describe(
        text,
        api_keys=api_keys or {},
        mappings=mappings,
        webhook_secret=webhook_secret,
        smtp_password=smtp_password,
        sms_key=sms_key,
    )
    return request_for(business)


def request_for(business: Business) -> service_pb2.ImportBusinessRequest:
    """The request that imports a business."""
    description = service_pb2.BusinessDescription(
        key=business.key,
        name=business.name,
        language=business.language,
        branches=[branch_message(branch) for branch in business.branches],
        people=[_person(person) for person in business.people],
        services=[service_message(service) for service in business.services],
        mappings=[_mapping(mapping) for mapping in business.mappings],
        calendar_sync=business.calendar_sync,
        telephony_workspace=business.telephony_workspace,
        calendar_webhook_secret=business.webhook_secret,
        policies=[_policy(policy) for policy in business.policies],
        calendar_terms=terms_message(business.calendar_terms),
        messages=messages_message(business.messages) if business.messages else None,
        sentences=sentence_messages(business.sentences),
    )
    return service_pb2.ImportBusinessRequest(business=description)


def _person(person: Person) -> service_pb2.PersonDescription:
    return service_pb2.PersonDescription(
        key=person.key,
        name=person.name,
        branch_keys=person.branch_keys,
        working_hours=hours_messages(person.working_hours),
        absences=absence_messages(person.absences),
        accounts=[
            service_pb2.AccountDescription(
                key=account.key, username=account.username, email=account.email, api_key=account.api_key
            )
            for account in person.accounts
        ],
        service_keys=person.service_keys,
        dated_hours=dated_hours_messages(person.dated_hours),
        phase_minutes=[
            service_pb2.PhaseMinutesDescription(
                service_key=own.service_key, phase_position=own.phase_position, minutes=own.minutes
            )
            for own in person.phase_minutes
        ],
        buffer_before_minutes=person.buffer_before_minutes,
        buffer_after_minutes=person.buffer_after_minutes,
        retired=person.retired,
        phone_number=person.phone_number,
    )


def _policy(policy: Policy) -> service_pb2.PolicyDescription:
    return service_pb2.PolicyDescription(
        branch_key=policy.branch_key,
        service_key=policy.service_key,
        person_key=policy.person_key,
        cancel_cutoff_minutes=policy.cancel_cutoff_minutes,
        move_cutoff_minutes=policy.move_cutoff_minutes,
        fee_tiers=fee_tier_messages(policy.fee_tiers),
        moves_max=policy.moves_max,
        cancellations_per_month_max=policy.cancellations_per_month_max,
        min_notice_minutes=policy.min_notice_minutes,
    )


def _mapping(mapping: PhaseMapping) -> service_pb2.MappingDescription:
    return service_pb2.MappingDescription(
        service_key=mapping.service_key,
        phase_position=mapping.phase_position,
        person_key=mapping.person_key,
        account_key=mapping.account_key,
        event_type_id=mapping.event_type_id,
    )
