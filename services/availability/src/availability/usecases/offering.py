"""Owns how a plan becomes an offer: its phases at their times, and all that it takes."""

from collections.abc import Iterable, Iterator

from availability.domain.holds import Offer, PlannedPhase, Taking
from availability.domain.instants import MINUTE, Interval, merged
from availability.usecases.asking import Asked
from availability.usecases.business import Business
from availability.usecases.plans import Part, Plan


def offer_of(asked: Asked, plan: Plan, option_id: str, *, promised: bool = False) -> Offer:
    """The plan under a name that the caller can choose it by."""
    question = asked.question
    first, last = plan.parts[0], plan.parts[-1]
    places = (left.one(plan.start_min) for left in asked.places)
    return Offer(
        option_id=option_id,
        branch_id=question.branch.branch_id,
        service_id=first.service.service_id,
        service_name=", ".join(part.service.name for part in plan.parts),
        person_id=first.option.person_id,
        start=first.option.start,
        end=last.option.end,
        phases=tuple(phases_of(plan)),
        occupied=_joined(
            Taking(part.option.person_id, interval)
            for part in plan.parts
            for interval in part.option.occupied
        ),
        devices=tuple(Taking(use.device_id, use.interval) for part in plan.parts for use in part.devices),
        places=tuple(place for place in places if place),
        service_ids=tuple(part.service.service_id for part in plan.parts),
        moved_appointment_id=question.moved_appointment_id,
        other_names=_joined(_other_names(question.business, plan)),
        promised=promised,
    )


def _joined(takings: Iterable[Taking]) -> tuple[Taking, ...]:
    """The same time with no minute of an owner in it twice: what follows a service may reach into the next one."""
    spans: dict[str, list[Interval]] = {}
    for taking in takings:
        spans.setdefault(taking.owner_id, []).append(taking.interval)
    return tuple(Taking(owner_id, interval) for owner_id, own in spans.items() for interval in merged(own))


def _other_names(business: Business, plan: Plan) -> Iterator[Taking]:
    for part in plan.parts:
        for name in business.names_of(part.option.person_id):
            if name != part.option.person_id:
                yield from (Taking(name, interval) for interval in part.option.occupied)


def phases_of(plan: Plan) -> Iterator[PlannedPhase]:
    """Every phase of the plan at its time."""
    position = 0
    for leg, part in enumerate(plan.parts):
        for phase in _phases_of_part(part, leg, position):
            yield phase
            position += 1


def _phases_of_part(part: Part, leg: int, first: int) -> Iterator[PlannedPhase]:
    at = part.option.start
    for position, phase in enumerate(part.option.service.phases, start=first):
        end = at + phase.minutes * MINUTE
        person_id, service_id = part.option.person_id, part.service.service_id
        yield PlannedPhase(position, phase.name, phase.kind, at, end, person_id, service_id, leg)
        at = end
