"""Webhooks of Cal.com: when they fire, what they carry, and that nobody tries again."""

import asyncio
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.calcom.embedded import OTHER_KEY, Cal

START = "2027-03-02T09:00:00Z"
ALWAYS = {"type": "always", "blockUnconfirmedBookingsInBooker": False}
EVERYTHING = (
    "BOOKING_CREATED",
    "BOOKING_REQUESTED",
    "BOOKING_RESCHEDULED",
    "BOOKING_CANCELLED",
    "BOOKING_REJECTED",
)
SAMPLES = sorted(
    (Path(__file__).parents[3] / "shared" / "data" / "calcom" / "samples").glob("webhook-*.json")
)


async def test_a_booking_fires_before_its_answer(cal: Cal) -> None:
    seen: list[str] = []

    async def look(body: dict[str, Any]) -> None:
        stored = (await cal.client.get("/admin/bookings")).json()
        seen.extend(booking["uid"] for booking in stored if booking["uid"] == body["payload"]["uid"])
        requests = (await cal.client.get("/admin/requests")).json()
        assert requests[-1]["status"] is None

    cal.receiver.on_delivery = look
    await cal.subscribe("BOOKING_CREATED")
    booking = await cal.booked(await cal.event_type(), START)
    assert seen == [booking["uid"]]


async def test_the_signature_covers_the_raw_body(cal: Cal) -> None:
    await cal.subscribe("BOOKING_CREATED", secret="geheim")
    await cal.book(await cal.event_type(), START, metadata={"name": "Jürgen"})
    request = cal.receiver.requests[0]
    expected = hmac.new(b"geheim", request.content, hashlib.sha256).hexdigest()
    assert request.headers["X-Cal-Signature-256"] == expected
    assert request.headers["X-Cal-Webhook-Version"] == "2021-10-20"


async def test_without_a_secret_the_signature_says_so(cal: Cal) -> None:
    await cal.subscribe("BOOKING_CREATED")
    await cal.booked(await cal.event_type(), START)
    assert cal.receiver.requests[0].headers["X-Cal-Signature-256"] == "no-secret-provided"


async def test_metadata_comes_with_new_bookings_and_not_with_ended_ones(cal: Cal) -> None:
    await cal.subscribe(*EVERYTHING)
    event_type = await cal.event_type()
    first = (await cal.book(event_type, START, metadata={"ours": "7"})).json()["data"]
    second = (await cal.reschedule(first["uid"], "2027-03-02T10:00:00Z")).json()["data"]
    await cal.cancel(second["uid"])
    echoed = [(body["triggerEvent"], body["payload"].get("metadata")) for body in cal.receiver.bodies]
    assert echoed == [
        ("BOOKING_CREATED", {"ours": "7"}),
        ("BOOKING_RESCHEDULED", {"ours": "7"}),
        ("BOOKING_CANCELLED", None),
    ]


async def test_a_move_is_told_once_under_the_new_uid(cal: Cal) -> None:
    await cal.subscribe(*EVERYTHING)
    old = await cal.booked(await cal.event_type(), START)
    new = (await cal.reschedule(old["uid"], "2027-03-02T10:00:00Z")).json()["data"]
    payload = cal.receiver.bodies[-1]["payload"]
    assert cal.receiver.triggers == ["BOOKING_CREATED", "BOOKING_RESCHEDULED"]
    assert (payload["uid"], payload["rescheduleUid"], payload["rescheduleId"]) == (
        new["uid"],
        old["uid"],
        old["id"],
    )
    assert payload["rescheduleStartTime"] == "2027-03-02T09:00:00Z"


async def test_confirming_tells_created_without_metadata(cal: Cal) -> None:
    await cal.subscribe(*EVERYTHING)
    event_type = await cal.event_type(confirmationPolicy=ALWAYS)
    uid = (await cal.book(event_type, START, metadata={"ours": "7"})).json()["data"]["uid"]
    await cal.call("POST", f"/v2/bookings/{uid}/confirm", {})
    assert cal.receiver.triggers == ["BOOKING_REQUESTED", "BOOKING_CREATED"]
    payloads = [body["payload"] for body in cal.receiver.bodies]
    assert [payload["status"] for payload in payloads] == ["PENDING", "ACCEPTED"]
    assert ["metadata" in payload for payload in payloads] == [True, False]


