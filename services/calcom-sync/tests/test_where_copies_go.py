"""Where a copy goes that is made once more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from calcom_sync.domain.appointment import Appointment, AppointmentRef, Attendee, Plan
from calcom_sync.domain.intent import Held, Intent
from calcom_sync.domain.setup import Account, Setup, Spot, Target
from calcom_sync.usecases.plan import where_it_goes_now

START = datetime(2027, 3, 2, 8, tzinfo=UTC)
END = START + timedelta(minutes=50)
TENANT, SERVICE, ANNA, FORMER, PRESENT = (UUID(int=number) for number in range(1, 6))
SPOT = Spot(SERVICE, 0, ANNA)
INTENT = Intent(
    tenant_id=TENANT, appointment_id=UUID(int=9), phase_id=UUID(int=10), position=0, person_id=ANNA, start=START,
    end=END, due_at=START, account_id=FORMER, event_type_id=7, revived=True,
)  # fmt: skip
HELD = Held("uid", START, END, UUID(int=11))
APPOINTMENT = Appointment(
    AppointmentRef(TENANT, INTENT.appointment_id), UUID(int=12), SERVICE, Attendee("Anna Beispiel", "", ""),
    "Europe/Berlin", "de", "call_1", "", Plan.MADE, wanted=True, spoiled=False, intents=[INTENT], received_at=START,
)  # fmt: skip


def setup(*with_key: UUID) -> Setup:
    """New copies go to the present account; the former one is still mapped."""
    accounts = {each: Account(each, "anna", "cal_test_key", ANNA) for each in with_key}
    mapped, before = {SPOT: Target(PRESENT, 8)}, [(SPOT, Target(FORMER, 7))]
    return Setup(True, "de", {}, accounts, mapped, "", others=before)


def test_a_copy_stays_where_it_was_while_that_account_can_be_asked() -> None:
    assert where_it_goes_now(APPOINTMENT, INTENT, setup(FORMER, PRESENT)) == INTENT


def test_it_goes_elsewhere_when_the_account_has_no_key_any_more() -> None:
    """CS-25"""
    there = where_it_goes_now(APPOINTMENT, INTENT, setup(PRESENT))
    assert (there.account_id, there.event_type_id) == (PRESENT, 8)
    assert where_it_goes_now(APPOINTMENT, INTENT, setup()) == INTENT, "nowhere else is known"


@pytest.mark.parametrize("kept", [replace(INTENT, revived=False), replace(INTENT, held=HELD)])
def test_what_may_stand_there_already_stays_where_it_was_sent(kept: Intent) -> None:
    """CS-01, BK-19: looked for elsewhere it would not be found, and be made twice."""
    assert where_it_goes_now(APPOINTMENT, kept, setup(PRESENT)) == kept
