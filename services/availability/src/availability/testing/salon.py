"""One fixed day, a salon, what is asked of it and what is booked there."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

from google.protobuf.timestamp_pb2 import Timestamp

from availability.domain.holds import Offer, PlannedPhase, Taking
from availability.domain.instants import Interval
from availability.domain.service import PhaseKind
from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.booking.v1 import appointment_pb2
from rufbuch.staff.v1 import business_pb2

TODAY = datetime(2025, 11, 24, tzinfo=UTC)
"""A Monday; Berlin is an hour ahead of UTC."""


def at(hour: float) -> datetime:
    """An instant of the day that the tests play on, by its hour in UTC."""
    return TODAY + timedelta(hours=hour)


def stamp(instant: datetime) -> Timestamp:
    """An instant as the API has it."""
    made = Timestamp()
    made.FromDatetime(instant)
    return made


def known(name: str) -> str:
    """The id of something in the salon, by its name."""
    return str(uuid5(NAMESPACE_OID, name))


def offer(option_id: str, *spans: tuple[float, float], person: str = "anna") -> Offer:
    """An option over spans in hours of the day; what lies between two spans is a free gap."""
    taken = tuple(Taking(person, Interval.of(at(begin), at(end))) for begin, end in spans)
    phases = tuple(
        PlannedPhase(2 * index, "Färben", PhaseKind.ACTIVE, at(begin), at(end), person, "service")
        for index, (begin, end) in enumerate(spans)
    )
    start, end = at(spans[0][0]), at(spans[-1][1])
    return Offer(option_id, "branch", "service", "Farbe", person, start, end, phases, taken)


def salon(people: Iterable[str] = ("anna", "ben")) -> business_pb2.Business:
    """A salon in Berlin, open 9 to 18 on weekdays, with a cut of 60 minutes and a colour with a free gap."""
    cut = [business_pb2.Phase(name="Schneiden", kind=business_pb2.PHASE_KIND_ACTIVE, minutes=60)]
    colour = [
        business_pb2.Phase(name="Auftragen", kind=business_pb2.PHASE_KIND_ACTIVE, minutes=30),
        business_pb2.Phase(name="Einwirken", kind=business_pb2.PHASE_KIND_GAP_FREE, minutes=60),
        business_pb2.Phase(name="Ausspülen", kind=business_pb2.PHASE_KIND_ACTIVE, minutes=30),
    ]
    week = [business_pb2.WeeklyHours(weekdays=[1, 2, 3, 4, 5], start="09:00", end="18:00")]
    return business_pb2.Business(
        tenant_id=known("salon"),
        branches=[
            business_pb2.Branch(
                branch_id=known("branch"), time_zone="Europe/Berlin", holiday_region="DE-BE",
                slot_step_minutes=15, min_notice_minutes=60, horizon_days=60, hold_seconds=300, opening_hours=week,
            )
        ],
        people=[
            business_pb2.Person(
                person_id=known(name), name=name, branch_ids=[known("branch")], working_hours=week,
                service_ids=[known("cut"), known("colour")], bookable_service_ids=[known("cut"), known("colour")],
            )
            for name in people
        ],
        services=[
            business_pb2.Service(service_id=known("cut"), name="Schnitt", phases=cut),
            business_pb2.Service(service_id=known("colour"), name="Farbe", phases=colour),
        ],
    )  # fmt: skip


def search(
    start: datetime | None = None,
    **fields: Any,  # noqa: ANN401 - whatever the message has
) -> availability_pb2.SearchSlotsRequest:
    """A request for a cut in the salon, search only unless ``call_id`` is given."""
    asked: dict[str, Any] = {
        "tenant_id": known("salon"),
        "branch_id": known("branch"),
        "service_id": known("cut"),
        **fields,
    }
    if start:
        asked["start_time"] = stamp(start)
    return availability_pb2.SearchSlotsRequest(**asked)


def explain(hour: float, **fields: str) -> availability_pb2.ExplainSlotRequest:
    """A request for what blocks a cut at an hour of the day that the tests play on."""
    asked = {"tenant_id": known("salon"), "branch_id": known("branch"), "service_id": known("cut"), **fields}
    return availability_pb2.ExplainSlotRequest(start_time=stamp(at(hour)), **asked)


def booked(
    person: str, start: datetime, end: datetime, *, state: int = appointment_pb2.APPOINTMENT_STATE_BOOKED
) -> appointment_pb2.Appointment:
    """An appointment that says what it occupies."""
    return appointment_pb2.Appointment(
        appointment_id=str(uuid4()), tenant_id=known("salon"), branch_id=known("branch"), person_id=known(person),
        service_id=known("cut"),
        start_time=stamp(start), end_time=stamp(end), state=state,  # type: ignore[arg-type] # an enum's number
        occupied=[
            appointment_pb2.OccupiedInterval(person_id=known(person), start_time=stamp(start), end_time=stamp(end))
        ],
    )  # fmt: skip
