"""What callers can do with the appointments that they have."""

import uuid
from typing import Any

import grpc
import pytest
from gateway_world import CALLER, PERM, RefusalError, World, appointment, found, option

from chassis.errors import Kind
from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.booking.v1 import appointment_pb2, care_pb2

MOVE = {"new_datum": "kommenden Mittwoch", "new_uhrzeit": "16:00"}
FIRST, SECOND, FOREIGN = (str(uuid.UUID(int=number)) for number in (101, 102, 103))


class TestGetAppointments:
    async def test_they_are_said_in_order(self, world: World) -> None:
        world.booking.add(
            appointment(9, day=27, appointment_id=SECOND), appointment(15, appointment_id=FIRST)
        )
        answer = await world.phone.function("get_appointments")
        assert (answer["status"], [one["appointment_id"] for one in answer["appointments"]]) == (
            "ok",
            [FIRST, SECOND],
        )
        assert answer["message"] == (
            "Sie haben diese Termine: Dauerwelle am Mittwoch, 25. November, 15 Uhr bei Anna und"
            " Dauerwelle am Freitag, 27. November, 9 Uhr bei Anna."
        )

    async def test_the_fourth_can_be_asked_for_by_its_day(self, world: World) -> None:
        """BK-18"""
        world.booking.add(
            *(appointment(9, day=day, appointment_id=str(uuid.UUID(int=day))) for day in range(24, 29))
        )
        everything = await world.phone.function("get_appointments")
        one = await world.phone.function("get_appointments", {"datum": "28. November"})
        assert "noch 2" in everything["message"]
        assert [found["appointment_id"] for found in one["appointments"]] == [str(uuid.UUID(int=28))]

    async def test_a_day_without_any_is_said_to_have_none(self, world: World) -> None:
        world.booking.add(appointment(15, appointment_id=FIRST))
        answer = await world.phone.function("get_appointments", {"datum": "27. November"})
        assert (answer["status"], "appointments" in answer) == ("not_found", False)
        assert answer["message"] == (
            "Dazu finde ich keinen kommenden Termin von Ihnen. Meinen Sie einen anderen Tag?"
        )

    async def test_the_last_of_three_is_the_third(self, world: World) -> None:
        """BK-18: all were read out, so that nobody has to be asked which of them is the last."""
        world.booking.add(
            *(appointment(9, day=day, appointment_id=str(uuid.UUID(int=day))) for day in (24, 25, 26))
        )
        await world.phone.function("get_appointments")
        answer = await world.phone.function("cancel_appointment", {"appointment_id": "der letzte"})
        assert (answer["status"], answer.get("appointment_id")) == ("cancelled", str(uuid.UUID(int=26)))

    async def test_nobody_elses_are_ever_seen(self, world: World) -> None:
        """SE-03"""
        world.booking.add(appointment(15, appointment_id=FOREIGN, number="+493023125077"))
        answer = await world.phone.function("get_appointments", {"name": "Erika Mustermann"})
        assert answer["status"] == "not_found"

    async def test_a_withheld_number_sees_what_this_call_made_and_nothing_else(self, world: World) -> None:
        """TG-16: withheld numbers are not one customer."""
        world.phone.call["from_number"] = "anonymous"
        world.booking.add(appointment(9, appointment_id=FOREIGN, number=""))
        before = await world.phone.function("get_appointments")
        await world.phone.function("start_booking", {"option_id": "o-abcd2345", "name": "Kim"})
        after = await world.phone.function("get_appointments")
        assert (before["status"], before["rule"]) == ("denied", "number_withheld")
        assert [one["appointment_id"] for one in after["appointments"]] == [str(uuid.UUID(int=9))]
        assert all(asked.call_id or asked.phone_number for asked in world.booking.listings)


