"""Simulated callers on a line to the gateway, and their recorded calls against this build."""

import copy
import json
from dataclasses import replace
from pathlib import Path

import pytest
from gateway_world import BRANCH, CALLER, DIALLED, KEY, World, appointment, found, option, salon

from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.telephony.v1 import service_pb2
from sandbox.callers.nasty import INJECTION
from sandbox.callers.retell import Line, Retell
from sandbox.callers.scripts import SCRIPTS
from sandbox.callers.turns import Called
from telephony_gateway.domain.transcript import early_claims
from telephony_gateway.replay.recording import Recording, RecordingInvalidError, dump, load, recording_of
from telephony_gateway.replay.run import replay
from telephony_gateway.servicer import CallServicer
from telephony_gateway.storage.calls import Calls
from telephony_gateway.storage.figures import SqlFigures

RECORDED = {
    path.stem: path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parent / "recordings").glob("*.json"))
}
TWO = found(availability_pb2.SEARCH_OUTCOME_ALTERNATIVES, option(14), option(16, option_id="o-zzzz2345"))


@pytest.fixture
def line(world: World) -> Line:
    world.availability.answer = TWO
    return Line("call_" + "1f" * 16, CALLER, DIALLED, world.phone.clock.now())


@pytest.fixture
def retell(world: World) -> Retell:
    return Retell("http://gateway", KEY, world.phone.client, now=world.phone.tick)


async def statuses(retell: Retell, line: Line, script: str) -> list[tuple[str, str]]:
    turns = [turn async for turn in SCRIPTS[script](retell, line)]
    return [(turn.name, turn.reply.body["status"]) for turn in turns if isinstance(turn, Called)]


async def recorded(world: World, line: Line) -> Recording:
    await world.phone.gateway.ledger.flush()
    request = service_pb2.GetCallRequest(call_id=line.call_id, with_personal_data=True, operator="test")
    answer = await CallServicer(
        Calls(world.pool),
        SqlFigures(world.pool),
        world.phone.clock,
        callers=world.phone.gateway.callers,
        agent_version=None,
        build="test",
    ).GetCall(request, None)
    return recording_of(answer.call, salon())


class TestCallers:
    async def test_the_main_story_ends_with_an_appointment(
        self, world: World, retell: Retell, line: Line
    ) -> None:
        assert (await statuses(retell, line, "perm"))[-1] == ("start_booking", "booked")

    async def test_who_hangs_up_in_the_middle_holds_nothing(
        self, world: World, retell: Retell, line: Line
    ) -> None:
        await statuses(retell, line, "hang-up")
        assert (world.availability.released, world.booking.requests) == ([line.call_id], [])

    async def test_who_cannot_decide_takes_the_first_of_the_last_offer(
        self, world: World, retell: Retell, line: Line
    ) -> None:
        heard = await statuses(retell, line, "indecisive")
        assert heard[-1] == ("start_booking", "booked")
        assert world.booking.requests[0].option_id == "o-abcd2345"
        assert len(world.availability.searches) == 5

    async def test_who_hides_the_number_is_refused_and_called_back(
        self, world: World, retell: Retell, line: Line
    ) -> None:
        """SE-03, BK-20"""
        world.booking.add(appointment(15, appointment_id="00000000-0000-0000-0000-000000000001"))
        assert await statuses(retell, line, "withheld") == [
            ("cancel_appointment", "denied"),
            ("request_callback", "callback_noted"),
        ]

    async def test_two_at_once_are_one_wish(self, world: World, retell: Retell, line: Line) -> None:
        """BK-22"""
        heard = await statuses(retell, line, "two-at-once")
        assert heard[1:] == [("start_booking", "booked")] * 2
        assert len({one.request_id for one in world.booking.requests}) == 1

    async def test_a_name_gives_no_orders(self, world: World, retell: Retell, line: Line) -> None:
        """The order is never spoken: neither by us, nor in what the next call's prompt gets."""
        turns = [turn async for turn in SCRIPTS["injection"](retell, line)]
        spoken = json.dumps([turn.reply.body for turn in turns if isinstance(turn, Called)])
        assert INJECTION[:20] not in spoken

    async def test_mixed_up_names_are_asked_about(self, world: World, retell: Retell, line: Line) -> None:
        """TG-23, TG-24"""
        heard = await statuses(retell, line, "wrong-names")
        assert [status for _, status in heard[:2]] == ["ambiguous", "need_service"]

    @pytest.mark.parametrize("script", sorted(SCRIPTS))
    async def test_an_agent_that_says_our_sentences_claims_nothing_early(
        self, world: World, retell: Retell, line: Line, script: str
    ) -> None:
        """TG-07, TG-08"""
        await statuses(retell, line, script)
        assert early_claims(line.as_call()) == []


class TestReplay:
    @pytest.mark.parametrize("script", sorted(SCRIPTS))
    async def test_a_call_that_was_just_recorded_has_no_differences(
        self, world: World, retell: Retell, line: Line, script: str
    ) -> None:
        await statuses(retell, line, script)
        recording = await recorded(world, line)
        assert recording.functions
        assert await replay(load(dump(recording))) == []

    async def test_cancelling_and_moving_are_replayed_as_well(
        self, world: World, retell: Retell, line: Line
    ) -> None:
        world.booking.add(appointment(15, appointment_id="00000000-0000-0000-0000-000000000001"))
        for name, arguments in (
            ("get_appointments", {}),
            ("reschedule_appointment", {"new_datum": "Mittwoch", "new_uhrzeit": "16 Uhr"}),
            ("reschedule_appointment", {"option_id": "den zweiten"}),
            ("cancel_appointment", {}),
            ("join_waitlist", {"service": "Dauerwelle", "date": "Freitag", "name": "Kim"}),
        ):
            await retell.function(line, name, arguments)
        recording = await recorded(world, line)
        assert [one.answer["status"] for one in recording.functions] == [
            "ok", "offered", "rescheduled", "cancelled", "waitlist_noted",
        ]  # fmt: skip
        assert await replay(recording) == []

    async def test_a_difference_is_shown(self, world: World, retell: Retell, line: Line) -> None:
        await statuses(retell, line, "perm")
        recording = await recorded(world, line)
        answer = {**copy.deepcopy(dict(recording.functions[1].answer)), "message": "Ja, klar."}
        changed = (recording.functions[0], replace(recording.functions[1], answer=answer))
        (difference,) = await replay(replace(recording, functions=changed))
        assert (difference.position, difference.function, difference.field, difference.then) == (
            2,
            "check_availability",
            "message",
            "Ja, klar.",
        )

    @pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 2, "call": {}}'])
    def test_what_is_no_recording_is_refused(self, text: str) -> None:
        with pytest.raises(RecordingInvalidError):
            load(text)

    @pytest.mark.parametrize("name", RECORDED)
    async def test_calls_of_the_past_are_answered_as_then(self, name: str) -> None:
        recording = load(RECORDED[name])
        assert recording.branch_id == BRANCH
        assert await replay(recording) == []

    def test_every_script_was_recorded(self) -> None:
        assert RECORDED.keys() >= set(SCRIPTS)
