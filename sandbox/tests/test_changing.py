"""Rescheduling and cancelling at Cal.com, one after another and at once."""

import asyncio

from sandbox.calcom.embedded import OTHER_KEY, Cal

START = "2027-03-02T09:00:00Z"
TIMES = ("2027-03-02T10:00:00Z", "2027-03-02T11:00:00Z", "2027-03-02T12:00:00Z")


async def statuses(cal: Cal) -> list[str]:
    return sorted(booking["status"] for booking in (await cal.client.get("/admin/bookings")).json())


async def test_a_moved_booking_keeps_metadata_attendee_and_calendar_id(cal: Cal) -> None:
    event_type = await cal.event_type()
    old = (await cal.book(event_type, START, metadata={"ours": "7"})).json()["data"]
    new = (await cal.reschedule(old["uid"], TIMES[0])).json()["data"]
    kept = ("metadata", "attendees", "icsUid", "title")
    assert [new[name] for name in kept] == [old[name] for name in kept]
    assert new["uid"] != old["uid"]
    assert new["id"] != old["id"]
    assert "reschedulingReason" not in new


async def test_a_booking_can_be_moved_to_its_own_time(cal: Cal) -> None:
    uid = (await cal.booked(await cal.event_type(), START))["uid"]
    moved = await cal.reschedule(uid, START)
    assert moved.status_code == 201
    assert moved.json()["data"]["uid"] != uid


async def test_a_booking_can_be_moved_over_itself(cal: Cal) -> None:
    uid = (await cal.booked(await cal.event_type(), START))["uid"]
    assert (await cal.reschedule(uid, "2027-03-02T09:15:00Z")).status_code == 201


async def test_a_refused_move_leaves_the_original(cal: Cal) -> None:
    event_type = await cal.event_type()
    uid = (await cal.booked(event_type, START))["uid"]
    await cal.booked(event_type, TIMES[0])
    assert (await cal.reschedule(uid, TIMES[0])).status_code == 400
    assert (await cal.get(uid))["status"] == "accepted"


async def test_a_moved_booking_gets_the_event_types_length(cal: Cal) -> None:
    event_type = await cal.event_type(lengthInMinutesOptions=[15, 30, 60])
    long = (await cal.book(event_type, START, lengthInMinutes=60)).json()["data"]
    assert (await cal.reschedule(long["uid"], TIMES[1])).json()["data"]["duration"] == 30


async def test_a_move_must_keep_the_notice(cal: Cal) -> None:
    uid = (await cal.booked(await cal.event_type(minimumBookingNotice=120), START))["uid"]
    assert (await cal.reschedule(uid, "2027-03-01T09:00:00Z")).status_code == 400


async def test_three_simultaneous_moves_of_one_booking_make_three(cal: Cal) -> None:
    uid = (await cal.booked(await cal.event_type(), START))["uid"]
    answers = await asyncio.gather(*(cal.reschedule(uid, start) for start in TIMES))
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert await statuses(cal) == ["accepted", "accepted", "accepted", "cancelled"]


async def test_a_cancel_and_a_move_at_once_have_one_winner(cal: Cal) -> None:
    uid = (await cal.booked(await cal.event_type(), START))["uid"]
    moved, cancelled = await asyncio.gather(cal.reschedule(uid, TIMES[0]), cal.cancel(uid))
    assert (moved.status_code, cancelled.status_code) == (201, 400)


async def test_a_move_and_a_cancel_at_once_have_one_winner(cal: Cal) -> None:
    uid = (await cal.booked(await cal.event_type(), START))["uid"]
    cancelled, moved = await asyncio.gather(cal.cancel(uid), cal.reschedule(uid, TIMES[0]))
    assert (cancelled.status_code, moved.status_code) == (200, 400)
    assert moved.json() == {"statusCode": 400, "message": "cancelled_bookings_cannot_be_rescheduled"}


async def test_three_simultaneous_cancels_all_succeed_and_all_tell(cal: Cal) -> None:
    await cal.subscribe("BOOKING_CANCELLED")
    uid = (await cal.booked(await cal.event_type(), START))["uid"]
    answers = await asyncio.gather(*(cal.cancel(uid) for _ in range(3)))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert cal.receiver.triggers == ["BOOKING_CANCELLED"] * 3


async def test_only_the_host_must_give_a_reason(cal: Cal) -> None:
    event_type = await cal.event_type()
    uid = (await cal.booked(event_type, START))["uid"]
    assert (await cal.cancel(uid, reason="")).json() == {
        "statusCode": 400,
        "message": "Cancellation reason is required when you are the host",
    }
    assert (await cal.cancel(uid, key=OTHER_KEY, reason="")).status_code == 200
    other = (await cal.booked(event_type, TIMES[0]))["uid"]
    assert (await cal.cancel(other, key=None, reason="")).status_code == 200


async def test_a_cancelled_time_can_be_booked_again_at_once(cal: Cal) -> None:
    event_type = await cal.event_type()
    for _ in range(3):
        await cal.cancel((await cal.booked(event_type, START))["uid"])
    assert await statuses(cal) == ["cancelled"] * 3


async def test_a_move_to_a_time_taken_meanwhile_loses_the_race(cal: Cal) -> None:
    event_type = await cal.event_type()
    uid = (await cal.booked(event_type, START))["uid"]
    made, moved = await asyncio.gather(cal.book(event_type, TIMES[0]), cal.reschedule(uid, TIMES[0]))
    assert (made.status_code, moved.status_code) == (201, 409)
    assert (await cal.get(uid))["status"] == "accepted"
