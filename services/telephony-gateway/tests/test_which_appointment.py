"""Which of her appointments a caller means; another one than she has described is never called off or moved."""

import uuid
from datetime import timedelta

import pytest
from gateway_world import ANNA, PERM, TENANT, World, appointment, found, option

from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.booking.v1 import appointment_pb2
from rufbuch.staff.v1 import business_pb2

CUT, BEN = str(uuid.UUID(int=5)), str(uuid.UUID(int=6))
A, B, C = (str(uuid.UUID(int=number)) for number in (101, 102, 103))
MINE, OTHERS = "3f2b8c1e-7a4d-4e6f-9b0a-5c8d1e2f3a4b", "9a1c4e7b-2d5f-4f80-8a6b-7c9d0e1f2a3b"
MOVE = {"new_datum": "Freitag", "new_uhrzeit": "15 Uhr"}
AVAILABLE = availability_pb2.SEARCH_OUTCOME_AVAILABLE
OFFERED = option(15, day=27)


@pytest.fixture(autouse=True)
def a_larger_salon(world: World) -> None:
    business = world.registry.business
    business.people.add(
        person_id=BEN,
        name="Ben",
        branch_ids=[business.branches[0].branch_id],
        bookable_service_ids=[PERM, CUT],
    )
    business.people[0].bookable_service_ids.append(CUT)
    business.services.append(
        business_pb2.Service(
            service_id=CUT, name="Herrenhaarschnitt", phases=business.services[0].phases, currency="EUR"
        )
    )


def _gone(world: World) -> list[str]:
    """What does not stand any more."""
    booked = appointment_pb2.APPOINTMENT_STATE_BOOKED
    return [one.appointment_id for one in world.booking.appointments.values() if one.state != booked]


