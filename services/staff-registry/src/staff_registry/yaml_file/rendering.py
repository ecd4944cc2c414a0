"""From a business to the file that describes it. Secrets are never in it."""

from collections.abc import Sequence
from typing import Any

import yaml

from staff_registry.domain.business import (
    Branch,
    Business,
    CalendarTerms,
    CancelledThere,
    DatedHours,
    FeeTier,
    Person,
    Phase,
    PhaseKind,
    Policy,
    Service,
    WeeklyHours,
)
from staff_registry.yaml_file.describing import CURRENCY, WEEKDAYS
from staff_registry.yaml_file.messages import rendered_messages
from staff_registry.yaml_file.sentences import rendered_sentence

Block = dict[str, Any]
_MAP, _TEXT = "tag:yaml.org,2002:map", "tag:yaml.org,2002:str"
_DAY_NAMES = {n: day for day, n in WEEKDAYS.items()}


class _Dumper(yaml.SafeDumper):
    """Writes everything out, however often it occurs."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the name is PyYAML's
        return True


class _Line(Block):
    """A block that is written in one line."""


class _Quoted(str):
    """A text that YAML takes for something else, or that some people think it does."""

    __slots__ = ()


_Dumper.add_representer(_Line, lambda dumper, line: dumper.represent_mapping(_MAP, line, flow_style=True))
_Dumper.add_representer(_Quoted, lambda dumper, text: dumper.represent_scalar(_TEXT, text, style='"'))


def render(business: Business) -> str:
    """The file's text. ``describe`` reads the same business from it again, but for the secrets."""
    currency = next((service.currency for service in business.services if service.currency), CURRENCY)
    whole = _block(
        key=business.key,
        name=business.name,
        language=business.language,
        currency=currency,
        calendar_sync=business.calendar_sync,
        calcom=_terms(business.calendar_terms) or None,
        telephony_workspace=business.telephony_workspace or None,
        branches=[_branch(branch) for branch in business.branches],
        services=[_service(service, currency) for service in business.services],
        people=[_person(person) for person in business.people],
        policies=[_policy(policy, currency) for policy in business.policies] or None,
        messages=rendered_messages(business.messages) if business.messages else None,
        sentences=[rendered_sentence(own) for own in business.sentences] or None,
        mappings=[
            _line(
                service=mapping.service_key,
                phase_position=mapping.phase_position,
                person=mapping.person_key,
                account=mapping.account_key,
                event_type_id=mapping.event_type_id,
            )
            for mapping in business.mappings
        ]
        or None,
    )
    return yaml.dump(
        whole, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=None, width=110
    )


def _block(**fields: object) -> Block:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value is not None}


def _line(**fields: object) -> _Line:
    return _Line(_block(**fields))


def _quoted(text: str) -> _Quoted | None:
    return _Quoted(text) if text else None


def _terms(terms: CalendarTerms) -> Block:
    as_usual = terms.cancelled_there in {None, CancelledThere.CANCEL}
    return _block(
        holds=terms.mirror_holds or None,
        cancelled_there=None
        if as_usual or not terms.cancelled_there
        else terms.cancelled_there.value.lower(),
        live_check_after_minutes=terms.live_check_after_minutes or None,
    )


def _branch(branch: Branch) -> Block:
    return _block(
        key=branch.key,
        name=branch.name,
        retired=branch.retired or None,
        time_zone=branch.time_zone,
        holiday_region=branch.holiday_region or None,
        dialled_numbers=[_Quoted(number) for number in branch.dialled_numbers] or None,
        slot_step_minutes=branch.slot_step_minutes,
        min_notice_minutes=branch.min_notice_minutes,
        horizon_days=branch.horizon_days,
        hold_seconds=branch.hold_seconds,
        opening_hours=_hours(branch.opening_hours) or None,
        special_days=_special_days(branch.dated_hours) or None,
        resources=[_line(key=each.key, name=each.name, group=each.group) for each in branch.resources]
        or None,
    )


def _hours(hours: Sequence[WeeklyHours]) -> list[Block]:
    return [
        _line(
            days=[_DAY_NAMES[weekday] for weekday in span.weekdays],
            start=_quoted(span.start),
            end=_quoted(span.end),
            valid_from=_quoted(span.valid_from),
            valid_until=_quoted(span.valid_until),
        )
        for span in hours
    ]


def _special_days(days: Sequence[DatedHours]) -> list[Block]:
    return [
        _line(
            date=_quoted(day.date),
            hours=[_line(start=_quoted(span.start), end=_quoted(span.end)) for span in day.spans],
            note=day.note or None,
        )
        for day in days
    ]


def _service(service: Service, currency: str) -> Block:
    return _block(
        key=service.key,
        name=service.name,
        retired=service.retired or None,
        synonyms=list(service.synonyms) or None,
        price_minor=service.price_minor,
        currency=None if service.currency == currency else service.currency,
        buffer_before_minutes=service.buffer_before_minutes or None,
        buffer_after_minutes=service.buffer_after_minutes or None,
        min_notice_minutes=service.min_notice_minutes,
        horizon_days=service.horizon_days,
        start_windows=_hours(service.start_windows) or None,
        daily_cap=service.daily_cap or None,
        booking_note=service.booking_note or None,
        phases=[_phase(phase) for phase in service.phases],
    )


def _phase(phase: Phase) -> Block:
    return _line(
        name=phase.name,
        minutes=phase.minutes,
        kind=None if phase.kind in {None, PhaseKind.ACTIVE} else phase.kind.value.lower(),
        needs=list(phase.resource_groups) or None,
    )


def _person(person: Person) -> Block:
    return _block(
        key=person.key,
        name=person.name,
        phone_number=_quoted(person.phone_number) if person.phone_number else None,
        retired=person.retired or None,
        branches=list(person.branch_keys) or None,
        services=list(person.service_keys) or None,
        own_minutes=[
            _line(service=own.service_key, phase_position=own.phase_position, minutes=own.minutes)
            for own in person.phase_minutes
        ]
        or None,
        buffer_before_minutes=person.buffer_before_minutes or None,
        buffer_after_minutes=person.buffer_after_minutes or None,
        working_hours=_hours(person.working_hours) or None,
        special_days=_special_days(person.dated_hours) or None,
        absences=[
            _line(
                start=_quoted(each.start.isoformat()),
                end=_quoted(each.end.isoformat()),
                note=each.note or None,
            )
            for each in person.absences
        ]
        or None,
        accounts=[
            _line(key=account.key, username=account.username, email=account.email)
            for account in person.accounts
        ]
        or None,
    )


def _policy(policy: Policy, currency: str) -> Block:
    return _block(
        branch=policy.branch_key or None,
        service=policy.service_key or None,
        person=policy.person_key or None,
        cancel_cutoff_minutes=policy.cancel_cutoff_minutes,
        move_cutoff_minutes=policy.move_cutoff_minutes,
        fees=[_fee(tier, currency) for tier in policy.fee_tiers] or None,
        moves_max=policy.moves_max,
        cancellations_per_month_max=policy.cancellations_per_month_max,
        min_notice_minutes=policy.min_notice_minutes,
    )


def _fee(tier: FeeTier, currency: str) -> Block:
    return _line(
        less_than_minutes_before=tier.minutes_before,
        fee_minor=tier.fee_minor,
        currency=None if tier.currency == currency else tier.currency,
    )
