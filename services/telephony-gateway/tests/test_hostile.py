"""What no honest agent sends: every function answers it with a sentence, books nothing by accident, and breaks nothing."""

import json
from typing import Any

import pytest
from gateway_world import CALLER, World, appointment, found, option
from starlette.requests import ClientDisconnect
from starlette.types import Message

from rufbuch.availability.v1 import service_pb2 as availability_pb2
from telephony_gateway.domain.contract import ARGUMENTS, CONTRACTS
from telephony_gateway.http_api.admission import BODY_MAX

NAMES = [name for argument in ARGUMENTS for name in (argument.name, *argument.synonyms)]
ODD: list[Any] = [
    None, True, False, 0, -1, 10**30, 1e308, 15.5, [], ["15 Uhr"], {}, {"de": "morgen"}, [[["x"]]], "", " ", "\x00",
    "\u202eegal", "null", "{{date}}", "' OR 1=1 --", "<script>", "a" * 20_000, "😀" * 50, "\ud800", "٣ أيام", "0x10",
]  # fmt: skip
SUCCESSES = {"booked", "cancelled", "rescheduled"}


@pytest.mark.parametrize("function", [contract.name for contract in CONTRACTS])
async def test_every_argument_may_be_anything(world: World, function: str) -> None:
    """TG-19, TG-26: a list where a text belongs, a number, nothing at all."""
    world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))
    world.booking.add(
        appointment(15, appointment_id="00000000-0000-0000-0000-000000000001", number="+493023125077")
    )
    for odd in ODD:
        answer = await world.phone.function(function, dict.fromkeys(NAMES, odd))
        assert answer.get("error") not in {"bug", "timeout"}, odd
        assert answer["status"] not in SUCCESSES, odd


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
async def test_one_odd_argument_among_good_ones_is_left_out_or_asked_about(world: World, odd: Any) -> None:
    world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))
    good = {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "15 Uhr"}
    for name in good:
        answer = await world.phone.function("check_availability", {**good, name: odd})
        assert answer.get("error") is None


async def test_arguments_that_come_as_a_text_are_read(world: World) -> None:
    """As they stand in the transcript, a JSON text."""
    world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))
    wish = json.dumps({"service": "Dauerwelle", "date": "Mittwoch", "time": "15 Uhr"})
    body = {"name": "check_availability", "args": wish, "call": world.phone.call}
    response = await world.phone.post("/retell/functions/check_availability", body)
    assert response.json()["status"] == "available"


@pytest.mark.parametrize("args", ["kein JSON", "[1]", "7", [1], 7, "[" * 5000])
async def test_arguments_that_are_none_are_refused_with_a_sentence(world: World, args: Any) -> None:
    body = {"name": "start_booking", "args": args, "call": world.phone.call}
    answer = (await world.phone.post("/retell/functions/start_booking", body)).json()
    assert (answer["status"], answer["error"], bool(answer["message"])) == ("error", "envelope", True)


@pytest.mark.parametrize(
    "raw",
    [
        '{"args": {}}'.encode("utf-16"), '{"args": {}}'.encode("utf-32"), b"\xef\xbb\xbf{}", b"\xff\xfe", b"{", b"[" * 100_000,
        b'{"a": ' * 20_000, b"1" * 5000, b"",
    ],
)  # fmt: skip
async def test_a_body_that_is_no_json_is_400_with_a_sentence(world: World, raw: bytes) -> None:
    response = await world.phone.post_raw("/retell/functions/list_services", raw)
    assert (response.status_code, bool(response.json()["message"])) == (400, True)


async def test_a_megabyte_of_transcript_is_no_trouble_and_more_than_two_are_refused(world: World) -> None:
    call = {**world.phone.call, "transcript": "ä" * 180_000}
    long = await world.phone.post("/retell/functions/list_services", {"args": {}, "call": call})
    too_long = await world.phone.post_raw("/retell/functions/list_services", b" " * (BODY_MAX + 1))
    assert (long.json()["status"], too_long.status_code, too_long.json()["error"]) == ("ok", 413, "too_large")


