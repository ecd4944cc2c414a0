"""After the call: was it true?"""

import json
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from gateway_world import CALLER, TENANT, RefusalError, World, appointment, found, option
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.errors import Kind
from chassis.grpc_client import fault_of
from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.booking.v1 import appointment_pb2
from rufbuch.telephony.v1 import operations_pb2, service_pb2
from telephony_gateway.domain.sentence_texts import LANGUAGES, SCRIPTS
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.domain.transcript import claims, early_claims
from telephony_gateway.storage.unchecked import AGAIN, LONGEST_CALL
from telephony_gateway.usecases.ports import PeerError

if TYPE_CHECKING:
    from rufbuch.telephony.v1.service_pb2_grpc import CallServiceAsyncStub

BOOK = {"option_id": "o-abcd2345", "name": "Erika Mustermann"}
BOOKED = str(uuid.UUID(int=9))


async def cases(world: World, *, hang_up: bool = True) -> list[tuple[str, str]]:
    """What the check finds about the call."""
    if hang_up:
        await world.phone.event("call_ended")
    await world.phone.gateway.ledger.flush()
    world.phone.clock.advance(timedelta(seconds=5))
    assert await world.phone.gateway.truth.look() == 1
    rows = await world.pool.fetch("SELECT kind, subject FROM truth_case ORDER BY case_id")
    return [(row["kind"], row["subject"]) for row in rows]


class TestClaimsAndState:
    async def test_what_was_true_is_no_case_and_is_checked_once(self, world: World) -> None:
        await world.phone.function("start_booking", BOOK)
        assert await cases(world) == []
        assert await world.phone.gateway.truth.look() == 0

    async def test_booked_without_an_appointment_is_found(self, world: World) -> None:
        """TG-04, TG-08"""
        await world.phone.function("start_booking", BOOK)
        del world.booking.appointments[BOOKED]
        assert await cases(world) == [("booked_missing", BOOKED)]

    async def test_an_appointment_at_another_time_is_found(self, world: World) -> None:
        """BK-08"""
        await world.phone.function("start_booking", BOOK)
        moved = world.booking.appointments[BOOKED]
        moved.start_time.FromDatetime(moved.start_time.ToDatetime() + timedelta(minutes=90))
        assert await cases(world) == [("booked_at_another_time", BOOKED)]

    async def test_cancelled_that_still_stands_is_found(self, world: World) -> None:
        world.booking.add(appointment(15, appointment_id=BOOKED))
        await world.phone.function("cancel_appointment")
        world.booking.add(appointment(15, appointment_id=BOOKED))
        assert await cases(world) == [("cancelled_but_stands", BOOKED)]

    async def test_booked_and_then_cancelled_in_the_same_call_is_true(self, world: World) -> None:
        await world.phone.function("start_booking", BOOK)
        await world.phone.function("cancel_appointment")
        assert await cases(world) == []

    async def test_an_appointment_that_the_caller_was_not_told_of_is_found(self, world: World) -> None:
        """BK-29, TG-31: told "pending", hung up, and it was booked after all."""
        world.booking.failure, world.booking.commits_before_failing = grpc.StatusCode.UNKNOWN, True
        await world.phone.function("start_booking", BOOK)
        assert await cases(world) == [("booked_untold", BOOKED)]

    async def test_a_caller_left_in_the_dark_is_found(self, world: World) -> None:
        world.booking.failure = grpc.StatusCode.UNKNOWN
        await world.phone.function("start_booking", BOOK)
        assert await cases(world) == [("left_pending", world.phone.call["call_id"])]

    async def test_free_and_held_and_taken_all_the_same_is_found(self, world: World) -> None:
        """BK-01, AV-20"""
        world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))
        await world.phone.function(
            "check_availability", {"service": "Dauerwelle", "date": "Mittwoch", "time": "15 Uhr"}
        )
        world.booking.failure = RefusalError(Kind.ABORTED, "SLOT_TAKEN")
        await world.phone.function("start_booking", BOOK)
        assert await cases(world) == [("free_then_taken", "o-abcd2345")]

    async def test_what_was_said_to_be_free_and_not_held_was_no_promise(self, world: World) -> None:
        """Without Redis nothing is held, and the caller was told so."""
        world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))
        world.availability.answer.options[0].ClearField("hold_expire_time")
        await world.phone.function(
            "check_availability", {"service": "Dauerwelle", "date": "Mittwoch", "time": "15 Uhr"}
        )
        world.booking.failure = RefusalError(Kind.ABORTED, "SLOT_TAKEN")
        await world.phone.function("start_booking", BOOK)
        assert await cases(world) == []

    async def test_so_is_a_time_that_was_held_for_a_move(self, world: World) -> None:
        """BK-01"""
        world.booking.add(appointment(15, appointment_id=str(uuid.UUID(int=101))))
        world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(16))
        await world.phone.function("reschedule_appointment", {"new_date": "Mittwoch", "new_time": "16 Uhr"})
        world.booking.failure = RefusalError(Kind.ABORTED, "SLOT_TAKEN")
        await world.phone.function("reschedule_appointment", {"option_id": "o-abcd2345"})
        assert ("free_then_taken", "o-abcd2345") in await cases(world)

    async def test_a_callback_that_was_not_stored_is_found(self, world: World) -> None:
        await world.phone.function("request_callback", {"topic": "Farbe"})
        world.booking.callbacks.clear()
        assert await cases(world) == [("callback_missing", world.phone.call["call_id"])]

    async def test_a_call_that_nobody_ended_is_over_at_some_time(self, world: World) -> None:
        """TG-18, OB-10"""
        await world.phone.function("start_booking", BOOK)
        world.phone.clock.advance(LONGEST_CALL)
        assert await cases(world, hang_up=False) == []
        assert await world.pool.fetchval("SELECT ended_at FROM call") is not None

    async def test_while_booking_is_away_the_call_waits(self, world: World) -> None:
        await world.phone.function("start_booking", BOOK)
        await world.phone.event("call_ended")
        await world.phone.gateway.ledger.flush()
        world.booking.is_away = True
        world.phone.clock.advance(timedelta(seconds=5))
        with pytest.raises(PeerError):
            await world.phone.gateway.truth.look()
        world.booking.is_away = False
        world.phone.clock.advance(AGAIN)
        assert await world.phone.gateway.truth.look() == 1