class TestCancelling:
    @pytest.mark.parametrize(
        "said",
        [
            {"datum": "31. November"},
            {"datum": "Mittwok in der Früh irgendwas"},
            {"service": "Maniküre"},
            {"service": "Herrenhaarschnitt"},
            {"mitarbeiter": "Ben"},
            {"datum": "Mittwoch", "uhrzeit": "vormittags"},
        ],
    )
    async def test_the_only_one_is_not_taken_for_another(self, world: World, said: dict[str, str]) -> None:
        """BK-17: what does not fit it, or says nothing that is understood, is asked about."""
        world.booking.add(appointment(15, appointment_id=A))
        answer = await world.phone.function("cancel_appointment", said)
        assert (answer["status"], _gone(world)) == ("choose", [])

    @pytest.mark.parametrize(
        "said",
        [
            {"datum": "Mittwoch", "uhrzeit": "nachmittags"},
            {"service": "Dauerwelle"},
            {"mitarbeiter": "Anna"},
            {"datum": "2025-11-25"},
            {"mitarbeiter": "egal"},
        ],
    )
    async def test_what_is_true_of_it_is_it(self, world: World, said: dict[str, str]) -> None:
        """TG-11: also where the model made up the year."""
        world.booking.add(appointment(15, appointment_id=A))
        answer = await world.phone.function("cancel_appointment", said)
        assert (answer["status"], _gone(world)) == ("cancelled", [A])

    @pytest.mark.parametrize(
        ("said", "status"),
        [
            (MINE.upper(), "cancelled"),
            (MINE.replace("-", ""), "cancelled"),
            (f'"{MINE}"', "cancelled"),
            (f"appointment_id {MINE}", "cancelled"),
            (MINE[:-5], "cancelled"),
            (MINE[:12], "choose"),
            (OTHERS[:-5], "choose"),
            (OTHERS, "denied"),
        ],
    )
    async def test_an_id_is_known_however_it_was_copied(self, world: World, said: str, status: str) -> None:
        """TG-02"""
        mine, others = appointment(15, appointment_id=MINE), appointment(16, appointment_id=OTHERS)
        others.customer.phone_number = "+493099999999"
        world.booking.add(mine, others, appointment(9, day=27, appointment_id=B))
        answer = await world.phone.function("cancel_appointment", {"appointment_id": said})
        assert (answer["status"], _gone(world)) == (status, [MINE] if status == "cancelled" else [])

    @pytest.mark.parametrize("said", [MINE.upper(), MINE.replace("-", "")])
    async def test_her_own_is_not_said_to_be_anothers(self, world: World, said: str) -> None:
        world.booking.add(appointment(15, appointment_id=MINE), appointment(9, day=27, appointment_id=B))
        world.availability.answer = found(AVAILABLE, OFFERED)
        answer = await world.phone.function("reschedule_appointment", {"appointment_id": said, **MOVE})
        assert (answer["status"], world.availability.searches[-1].moved_appointment_id) == ("offered", MINE)

    async def test_whoever_repeats_it_without_a_name_loses_no_second_one(self, world: World) -> None:
        """TG-31: the answer was lost, the model repeats the reason alone, and only one other is left."""
        world.booking.add(appointment(15, appointment_id=A), appointment(9, day=27, appointment_id=B))
        await world.phone.function("cancel_appointment", {"appointment_id": A})
        again = await world.phone.function("cancel_appointment", {"grund": "krank"})
        assert (again["appointment_id"], _gone(world)) == (A, [A])

    async def test_a_lost_answer_is_given_again_and_the_fee_with_it(self, world: World) -> None:
        """TG-31, BK-22: the day fits only what is called off already."""
        world.booking.add(appointment(15, appointment_id=A), appointment(9, day=27, appointment_id=B))
        world.booking.fee_minor = 1500
        await world.phone.function("cancel_appointment", {"datum": "Mittwoch"})
        for _ in range(2):
            answer = await world.phone.function(
                "cancel_appointment", {"datum": "Mittwoch", "confirmed": "ja"}
            )
            assert (answer["status"], answer["appointment_id"]) == ("cancelled", A)
            assert answer["message"].endswith("Dafür fallen 15 Euro an.")
        assert _gone(world) == [A]

    async def test_a_second_one_of_that_day_is_asked_about_after_the_first(self, world: World) -> None:
        world.booking.add(appointment(15, appointment_id=A), appointment(9, appointment_id=B))
        await world.phone.function("cancel_appointment", {"appointment_id": A})
        answer = await world.phone.function("cancel_appointment", {"datum": "Mittwoch"})
        assert (answer["status"], _gone(world)) == ("choose", [A])

    @pytest.mark.parametrize(
        ("said", "status", "asked"),
        [
            ("Donnerstag", "choose", [B]),
            ("den am Donnerstag", "choose", [B]),
            ("my Thursday appointment", "choose", [B]),
            ("den Donnerstagstermin", "choose", [B]),
            ("on Thursday", "choose", [B]),
            ("am Mittwoch", "cancelled", []),
            ("nächsten Donnerstag", "choose", [A, B, C]),
            ("26. November", "choose", [A, B, C]),
            ("morgen", "choose", [A, B, C]),
        ],
    )
    async def test_a_weekday_alone_may_be_a_later_one_and_is_asked_about(
        self, world: World, said: str, status: str, asked: list[str]
    ) -> None:
        """Wednesday 25 and Thursday 3 December; the next Thursday is the 26th of November."""
        later = appointment(9, day=30, appointment_id=B)
        later.start_time.seconds += 3 * 24 * 3600
        world.booking.add(appointment(15, appointment_id=A), later, appointment(9, day=27, appointment_id=C))
        answer = await world.phone.function("cancel_appointment", {"datum": said})
        assert answer["status"] == status
        assert sorted(one["appointment_id"] for one in answer.get("appointments", [])) == asked
        if asked == [B]:
            again = await world.phone.function("cancel_appointment", {"option_id": "ja"})
            assert (again["status"], _gone(world)) == ("cancelled", [B])

    async def test_it_is_read_out_where_nothing_is_on_the_next_one(self, world: World) -> None:
        world.booking.add(appointment(15, appointment_id=A), appointment(9, day=27, appointment_id=B))
        for said, heard in (("Freitag", [B]), ("Donnerstag", [])):
            answer = await world.phone.function("get_appointments", {"date": said})
            assert [one["appointment_id"] for one in answer.get("appointments", [])] == heard
        world.phone.clock.advance(timedelta(days=-14))
        answer = await world.phone.function("get_appointments", {"date": "Freitag"})
        assert [one["appointment_id"] for one in answer["appointments"]] == [B]

    @pytest.mark.parametrize(
        ("said", "begins"),
        [
            ({}, "Welchen Termin meinen Sie: "),
            ({"datum": "den letzten"}, "Welchen Termin meinen Sie: "),
            ({"datum": "alle beide"}, "Welchen Termin meinen Sie: "),
            ({"service": "Maniküre"}, "Welchen Termin meinen Sie: "),
            ({"datum": "Samstag"}, "So einen Termin finde ich nicht, Sie haben "),
            ({"service": "Herrenhaarschnitt"}, "So einen Termin finde ich nicht, Sie haben "),
        ],
    )
    async def test_what_was_not_understood_is_not_said_to_be_missing(
        self, world: World, said: dict[str, str], begins: str
    ) -> None:
        """And that there are more than are read out is said."""
        world.booking.add(
            *(appointment(9, day=day, appointment_id=str(uuid.UUID(int=day))) for day in range(23, 28))
        )
        answer = await world.phone.function("cancel_appointment", said)
        assert answer["message"].startswith(f"{begins}Dauerwelle am Montag, 23. November, 9 Uhr bei Anna, ")
        assert answer["message"].endswith(" Danach kommen noch 2, nennen Sie mir gern einen Tag.")

    @pytest.mark.parametrize(
        ("said", "gone"),
        [
            ({"appointment_id": "den letzten"}, []),
            ({"appointment_id": "den vierten"}, []),
            ({"appointment_id": "den dritten"}, [str(uuid.UUID(int=26))]),
            ({"appointment_id": str(uuid.UUID(int=28))}, [str(uuid.UUID(int=28))]),
            ({"datum": "28. November"}, [str(uuid.UUID(int=28))]),
        ],
    )
    @pytest.mark.parametrize("heard", ["cancel_appointment", "get_appointments"])
    async def test_only_what_was_read_out_has_a_place(
        self, world: World, heard: str, said: dict[str, str], gone: list[str]
    ) -> None:
        world.booking.add(
            *(appointment(9, day=day, appointment_id=str(uuid.UUID(int=day))) for day in range(24, 29))
        )
        await world.phone.function(heard)
        await world.phone.function("cancel_appointment", said)
        assert _gone(world) == gone

    @pytest.mark.parametrize(
        ("said", "gone"),
        [
            ({"datum": "am letzten Freitag im November"}, [A]),
            ({"datum": "den letzten Freitag im November", "uhrzeit": "10 Uhr"}, [A]),
            ({"datum": "last Friday in November", "language": "en"}, [A]),
            ({"appointment_id": "nicht den letzten, den ersten"}, [A]),
            ({"appointment_id": "nicht den letzten"}, []),
            ({"datum": "den letzten"}, [B]),
            ({"datum": "den ersten"}, [A]),
            ({"datum": "den zweiten", "uhrzeit": "10 Uhr"}, []),
        ],
    )
    async def test_a_day_is_no_place(self, world: World, said: dict[str, str], gone: list[str]) -> None:
        """Friday 27 November 10:00 and Saturday 28 November 15:00 were read out."""
        world.booking.add(
            appointment(10, day=27, appointment_id=A), appointment(15, day=28, appointment_id=B)
        )
        await world.phone.function("get_appointments")
        await world.phone.function("cancel_appointment", said)
        assert _gone(world) == gone

    @pytest.mark.parametrize("said", ["am zweiten", "den zweiten", "den 2.", "am 2."])
    async def test_the_day_of_one_that_was_not_read_out_is_no_place(self, world: World, said: str) -> None:
        """Our own sentence asks for a day: "Danach kommen noch 2"."""
        days = ((25, 11), (27, 11), (28, 11), (1, 12), (2, 12))
        for day, month in days:
            made = appointment(9, day=25, appointment_id=str(uuid.UUID(int=100 * month + day)))
            made.start_time.CopyFrom(option(9, day=day, month=month).start_time)
            world.booking.add(made)
        await world.phone.function("get_appointments")
        await world.phone.function("cancel_appointment", {"datum": said})
        assert _gone(world) in ([], [str(uuid.UUID(int=1202))])

    @pytest.mark.parametrize("said", ["die zwei", "beide", "zwei Termine", "the second is too late"])
    async def test_both_are_not_the_second(self, world: World, said: str) -> None:
        world.booking.add(appointment(15, appointment_id=A), appointment(9, day=27, appointment_id=B))
        await world.phone.function("get_appointments")
        await world.phone.function("cancel_appointment", {"appointment_id": said})
        assert _gone(world) == []

    @pytest.mark.parametrize("said", [{"datum": "Mittwoch"}, {"appointment_id": "ja"}, {"datum": "ja, den"}])
    async def test_the_only_one_that_is_asked_about_can_be_answered(
        self, world: World, said: dict[str, str]
    ) -> None:
        world.booking.add(appointment(15, appointment_id=A), appointment(9, appointment_id=B))
        await world.phone.function("cancel_appointment", {"appointment_id": A})
        asked = await world.phone.function("cancel_appointment", {"datum": "Mittwoch"})
        await world.phone.function("cancel_appointment", said)
        assert (asked["status"], _gone(world)) == ("choose", [A, B])

    async def test_a_place_among_the_options_is_one_too(self, world: World) -> None:
        world.booking.add(appointment(15, appointment_id=A), appointment(9, day=27, appointment_id=B))
        await world.phone.function("cancel_appointment")
        for said in ("den ersten", "den zweiten"):
            await world.phone.function("cancel_appointment", {"option_id": said})
        assert _gone(world) == [A, B]

    async def test_what_was_moved_in_this_call_is_called_off_where_it_is_now(self, world: World) -> None:
        world.booking.add(appointment(10, day=27, appointment_id=A))
        world.availability.answer = found(AVAILABLE, OFFERED)
        await world.phone.function("reschedule_appointment", MOVE)
        moved = await world.phone.function("reschedule_appointment")
        answer = await world.phone.function("cancel_appointment", {"appointment_id": A})
        assert (answer["status"], answer["appointment_id"]) == ("cancelled", moved["appointment_id"])


