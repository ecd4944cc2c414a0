"""The sandbox's own routes, and what outlives a restart."""

from pathlib import Path

import httpx
import pytest

from sandbox.calcom.app import build_app
from sandbox.calcom.clock import SettableClock
from sandbox.calcom.embedded import HOST_KEY, NOW, OTHER_KEY, Cal, Receiver, embedded
from sandbox.calcom.settings import Settings
from sandbox.calcom.store import DuplicateKeyError, Store

START = "2027-03-02T09:00:00Z"
MORNINGS = [{"days": ["Monday", "Tuesday"], "startTime": "08:00", "endTime": "12:00"}]


async def test_putting_a_user_twice_changes_nothing(cal: Cal) -> None:
    first = await cal.user("mia", "cal_test_mia", availability=MORNINGS, timeZone="Europe/Lisbon")
    assert await cal.user("mia", "cal_test_mia", availability=MORNINGS, timeZone="Europe/Lisbon") == first
    schedule = (await cal.call("GET", "/v2/schedules/default", key="cal_test_mia")).json()["data"]
    assert schedule == first["schedule"]
    assert (schedule["timeZone"], schedule["availability"]) == ("Europe/Lisbon", MORNINGS)


async def test_a_user_can_change_and_keeps_its_id(cal: Cal) -> None:
    before = await cal.user("vera", HOST_KEY)
    after = await cal.user("vera", "cal_test_new", availability=MORNINGS)
    assert after["id"] == before["id"]
    assert (await cal.call("GET", "/v2/me")).status_code == 401
    assert (await cal.call("GET", "/v2/me", key="cal_test_new")).json()["data"]["username"] == "vera"


async def test_a_key_belongs_to_one_user(cal: Cal) -> None:
    order = {"name": "Mia", "email": "mia@example.org", "apiKey": HOST_KEY}
    assert (await cal.client.put("/admin/users/mia", json=order)).status_code == 409


async def test_a_user_with_impossible_hours_is_refused(cal: Cal) -> None:
    for hours in ({"days": ["Montag"]}, {"startTime": "25:00"}):
        availability = [{**MORNINGS[0], **hours}]
        order = {"name": "Mia", "email": "m@example.org", "apiKey": "k", "availability": availability}
        assert (await cal.client.put("/admin/users/mia", json=order)).status_code == 422


async def test_busy_times_of_a_connected_calendar_can_be_read(cal: Cal) -> None:
    span = {"start": "2027-03-02T12:00:00Z", "end": "2027-03-02T13:00:00Z"}
    connected = (await cal.client.put("/admin/users/vera/busy-times", json={"busyTimes": [span]})).json()
    calendar = (await cal.call("GET", "/v2/calendars")).json()["data"]["connectedCalendars"][0]
    assert calendar["credentialId"] == connected["credentialId"]
    query = "loggedInUsersTz=Europe/Berlin&dateFrom={}&dateTo={}&calendarsToLoad[0][credentialId]={}".format(
        "2027-03-02", "2027-03-02", connected["credentialId"]
    )
    found = (await cal.call("GET", f"/v2/calendars/busy-times?{query}")).json()["data"]
    assert [one["start"] for one in found] == ["2027-03-02T12:00:00.000Z"]
    other = await cal.call("GET", f"/v2/calendars/busy-times?{query}", key=OTHER_KEY)
    assert other.status_code == 400


async def test_hidden_event_types_are_bookable_but_listed_only_for_their_owner(cal: Cal) -> None:
    hidden = await cal.event_type(hidden=True)
    listed = await cal.call("GET", "/v2/event-types?username=vera", key=None)
    own = await cal.call("GET", "/v2/event-types?username=vera")
    assert (listed.json()["data"], [one["id"] for one in own.json()["data"]]) == ([], [hidden])
    assert (await cal.book(hidden, START)).status_code == 201


async def test_an_email_field_cannot_be_optional(cal: Cal) -> None:
    field = {"type": "email", "required": False, "label": "E-mail"}
    body = {"lengthInMinutes": 30, "title": "Cut", "slug": "cut", "bookingFields": [field]}
    assert (await cal.call("POST", "/v2/event-types", body)).status_code == 400


async def test_what_the_stand_in_does_not_play_is_refused_loudly(cal: Cal) -> None:
    body = {"lengthInMinutes": 30, "title": "Cut", "slug": "cut", "seats": {"seatsPerTimeSlot": 2}}
    assert (await cal.call("POST", "/v2/event-types", body)).status_code == 501


async def test_a_reset_forgets_bookings_and_on_request_keeps_the_set_up(cal: Cal) -> None:
    event_type = await cal.event_type()
    await cal.booked(event_type, START)
    await cal.client.post("/admin/reset", json={"keepSetup": True})
    assert (await cal.client.get("/admin/bookings")).json() == []
    assert (await cal.book(event_type, START)).status_code == 201
    await cal.client.post("/admin/reset")
    assert (await cal.client.get("/admin/users")).json() == []
    assert (await cal.client.get("/admin/requests")).json() == []


async def test_a_restart_forgets_nothing_that_was_answered(tmp_path: Path) -> None:
    settings = Settings(state_path=tmp_path / "state" / "calcom.db", insert_delay_s=0)
    async with embedded(settings) as cal:
        event_type = await cal.event_type()
        first = await cal.booked(event_type, START)
        moved = (await cal.reschedule(first["uid"], "2027-03-02T10:00:00Z")).json()["data"]
        await cal.subscribe("BOOKING_CREATED")
        before = (await cal.client.get("/admin/bookings")).json()
    receiver = Receiver()
    app = build_app(settings, SettableClock(NOW), receiver)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://calcom.test") as client:
        again = Cal(client, app, SettableClock(NOW), receiver)
        assert (await client.get("/admin/bookings")).json() == before
        assert (await again.get(first["uid"]))["rescheduledToUid"] == moved["uid"]
        assert (await again.book(event_type, "2027-03-02T10:00:00Z")).status_code == 400
        new = await again.booked(event_type, START)
        assert new["uid"] not in {first["uid"], moved["uid"]}
        assert new["id"] > moved["id"]
        assert receiver.triggers == ["BOOKING_CREATED"]
    await app.state.world.close()


async def test_the_unique_key_of_accepted_bookings_outlives_a_restart(tmp_path: Path) -> None:
    settings = Settings(state_path=tmp_path / "calcom.db", insert_delay_s=0)
    async with embedded(settings) as cal:
        uid = (await cal.booked(await cal.event_type(), START))["uid"]
    store = Store(settings.state_path)
    booking = store.bookings.get(uid)
    assert booking is not None
    with pytest.raises(DuplicateKeyError):
        store.bookings.put(booking.model_copy(update={"uid": "another"}))
    store.close()
