"""What is sent to Cal.com, and what is compared with its answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_sync.domain.answers import RemoteBooking
from calcom_sync.domain.appointment import Appointment, AppointmentRef, Attendee, Plan
from calcom_sync.domain.intent import Intent
from calcom_sync.domain.request import booking_request, callable_number, differences, is_ours, metadata

START = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
INTENT = Intent(
    tenant_id=UUID(int=1), appointment_id=UUID(int=2), phase_id=UUID(int=3), position=0, person_id=UUID(int=4),
    start=START, end=START + timedelta(minutes=50), due_at=START, event_type_id=7,
)  # fmt: skip
APPOINTMENT = Appointment(
    ref=AppointmentRef(UUID(int=1), UUID(int=2)), branch_id=UUID(int=5), service_id=UUID(int=6),
    attendee=Attendee("Mia Sommer", "c1@example.org", "+493023125001"), time_zone="Europe/Berlin", language="de",
    call_id="call_1", traceparent="", plan=Plan.MADE, wanted=True, spoiled=False, intents=[INTENT],
    received_at=START,
)  # fmt: skip
BOOKING = RemoteBooking(
    uid="u", number=1, status="accepted", start=START, length=timedelta(minutes=50), event_type_id=7, hosts=("vera",),
    metadata={"rufbuch_phase": str(UUID(int=3))},
)  # fmt: skip


def test_a_request_has_what_the_pinned_version_knows_and_nothing_else() -> None:
    """CS-24: a property that nobody had documented was sent along."""
    assert booking_request(APPOINTMENT, INTENT) == {
        "start": "2027-03-02T08:00:00Z",
        "eventTypeId": 7,
        "attendee": {
            "name": "Mia Sommer",
            "email": "c1@example.org",
            "timeZone": "Europe/Berlin",
            "language": "de",
            "phoneNumber": "+493023125001",
        },
        "metadata": {
            "rufbuch_tenant": str(UUID(int=1)),
            "rufbuch_appointment": str(UUID(int=2)),
            "rufbuch_phase": str(UUID(int=3)),
        },
    }


@pytest.mark.parametrize(
    "phone", ["", "anonymous", "030 23125001", "+49", "+490000000000000", "+4930231250010000000"]
)
def test_a_number_that_cannot_be_called_is_left_out(phone: str) -> None:
    """CS-16: a number that Cal.com refuses must not cost the booking."""
    assert not callable_number(phone)
    attendee = Attendee("Mia Sommer", "c1@example.org", phone)
    assert "phoneNumber" not in booking_request(replace(APPOINTMENT, attendee=attendee), INTENT)["attendee"]


def test_a_number_that_was_refused_before_is_left_out() -> None:
    """CS-16."""
    assert "phoneNumber" not in booking_request(APPOINTMENT, replace(INTENT, without_phone=True))["attendee"]


@given(
    st.dictionaries(
        st.text(max_size=60), st.none() | st.integers() | st.floats() | st.text(max_size=700), max_size=80
    )
)
def test_metadata_is_what_cal_com_takes(values: dict[str, object]) -> None:
    """CS-15: 400 for numbers, nulls, long values, many keys."""
    sent = metadata(values)
    assert len(sent) <= 50
    assert all(
        len(key) <= 40 and isinstance(value, str) and 0 < len(value) <= 500 for key, value in sent.items()
    )


def test_only_the_id_of_this_very_phase_makes_a_booking_ours() -> None:
    """CS-03: the same booking must not be adopted for two phases either."""
    assert is_ours(BOOKING, INTENT)
    assert not is_ours(BOOKING, replace(INTENT, phase_id=UUID(int=9)))
    assert not is_ours(replace(BOOKING, metadata={}), INTENT)


@pytest.mark.parametrize(
    ("booking", "count"),
    [
        (BOOKING, 0),
        (replace(BOOKING, hosts=()), 0),
        (replace(BOOKING, hosts=("otto", "vera")), 0),
        (replace(BOOKING, hosts=("otto",)), 1),
        (replace(BOOKING, start=START + timedelta(minutes=15)), 1),
        (replace(BOOKING, length=timedelta(minutes=45)), 1),
        (replace(BOOKING, event_type_id=8), 1),
        (replace(BOOKING, event_type_id=8, length=timedelta(minutes=45), hosts=("otto",)), 3),
    ],
)
def test_what_came_back_is_compared_with_what_was_asked_for(booking: RemoteBooking, count: int) -> None:
    """BK-09. CS-26: a host that is not told is no difference."""
    assert len(differences(booking, replace(INTENT, event_type_id=7), "vera")) == count