class TestCancelling:
    async def test_the_only_one_is_called_off(self, world: World) -> None:
        world.booking.add(appointment(15, appointment_id=FIRST))
        answer = await world.phone.function("cancel_appointment", {"datum": "Mittwoch"})
        assert answer["status"] == "cancelled"
        assert answer["message"] == (
            "Ihr Termin ist abgesagt: Dauerwelle am Mittwoch, 25. November, 15 Uhr bei Anna."
        )

    async def test_asking_again_gets_the_same_truth(self, world: World) -> None:
        """TG-31: Retell's repetition is not told that there is no such appointment."""
        world.booking.add(appointment(15, appointment_id=FIRST))
        for _ in range(2):
            answer = await world.phone.function("cancel_appointment")
            assert (answer["status"], answer["appointment_id"]) == ("cancelled", FIRST)
        assert {one.appointment_id for one in world.booking.cancels} == {FIRST}

    async def test_of_several_none_is_guessed_and_the_second_can_be_chosen(self, world: World) -> None:
        """BK-17"""
        world.booking.add(
            appointment(15, appointment_id=FIRST), appointment(9, day=27, appointment_id=SECOND)
        )
        asked = await world.phone.function("cancel_appointment")
        chosen = await world.phone.function("cancel_appointment", {"appointment_id": "den zweiten"})
        assert (asked["status"], chosen["status"], chosen["appointment_id"]) == (
            "choose",
            "cancelled",
            SECOND,
        )

    async def test_the_same_choice_again_cancels_no_second_one(self, world: World) -> None:
        """TG-31, BK-17: the answer was lost, the agent asks once more for "the first", and another one is the first now."""
        world.booking.add(
            appointment(15, appointment_id=FIRST), appointment(9, day=27, appointment_id=SECOND)
        )
        await world.phone.function("cancel_appointment")
        for _ in range(2):
            answer = await world.phone.function("cancel_appointment", {"appointment_id": "den ersten"})
            assert (answer["status"], answer["appointment_id"]) == ("cancelled", FIRST)
        assert {one.appointment_id for one in world.booking.cancels} == {FIRST}

    @pytest.mark.parametrize("said", ["den ersten", "1", "appointment_1"])
    async def test_words_that_single_out_nothing_cancel_nothing(self, world: World, said: str) -> None:
        """BK-17: whatever was read out is forgotten, or never was."""
        world.booking.add(appointment(15, appointment_id=FIRST))
        asked = await world.phone.function("cancel_appointment", {"appointment_id": said})
        assert (asked["status"], world.booking.cancels) == ("choose", [])
        chosen = await world.phone.function("cancel_appointment", {"appointment_id": FIRST})
        assert chosen["status"] == "cancelled"

    async def test_a_day_without_an_appointment_cancels_no_other_one(self, world: World) -> None:
        """BK-17"""
        world.booking.add(appointment(15, appointment_id=FIRST))
        answer = await world.phone.function("cancel_appointment", {"datum": "Freitag"})
        assert (answer["status"], world.booking.cancels) == ("choose", [])

    async def test_somebody_elses_is_denied_and_nothing_of_it_is_said(self, world: World) -> None:
        """SE-02, SE-12: also where the caller has one of her own."""
        world.booking.add(
            appointment(9, appointment_id=FOREIGN, number="+493023125077"),
            appointment(15, appointment_id=FIRST),
        )
        answer = await world.phone.function("cancel_appointment", {"appointment_id": FOREIGN})
        assert (answer["status"], answer["rule"]) == ("denied", "not_the_customer")
        assert "077" not in answer["message"]

    @pytest.mark.parametrize("function", ["cancel_appointment", "reschedule_appointment"])
    async def test_an_id_that_was_made_up_hides_nothing(self, world: World, function: str) -> None:
        """TG-01: she has an appointment, so she is not told that there is none."""
        made_up = {"appointment_id": str(uuid.uuid4())}
        assert (await world.phone.function(function, made_up))["status"] == "not_found"
        world.booking.add(appointment(15, appointment_id=FIRST))
        asked = await world.phone.function(function, made_up)
        assert [one["appointment_id"] for one in asked["appointments"]] == [FIRST]
        assert world.booking.appointments[FIRST].state == appointment_pb2.APPOINTMENT_STATE_BOOKED

    @pytest.mark.parametrize(
        ("rule", "limit", "words"),
        [
            ("cancel_cutoff_minutes", "1440", "bis 24 Stunden vor"),
            ("cancel_cutoff_minutes", "2880", "bis 2 Tage vor"),
            ("cancel_cutoff_minutes", "90", "bis 90 Minuten vor"),
            ("cancellations_per_month_max", "3", "höchstens 3 Absagen"),
            ("something_new", "", "unsere Regeln"),
        ],
    )
    async def test_a_refusal_names_its_rule(self, world: World, rule: str, limit: str, words: str) -> None:
        world.booking.add(appointment(15, appointment_id=FIRST))
        world.booking.failure = RefusalError(
            Kind.FAILED_PRECONDITION, "POLICY_REFUSED", rule=rule, limit=limit
        )
        answer = await world.phone.function("cancel_appointment")
        assert (answer["status"], answer["rule"]) == ("denied", rule)
        assert words in answer["message"]

    @pytest.mark.parametrize("code", [grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNKNOWN])
    async def test_cut_off_is_neither_cancelled_nor_kept(self, world: World, code: grpc.StatusCode) -> None:
        """TG-36: a failed cancellation has a sentence to go on with."""
        world.booking.add(appointment(15, appointment_id=FIRST))
        world.booking.failure = code
        answer = await world.phone.function("cancel_appointment")
        assert (answer["status"], "abgesagt" in answer["message"]) == ("pending", False)
        assert "noch nicht bestätigt" in answer["message"]


