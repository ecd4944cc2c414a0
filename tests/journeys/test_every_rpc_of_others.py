"""Every RPC and every function of the running system, tried by one business with the ids of another (SE-12, SE-15)."""

import json

import pytest
from journey_world import Caller, Whole, until
from neighbours import METHODS, NAME, NUMBER, Theirs, asked, filled, is_synced, kept

from rufbuch_cli.measure import DIALLED_NUMBER as OUR_NUMBER
from sandbox.callers.retell import Retell

pytestmark = pytest.mark.processes
THINGS = {
    "appointment_id",
    "callback_id",
    "waitlist_entry_id",
    "customer_id",
    "case_id",
    "message_id",
    "resolution_id",
}
"""A request with one of these is about that thing, which another business has not."""
FILTERS = {
    "BookingService/ListAppointments", "BookingService/ListMessages", "CalendarSyncService/ListSyncCases",
}  # fmt: skip
"""Here it only narrows a list, which is empty then."""
FIRST_STEPS = {
    "BookingService/UnitePeople": "a step of the registry's saga, known by the id that it brings; changes rows of its own business",
    "CalendarSyncService/ReassignPerson": "as above",
    "BookingService/SeparatePeople": "as above: nothing was united under the id",
    "CalendarSyncService/ReturnPerson": "as above",
    "CalendarSyncService/ForgetAttendee": "a step of an erasure, which says how much there was: nothing",
    "BookingService/EraseCustomer": "repeating it is harmless: nobody of this business has the id, so nobody is left",
}
"""These may answer OK without a thing of the business's own; that nothing of the other's has changed is looked at all the same."""
REFUSED = {
    "NOT_FOUND",
    "INVALID_ARGUMENT",
    "FAILED_PRECONDITION",
    "PERMISSION_DENIED",
    "ABORTED",
    "ALREADY_EXISTS",
}


async def test_no_rpc_shows_or_changes_what_is_another_businesses(
    whole: Whole, ours: str, theirs: tuple[Theirs, Caller]
) -> None:
    """SE-12, BK-17: every RPC there is, with our id and theirs of everything else."""
    other, caller = theirs
    await until(lambda: is_synced(whole, other))
    before = kept(whole, other)
    known = {
        **other.ids, "tenant_id": ours, "call_id": other.call_id, "option_id": other.option_id, "phone_number": NUMBER,
        "caller_number": NUMBER, "time_zone": "Europe/Berlin", "date": "2027-03-04", "language": "de",
    }  # fmt: skip
    wrong = {}
    for name, method in METHODS.items():
        status, said = await asked(whole, name, filled(method, known))
        is_about = THINGS & set(method.input_type.fields_by_name) and name not in FILTERS | FIRST_STEPS.keys()
        if status not in (REFUSED if is_about else {*REFUSED, "OK"}) or any(
            mark in said for mark in other.marks
        ):
            wrong[name] = (status, said[:300])

    assert wrong == {}
    assert kept(whole, other) == before
    # Nor was what the caller holds let go or taken.
    booked = await caller.ask("start_booking", option_id=other.option_id, name=NAME)
    assert booked.body["status"] == "booked"


async def test_no_function_reaches_into_another_business(
    whole: Whole, ours: str, theirs: tuple[Theirs, Caller], retell: Retell
) -> None:
    """SE-15: the same call id and the same number, dialling another business."""
    other, caller = theirs
    await until(lambda: is_synced(whole, other))
    before = kept(whole, other)
    there = Caller(retell, NUMBER)
    there.line.call_id, there.line.to_number = caller.line.call_id, OUR_NUMBER
    answers = [
        await there.ask("cancel_appointment", appointment_id=other.ids["appointment_id"]),
        await there.ask("get_appointments"),
        await there.ask(
            "reschedule_appointment", appointment_id=other.ids["appointment_id"], option_id=other.option_id
        ),
        await there.ask("start_booking", option_id=other.option_id, name="Kim Beispiel"),
        await there.ask("get_context"),
    ]
    assert [answer.body["status"] for answer in answers[:2]] == ["not_found", "not_found"]
    assert not {"rescheduled", "booked"} & {answer.body["status"] for answer in answers}
    assert not any(mark in json.dumps(answer.body) for answer in answers for mark in other.marks)
    assert kept(whole, other) == before
