"""GET /v2/slots and reservations: what the booking page shows, and how little it means."""

from datetime import timedelta

import pytest

from sandbox.calcom.embedded import HOST_KEY, OTHER_KEY, Cal, Json

NIGHT = [{"days": ["Sunday", "Saturday"], "startTime": "00:00", "endTime": "06:00"}]


async def slots(cal: Cal, event_type: int, start: str, end: str, more: str = "") -> list[str]:
    query = f"?eventTypeId={event_type}&start={start}&end={end}{more}"
    body: Json = (await cal.call("GET", f"/v2/slots{query}", key=None)).json()
    return [slot["start"] for day in body["data"].values() for slot in day]


async def test_slots_run_from_opening_to_closing(cal: Cal) -> None:
    shown = await slots(cal, await cal.event_type(), "2027-03-02", "2027-03-02")
    assert (shown[0], shown[-1], len(shown)) == ("2027-03-02T08:00:00.000Z", "2027-03-02T15:30:00.000Z", 16)


async def test_the_interval_is_the_grid(cal: Cal) -> None:
    shown = await slots(cal, await cal.event_type(slotInterval=15), "2027-03-02", "2027-03-02")
    assert shown[:2] == ["2027-03-02T08:00:00.000Z", "2027-03-02T08:15:00.000Z"]
    assert len(shown) == 31


async def test_the_grid_begins_anew_after_every_booking(cal: Cal) -> None:
    event_type = await cal.event_type(lengthInMinutes=50)
    await cal.booked(event_type, "2027-03-02T08:10:00Z")
    shown = await slots(cal, event_type, "2027-03-02", "2027-03-02T11:00:00Z")
    assert [start[11:16] for start in shown] == ["09:00", "09:50"]


async def test_notice_and_busy_times_hide_slots(cal: Cal) -> None:
    event_type = await cal.event_type(minimumBookingNotice=120)
    await cal.booked(event_type, "2027-03-01T11:00:00Z")
    shown = await slots(cal, event_type, "2027-03-01", "2027-03-01T12:00:00Z")
    assert [start[11:16] for start in shown] == ["10:00", "10:30", "11:30"]


async def test_a_moved_booking_can_be_left_out(cal: Cal) -> None:
    event_type = await cal.event_type()
    uid = (await cal.booked(event_type, "2027-03-02T09:00:00Z"))["uid"]
    span = ("2027-03-02T09:00:00Z", "2027-03-02T09:30:00Z")
    assert await slots(cal, event_type, *span) == []
    assert len(await slots(cal, event_type, *span, f"&bookingUidToReschedule={uid}")) == 1


async def test_a_date_is_the_utc_day_though_a_zone_was_given(cal: Cal) -> None:
    await cal.user("vera", HOST_KEY, availability=NIGHT)
    event_type = await cal.event_type(lengthInMinutes=60)
    shown = await slots(cal, event_type, "2027-03-06", "2027-03-06", "&timeZone=Europe/Berlin")
    assert shown[0] == "2027-03-06T01:00:00.000+01:00"
    assert shown[-1] == "2027-03-07T00:00:00.000+01:00"


async def test_an_answer_is_two_seconds_old_for_the_same_query(cal: Cal) -> None:
    event_type = await cal.event_type()
    before = await slots(cal, event_type, "2027-03-02", "2027-03-02")
    await cal.booked(event_type, "2027-03-02T09:00:00Z")
    assert await slots(cal, event_type, "2027-03-02", "2027-03-02") == before
    assert len(await slots(cal, event_type, "2027-03-02", "2027-03-02", "&timeZone=UTC")) == len(before) - 1
    cal.clock.advance(timedelta(seconds=2))
    assert len(await slots(cal, event_type, "2027-03-02", "2027-03-02")) == len(before) - 1


async def test_on_the_spring_change_an_early_window_offers_the_evening_before_and_refuses_it(
    cal: Cal,
) -> None:
    await cal.user("vera", HOST_KEY, availability=[{**NIGHT[0], "days": ["Sunday"]}])
    event_type = await cal.event_type()
    shown = await slots(cal, event_type, "2027-03-27T12:00:00Z", "2027-03-28", "&timeZone=Europe/Berlin")
    assert shown[:3] == [
        f"2027-03-{time}.000+01:00" for time in ("27T23:00:00", "27T23:30:00", "28T00:00:00")
    ]
    assert not any("T02:" in start for start in shown)
    assert (await cal.book(event_type, "2027-03-27T22:00:00Z")).status_code == 400
    assert (await cal.book(event_type, "2027-03-27T23:00:00Z")).status_code == 201