class TestMoving:
    async def test_first_a_time_is_offered_then_it_is_moved(self, world: World) -> None:
        """TG-26, TG-27: two operations, German names, no flag."""
        world.booking.add(appointment(15, appointment_id=FIRST))
        world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(16))
        offered = await world.phone.function("reschedule_appointment", MOVE)
        moved = await world.phone.function(
            "reschedule_appointment", {"option_id": offered["options"][0]["option_id"]}
        )
        assert (offered["status"], moved["status"]) == ("offered", "rescheduled")
        assert offered["message"] == (
            "Ich kann Ihren Termin auf Mittwoch, 25. November, 16 Uhr verschieben. Passt Ihnen das?"
        )
        assert moved["message"].startswith("Ihr Termin ist verschoben, neu ist: Dauerwelle am Mittwoch")
        assert [(one.appointment_id, one.option_id) for one in world.booking.moves] == [(FIRST, "o-abcd2345")]

    async def test_the_own_appointment_is_no_obstacle(self, world: World) -> None:
        """AV-14"""
        world.booking.add(appointment(15, appointment_id=FIRST))
        await world.phone.function("reschedule_appointment", MOVE)
        (asked,) = world.availability.searches
        assert (asked.moved_appointment_id, asked.service_id) == (FIRST, PERM)
        assert asked.start_time.ToJsonString() == "2026-11-25T15:00:00Z"

    async def test_it_is_not_offered_to_be_moved_to_where_it_stands(self, world: World) -> None:
        """Found in simulated calls: its own time was the nearest free one, and to be moved there cost a fee."""
        world.booking.add(appointment(15, appointment_id=FIRST))
        await world.phone.function("reschedule_appointment", MOVE)
        await world.phone.function("get_alternatives")
        for asked in world.availability.searches:
            assert "2026-11-25T14:00:00Z" in [at.ToJsonString() for at in asked.excluded_start_times]

    async def test_the_own_time_said_in_words_is_looked_for(self, world: World) -> None:
        world.booking.add(appointment(15, appointment_id=FIRST))
        await world.phone.function("reschedule_appointment", {**MOVE, "new_uhrzeit": "15:00"})
        (asked,) = world.availability.searches
        assert not asked.excluded_start_times

    async def test_the_first_of_two_offered_times_can_be_taken(self, world: World) -> None:
        world.booking.add(appointment(15, appointment_id=FIRST))
        world.availability.answer = found(
            availability_pb2.SEARCH_OUTCOME_ALTERNATIVES, option(14), option(17, option_id="o-zzzz2345")
        )
        await world.phone.function("reschedule_appointment", MOVE)
        moved = await world.phone.function("reschedule_appointment", {"option_id": "den ersten"})
        assert (moved["status"], world.booking.moves[0].option_id) == ("rescheduled", "o-abcd2345")

    async def test_booking_what_was_offered_for_a_move_makes_no_second_appointment(
        self, world: World
    ) -> None:
        world.booking.add(appointment(15, appointment_id=FIRST))
        world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(16))
        await world.phone.function("reschedule_appointment", MOVE)
        answer = await world.phone.function("start_booking", {"option_id": "o-abcd2345", "name": "Kim"})
        assert (answer["status"], world.booking.requests) == ("need_option", [])

    @pytest.mark.parametrize(
        ("failure", "status", "words"),
        [
            (RefusalError(Kind.ABORTED, "SLOT_TAKEN"), "taken", "bisheriger Termin bleibt"),
            (RefusalError(Kind.NOT_FOUND, "OPTION_UNKNOWN"), "taken", "bisheriger Termin bleibt"),
            (
                RefusalError(Kind.FAILED_PRECONDITION, "POLICY_REFUSED", rule="moves_max", limit="1"),
                "denied",
                "höchstens einmal",
            ),
            (
                RefusalError(
                    Kind.FAILED_PRECONDITION, "POLICY_REFUSED", rule="move_cutoff_minutes", limit="60"
                ),
                "denied",
                "bis eine Stunde vor",
            ),
            (grpc.StatusCode.UNKNOWN, "pending", "noch nicht bestätigt"),
        ],
    )
    async def test_a_move_that_fails_leaves_the_old_one_and_says_so(
        self, world: World, failure: Any, status: str, words: str
    ) -> None:
        """BK-19"""
        world.booking.add(appointment(15, appointment_id=FIRST))
        world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(16))
        await world.phone.function("reschedule_appointment", MOVE)
        world.booking.failure = failure
        answer = await world.phone.function("reschedule_appointment", {"option_id": "o-abcd2345"})
        assert (answer["status"], words in answer["message"]) == (status, True)

    async def test_without_a_new_time_it_is_asked_for(self, world: World) -> None:
        world.booking.add(appointment(15, appointment_id=FIRST))
        answer = await world.phone.function("reschedule_appointment", {"datum": "Mittwoch"})
        assert (answer["status"], world.availability.searches) == ("need_date", [])

    async def test_somebody_elses_is_not_even_looked_at(self, world: World) -> None:
        world.booking.add(appointment(9, appointment_id=FOREIGN, number="+493023125077"))
        answer = await world.phone.function("reschedule_appointment", {**MOVE, "appointment_id": FOREIGN})
        assert (answer["status"], world.availability.searches) == ("denied", [])


