"""The oracle can fail: each kind of fault is planted in what a good run left, and is found."""

import re
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from oracle.verdict import judge
from simulated.record import Exchange
from simulated.running import Outcome

# A busy machine makes the world slow, not wrong.
pytestmark = pytest.mark.timeout(900)


def kinds(outcome: Outcome) -> set[tuple[str, str]]:
    """What the oracle finds now, by kind and check."""
    return {(one.kind, one.check) for one in judge(outcome.facts, outcome.record).violations}


def told(outcome: Outcome, status: str) -> tuple[Exchange, dict[str, Any]]:
    """An answer of this status whose appointment still stands as it was told, and the appointment."""
    for one in outcome.record.heard(status):
        row = outcome.facts.appointments.get(str((one.answer or {}).get("appointment_id")))
        if (
            row is not None
            and (row["state"] == "booked" or status == "cancelled")
            and row["tenant_id"] in outcome.facts.synced_tenants
        ):
            return one, row
    raise AssertionError(f"nobody was told {status}")


def copy_of(outcome: Outcome, row: dict[str, Any]) -> dict[str, Any]:
    """A booking at Cal.com of this appointment."""
    phases = {phase["phase_id"] for phase in row["phases"]}
    return next(one for one in outcome.facts.bookings if one["metadata"].get("rufbuch_phase") in phases)


def test_finds_nothing_in_what_is_right(outcome: Outcome) -> None:
    assert kinds(outcome) == set()


def test_finds_a_dropped_appointment(outcome: Outcome) -> None:
    _, row = told(outcome, "booked")
    del outcome.facts.appointments[row["appointment_id"]]
    assert {("lost appointment", "lost"), ("false sentence", "booked"), ("event log", "replayed")} <= kinds(
        outcome
    )


def test_finds_an_appointment_that_was_cancelled_in_silence(outcome: Outcome) -> None:
    _, row = told(outcome, "booked")
    row["state"] = "cancelled"
    assert {
        ("lost appointment", "lost"),
        ("wrong sync state", "standing"),
        ("event log", "replayed"),
    } <= kinds(outcome)


def test_finds_a_cancellation_that_nobody_asked_for(outcome: Outcome) -> None:
    one, row = told(outcome, "booked")
    change = {
        "changed_at": one.heard_at, "call_id": one.call_id, "operator": None, "reason": "",
        "state_before": "booked", "state_after": "cancelled", "version": 2,
    }  # fmt: skip
    row["changes"].append(change)
    asked = [
        e for e in outcome.record.exchanges if e.call_id == one.call_id and e.function == "cancel_appointment"
    ]
    outcome.record.exchanges = [e for e in outcome.record.exchanges if e not in asked]
    assert ("lost appointment", "lost") in kinds(outcome)


def test_finds_a_moved_appointment(outcome: Outcome) -> None:
    _, row = told(outcome, "booked")
    for part in (row, *row["phases"]):
        part["start_time"] += timedelta(minutes=15)
        part["end_time"] += timedelta(minutes=15)
    assert {
        ("false sentence", "booked"),
        ("wrong sync state", "standing"),
        ("event log", "replayed"),
    } <= kinds(outcome)


def test_finds_an_appointment_with_somebody_else(outcome: Outcome) -> None:
    _, row = told(outcome, "booked")
    others = [
        key
        for key, name in outcome.facts.people.items()
        if name not in outcome.facts.names_of(row["person_id"])
    ]
    row["person_id"] = others[0]
    assert ("false sentence", "booked") in kinds(outcome)


def test_finds_an_overlap(outcome: Outcome) -> None:
    _, row = told(outcome, "booked")
    second = deepcopy(row) | {"appointment_id": "second", "option_id": "o-second"}
    outcome.facts.appointments["second"] = second
    assert {("overlap", "overlaps"), ("event log", "replayed")} <= kinds(outcome)


def test_finds_two_appointments_for_one_wish(outcome: Outcome) -> None:
    _, row = told(outcome, "booked")
    outcome.facts.appointments["second"] = deepcopy(row) | {"appointment_id": "second"}
    assert ("double booking", "wishes") in kinds(outcome)


