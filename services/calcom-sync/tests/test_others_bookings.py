"""What others have booked is theirs until it is surely gone, whatever a list shows, and whoever's list it is."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from colleague import OTTO, colleague, with_otto
from peers import PERSON, TENANT

from calcom_sync.domain.appointment import SyncState
from calcom_sync.domain.busy import Source, Span
from sandbox.calcom import booking_output
from sandbox.calcom.embedded import HOST_KEY, OTHER_KEY

if TYPE_CHECKING:
    from conftest import Stage

ALWAYS = Span(datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
LATER = timedelta(minutes=20)


async def _busy(stage: "Stage", *people: Any) -> list[str]:
    """Starts of what takes time."""
    taken = await stage.parts.backing.busy.between(TENANT, ALWAYS, people)
    return [f"{one.span.start:%d %H:%M}" for one in taken]


async def _pass(stage: "Stage") -> int:
    stage.cal.clock.advance(LATER)
    return await stage.parts.backing.surveyor.round()


async def _booked(stage: "Stage", many: int) -> list[str]:
    """Bookings of others, by start; their uids."""
    number = await stage.cal.event_type(lengthInMinutes=5)
    first = datetime(2027, 3, 2, 8, tzinfo=UTC)
    starts = [first + timedelta(days=place // 60, minutes=5 * (place % 60)) for place in range(many)]
    return [(await stage.cal.booked(number, f"{start:%Y-%m-%dT%H:%M:%SZ}"))["uid"] for start in starts]


def _between_pages(stage: "Stage", uid: str) -> None:
    """Before the second page is asked for, a booking of the first one is cancelled."""

    async def cancels(request: httpx.Request) -> None:
        if request.url.params.get("skip") == "100":
            await stage.cal.cancel(uid)

    stage.calendar._http.event_hooks["request"].append(cancels)


@pytest.mark.parametrize("place", [0, 50, 99])
async def test_what_a_shifted_page_does_not_show_stays_taken(stage: "Stage", place: int) -> None:
    """Pages are counted from the front: what ends or is cancelled there moves the 101st onto the page that was read before."""
    uids = await _booked(stage, 101)
    await _pass(stage)
    assert len(await _busy(stage)) == 101
    _between_pages(stage, uids[place])

    for _ in range(3):
        assert await _pass(stage) == 1
        assert (await _busy(stage))[-1] == "03 11:20"
    assert len(await _busy(stage)) == 100


async def test_what_is_cancelled_is_free_after_the_next_pass_though_no_webhook_told(stage: "Stage") -> None:
    uids = await _booked(stage, 60)
    await _pass(stage)
    for uid in uids[:55]:
        await stage.cal.cancel(uid)
    await _pass(stage)
    assert len(await _busy(stage)) == 10, "each is looked at, fifty in a pass"
    await _pass(stage)
    assert len(await _busy(stage)) == 5


async def test_what_was_taken_for_gone_comes_back_when_it_is_listed(stage: "Stage") -> None:
    (uid,) = await _booked(stage, 1)
    await _pass(stage)
    hidden = stage.cal.world.store.bookings.get(uid)
    assert hidden
    stage.cal.world.store.bookings.remove(uid)
    await _pass(stage)
    assert await _busy(stage) == []

    stage.cal.world.store.bookings._keys.clear()
    stage.cal.world.store.bookings.put(hidden)
    await _pass(stage)
    assert await _busy(stage) == ["02 08:00"]


async def test_what_was_told_to_be_gone_just_now_does_not_come_back_by_a_list_that_lags(
    stage: "Stage",
) -> None:
    (uid,) = await _booked(stage, 1)
    await _pass(stage)
    stage.cal.clock.advance(LATER)
    await stage.cal.cancel(uid)
    busy, now = stage.parts.backing.busy, stage.cal.clock.now()
    await stage.parts.worker.processor.busy.vanish(TENANT, Source.BOOKING, uid, now)
    await stage.cal.fault("stale_list", "^/v2/bookings", "GET", count=10, seconds=30)
    await stage.parts.backing.surveyor.round()
    assert await busy.between(TENANT, ALWAYS, []) == []


def _spoilt(
    stage: "Stage", uids: Sequence[str], monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    """Cal.com tells some bookings otherwise than expected."""
    shown = booking_output.shown

    def told(store: Any, booking: Any) -> Any:
        return {**shown(store, booking), **(change if booking.uid in uids else {})}

    monkeypatch.setattr("sandbox.calcom.booking_listing.shown", told)


async def test_a_booking_whose_event_type_was_deleted_is_read(
    stage: "Stage", monkeypatch: pytest.MonkeyPatch
) -> None:
    uids = await _booked(stage, 2)
    _spoilt(stage, uids[:1], monkeypatch, {"eventTypeId": None, "eventType": None, "hosts": None})
    assert await _pass(stage) == 1
    assert await _busy(stage) == ["02 08:00", "02 08:05"]


async def test_one_that_cannot_be_read_stops_nothing_and_lets_nothing_be_forgotten(
    stage: "Stage", monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = await stage.book(stage.perm(stage.start + timedelta(days=2)))
    await stage.settled(ref)
    uids = await _booked(stage, 3)
    await _pass(stage)
    _spoilt(stage, uids[:1], monkeypatch, {"start": "soon"})
    await stage.cal.cancel(uids[1])

    assert await _pass(stage) == 1

    ((_, _, found),) = await stage.parts.backing.surveys.found(TENANT)
    assert found == {"right": 4, "others": 1, "unreadable": 1}
    assert await _busy(stage) == ["02 08:00", "02 08:05", "02 08:10"]
    monkeypatch.undo()
    await _pass(stage)
    assert await _busy(stage) == ["02 08:00", "02 08:10"]


async def _at_ottos(stage: "Stage", start: str) -> None:
    (number,) = [one.id for one in stage.cal.world.store.event_types.all() if one.fields["slug"] == "cut-15"]
    answer = await stage.cal.book(number, start, key=OTHER_KEY)
    assert answer.is_success


@pytest.mark.parametrize("first", ["vera", "otto"])
async def test_who_administers_a_colleague_is_not_taken_for_her(stage: "Stage", first: str) -> None:
    """A key lists also what those host whose team its owner administers: their copies were mismatches, their time hers."""
    await colleague(stage)
    await stage.cal.user("vera", HOST_KEY, administers=["otto"])
    refs = [
        await stage.book(),
        await stage.book(with_otto(stage.perm(stage.start + timedelta(days=1)))),
    ]
    await stage.drained()
    await _at_ottos(stage, "2027-03-04T09:00:00Z")
    await _goes_first(stage, first)

    for _ in range(3):
        assert await _pass(stage) == 2
        assert await _busy(stage, OTTO) == ["04 09:00"]
        assert await _busy(stage, PERSON) == []

    assert await stage.cases() == []
    assert [(await stage.found(ref)).state for ref in refs] == [SyncState.SYNCED] * 2


async def test_what_a_colleague_was_given_there_is_still_a_mismatch(stage: "Stage") -> None:
    await colleague(stage)
    ref = await stage.book()
    uid = (await stage.settled(ref)).intents[0].booking_uid
    store = stage.cal.world.store
    stored, otto = store.bookings.get(uid), store.users.get("otto")
    assert stored
    assert otto
    store.bookings.put(stored.model_copy(update={"host_id": otto.id}))
    assert await _pass(stage) == 2
    assert await stage.cases() == ["mismatch"]
    assert await _busy(stage, OTTO) == ["02 08:00"]


@pytest.mark.parametrize("first", ["vera", "otto"])
@pytest.mark.parametrize("administers", [[], ["otto"]])
async def test_what_one_hosts_and_another_attends_takes_the_time_of_both(
    stage: "Stage", first: str, administers: list[str]
) -> None:
    """A second host is told as an attendee as well."""
    await colleague(stage)
    await stage.cal.user("vera", HOST_KEY, administers=administers)
    (number,) = [one.id for one in stage.cal.world.store.event_types.all() if one.fields["slug"] == "cut-15"]
    made = await stage.cal.book(number, "2027-03-04T09:00:00Z", email="vera@example.org", key=OTHER_KEY)
    await _at_ottos(stage, "2027-03-04T10:00:00Z")
    await _goes_first(stage, first)
    for _ in range(3):
        assert await _pass(stage) == 2
        assert await _busy(stage, OTTO) == ["04 09:00", "04 10:00"]
        assert await _busy(stage, PERSON) == ["04 09:00"]

    await stage.cal.cancel(made.json()["data"]["uid"], key=OTHER_KEY)
    await _pass(stage)
    assert await _busy(stage) == ["04 10:00"]


async def _goes_first(stage: "Stage", username: str) -> None:
    await stage.parts.backing.surveyor._register()
    setup = await stage.directory.setup(TENANT)
    account = setup.account_named(username) if setup else None
    assert account
    await stage.pool.execute(
        "UPDATE survey SET due_at = due_at - interval '1 day' WHERE account_id = $1", account.account_id
    )