class TestCallingBack:
    async def test_only_what_was_stored_is_promised(self, world: World) -> None:
        answer = await world.phone.function("request_callback", {"anliegen": "Brautfrisur"})
        (stored,) = world.booking.callbacks
        assert (answer["status"], stored.topic, stored.phone_number) == (
            "callback_noted",
            "Brautfrisur",
            CALLER,
        )
        assert answer["message"] == (
            "Ihr Wunsch nach einem Rückruf ist notiert, vorgesehen bis Sonntag, 22. November, 18 Uhr 30."
        )

    async def test_a_withheld_number_can_leave_another_one(self, world: World) -> None:
        """BK-20"""
        world.phone.call["from_number"] = "anonymous"
        without = await world.phone.function("request_callback", {"topic": "Farbe"})
        said = await world.phone.function("request_callback", {"topic": "Farbe", "phone": "030 23125 088"})
        assert (without["status"], said["status"]) == ("callback_noted", "callback_noted")
        assert without["message"].endswith("Unter welcher Nummer erreicht man Sie?")
        assert [one.phone_number for one in world.booking.callbacks] == ["", "+493023125088"]

    async def test_the_same_wish_is_one_callback(self, world: World) -> None:
        for _ in range(2):
            await world.phone.function("request_callback", {"topic": "Farbe"})
        assert len(world.booking.callbacks) == 1

    async def test_after_an_unconfirmed_booking_it_is_urgent(self, world: World) -> None:
        world.booking.failure = grpc.StatusCode.UNKNOWN
        await world.phone.function("start_booking", {"option_id": "o-abcd2345", "name": "Kim"})
        world.booking.failure = None
        await world.phone.function("request_callback", {"topic": "Termin"})
        assert world.booking.callbacks[0].priority == care_pb2.CALLBACK_PRIORITY_HIGH

    async def test_what_could_not_be_stored_is_not_promised(self, world: World) -> None:
        world.booking.failure = grpc.StatusCode.UNAVAILABLE
        answer = await world.phone.function("request_callback", {"topic": "Farbe"})
        assert (answer["status"], "notiert" in answer["message"]) == ("pending", False)