def test_finds_a_doubled_booking_at_calcom(outcome: Outcome) -> None:
    _, row = told(outcome, "booked")
    outcome.facts.bookings.append(deepcopy(copy_of(outcome, row)) | {"uid": "twice"})
    assert kinds(outcome) == {("wrong sync state", "standing")}


def test_finds_a_booking_that_is_gone_at_calcom(outcome: Outcome) -> None:
    _, row = told(outcome, "booked")
    copy_of(outcome, row)["status"] = "cancelled"
    assert {("wrong sync state", "standing"), ("wrong sync state", "settled")} == kinds(outcome)


def test_finds_an_orphan_at_calcom(outcome: Outcome) -> None:
    _, row = told(outcome, "booked")
    orphan = deepcopy(copy_of(outcome, row))
    outcome.facts.bookings.append(
        orphan | {"uid": "orphan", "metadata": orphan["metadata"] | {"rufbuch_phase": "nobody's"}}
    )
    assert kinds(outcome) == {("wrong sync state", "orphans")}


def test_finds_a_cancelled_booking_that_still_stands_at_calcom(outcome: Outcome) -> None:
    _, row = told(outcome, "cancelled")
    phase = next(phase for phase in row["phases"] if phase["kind"] == "active")
    standing = deepcopy(outcome.facts.bookings[0])
    standing |= {"uid": "stands", "status": "accepted", "start": phase["start_time"].isoformat()}
    standing["metadata"] = standing["metadata"] | {"rufbuch_phase": phase["phase_id"]}
    outcome.facts.bookings.append(standing)
    assert ("wrong sync state", "standing") in kinds(outcome)


def test_finds_work_that_never_ended(outcome: Outcome) -> None:
    _, row = told(outcome, "booked")
    intent = next(one for one in outcome.facts.intents if one["appointment_id"] == row["appointment_id"])
    intent["state"] = "unknown"
    assert ("wrong sync state", "settled") in kinds(outcome)


def test_finds_a_copy_that_failed_in_silence(outcome: Outcome) -> None:
    _, row = told(outcome, "booked")
    intent = next(one for one in outcome.facts.intents if one["appointment_id"] == row["appointment_id"])
    intent["state"] = "failed"
    assert ("wrong sync state", "settled") in kinds(outcome)


def test_a_copy_that_failed_of_what_is_over_is_nobodys_business(outcome: Outcome) -> None:
    _, row = told(outcome, "cancelled")
    intent = next(one for one in outcome.facts.intents if one["appointment_id"] == row["appointment_id"])
    intent["state"] = "failed"
    assert kinds(outcome) == set()


def test_finds_a_false_sentence_about_the_time(outcome: Outcome) -> None:
    one, _ = told(outcome, "booked")
    assert one.answer
    # Whichever caller is the first: in German, or in English.
    message = re.sub(r" Uhr( \d+)?", " Uhr 55", one.answer["message"], count=1)
    one.answer["message"] = re.sub(r":\d\d", ":55", message)
    assert ("false sentence", "booked") in kinds(outcome)


def test_finds_booked_without_an_appointment(outcome: Outcome) -> None:
    one, _ = told(outcome, "booked")
    assert one.answer
    one.answer["appointment_id"] = "invented"
    assert {("false sentence", "booked"), ("lost appointment", "lost")} <= kinds(outcome)


def test_finds_taken_that_was_said_to_the_one_who_has_it(outcome: Outcome) -> None:
    one, row = told(outcome, "booked")
    again = deepcopy(one)
    again.arguments = {"option_id": row["option_id"]}
    assert again.heard_at
    again.heard_at += timedelta(seconds=20)
    again.answer = {"status": "taken", "message": "Diese Zeit ist leider gerade vergeben worden."}
    outcome.record.exchanges.append(again)
    assert ("false sentence", "taken") in kinds(outcome)


def test_finds_cancelled_where_nothing_was(outcome: Outcome) -> None:
    _, row = told(outcome, "cancelled")
    row["state"] = "booked"
    assert ("false sentence", "cancelled") in kinds(outcome)


