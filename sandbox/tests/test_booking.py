"""POST /v2/bookings at Cal.com: what is checked, what is not, and who wins a race."""

import asyncio
from datetime import timedelta

from sandbox.calcom.embedded import HOST_KEY, Cal

UNAVAILABLE = "User either already has booking at this time or is not available"


async def test_notice_is_two_hours_unless_the_event_type_says_otherwise(cal: Cal) -> None:
    hasty = await cal.event_type()
    usual = await cal.event_type(minimumBookingNotice=120)
    too_soon = await cal.book(usual, "2027-03-01T09:59:00Z")
    assert too_soon.status_code == 400
    assert too_soon.json()["error"]["message"].startswith(
        'The event type can\'t be booked at the "start" time'
    )
    assert (await cal.book(usual, "2027-03-01T10:00:00Z")).status_code == 201
    assert (await cal.book(hasty, "2027-03-01T08:01:00Z")).status_code == 201


async def test_a_booking_window_ends_somewhere(cal: Cal) -> None:
    event_type = await cal.event_type(bookingWindow={"type": "calendarDays", "value": 10, "rolling": True})
    assert (await cal.book(event_type, "2027-03-10T10:00:00Z")).status_code == 201
    assert (await cal.book(event_type, "2027-03-15T10:00:00Z")).status_code == 400


async def test_a_booking_must_fit_into_the_working_hours_on_both_sides(cal: Cal) -> None:
    event_type = await cal.event_type()
    assert (await cal.book(event_type, "2027-03-02T15:30:00Z")).status_code == 201
    for start in ("2027-03-02T07:59:00Z", "2027-03-02T15:31:00Z"):
        answer = await cal.book(event_type, start)
        assert (answer.status_code, answer.json()["error"]["message"]) == (400, UNAVAILABLE)


async def test_working_hours_follow_the_local_clock(cal: Cal) -> None:
    event_type = await cal.event_type()
    assert (await cal.book(event_type, "2027-03-30T07:00:00Z")).status_code == 201
    assert (await cal.book(event_type, "2027-03-30T15:00:00Z")).status_code == 400


async def test_an_override_replaces_the_weekly_hours_of_its_day(cal: Cal) -> None:
    override = {"date": "2027-03-06", "startTime": "10:00", "endTime": "12:00"}
    await cal.user("vera", HOST_KEY, overrides=[override])
    event_type = await cal.event_type()
    assert (await cal.book(event_type, "2027-03-06T09:00:00Z")).status_code == 201
    assert (await cal.book(event_type, "2027-03-06T12:00:00Z")).status_code == 400


async def test_another_event_type_of_the_same_host_is_in_the_way(cal: Cal) -> None:
    one, other = await cal.event_type(), await cal.event_type()
    await cal.booked(one, "2027-03-02T09:00:00Z")
    assert (await cal.book(other, "2027-03-02T09:15:00Z")).status_code == 400
    assert (await cal.book(other, "2027-03-02T09:30:00Z")).status_code == 201


async def test_buffers_of_both_event_types_keep_their_distance(cal: Cal) -> None:
    plain = await cal.event_type()
    buffered = await cal.event_type(beforeEventBuffer=10, afterEventBuffer=20)
    await cal.booked(buffered, "2027-03-02T10:00:00Z")
    assert (await cal.book(plain, "2027-03-02T10:49:00Z")).status_code == 400
    assert (await cal.book(plain, "2027-03-02T10:50:00Z")).status_code == 201
    assert (await cal.book(buffered, "2027-03-02T09:05:00Z")).status_code == 400


async def test_a_connected_calendar_is_in_the_way(cal: Cal) -> None:
    event_type = await cal.event_type()
    busy = [{"start": "2027-03-02T12:00:00Z", "end": "2027-03-02T13:00:00Z"}]
    await cal.client.put("/admin/users/vera/busy-times", json={"busyTimes": busy})
    assert (await cal.book(event_type, "2027-03-02T12:45:00Z")).status_code == 400
    await cal.client.put("/admin/users/vera/busy-times", json={"busyTimes": None})
    assert (await cal.book(event_type, "2027-03-02T12:45:00Z")).status_code == 201


async def test_required_fields_of_the_event_type_are_required(cal: Cal) -> None:
    question = {"type": "text", "slug": "hair", "label": "Hair", "required": True}
    event_type = await cal.event_type(bookingFields=[question])
    missing = await cal.book(event_type, "2027-03-02T09:00:00Z")
    assert missing.json()["error"] == {
        "code": "BAD_REQUEST",
        "message": "responses - {hair}error_required_field, ",
    }
    given = await cal.book(event_type, "2027-03-02T09:00:00Z", bookingFieldsResponses={"hair": "long"})
    assert given.json()["data"]["bookingFieldsResponses"]["hair"] == "long"


