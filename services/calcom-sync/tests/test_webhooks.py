"""Cal.com's webhooks come in over HTTP."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from calcom_sync.domain.appointment import SyncState
from calcom_sync.domain.webhook import read_webhook
from calcom_sync.webhook_routes import BODY_MAX, webhook_routes

if TYPE_CHECKING:
    from conftest import Stage

SECRET = "whsec-of-the-salon"
TENANT = "9e8e4e5b-1dc2-5f56-8e55-4847ce9ef1b4"


@pytest.fixture
async def http(stage: "Stage") -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=webhook_routes(stage.directory, stage.worker.webhooks, stage.cal.clock))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sync.test") as client:
        yield client


def _signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"X-Cal-Signature-256": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def _body(trigger: str = "BOOKING_CREATED", **payload: object) -> bytes:
    return json.dumps(
        {"triggerEvent": trigger, "createdAt": "2027-03-01T08:00:00.000Z", "payload": payload}
    ).encode()


async def _stored(stage: "Stage") -> list[tuple[str, str]]:
    rows = await stage.pool.fetch("SELECT webhook_id FROM webhook ORDER BY webhook_id")
    for row in rows:
        await stage.worker.processor.process(row["webhook_id"])
    told = await stage.pool.fetch("SELECT state, trigger_event FROM webhook ORDER BY webhook_id")
    return [(row["state"], row["trigger_event"]) for row in told]


async def test_a_signed_webhook_is_stored(stage: "Stage", http: httpx.AsyncClient) -> None:
    body = _body(uid="u1")

    answer = await http.post(f"/calcom/webhook/{TENANT}", content=body, headers=_signed(body))

    assert answer.status_code == 200
    assert await _stored(stage) == [("nobodys", "BOOKING_CREATED")]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Cal-Signature-256": "no-secret-provided"},
        {"X-Cal-Signature-256": "0" * 64},
        {"X-Cal-Signature-256": "ü".encode().decode("latin-1")},
        _signed(_body(uid="another")),
        _signed(_body(uid="u1"), secret="another"),
    ],
)
async def test_what_is_not_signed_with_the_business_secret_is_refused(
    stage: "Stage", http: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]

    answer = await http.post(f"/calcom/webhook/{TENANT}", content=_body(uid="u1"), headers=raw)

    assert answer.status_code == 401
    assert await _stored(stage) == []


@pytest.mark.parametrize("tenant", ["salon", "00000000-0000-0000-0000-000000000000"])
async def test_a_webhook_for_nobody_is_not_found(
    stage: "Stage", http: httpx.AsyncClient, tenant: str
) -> None:
    body = _body()

    answer = await http.post(f"/calcom/webhook/{tenant}", content=body, headers=_signed(body))

    assert answer.status_code == 404


async def test_a_body_beyond_the_bound_is_not_read_to_the_end(
    stage: "Stage", http: httpx.AsyncClient
) -> None:
    body = b" " * (BODY_MAX + 1)

    answer = await http.post(f"/calcom/webhook/{TENANT}", content=body, headers=_signed(body))

    assert answer.status_code == 413
    assert await _stored(stage) == []


async def test_a_webhook_that_comes_twice_is_kept_once(stage: "Stage", http: httpx.AsyncClient) -> None:
    body = _body(uid="u1")

    answers = [
        await http.post(f"/calcom/webhook/{TENANT}", content=body, headers=_signed(body)) for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(await _stored(stage)) == 1


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b'{"payload": 1}', b'{"triggerEvent": 1}'])
async def test_a_signed_body_that_is_no_webhook_is_kept_and_marked(
    stage: "Stage", http: httpx.AsyncClient, body: bytes
) -> None:
    answer = await http.post(f"/calcom/webhook/{TENANT}", content=body, headers=_signed(body))

    assert answer.status_code == 200
    assert await _stored(stage) == [("unreadable", "")]


@pytest.mark.parametrize(
    "payload", ["", None, [], {"metadata": []}, {"metadata": {"rufbuch_phase": 5}}, {"uid": 7}]
)
async def test_odd_payloads_harm_nobody(stage: "Stage", http: httpx.AsyncClient, payload: object) -> None:
    """CS-10: ids, dates and fields vary; a webhook is never lost over that."""
    body = json.dumps({"triggerEvent": "BOOKING_CREATED", "payload": payload}).encode()

    answer = await http.post(f"/calcom/webhook/{TENANT}", content=body, headers=_signed(body))

    assert answer.status_code == 200
    assert await _stored(stage) == [("nobodys", "BOOKING_CREATED")]


async def test_our_own_booking_is_recognised_before_its_post_is_answered(
    stage: "Stage", http: httpx.AsyncClient
) -> None:
    """CS-11: the webhook of our own booking comes first, and must not become a second appointment."""
    ref, answers = await stage.book(), []

    async def forward(_: dict[str, Any]) -> None:
        request = stage.cal.receiver.requests[-1]
        headers = {"X-Cal-Signature-256": request.headers["X-Cal-Signature-256"]}
        answers.append(await http.post(f"/calcom/webhook/{TENANT}", content=request.content, headers=headers))
        assert {intent.booking_uid for intent in (await stage.found(ref)).intents} == {""}

    del stage.registry.mappings[1:]
    await stage.cal.subscribe("BOOKING_CREATED", "BOOKING_CANCELLED", secret=SECRET)
    stage.cal.receiver.on_delivery = forward
    await _only_the_first_phase(stage)

    found = await stage.settled(ref)

    assert found.state is SyncState.SYNCED
    assert [answer.status_code for answer in answers] == [200]
    assert await _stored(stage) == [("own", "BOOKING_CREATED")]


async def test_a_cancellation_is_recognised_by_the_uid_alone(stage: "Stage", http: httpx.AsyncClient) -> None:
    ref = await stage.book()
    found = await stage.settled(ref)
    body = _body("BOOKING_CANCELLED", uid=found.intents[2].booking_uid)

    await http.post(f"/calcom/webhook/{TENANT}", content=body, headers=_signed(body))

    assert await _stored(stage) == [("own", "BOOKING_CANCELLED")]


async def test_without_the_registry_a_known_secret_still_serves(
    stage: "Stage", http: httpx.AsyncClient
) -> None:
    body = _body(uid="u1")
    stage.registry.away = True
    first = await http.post(f"/calcom/webhook/{TENANT}", content=body, headers=_signed(body))
    stage.registry.away = False
    await http.post(f"/calcom/webhook/{TENANT}", content=body, headers=_signed(body))
    stage.registry.away = True
    stage.directory.forget(UUID(TENANT))

    later = await http.post(
        f"/calcom/webhook/{TENANT}", content=_body(uid="u2"), headers=_signed(_body(uid="u2"))
    )

    assert (first.status_code, later.status_code) == (202, 200)


async def test_what_cannot_be_stored_is_not_called_stored(stage: "Stage", http: httpx.AsyncClient) -> None:
    body = _body(uid="u1")
    await stage.pool.close()

    answer = await http.post(f"/calcom/webhook/{TENANT}", content=body, headers=_signed(body))

    assert answer.status_code == 503


async def _only_the_first_phase(stage: "Stage") -> None:
    await stage.pool.execute("DELETE FROM intent WHERE position > 0")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (None, None),
        ("2027-03-02T08:00:00Z", None),
        (None, "2027-03-02T08:50:00Z"),
        ("2027-03-02T08:00:00Z", "2027-03-02T08:00:00Z"),
        ("2027-03-02T08:50:00Z", "2027-03-02T08:00:00Z"),
        ("2027-03-02T08:00:00", "2027-03-02T08:50:00"),
        ("soon", 5),
    ],
)
def test_what_says_no_span_of_time_takes_nobodys(start: object, end: object) -> None:
    """CS-10: it would be tried again for ever, or hide a time that is free."""
    payload = {"uid": "abc", "startTime": start, "endTime": end}
    content = read_webhook(json.dumps({"triggerEvent": "BOOKING_CREATED", "payload": payload}).encode())
    assert content
    assert (content.appears, content.span) == ("abc", None)