class TestMoving:
    @pytest.fixture(autouse=True)
    async def offered(self, world: World) -> None:
        """A move of A was offered, with the question whether that suits."""
        world.booking.add(appointment(10, day=27, appointment_id=A), appointment(9, day=28, appointment_id=B))
        world.availability.answer = found(AVAILABLE, OFFERED)
        answer = await world.phone.function("reschedule_appointment", {**MOVE, "appointment_id": A})
        assert answer["status"] == "offered"

    @pytest.mark.parametrize(
        "said",
        [
            {"datum": "Freitag"},
            {"mitarbeiter": "Ben"},
            {"appointment_id": B},
            {"appointment_id": A},
            {"service": "Dauerwelle"},
            {"appointment_id": B, "option_id": OFFERED.option_id},
        ],
    )
    async def test_nothing_is_moved_to_what_nobody_has_agreed_to(
        self, world: World, said: dict[str, str]
    ) -> None:
        """BK-17: day, time and person are those of the appointment as it stands; they are no yes."""
        answer = await world.phone.function("reschedule_appointment", said)
        assert (answer["status"] in {"need_date", "offered", "choose"}, world.booking.moves) == (True, [])

    @pytest.mark.parametrize(
        "said", [{}, {"option_id": "ja"}, {"option_id": OFFERED.option_id, "appointment_id": A}]
    )
    async def test_yes_moves_it(self, world: World, said: dict[str, str]) -> None:
        answer = await world.phone.function("reschedule_appointment", said)
        assert (answer["status"], [one.appointment_id for one in world.booking.moves]) == ("rescheduled", [A])

    async def test_the_other_offer_after_all_is_offered_for_what_it_has_become(self, world: World) -> None:
        other = option(16, day=27, option_id="o-zzzz2345")
        world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_ALTERNATIVES, OFFERED, other)
        await world.phone.function("reschedule_appointment", {**MOVE, "appointment_id": A})
        moved = await world.phone.function("reschedule_appointment", {"option_id": "den ersten"})
        world.availability.answer = found(AVAILABLE, other)
        answer = await world.phone.function("reschedule_appointment", {"option_id": "den zweiten"})
        asked = world.availability.searches[-1]
        assert (answer["status"], asked.moved_appointment_id) == ("offered", moved["appointment_id"])
        assert asked.start_time == other.start_time


