"""Visits of several services: each phase goes to the event type that stands for it in its own service."""

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from peers import PERSON, SERVICE, named, stamp

from calcom_sync.domain.appointment import SyncState
from calcom_sync.domain.visit import places
from rufbuch.booking.v1 import appointment_pb2

if TYPE_CHECKING:
    from conftest import Stage

CUT, PERM = named("cut"), SERVICE


@pytest.mark.parametrize(
    ("services", "of_phases", "expected"),
    [
        ([PERM], [PERM] * 3, [(PERM, 0), (PERM, 1), (PERM, 2)]),
        ([CUT, PERM], [CUT, PERM, PERM], [(CUT, 0), (PERM, 0), (PERM, 1)]),
        ([PERM, CUT, PERM], [PERM, PERM, CUT, PERM, PERM], [(PERM, 0), (PERM, 1), (CUT, 0), (PERM, 0), (PERM, 1)]),
        ([CUT, CUT], [CUT, CUT], [(CUT, 0), (CUT, 0)]),
        ([PERM, PERM], [PERM] * 4, [(PERM, 0), (PERM, 1), (PERM, 0), (PERM, 1)]),
        # What contradicts itself is read as one service after the other.
        ([PERM, PERM], [PERM] * 3, [(PERM, 0), (PERM, 1), (PERM, 2)]),
        ([CUT], [PERM, PERM], [(PERM, 0), (PERM, 1)]),
        ([], [PERM, PERM], [(PERM, 0), (PERM, 1)]),
    ],
)  # fmt: skip
def test_a_phase_has_its_place_in_its_own_service(
    services: list[UUID], of_phases: list[UUID], expected: list[tuple[UUID, int]]
) -> None:
    assert places(services, of_phases) == expected


async def test_a_visit_of_two_services_goes_to_the_event_types_of_both(stage: "Stage") -> None:
    """CS-08: phases were looked up under the wrong name, and no event type was found for them."""
    cut = await stage.cal.event_type(lengthInMinutes=30)
    stage.registry.map(0, cut, CUT)
    made = stage.perm()
    for phase in made.phases:
        phase.service_id = str(PERM)
    made.service_ids[:] = [str(PERM), str(CUT)]
    last = made.phases[-1].end_time
    made.phases.append(
        appointment_pb2.AppointmentPhase(
            phase_id=str(uuid4()),
            position=6,
            kind=appointment_pb2.PHASE_KIND_ACTIVE,
            person_id=str(PERSON),
            service_id=str(CUT),
            start_time=last,
            end_time=stamp(last.ToDatetime()),
        )
    )
    made.phases[-1].end_time.seconds += 30 * 60

    found = await stage.settled(await stage.book(made))

    assert found.state is SyncState.SYNCED
    assert [one.event_type_id for one in found.intents][-1] == cut
    assert len(await stage.bookings()) == 5
