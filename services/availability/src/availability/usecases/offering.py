"""Owns how a plan becomes an offer: its phases at their times, and all that it takes."""

from collections.abc import Iterable, Sequence

from availability.domain.holds import Offer, PlannedPhase, Taking
from availability.domain.instants import MINUTE, Interval, merged
from availability.usecases.asking import Asked
from availability.usecases.business import Business
from availability.usecases.plans import Part, Plan


def offer_of(asked: Asked, plan: Plan, option_id: str, *, promised: bool = False) -> Offer:
    """The plan under a name that the caller can choose it by."""
    question, parts = asked.question, plan.parts
    first, last = parts[0], parts[-1]
    return Offer(
        option_id=option_id,
        branch_id=question.branch.branch_id,
        service_id=first.service.service_id,
        service_name=", ".join([part.service.name for part in parts]),
        person_id=first.option.person_id,
        start=first.option.start,
        end=last.option.end,
        phases=phases_of(plan),
        occupied=_occupied(parts),
        devices=tuple([Taking(use.device_id, use.interval) for part in parts for use in part.devices]),
        places=tuple([left.one(plan.start_min) for left in asked.places if left]),
        service_ids=tuple([part.service.service_id for part in parts]),
        moved_appointment_id=question.moved_appointment_id,
        other_names=_other_names(question.business, parts),
        promised=promised,
    )


def _occupied(parts: Sequence[Part]) -> tuple[Taking, ...]:
    taken = [Taking(part.option.person_id, span) for part in parts for span in part.option.occupied]
    # Of one service no minute is in it twice.
    return tuple(taken) if len(parts) == 1 else _joined(taken)


def _joined(takings: Iterable[Taking]) -> tuple[Taking, ...]:
    """The same time with no minute of an owner in it twice: what follows a service may reach into the next one."""
    spans: dict[str, list[Interval]] = {}
    for taking in takings:
        spans.setdefault(taking.owner_id, []).append(taking.interval)
    return tuple(Taking(owner_id, interval) for owner_id, own in spans.items() for interval in merged(own))


def _other_names(business: Business, parts: Sequence[Part]) -> tuple[Taking, ...]:
    if not business.aliases:
        return ()
    return _joined(
        Taking(name, interval)
        for part in parts
        for name in business.names_of(part.option.person_id)
        if name != part.option.person_id
        for interval in part.option.occupied
    )


def phases_of(plan: Plan) -> tuple[PlannedPhase, ...]:
    """Every phase of the plan at its time."""
    phases: list[PlannedPhase] = []
    for leg, part in enumerate(plan.parts):
        at, person_id, service_id = part.option.start, part.option.person_id, part.service.service_id
        for phase in part.option.service.phases:
            end = at + phase.minutes * MINUTE
            position = len(phases)
            phases.append(PlannedPhase(position, phase.name, phase.kind, at, end, person_id, service_id, leg))
            at = end
    return tuple(phases)