async def test_an_event_type_can_be_named_by_slug_and_user(cal: Cal) -> None:
    await cal.event_type(slug="trim")
    attendee = {"name": "Kim", "email": "kim@example.org", "timeZone": "Europe/Berlin"}
    body = {
        "start": "2027-03-02T09:00:00Z",
        "eventTypeSlug": "trim",
        "username": "vera",
        "attendee": attendee,
    }
    assert (await cal.call("POST", "/v2/bookings", body)).status_code == 201


async def test_an_address_of_the_event_type_is_the_location(cal: Cal) -> None:
    event_type = await cal.event_type(locations=[{"type": "address", "address": "Salon 1", "public": True}])
    assert (await cal.booked(event_type, "2027-03-02T09:00:00Z"))["location"] == "Salon 1"


async def test_an_event_type_may_demand_a_key(cal: Cal) -> None:
    event_type = await cal.event_type(bookingRequiresAuthentication=True)
    assert (await cal.book(event_type, "2027-03-02T09:00:00Z", key=None)).status_code == 401
    assert (await cal.book(event_type, "2027-03-02T09:00:00Z")).status_code == 201


async def test_of_ten_simultaneous_bookings_of_one_slot_one_is_made(cal: Cal) -> None:
    event_type = await cal.event_type()
    answers = await asyncio.gather(
        *(
            cal.book(event_type, "2027-03-02T09:00:00Z", email=f"r{number}@example.org")
            for number in range(10)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    lost = next(answer for answer in answers if answer.status_code == 409)
    assert lost.json() == {"statusCode": 409, "message": "booking_conflict_error"}


async def test_simultaneous_bookings_that_only_overlap_are_all_made(cal: Cal) -> None:
    one, other = await cal.event_type(), await cal.event_type(lengthInMinutes=45)
    answers = await asyncio.gather(
        cal.book(one, "2027-03-02T09:00:00Z"),
        cal.book(one, "2027-03-02T09:15:00Z"),
        cal.book(other, "2027-03-02T09:00:00Z"),
    )
    assert [answer.status_code for answer in answers] == [201, 201, 201]


async def test_simultaneous_bookings_of_two_hosts_do_not_conflict(cal: Cal) -> None:
    mine = await cal.event_type()
    body = {"lengthInMinutes": 30, "title": "Cut", "slug": "cut", "minimumBookingNotice": 0}
    theirs = (await cal.call("POST", "/v2/event-types", body, key="cal_test_otto")).json()["data"]["id"]
    answers = await asyncio.gather(*(cal.book(one, "2027-03-02T09:00:00Z") for one in (mine, theirs)))
    assert [answer.status_code for answer in answers] == [201, 201]


async def test_a_caller_who_hangs_up_leaves_a_booking_behind(cal: Cal) -> None:
    event_type = await cal.event_type()
    arrived, answer_now = asyncio.Event(), asyncio.Event()

    async def hold(_: object) -> None:
        arrived.set()
        await answer_now.wait()

    cal.receiver.on_delivery = hold
    await cal.subscribe("BOOKING_CREATED")
    caller = asyncio.create_task(cal.book(event_type, "2027-03-02T09:00:00Z"))
    await arrived.wait()
    caller.cancel()
    await asyncio.wait([caller])
    answer_now.set()
    stored = (await cal.client.get("/admin/bookings")).json()
    assert [booking["status"] for booking in stored] == ["accepted"]


async def test_uids_are_22_characters_and_never_the_same(cal: Cal) -> None:
    event_type = await cal.event_type()
    made = []
    for _ in range(3):
        made.append((await cal.booked(event_type, "2027-03-02T09:00:00Z"))["uid"])
        await cal.cancel(made[-1])
    assert {len(uid) for uid in made} == {22}
    assert len(set(made)) == 3


async def test_times_of_change_are_those_of_the_clock(cal: Cal) -> None:
    event_type = await cal.event_type()
    uid = (await cal.booked(event_type, "2027-03-02T09:00:00Z"))["uid"]
    cal.clock.advance(timedelta(minutes=5))
    await cal.cancel(uid)
    booking = await cal.get(uid)
    assert (booking["createdAt"], booking["updatedAt"]) == (
        "2027-03-01T08:00:00.000Z",
        "2027-03-01T08:05:00.000Z",
    )