async def test_declining_tells_rejected_with_the_reason_and_a_move_of_a_pending_one_tells_requested(
    cal: Cal,
) -> None:
    await cal.subscribe(*EVERYTHING)
    event_type = await cal.event_type(confirmationPolicy=ALWAYS)
    uid = (await cal.booked(event_type, START))["uid"]
    moved = (await cal.reschedule(uid, "2027-03-02T10:00:00Z")).json()["data"]["uid"]
    await cal.call("POST", f"/v2/bookings/{moved}/decline", {"reason": "full"})
    assert cal.receiver.triggers == ["BOOKING_REQUESTED", "BOOKING_REQUESTED", "BOOKING_REJECTED"]
    assert cal.receiver.bodies[1]["payload"]["rescheduleUid"] == uid
    assert cal.receiver.bodies[2]["payload"]["rejectionReason"] == "full"


async def test_every_trigger_writes_times_its_own_way(cal: Cal) -> None:
    await cal.subscribe(*EVERYTHING)
    plain, asking = await cal.event_type(), await cal.event_type(confirmationPolicy=ALWAYS)
    await cal.cancel((await cal.booked(plain, START))["uid"])
    uid = (await cal.booked(asking, START))["uid"]
    await cal.call("POST", f"/v2/bookings/{uid}/decline", {})
    written = {body["triggerEvent"]: body["payload"]["startTime"] for body in cal.receiver.bodies}
    assert written == {
        "BOOKING_CREATED": "2027-03-02T09:00:00Z",
        "BOOKING_REQUESTED": "2027-03-02T09:00:00Z",
        "BOOKING_CANCELLED": "2027-03-02T09:00:00+00:00",
        "BOOKING_REJECTED": "2027-03-02T09:00:00.000Z",
    }


async def test_user_and_event_type_both_hear_of_one_booking(cal: Cal) -> None:
    event_type = await cal.event_type()
    await cal.subscribe("BOOKING_CREATED", subscriberUrl="http://receiver.test/user")
    path = f"/v2/event-types/{event_type}/webhooks"
    await cal.subscribe("BOOKING_CREATED", path=path, subscriberUrl="http://receiver.test/type")
    await cal.booked(event_type, START)
    assert {request.url.path for request in cal.receiver.requests} == {"/user", "/type"}


async def test_others_inactive_ones_and_other_triggers_hear_nothing(cal: Cal) -> None:
    await cal.subscribe("BOOKING_CREATED", active=False)
    await cal.subscribe("BOOKING_CANCELLED", subscriberUrl="http://receiver.test/2")
    body = {"active": True, "subscriberUrl": "http://receiver.test/3", "triggers": ["BOOKING_CREATED"]}
    await cal.call("POST", "/v2/webhooks", body, key=OTHER_KEY)
    await cal.booked(await cal.event_type(), START)
    assert cal.receiver.requests == []


async def test_a_retry_answered_with_the_original_tells_nothing(cal: Cal) -> None:
    await cal.subscribe(*EVERYTHING)
    event_type = await cal.event_type(confirmationPolicy=ALWAYS)
    await cal.booked(event_type, START)
    await cal.booked(event_type, START)
    assert cal.receiver.triggers == ["BOOKING_REQUESTED"]


@pytest.mark.parametrize("trouble", [{"status": 500}, {"error": httpx.ConnectError("refused")}])
async def test_a_failing_receiver_is_tried_once_and_ignored(cal: Cal, trouble: dict[str, Any]) -> None:
    for name, value in trouble.items():
        setattr(cal.receiver, name, value)
    await cal.subscribe("BOOKING_CREATED")
    assert (await cal.book(await cal.event_type(), START)).status_code == 201
    assert len(cal.receiver.requests) == 1