def transcript(*entries: tuple[str, Any]) -> dict[str, Any]:
    return {
        "transcript_with_tool_calls": [
            {"role": role, "content": json.dumps(said) if isinstance(said, dict) else said}
            for role, said in entries
        ]
    }


class TestClaimsWithoutAResult:
    @pytest.mark.parametrize(
        ("said", "kind"),
        [
            ("Ja, Mittwoch um 15 Uhr ist frei.", "free"),
            ("Ihr Termin ist gebucht!", "booked"),
            ("Ich habe Sie für Mittwoch eingetragen.", "booked"),
            ("Der Termin wurde storniert.", "cancelled"),
            ("Your appointment has been booked.", "booked"),
            ("Ihr Termin ist am 26. November um 15 Uhr gebucht.", "booked"),
            ("Ich habe Sie für Mittwoch, den 26. November um 15 Uhr eingetragen.", "booked"),
            ("Ich habe den Termin am 3. Dezember storniert.", "cancelled"),
            ("Ihr Termin wurde vom 26. auf den 28. November verschoben.", "moved"),
            ("Wir haben am 26. November um 15 Uhr etwas frei.", "free"),
            ("Ihr Termin ist gebucht, Sie bekommen gleich eine SMS.", "booked"),
            ("Your appointment is booked and you will get a text.", "booked"),
        ],
    )
    def test_a_claim_before_any_result_is_found(self, said: str, kind: str) -> None:
        """TG-07, TG-08"""
        assert [claim.kind for claim in early_claims(transcript(("agent", said)))] == [kind]

    @pytest.mark.parametrize(
        "said",
        [
            "Ist der Termin für Sie gebucht worden?",
            "Der Termin ist noch nicht gebucht.",
            "Sobald das erledigt ist, ist Ihr Termin gebucht.",
            "Ich schaue, ob Mittwoch frei ist.",
            "Mittwoch ist leider nicht frei.",
            "Leider ist da nichts frei.",
            "I am afraid nothing is free then.",
            "Am Freitag ist niemand verfügbar.",
            "Soll der Termin abgesagt werden?",
            "Wenn Ihnen der 26. November passt, ist der Termin damit gebucht.",
            "Sobald ich am 26. November nachgesehen habe, sage ich Ihnen, was frei ist.",
        ],
    )
    def test_what_claims_nothing_is_left_alone(self, said: str) -> None:
        assert early_claims(transcript(("agent", said))) == []

    def test_a_claim_after_its_result_is_true(self) -> None:
        said = transcript(
            ("tool_call_result", {"status": "available", "options": []}),
            ("agent", "Ja, das ist frei."),
            ("tool_call_result", {"status": "booked"}),
            ("agent", "Ihr Termin ist gebucht."),
        )
        assert early_claims(said) == []

    @pytest.mark.parametrize("code", LANGUAGES)
    def test_our_own_sentences_claim_no_more_than_their_answers_do(self, code: str) -> None:
        """Else a person gets a case for each agent that says what it was given."""
        claiming = {
            sentence.name: claim.kind
            for sentence in Sentence
            if SCRIPTS[code].places[sentence.name] != "parts"
            for claim in claims(SCRIPTS[code].texts[sentence.name].other)
        }
        kinds = {
            "AVAILABLE": "free", "BOOKED": "booked", "SERIES_BOOKED": "booked", "LONG_SERIES_BOOKED": "booked",
            "BOOKED_UNDER": "booked", "CANCELLED": "cancelled", "ALREADY_CANCELLED": "cancelled", "MOVED": "moved",
        }  # fmt: skip
        assert claiming.items() <= kinds.items()

    async def test_a_cancelled_one_that_was_to_be_moved_backs_what_is_said_of_it(self, world: World) -> None:
        world.booking.add(appointment(15, appointment_id=BOOKED))
        world.booking.appointments[BOOKED].state = appointment_pb2.APPOINTMENT_STATE_CANCELLED
        wish = {"appointment_id": BOOKED, "new_date": "Donnerstag", "new_time": "15 Uhr"}
        answer = await world.phone.function("reschedule_appointment", wish)
        assert (answer["status"], answer["rule"]) == ("denied", "state")
        assert answer["message"].startswith("Dieser Termin ist schon abgesagt: Dauerwelle am Mittwoch")
        said = transcript(("tool_call_result", answer), ("agent", answer["message"]))
        assert early_claims(said) == []

    def test_a_failed_booking_backs_no_claim(self) -> None:
        said = transcript(("tool_call_result", {"status": "pending"}), ("agent", "Ihr Termin ist gebucht."))
        assert [claim.kind for claim in early_claims(said)] == ["booked"]

    @pytest.mark.parametrize(
        "call",
        [
            {},
            {"transcript_with_tool_calls": "x"},
            transcript(("agent", None)),
            transcript(
                ("tool_call_result", {"status": {"code": 200}}), ("tool_call_result", {"status": [1]})
            ),
            transcript(("tool_call_result", "[" * 100_000)),
        ],
    )
    def test_a_strange_transcript_claims_nothing(self, call: Mapping[str, Any]) -> None:
        assert early_claims(call) == []

    async def test_it_becomes_a_case_without_the_names_around_it(self, world: World) -> None:
        said = transcript(("agent", "Frau Mustermann, Ihr Termin ist gebucht."))
        await world.phone.event("call_ended", **said)
        await world.phone.gateway.ledger.flush()
        (row,) = await world.pool.fetch("SELECT kind, subject FROM truth_case")
        assert (row["kind"], "Mustermann" in row["subject"]) == ("claimed_booked", False)