async def test_on_the_autumn_change_the_first_hour_is_missing_and_two_oclock_comes_twice(cal: Cal) -> None:
    await cal.user("vera", HOST_KEY, availability=[{**NIGHT[0], "days": ["Sunday"]}])
    event_type = await cal.event_type()
    shown = await slots(cal, event_type, "2027-10-30T12:00:00Z", "2027-10-31", "&timeZone=Europe/Berlin")
    assert shown[0] == "2027-10-31T01:00:00.000+02:00"
    assert [start[-6:] for start in shown if "T02:00" in start] == ["+02:00", "+01:00"]
    assert (await cal.book(event_type, "2027-10-30T22:00:00Z")).status_code == 201


async def test_daytime_windows_are_right_on_change_days(cal: Cal) -> None:
    await cal.user("vera", HOST_KEY, availability=[{**NIGHT[0], "startTime": "09:00", "endTime": "17:00"}])
    event_type = await cal.event_type()
    for day in ("2027-03-28", "2027-10-31"):
        shown = await slots(cal, event_type, day, day, "&timeZone=Europe/Berlin")
        assert (shown[0][11:16], shown[-1][11:16], len(shown)) == ("09:00", "16:30", 16)


async def test_a_reservation_hides_the_time_for_all_event_types_of_the_host(cal: Cal) -> None:
    one, other = await cal.event_type(), await cal.event_type()
    body = {"eventTypeId": one, "slotStart": "2027-03-02T09:00:00Z"}
    assert (await cal.call("POST", "/v2/slots/reservations", body, key=None)).status_code == 201
    span = ("2027-03-02T09:00:00Z", "2027-03-02T10:00:00Z")
    assert [start[11:16] for start in await slots(cal, other, *span)] == ["09:30"]
    second = {**body, "eventTypeId": other}
    assert (await cal.call("POST", "/v2/slots/reservations", second, key=None)).status_code == 201


async def test_a_reservation_ends_by_itself(cal: Cal) -> None:
    event_type = await cal.event_type()
    body = {"eventTypeId": event_type, "slotStart": "2027-03-02T09:00:00Z"}
    uid = (await cal.call("POST", "/v2/slots/reservations", body, key=None)).json()["data"]["reservationUid"]
    cal.clock.advance(timedelta(minutes=5))
    assert (await cal.call("GET", f"/v2/slots/reservations/{uid}", key=None)).json()["data"] is None
    assert (await cal.call("POST", "/v2/slots/reservations", body, key=None)).status_code == 201


async def test_a_reservation_can_be_in_the_past_outside_hours_and_of_any_length(cal: Cal) -> None:
    event_type = await cal.event_type()
    body = {"eventTypeId": event_type, "slotStart": "2020-03-01T02:00:00Z", "reservationDuration": 100_000}
    assert (await cal.call("POST", "/v2/slots/reservations", body)).status_code == 201
    assert (await cal.call("POST", "/v2/slots/reservations", body, key=OTHER_KEY)).status_code == 403


async def test_a_reservation_can_be_moved_but_not_onto_itself(cal: Cal) -> None:
    body = {"eventTypeId": await cal.event_type(), "slotStart": "2027-03-02T09:00:00Z"}
    uid = (await cal.call("POST", "/v2/slots/reservations", body, key=None)).json()["data"]["reservationUid"]
    path = f"/v2/slots/reservations/{uid}"
    assert (await cal.call("PATCH", path, body, key=None)).status_code == 422
    moved = await cal.call("PATCH", path, {**body, "slotStart": "2027-03-02T10:00:00Z"}, key=None)
    assert (moved.status_code, moved.json()["data"]["reservationUid"]) == (200, uid)


async def test_a_booking_does_not_use_up_a_reservation(cal: Cal) -> None:
    event_type = await cal.event_type()
    body = {"eventTypeId": event_type, "slotStart": "2027-03-02T09:00:00Z"}
    uid = (await cal.call("POST", "/v2/slots/reservations", body, key=None)).json()["data"]["reservationUid"]
    await cal.booked(event_type, "2027-03-02T09:00:00Z")
    assert (await cal.call("GET", f"/v2/slots/reservations/{uid}", key=None)).json()["data"] is not None


@pytest.mark.parametrize("query", ["timeZone=Kreuzberg", "format=list", "start=soon"])
async def test_slot_queries_are_checked(cal: Cal, query: str) -> None:
    base = f"/v2/slots?eventTypeId=1&start=2027-03-02&end=2027-03-02&{query}"
    assert (await cal.call("GET", base, key=None)).status_code == 400