class TestMovingToWhatWasOfferedOtherwise:
    async def test_a_time_of_the_same_service_will_do(self, world: World) -> None:
        world.booking.add(appointment(10, day=27, appointment_id=A))
        world.availability.answer = found(AVAILABLE, OFFERED)
        await world.phone.function(
            "check_availability", {"service": "Dauerwelle", "date": "Freitag", "time": "15 Uhr"}
        )
        answer = await world.phone.function("reschedule_appointment", {"option_id": "den ersten"})
        assert (answer["status"], world.booking.moves[0].option_id) == ("rescheduled", OFFERED.option_id)

    async def test_a_time_of_another_service_makes_no_other_appointment_of_it(self, world: World) -> None:
        world.booking.add(appointment(10, day=27, appointment_id=A))
        other = availability_pb2.Option()
        other.CopyFrom(OFFERED)
        other.service_id = CUT
        world.availability.answer = found(AVAILABLE, other)
        await world.phone.function(
            "check_availability", {"service": "Herrenhaarschnitt", "date": "Freitag", "time": "15 Uhr"}
        )
        answer = await world.phone.function("reschedule_appointment", {"option_id": OFFERED.option_id})
        assert (answer["status"], world.booking.moves) == ("need_date", [])

    async def test_other_times_are_for_all_services_of_the_visit(self, world: World) -> None:
        visit = appointment(10, day=27, appointment_id=A)
        visit.service_ids.extend([CUT, PERM])
        world.booking.add(visit)
        world.availability.answer = found(AVAILABLE, OFFERED)
        await world.phone.function("reschedule_appointment", MOVE)
        await world.phone.function(
            "get_alternatives", {"time": "geht auch später?", "service": "Herrenhaarschnitt"}
        )
        await world.phone.function("check_availability", {"time": "etwas früher"})
        for asked in world.availability.searches:
            assert (asked.moved_appointment_id, list(asked.more_service_ids)) == (A, [PERM])

    async def test_an_appointment_of_another_branch_is_not_moved_to_this_one(self, world: World) -> None:
        """Nobody would go there: no sentence names a branch."""
        elsewhere = appointment(10, day=27, appointment_id=A)
        elsewhere.branch_id = str(uuid.UUID(TENANT))
        world.booking.add(elsewhere)
        answer = await world.phone.function("reschedule_appointment", MOVE)
        assert (answer["status"], answer["rule"], world.availability.searches) == (
            "denied",
            "other_branch",
            [],
        )
        assert elsewhere.person_id == ANNA
