"""Event types that need the host's confirmation: pending bookings guard nothing."""

import asyncio

from sandbox.calcom.embedded import OTHER_KEY, Cal

START = "2027-03-02T09:00:00Z"
ALWAYS = {"type": "always", "blockUnconfirmedBookingsInBooker": False}


async def confirm(cal: Cal, uid: str) -> int:
    return (await cal.call("POST", f"/v2/bookings/{uid}/confirm", {})).status_code


async def test_a_booking_that_needs_confirmation_is_pending(cal: Cal) -> None:
    event_type = await cal.event_type(confirmationPolicy=ALWAYS)
    booking = await cal.booked(event_type, START)
    assert booking["status"] == "pending"
    assert await confirm(cal, booking["uid"]) == 200
    assert (await cal.get(booking["uid"]))["status"] == "accepted"
    assert await confirm(cal, booking["uid"]) == 400


async def test_a_retry_is_answered_with_the_original_and_its_metadata(cal: Cal) -> None:
    event_type = await cal.event_type(confirmationPolicy=ALWAYS)
    first = (await cal.book(event_type, START, metadata={"try": "1"})).json()["data"]
    again = await cal.book(event_type, START, metadata={"try": "2"})
    assert (again.status_code, again.json()["data"]) == (201, first)


async def test_simultaneous_retries_make_several(cal: Cal) -> None:
    event_type = await cal.event_type(confirmationPolicy=ALWAYS)
    answers = await asyncio.gather(*(cal.book(event_type, START) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [201] * 5
    assert len({answer.json()["data"]["uid"] for answer in answers}) == 5


async def test_two_pending_bookings_of_one_time_can_both_be_confirmed(cal: Cal) -> None:
    event_type = await cal.event_type(confirmationPolicy=ALWAYS)
    one = await cal.booked(event_type, START, email="one@example.org")
    two = await cal.booked(event_type, START, email="two@example.org")
    assert [await confirm(cal, booking["uid"]) for booking in (one, two)] == [200, 200]


async def test_pending_bookings_block_only_where_the_policy_says_so(cal: Cal) -> None:
    blocking = await cal.event_type(confirmationPolicy={**ALWAYS, "blockUnconfirmedBookingsInBooker": True})
    await cal.booked(blocking, START)
    assert (await cal.book(blocking, START, email="lee@example.org")).status_code == 400


async def test_a_policy_by_time_asks_only_for_short_notice(cal: Cal) -> None:
    soon = {
        "type": "time",
        "noticeThreshold": {"unit": "hours", "count": 24},
        "blockUnconfirmedBookingsInBooker": False,
    }
    event_type = await cal.event_type(confirmationPolicy=soon)
    assert (await cal.booked(event_type, "2027-03-01T10:00:00Z"))["status"] == "pending"
    assert (await cal.booked(event_type, "2027-03-03T10:00:00Z"))["status"] == "accepted"


async def test_declining_needs_the_host_and_frees_nothing_that_was_blocked(cal: Cal) -> None:
    event_type = await cal.event_type(confirmationPolicy=ALWAYS)
    uid = (await cal.booked(event_type, START))["uid"]
    path = f"/v2/bookings/{uid}/decline"
    assert (await cal.call("POST", path, {"reason": "no"}, key=None)).status_code == 403
    assert (await cal.call("POST", path, {"reason": "no"}, key=OTHER_KEY)).status_code == 404
    assert (await cal.call("POST", path, {"reason": "no"})).json()["data"]["status"] == "rejected"


async def test_a_moved_booking_needs_confirmation_again_unless_the_owner_moved_it(cal: Cal) -> None:
    event_type = await cal.event_type(confirmationPolicy=ALWAYS)
    uid = (await cal.booked(event_type, START))["uid"]
    moved = (await cal.reschedule(uid, "2027-03-02T10:00:00Z")).json()["data"]
    assert moved["status"] == "pending"
    by_owner = await cal.reschedule(moved["uid"], "2027-03-02T11:00:00Z", rescheduledBy="vera@example.org")
    assert by_owner.json()["data"]["status"] == "accepted"