async def test_a_key_that_is_given_twice_means_one_thing_to_all_of_us(world: World) -> None:
    """What was signed is what is read: the last one, everywhere."""
    call = json.dumps(world.phone.call)
    raw = f'{{"args": {{"service": "x"}}, "args": {{}}, "call": {{"call_id": "other"}}, "call": {call}}}'
    answer = (await world.phone.post_raw("/retell/functions/list_services", raw.encode())).json()
    await world.phone.gateway.ledger.flush()
    calls = [row["call_id"] for row in await world.pool.fetch("SELECT call_id FROM call")]
    assert (answer["status"], calls) == ("ok", [world.phone.call["call_id"]])


class TestCallsWithoutACaller:
    @pytest.mark.parametrize(
        "number", ["", None, 0, "anonymous", "+", "+49", "0049 30", "sip:anna@example.org", ["x"]]
    )
    async def test_a_number_that_is_none_is_a_withheld_one(self, world: World, number: Any) -> None:
        """TG-16"""
        world.phone.call["from_number"] = number
        context = await world.phone.function("get_context")
        booked = await world.phone.function(
            "start_booking", {"option_id": "o-abcd2345", "name": "Kim Beispiel"}
        )
        assert (context["caller_number_withheld"], booked["status"]) == (True, "booked")
        assert world.booking.requests[0].caller_number == ""

    async def test_a_call_without_the_field_as_well(self, world: World) -> None:
        del world.phone.call["from_number"]
        assert (await world.phone.function("get_context"))["caller_number_withheld"] is True

    async def test_a_call_that_we_made_is_with_whom_we_called(self, world: World) -> None:
        dialled = world.phone.call["to_number"]
        world.phone.call |= {"direction": "outbound", "from_number": dialled, "to_number": CALLER}
        await world.phone.function("start_booking", {"option_id": "o-abcd2345", "name": "Kim Beispiel"})
        assert world.booking.requests[0].caller_number == CALLER

    async def test_a_call_from_a_browser_has_no_numbers_and_reaches_nobody(self, world: World) -> None:
        """TG-17: no business is guessed."""
        for field in ("from_number", "to_number"):
            del world.phone.call[field]
        world.phone.call["call_type"] = "web_call"
        answer = await world.phone.function("check_availability", {"service": "Dauerwelle"})
        assert (answer["status"], answer["error"]) == ("error", "unknown_number")


class TestInTheWrongPlace:
    """TG-04, TG-22: loud, and still something that can be said."""

    @pytest.mark.parametrize(
        "path",
        [
            "/retell/functions",
            "/retell/functions/",
            "/retell/functions/a/b",
            "/retell/function/list_services",
            "/",
            "/api/retell/x",
        ],
    )
    async def test_a_route_that_there_is_not(self, world: World, path: str) -> None:
        response = await world.phone.post(path, {})
        answer = response.json()
        assert (response.status_code, answer["status"], answer["error"]) == (404, "error", "unknown_route")
        assert answer["message"].endswith("?")

    async def test_who_hangs_up_within_a_request_is_answered_and_told_to_the_server(
        self, world: World
    ) -> None:
        sent: list[Message] = []

        async def hung_up() -> Message:
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        path = "/retell/functions/list_services"
        scope = {"type": "http", "method": "POST", "path": path, "headers": [], "query_string": b""}
        with pytest.raises(ClientDisconnect):
            await world.phone.gateway.app(scope, hung_up, send)
        assert (sent[0]["status"], json.loads(sent[1]["body"])["error"]) == (500, "bug")

    @pytest.mark.parametrize(
        "path", ["/retell/functions/list_services", "/retell/webhook", "/retell/inbound"]
    )
    async def test_a_method_that_is_not_served(self, world: World, path: str) -> None:
        response = await world.phone.client.get(path)
        assert (response.status_code, response.json()["error"]) == (405, "wrong_method")
