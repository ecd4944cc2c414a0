"""Event types of a team: who hosts, what a repetition brings, and who is told."""

import pytest

from sandbox.calcom.embedded import OTHER_KEY, Cal

START, LATER = "2027-03-02T09:00:00Z", "2027-03-02T10:00:00Z"


async def team(cal: Cal, scheduling: str, *hosts: str, **fields: object) -> int:
    number = await cal.event_type(**fields)
    order = {"schedulingType": scheduling, "hosts": list(hosts)}
    (await cal.client.put(f"/admin/event-types/{number}/team", json=order)).raise_for_status()
    return number


async def test_the_parent_of_a_managed_event_type_cannot_be_booked(cal: Cal) -> None:
    """CS-07: mappings pointed to templates."""
    answer = await cal.book(await team(cal, "managed", "vera"), START)
    assert answer.status_code == 400
    assert "is the parent managed event type that can't be booked" in answer.json()["error"]["message"]


async def test_a_team_without_hosts_cannot_be_booked(cal: Cal) -> None:
    assert (await cal.book(await team(cal, "roundRobin"), START)).status_code == 422


async def test_a_round_robin_takes_turns_until_nobody_is_free(cal: Cal) -> None:
    number = await team(cal, "roundRobin", "vera", "otto")
    answers = [await cal.book(number, START, email=f"kim{n}@example.org") for n in range(3)]
    assert [one.status_code for one in answers] == [201, 201, 400]
    assert {one.json()["data"]["hosts"][0]["username"] for one in answers[:2]} == {"vera", "otto"}
    assert answers[2].json()["error"]["message"].startswith("One of the hosts either already has booking")


async def test_a_round_robin_answers_a_repetition_with_the_first_booking(cal: Cal) -> None:
    number = await team(cal, "roundRobin", "vera", "otto")
    first = await cal.book(number, START, metadata={"ours": "1"})
    again = await cal.book(number, START, metadata={"ours": "2"})
    assert (again.status_code, again.json()["data"]["uid"]) == (201, first.json()["data"]["uid"])
    assert again.json()["data"]["metadata"] == {"ours": "1"}


async def test_a_collective_booking_takes_only_the_organizers_time(cal: Cal) -> None:
    number = await team(cal, "collective", "vera", "otto")
    assert len((await cal.booked(number, START))["hosts"]) == 1
    own = await cal.call("POST", "/v2/event-types", {
        "lengthInMinutes": 30, "title": "Own", "slug": "own", "minimumBookingNotice": 0,
    }, key=OTHER_KEY)  # fmt: skip
    assert (await cal.book(own.json()["data"]["id"], START, email="a@example.org")).status_code == 201
    assert (await cal.book(number, START, email="b@example.org")).status_code == 400


@pytest.mark.parametrize(("path", "told"), [("/v2/webhooks", 0), ("/v2/event-types/{}/webhooks", 1)])
async def test_a_users_webhook_does_not_fire_for_a_teams_event_type(cal: Cal, path: str, told: int) -> None:
    number = await cal.event_type()
    await cal.subscribe("BOOKING_CREATED", path=path.format(number))
    order = {"schedulingType": "roundRobin", "hosts": ["vera"]}
    await cal.client.put(f"/admin/event-types/{number}/team", json=order)
    await cal.booked(number, START)
    assert len(cal.receiver.requests) == told


async def test_it_is_shown_as_the_teams_and_not_among_ones_own(cal: Cal) -> None:
    number = await team(cal, "roundRobin", "vera", "otto")
    shown = (await cal.call("GET", f"/v2/event-types/{number}")).json()["data"]
    listed = (await cal.call("GET", "/v2/event-types?username=vera")).json()["data"]
    assert (shown["schedulingType"], "users" in shown, "ownerId" in shown) == ("roundRobin", False, False)
    assert listed == []


async def test_a_move_keeps_the_host(cal: Cal) -> None:
    number = await team(cal, "roundRobin", "otto", "vera")
    first = await cal.booked(number, START)
    moved = (await cal.reschedule(first["uid"], LATER)).json()["data"]
    assert moved["hosts"] == first["hosts"]


async def test_an_order_for_nobody_is_refused(cal: Cal) -> None:
    number = await cal.event_type()
    order = {"schedulingType": "roundRobin", "hosts": ["nobody"]}
    assert (await cal.client.put(f"/admin/event-types/{number}/team", json=order)).status_code == 404
