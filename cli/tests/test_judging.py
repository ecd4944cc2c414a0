"""The judge of the outages notices what is late, untrue, or claims more than it knows."""

from dataclasses import replace
from typing import Any

import pytest

from rufbuch_cli.outages.breaking import OUTAGES
from rufbuch_cli.outages.judging import Facts, Heard, fault

PENDING = Heard(
    "start_booking", 200, 0.1, {"status": "pending", "message": "Einen Moment bitte, es dauert noch."}
)
BOOKED = Heard("start_booking", 200, 0.1, {"status": "booked", "message": "Ihr Termin ist gebucht."})


def heard(function: str, status: str, message: str = "Einen Moment.", **body: Any) -> Heard:
    return Heard(function, 200, 0.1, {"status": status, "message": message, **body})


@pytest.mark.parametrize(
    ("answer", "facts"),
    [
        (PENDING, Facts()),
        (PENDING, Facts(("booked",))),
        (BOOKED, Facts(("booked",))),
        (heard("cancel_appointment", "cancelled", "Ihr Termin ist abgesagt."), Facts(("cancelled",))),
        (heard("check_availability", "available", "Ja, das ist frei.", options=[{}]), Facts()),
        (heard("start_booking", "error", error="peer"), Facts()),
        (heard("request_callback", "callback_noted", "Notiert."), Facts(callbacks=1)),
    ],
)
def test_what_is_true_is_no_fault(answer: Heard, facts: Facts) -> None:
    assert fault(answer, facts) == ""


@pytest.mark.parametrize(
    ("answer", "facts"),
    [
        (BOOKED, Facts()),
        (BOOKED, Facts(("cancelled",))),
        (replace(PENDING, seconds=2.01), Facts()),
        (replace(PENDING, status_code=500), Facts()),
        (replace(PENDING, body={"status": "pending", "message": ""}), Facts()),
        (heard("start_booking", "pending", "Ihr Termin ist gebucht."), Facts(("booked",))),
        (heard("start_booking", "taken", "Leider vergeben."), Facts()),
        (heard("get_appointments", "not_found", "Da ist keiner."), Facts()),
        (heard("get_appointments", "ok", "Sie haben Termine."), Facts()),
        (heard("check_availability", "error", "Ja, das ist frei."), Facts()),
        (heard("check_availability", "available", "Ja, das ist frei."), Facts()),
        (heard("check_availability", "unavailable", "Da ist nichts frei."), Facts()),
        (heard("check_availability", "booked", "Gut."), Facts(("booked",))),
        (heard("start_booking", "error", error="peer"), Facts(("booked",))),
        (heard("request_callback", "callback_noted", "Notiert."), Facts()),
        (heard("join_waitlist", "waitlist_noted", "Notiert."), Facts()),
        (heard("reschedule_appointment", "rescheduled", "Gut."), Facts(("booked",))),
        (heard("confirm_booking", "pending"), Facts()),
    ],
)
def test_what_is_late_or_untrue_is_one(answer: Heard, facts: Facts) -> None:
    assert fault(answer, facts) != ""


def test_each_of_the_others_is_stopped_once_and_hangs_once() -> None:
    played = {(outage.program, outage.how.value) for outage in OUTAGES}
    needed = ("availability", "booking", "redis", "postgres", "calcom")
    assert {(program, how) for program in needed for how in ("stopped", "hanging")} <= played
