"""GET /v2/bookings: which filters work, and what the pagination is worth."""

from datetime import timedelta

import pytest

from sandbox.calcom.embedded import HOST_KEY, OTHER_KEY, Cal, Json


async def listed(cal: Cal, query: str = "", key: str = HOST_KEY) -> Json:
    body: Json = (await cal.call("GET", f"/v2/bookings{query}", key=key)).json()
    return body


async def starts(cal: Cal, query: str) -> list[str]:
    return [booking["start"][11:16] for booking in (await listed(cal, query))["data"]]


@pytest.fixture
async def day(cal: Cal) -> int:
    """Three bookings of one event type on 2 March: 9, 10 and 11 o'clock UTC; the second one is cancelled."""
    event_type = await cal.event_type()
    for hour, email in ((11, "lee@example.org"), (9, "kim@example.org"), (10, "kim@example.org")):
        booking = await cal.booked(event_type, f"2027-03-02T{hour:02}:00:00Z", email=email)
        cal.clock.advance(timedelta(minutes=1))
    await cal.cancel(booking["uid"])
    return event_type


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["09:00", "10:00", "11:00"]),
        ("?status=upcoming", ["09:00", "11:00"]),
        ("?status=cancelled", ["10:00"]),
        ("?status=upcoming,cancelled", ["09:00", "10:00", "11:00"]),
        ("?status=past", []),
        ("?attendeeEmail=lee@example.org", ["11:00"]),
        ("?attendeeEmail=Lee@example.org", []),
        ("?attendeeName=Kim&afterStart=2027-03-02T10:00:00Z", ["10:00", "11:00"]),
        ("?beforeEnd=2027-03-02T10:30:00Z", ["09:00", "10:00"]),
        ("?afterCreatedAt=2027-03-01T08:02:00Z", ["10:00"]),
        ("?beforeUpdatedAt=2027-03-01T08:01:00Z", ["09:00", "11:00"]),
        ("?sortCreated=desc", ["10:00", "09:00", "11:00"]),
        ("?sortStart=desc&take=2", ["11:00", "10:00"]),
        ("?take=2&skip=2", ["11:00"]),
        ("?eventTypeIds=1,2", ["09:00", "10:00", "11:00"]),
        ("?eventTypeId=2", []),
        ("?metadata[x]=y&nonsense=1", ["09:00", "10:00", "11:00"]),
    ],
)
async def test_a_filter_filters(cal: Cal, query: str, expected: list[str]) -> None:
    assert await starts(cal, query) == expected


@pytest.mark.usefixtures("day")
async def test_pages_tell_what_remains(cal: Cal) -> None:
    page = (await listed(cal, "?take=2"))["pagination"]
    assert page == {
        "returnedItems": 2,
        "totalItems": 3,
        "itemsPerPage": 2,
        "remainingItems": 1,
        "currentPage": 1,
        "totalPages": 2,
        "hasNextPage": True,
        "hasPreviousPage": False,
    }


@pytest.mark.usefixtures("day")
async def test_the_total_ignores_some_filters(cal: Cal) -> None:
    body = await listed(cal, "?afterCreatedAt=2027-03-01T08:02:00Z")
    assert (len(body["data"]), body["pagination"]["totalItems"]) == (1, 3)


@pytest.mark.usefixtures("day")
async def test_a_caller_sees_what_it_hosts_or_attends(cal: Cal) -> None:
    assert (await listed(cal, key=OTHER_KEY))["data"] == []
    await cal.user("otto", OTHER_KEY, email="lee@example.org")
    assert len((await listed(cal, key=OTHER_KEY))["data"]) == 1


@pytest.mark.usefixtures("day")
async def test_the_old_version_answers_in_another_shape_and_without_filters(cal: Cal) -> None:
    answer = await cal.call("GET", "/v2/bookings?attendeeEmail=lee@example.org", version=None)
    assert len(answer.json()["data"]["bookings"]) == 3


async def test_an_unencoded_plus_is_no_date(cal: Cal) -> None:
    answer = await cal.call("GET", "/v2/bookings?afterStart=2027-03-02T10:00:00+01:00")
    assert answer.status_code == 400
    encoded = await cal.call("GET", "/v2/bookings?afterStart=2027-03-02T10:00:00%2B01:00")
    assert encoded.status_code == 200


@pytest.mark.parametrize("query", ["take=0", "take=many", "skip=-1"])
async def test_page_numbers_are_checked(cal: Cal, query: str) -> None:
    assert (await cal.call("GET", f"/v2/bookings?{query}")).status_code == 400


async def test_who_administers_a_team_is_shown_everybodys_bookings(cal: Cal) -> None:
    """And nobody else's: the others see their own, as ever."""
    await cal.booked(await cal.event_type(), "2027-03-02T09:00:00Z")
    assert len((await listed(cal, key=OTHER_KEY))["data"]) == 0
    await cal.user("otto", OTHER_KEY, administers=["vera"])
    assert len((await listed(cal, key=OTHER_KEY))["data"]) == 1
    assert len((await listed(cal))["data"]) == 1