async def test_a_slow_receiver_makes_the_booking_slow(cal: Cal) -> None:
    released = asyncio.Event()
    arrived = asyncio.Event()

    async def wait(_: object) -> None:
        arrived.set()
        await released.wait()

    cal.receiver.on_delivery = wait
    await cal.subscribe("BOOKING_CREATED")
    booking = asyncio.create_task(cal.book(await cal.event_type(), START))
    await arrived.wait()
    assert not booking.done()
    released.set()
    assert (await booking).status_code == 201


async def test_a_subscription_can_be_changed_and_its_url_is_unique_per_owner(cal: Cal) -> None:
    event_type = await cal.event_type()
    hook = await cal.subscribe("BOOKING_CREATED")
    changed = await cal.call("PATCH", f"/v2/webhooks/{hook['id']}", {"active": False})
    assert changed.json()["data"]["active"] is False
    path = f"/v2/event-types/{event_type}/webhooks"
    on_type = await cal.subscribe("BOOKING_CREATED", path=path)
    assert on_type["eventTypeId"] == event_type
    assert (await cal.call("GET", path)).json()["data"] == [on_type]
    assert (await cal.call("DELETE", path)).json()["data"] == "1 webhooks deleted"
    assert (await cal.call("GET", f"/v2/webhooks/{hook['id']}", key=OTHER_KEY)).status_code == 404


async def told(cal: Cal) -> dict[str, dict[str, Any]]:
    """One webhook of every kind, of a video booking without metadata of its own."""
    await cal.subscribe(*EVERYTHING)
    plain = await cal.event_type()
    asking = await cal.event_type(
        confirmationPolicy=ALWAYS, locations=[{"type": "address", "address": "Salon 1"}]
    )
    first = await cal.booked(plain, START)
    second = (await cal.reschedule(first["uid"], "2027-03-02T10:00:00Z")).json()["data"]
    await cal.cancel(second["uid"])
    uid = (await cal.booked(asking, START))["uid"]
    await cal.call("POST", f"/v2/bookings/{uid}/decline", {"reason": "full"})
    return {body["triggerEvent"]: body for body in cal.receiver.bodies}


COMMON = frozenset(
    [
        "title",
        "type",
        "startTime",
        "endTime",
        "organizer",
        "attendees",
        "responses",
        "location",
        "uid",
        "bookingId",
        "status",
    ]
)


@pytest.mark.parametrize(
    ("trigger", "own"),
    [
        ("BOOKING_CREATED", "metadata iCalUID iCalSequence conferenceData hashedLink"),
        ("BOOKING_REQUESTED", "metadata iCalUID requiresConfirmation oneTimePassword"),
        (
            "BOOKING_RESCHEDULED",
            "metadata rescheduleUid rescheduleId rescheduleStartTime rescheduleEndTime appsStatus",
        ),
        ("BOOKING_CANCELLED", "cancellationReason requestReschedule iCalUID organizationId"),
        ("BOOKING_REJECTED", "rejectionReason organizationId"),
    ],
)
async def test_a_payload_has_its_own_keys(cal: Cal, trigger: str, own: str) -> None:
    body = (await told(cal))[trigger]
    assert set(body) == {"triggerEvent", "createdAt", "payload"}
    assert set(body["payload"]) >= COMMON | set(own.split())


@pytest.mark.parametrize(
    "recorded",
    [json.loads(sample.read_text())["body"] for sample in SAMPLES],
    ids=[path.stem for path in SAMPLES],
)
async def test_a_payload_has_the_keys_of_the_recorded_one(cal: Cal, recorded: dict[str, Any]) -> None:
    ours = (await told(cal))[recorded["triggerEvent"]]["payload"]
    theirs = recorded["payload"]
    assert set(ours) == set(theirs)
    for part in ("organizer", "responses"):
        assert set(ours[part]) == set(theirs[part])
    assert set(ours["attendees"][0]) == set(theirs["attendees"][0])