def test_finds_an_offer_of_what_is_taken(outcome: Outcome) -> None:
    one, row = told(outcome, "booked")
    assert one.heard_at
    later = one.heard_at + timedelta(minutes=5)
    option = {
        "option_id": "o-taken", "start": row["start_time"].isoformat(), "end": row["end_time"].isoformat(),
        "staff": outcome.facts.person(row["person_id"]), "spoken": "", "held_until": (later + timedelta(minutes=5)).isoformat(),
    }  # fmt: skip
    answer = {"status": "alternatives", "message": "", "options": [option]}
    offer = Exchange(0, "call_other", one.business, "", "check_availability", {}, later, later, answer, 200)
    outcome.record.exchanges.append(offer)
    assert kinds(outcome) == {("false sentence", "offered")}


@pytest.mark.parametrize(("name", "is_taken"), [("now", False), ("then", True)])
def test_an_appointment_stood_under_the_name_that_it_had(
    outcome: Outcome, name: str, *, is_taken: bool
) -> None:
    """Somebody who is listed twice is known to be one only later; until then each of her rows has a time of its own."""
    one, row = told(outcome, "booked")
    assert one.heard_at
    facts, later = outcome.facts, one.heard_at + timedelta(minutes=5)
    facts.occupants["then"] = {"same_as": row["person_id"]}
    facts.people["then"] = "Wer es damals war"
    row["changes"].append(
        {
            "changed_at": later + timedelta(minutes=5), "call_id": None, "operator": "o", "reason": "listed twice",
            "state_before": "booked", "state_after": "booked", "version": 2,
        }
    )  # fmt: skip
    option = {
        "option_id": "o-taken", "start": row["start_time"].isoformat(), "end": row["end_time"].isoformat(),
        "staff": facts.person("then" if name == "then" else row["person_id"]), "spoken": "",
        "held_until": (later + timedelta(minutes=5)).isoformat(),
    }  # fmt: skip
    answer = {"status": "alternatives", "message": "", "options": [option]}
    offer = Exchange(0, "call_other", one.business, "", "check_availability", {}, later, later, answer, 200)
    outcome.record.exchanges.append(offer)
    assert (("false sentence", "offered") in kinds(outcome)) is is_taken


def test_finds_a_day_that_cannot_be(outcome: Outcome) -> None:
    one, _ = told(outcome, "booked")
    assert one.answer
    one.answer["message"] += " Bis Montag, 2. Februar, 10 Uhr oder Dienstag, 2. Februar, 10 Uhr."
    assert ("false sentence", "dates") in kinds(outcome)


def test_finds_a_list_that_leaves_an_appointment_out(outcome: Outcome) -> None:
    for one in outcome.record.exchanges:
        if one.function == "get_appointments" and one.status == "ok" and one.number.startswith("+"):
            one.answer = {"status": "not_found", "message": ""}
    assert kinds(outcome) == {("false sentence", "listed")}


def test_finds_a_callback_that_was_promised_only(outcome: Outcome) -> None:
    one = outcome.record.exchanges[0]
    one.answer = {
        "status": "callback_noted",
        "message": "Ihr Wunsch nach einem Rückruf ist notiert, vorgesehen bis gleich.",
    }
    outcome.facts.callbacks.clear()
    assert ("false sentence", "noted") in kinds(outcome)


def test_finds_a_hold_that_was_left(outcome: Outcome) -> None:
    assert outcome.facts.settled_at
    outcome.facts.holds.append(("o-left", outcome.facts.settled_at.timestamp() * 1000 + 60_000))
    assert kinds(outcome) == {("left hold", "holds")}


def test_finds_a_call_without_an_end(outcome: Outcome) -> None:
    next(iter(outcome.facts.calls.values()))["ended_at"] = None
    assert kinds(outcome) == {("call without end", "ended")}


def test_what_is_held_for_somebody_who_waits_is_not_left(outcome: Outcome) -> None:
    assert outcome.facts.settled_at
    ends = outcome.facts.settled_at + timedelta(minutes=3)
    outcome.facts.offers["o-offered"] = ends
    outcome.facts.holds.append(("o-offered", (ends + timedelta(minutes=4)).timestamp() * 1000))
    assert kinds(outcome) == set()


def test_finds_a_hold_that_outlasts_its_offer(outcome: Outcome) -> None:
    assert outcome.facts.settled_at
    outcome.facts.offers["o-offered"] = outcome.facts.settled_at - timedelta(minutes=1)
    outcome.facts.holds.append(("o-offered", outcome.facts.settled_at.timestamp() * 1000 + 60_000))
    assert kinds(outcome) == {("left hold", "holds")}