class TestTheLedgerOverGrpc:
    async def test_personal_data_is_masked_wherever_it_stands(
        self, world: World, ledger: "CallServiceAsyncStub"
    ) -> None:
        """SE-05"""
        await world.phone.function(
            "start_booking", {**BOOK, "execution_message": "Ich trage Erika Mustermann ein."}
        )
        await world.phone.function("request_callback", {"topic": "Brautfrisur", "phone": "030 23125 088"})
        await world.phone.gateway.ledger.flush()
        call = (await ledger.GetCall(service_pb2.GetCallRequest(call_id=world.phone.call["call_id"]))).call
        text = str(call)
        assert call.caller_number == "+49…42"
        assert not any(word in text for word in ("Mustermann", "Brautfrisur", "23125 088"))
        assert [function.name for function in call.functions] == ["start_booking", "request_callback"]
        assert list(call.appointment_ids) == [BOOKED]

    async def test_who_asks_for_personal_data_is_written_down(
        self, world: World, ledger: "CallServiceAsyncStub"
    ) -> None:
        await world.phone.function("start_booking", BOOK)
        await world.phone.gateway.ledger.flush()
        request = service_pb2.GetCallRequest(
            call_id=world.phone.call["call_id"], with_personal_data=True, operator="kim@example.org"
        )
        call = (await ledger.GetCall(request)).call
        (row,) = await world.pool.fetch("SELECT * FROM disclosure")
        assert (call.caller_number, call.functions[0].arguments["name"]) == (CALLER, "Erika Mustermann")
        assert (row["operator"], row["disclosed_at"]) == ("kim@example.org", world.phone.clock.now())

    async def test_nobody_is_shown_nothing(self, world: World, ledger: "CallServiceAsyncStub") -> None:
        await world.phone.function("list_services")
        await world.phone.gateway.ledger.flush()
        request = service_pb2.GetCallRequest(call_id=world.phone.call["call_id"], with_personal_data=True)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await ledger.GetCall(request)
        assert fault_of(refused.value).reason == "OPERATOR_MISSING"

    async def test_cases_are_listed_page_by_page(self, world: World, ledger: "CallServiceAsyncStub") -> None:
        said = transcript(("agent", "Das ist frei. Ihr Termin ist gebucht."))
        await world.phone.event("call_ended", **said)
        await world.phone.gateway.ledger.flush()
        first = await ledger.ListTruthCases(service_pb2.ListTruthCasesRequest(page_size=1))
        rest = await ledger.ListTruthCases(
            service_pb2.ListTruthCasesRequest(page_size=1, page_token=first.next_page_token)
        )
        kinds = [case.kind for page in (first, rest) for case in page.cases]
        assert (kinds, rest.next_page_token) == (["claimed_booked", "claimed_free"], "")

    async def test_days_are_told_by_the_best_that_came_of_each_call(
        self, world: World, ledger: "CallServiceAsyncStub"
    ) -> None:
        await world.phone.function("start_booking", BOOK)
        await world.phone.function("request_callback", {"topic": "Brautfrisur", "phone": "030 23125 088"})
        await world.phone.gateway.ledger.flush()
        told = await ledger.GetCallFigures(_days_around(world, "Europe/Berlin"))
        (day,) = told.days
        assert (day.calls, day.booked, day.noted, day.untrue) == (1, 1, 0, 0)
        other = _days_around(world, "Europe/Berlin", tenant_id=str(uuid.uuid4()))
        assert not (await ledger.GetCallFigures(other)).days

    @pytest.mark.parametrize("wrong", [{"time_zone": "Mars/Base"}, {"tenant_id": "x"}, {"end_time": None}])
    async def test_days_that_are_none_are_refused(
        self, world: World, ledger: "CallServiceAsyncStub", wrong: dict[str, Any]
    ) -> None:
        request = _days_around(world, **{"time_zone": "Europe/Berlin", **wrong})
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await ledger.GetCallFigures(request)
        assert fault_of(refused.value).reason == "REQUEST_INVALID"

    async def test_which_agent_spoke_last_is_told(self, world: World, ledger: "CallServiceAsyncStub") -> None:
        """TG-03: an older flow was published over the fixed one."""
        world.phone.call |= {"agent_id": "agent_1", "agent_version": 7}
        await world.phone.function("list_services")
        await world.phone.event("call_started")
        await world.phone.gateway.ledger.flush()
        (tenant_id,) = await world.pool.fetch("SELECT tenant_id::text FROM call")
        request = operations_pb2.GetCallStatusRequest(tenant_id=tenant_id["tenant_id"])
        told = await ledger.GetCallStatus(request)
        assert (told.agent_id, told.agent_version, told.build) == ("agent_1", 7, "test")
        assert told.HasField("webhook_time")
        assert told.HasField("function_time")


def _days_around(world: World, time_zone: str, **changes: Any) -> operations_pb2.GetCallFiguresRequest:
    start, end = Timestamp(), Timestamp()
    start.FromDatetime(world.phone.clock.now() - timedelta(days=3))
    end.FromDatetime(world.phone.clock.now() + timedelta(days=1))
    values = {"tenant_id": TENANT, "start_time": start, "end_time": end, "time_zone": time_zone}
    return operations_pb2.GetCallFiguresRequest(**{**values, **changes})
