"""SMS through HTTP: what each provider is told, and what its answers and silences mean."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from booking.clients.sms import SmsCarrier, sms_http
from booking.domain.messages.message import Channel, Delivery, Outcome, Words
from booking.domain.messages.setup import Setup, SmsAccount
from booking.usecases.messages.ports import Parcel
from chassis.http_server import http_server
from local_stack.embedded import free_port

MESSAGE_ID = UUID("5f0d7c3e-43cb-4b4d-9d1f-6a3b8f6f1d11")
PARCEL = Parcel(MESSAGE_ID, "+491713920012", "Erika", Words("", "Ihr Termin um 15:00 Uhr 💇"), None)
SEVEN = SmsAccount("seven", "", "Lindenhof", "key-7")


def setup_for(account: SmsAccount) -> Setup:
    return Setup("Salon", "de", MappingProxyType({}), MappingProxyType({}), (Channel.SMS,), sms=account)


async def send(answer: Callable[[httpx.Request], httpx.Response], account: SmsAccount = SEVEN) -> Delivery:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        return await SmsCarrier(http).send(PARCEL, setup_for(account))


def seven_says(code: object, **more: Any) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(200, json={"success": code} | more)


async def test_seven_is_told_whom_what_and_under_which_reference() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(
            200, json={"success": "100", "messages": [{"id": "77229318510", "success": True}]}
        )

    assert await send(answer) == Delivery(Outcome.SENT, receipt="77229318510")
    (request,) = asked
    assert (request.method, str(request.url)) == ("POST", "https://gateway.seven.io/api/sms")
    assert request.headers["X-Api-Key"] == "key-7"
    assert json.loads(request.content) == {
        "to": "+491713920012",
        "from": "Lindenhof",
        "text": "Ihr Termin um 15:00 Uhr 💇",
        "foreign_id": str(MESSAGE_ID),
    }


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("100", Outcome.SENT),
        (100, Outcome.SENT),
        ("402", Outcome.SENT),
        ("202", Outcome.REFUSED),
        ("305", Outcome.REFUSED),
        ("500", Outcome.NOT_SENT),
        ("900", Outcome.NOT_SENT),
        ("903", Outcome.NOT_SENT),
    ],
)
async def test_the_code_in_sevens_answer_counts(code: object, outcome: Outcome) -> None:
    assert (await send(seven_says(code))).outcome is outcome


async def test_seven_answers_with_a_bare_number_where_the_key_is_wrong() -> None:
    assert await send(lambda _: httpx.Response(200, text="900")) == Delivery(Outcome.NOT_SENT, "seven: 900")


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, "<html>maintenance</html>", Outcome.UNKNOWN),
        (200, "[" * 100_000, Outcome.UNKNOWN),
        (204, "", Outcome.UNKNOWN),
        (302, "", Outcome.NOT_SENT),
        (401, "", Outcome.NOT_SENT),
        (429, "", Outcome.NOT_SENT),
        (502, "", Outcome.UNKNOWN),
    ],
)
async def test_an_answer_that_is_none_of_sevens(status: int, body: str, outcome: Outcome) -> None:
    assert (await send(lambda _: httpx.Response(status, text=body))).outcome is outcome


WEBHOOK = SmsAccount("webhook", "https://sms.example.org/send", "+4930231250", "key-w")


async def test_a_webhook_gets_the_reference_as_its_idempotency_key() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(202, json={"id": 17})

    assert await send(answer, WEBHOOK) == Delivery(Outcome.SENT, receipt="17")
    (request,) = asked
    assert request.headers["Authorization"] == "Bearer key-w"
    assert request.headers["Idempotency-Key"] == str(MESSAGE_ID)
    assert json.loads(request.content)["reference"] == str(MESSAGE_ID)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.SENT),
        (204, Outcome.SENT),
        (301, Outcome.NOT_SENT),
        (400, Outcome.REFUSED),
        (403, Outcome.NOT_SENT),
        (422, Outcome.REFUSED),
        (429, Outcome.NOT_SENT),
        (500, Outcome.UNKNOWN),
    ],
)
async def test_a_webhook_answers_by_the_status(status: int, outcome: Outcome) -> None:
    assert (await send(lambda _: httpx.Response(status), WEBHOOK)).outcome is outcome


async def test_how_long_a_repetition_does_no_harm_is_the_providers_doing() -> None:
    async with httpx.AsyncClient() as http:
        carrier = SmsCarrier(http)
        assert carrier.repeat_within(setup_for(SEVEN)) < timedelta(seconds=180)
        assert carrier.repeat_within(setup_for(WEBHOOK)) == timedelta.max


async def test_over_a_real_connection_an_answer_that_does_not_come_leaves_it_open() -> None:
    """The provider has it by then; whether the customer gets it, nobody here knows."""
    taken: list[bytes] = []
    silent = asyncio.Event()

    async def take(request: Request) -> Response:
        taken.append(await request.body())
        if request.url.path == "/silent":
            await silent.wait()
        return JSONResponse({"id": "abc"})

    port = free_port()
    app = Starlette(routes=[Route(path, take, methods=["POST"]) for path in ("/send", "/silent")])
    async with http_server(app, host="127.0.0.1", port=port, drain_s=1), sms_http(timeout_s=0.3) as http:
        carrier = SmsCarrier(http)

        def account(path: str) -> Setup:
            return setup_for(SmsAccount("webhook", f"http://127.0.0.1:{port}{path}", "Salon", "k"))

        sent = await carrier.send(PARCEL, account("/send"))
        cut_off = await carrier.send(PARCEL, account("/silent"))
        silent.set()
    assert (sent, cut_off.outcome) == (Delivery(Outcome.SENT, receipt="abc"), Outcome.UNKNOWN)
    assert len(taken) == 2


async def test_a_provider_that_this_version_does_not_know_sends_nothing() -> None:
    odd = SmsAccount("pigeon", "", "Salon", "k")
    assert (await send(seven_says("100"), odd)).outcome is Outcome.REFUSED


async def test_where_nobody_listens_nothing_was_sent() -> None:
    async with sms_http(timeout_s=1) as http:
        account = SmsAccount("webhook", f"http://127.0.0.1:{free_port()}/send", "Salon", "k")
        assert (await SmsCarrier(http).send(PARCEL, setup_for(account))).outcome is Outcome.NOT_SENT
