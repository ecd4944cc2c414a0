"""Duplicates, plans and resolutions between the contract and our own words."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from rufbuch.staff.v1 import resolution_pb2
from staff_registry.domain.business import Registered
from staff_registry.domain.duplicates import Advice, Candidate, ReasonKind
from staff_registry.domain.ids import Ids
from staff_registry.domain.other_names import Choice
from staff_registry.domain.resolution import Kind, Plan, Resolution, State, Step
from staff_registry.domain.uniting import ConflictKind
from staff_registry.errors import RequestInvalidError

_KINDS = {kind: resolution_pb2.ResolutionKind.Value(f"RESOLUTION_KIND_{kind.name}") for kind in Kind}
_STATES = {state: resolution_pb2.ResolutionState.Value(f"RESOLUTION_STATE_{state.name}") for state in State}
_ADVICE = {one: resolution_pb2.DuplicateAdvice.Value(f"DUPLICATE_ADVICE_{one.name}") for one in Advice}
_CHOICES = {choice: resolution_pb2.Choice.Value(f"CHOICE_{choice.name}") for choice in Choice}
_CONFLICTS = {kind: resolution_pb2.ConflictKind.Value(f"CONFLICT_KIND_{kind.name}") for kind in ConflictKind}
_REASONS = {
    kind: resolution_pb2.DuplicateReasonKind.Value(f"DUPLICATE_REASON_KIND_{kind.name}")
    for kind in ReasonKind
}


def candidate_message(candidate: Candidate, found: Registered) -> resolution_pb2.DuplicateCandidate:
    """Two rows that may be one human."""
    ids, one, other = Ids(found.business.key), candidate.one, candidate.other
    return resolution_pb2.DuplicateCandidate(
        person_id=str(ids.person(one.key)),
        person_key=one.key,
        person_name=one.name,
        other_person_id=str(ids.person(other.key)),
        other_person_key=other.key,
        other_person_name=other.name,
        score=candidate.score,
        reasons=[
            resolution_pb2.DuplicateReason(
                kind=_REASONS[reason.kind], weight=reason.kind.value, detail=reason.detail
            )
            for reason in candidate.reasons
        ],
        advice=_ADVICE[candidate.advice],
    )


def plan_message(plan: Plan) -> resolution_pb2.ResolutionPlan:
    """What would happen."""
    ids = Ids(plan.tenant_key)
    return resolution_pb2.ResolutionPlan(
        kind=_KINDS[plan.kind],
        person_id=str(ids.person(plan.staying_key)),
        alias_person_id=str(ids.person(plan.going_key)),
        person_key=plan.staying_key,
        alias_person_key=plan.going_key,
        etag=plan.etag,
        movements=[
            resolution_pb2.Movement(what=each.what, staying=each.staying, going=each.going)
            for each in plan.movements
        ],
        conflicts=[
            resolution_pb2.Conflict(
                subject=each.subject,
                kind=_CONFLICTS[each.kind],
                description=each.description,
                choices=[_CHOICES[choice] for choice in each.choices],
                start_time=_stamp(each.start) if each.start else None,
                end_time=_stamp(each.end) if each.end else None,
            )
            for each in plan.conflicts
        ],
    )


def resolution_message(resolution: Resolution) -> resolution_pb2.Resolution:
    """The record."""
    return resolution_pb2.Resolution(
        resolution_id=str(resolution.resolution_id),
        tenant_id=str(resolution.tenant_id),
        kind=_KINDS[resolution.plan.kind],
        state=_STATES[resolution.state],
        person_id=str(resolution.staying_id),
        alias_person_id=str(resolution.going_id),
        operator=resolution.actor,
        decisions=[
            resolution_pb2.Decision(subject=subject, choice=_CHOICES[choice])
            for subject, choice in resolution.decisions.items()
        ],
        steps=map(_step, resolution.steps),
        create_time=_stamp(resolution.created_at),
        finish_time=_stamp(resolution.finished_at) if resolution.finished_at else None,
        plan=plan_message(resolution.plan),
    )


def decisions_of(decisions: Iterable[resolution_pb2.Decision]) -> Mapping[str, Choice]:
    """What was decided. Raises RequestInvalidError."""
    by_number = {number: choice for choice, number in _CHOICES.items()}
    try:
        return {each.subject: by_number[each.choice] for each in decisions}
    except KeyError as error:
        raise RequestInvalidError("a decision without a choice", field="decisions") from error


def _step(step: Step) -> resolution_pb2.ResolutionStep:
    return resolution_pb2.ResolutionStep(
        name=step.name.value,
        done=step.done_at is not None,
        attempts=step.attempts,
        last_error=step.last_error,
        done_time=_stamp(step.done_at) if step.done_at else None,
    )


def _stamp(instant: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(instant)
    return stamp
