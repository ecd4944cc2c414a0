"""Whose turn it is to be compared: no account and no business keeps the others waiting, and a wish is fulfilled or lapses."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from colleague import OTTO, OTTOS_ACCOUNT, colleague
from peers import ACCOUNT, PERSON, TENANT, named

from calcom_sync.domain.busy import Owner, Source, Span
from calcom_sync.domain.request import APPOINTMENT_KEY, PHASE_KEY, TENANT_KEY
from calcom_sync.domain.survey import Task
from calcom_sync.usecases.survey_ports import Roll
from sandbox.calcom.embedded import OTHER_KEY

if TYPE_CHECKING:
    from conftest import Stage

ALWAYS = Span(datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
MINUTE = timedelta(minutes=1)


async def _busy(stage: "Stage") -> list[tuple[UUID, str]]:
    taken = await stage.parts.backing.busy.between(TENANT, ALWAYS, [])
    return [(one.person_id, f"{one.span.start:%d %H:%M}") for one in taken]


async def _ended(stage: "Stage") -> dict[UUID, datetime | None]:
    return dict(await stage.parts.backing.surveys.pulled(TENANT))


def _refuse_ottos_key(stage: "Stage", key: str = "cal_test_revoked") -> None:
    assert stage.registry.second_account
    stage.registry.second_account.api_key = key
    stage.directory.forget(TENANT)


async def test_a_wish_that_one_account_cannot_fulfil_keeps_the_others_out_no_longer_than_it_lasts(
    stage: "Stage",
) -> None:
    await colleague(stage)
    _refuse_ottos_key(stage)
    reconcile = stage.parts.backing.surveyor.reconcile
    assert not await reconcile(TENANT)
    first = (await _ended(stage))[ACCOUNT]
    stage.cal.clock.advance(5 * MINUTE)
    assert not await reconcile(TENANT)
    assert (await _ended(stage))[ACCOUNT] == first, "it has had its pass"
    stage.cal.clock.advance(6 * MINUTE)

    assert not await reconcile(TENANT)

    assert (await _ended(stage))[ACCOUNT] == stage.cal.clock.now()
    _refuse_ottos_key(stage, OTHER_KEY)
    assert await reconcile(TENANT)


async def test_a_comparison_is_complete_only_when_whoever_else_is_at_it_has_ended(stage: "Stage") -> None:
    """What somebody else has locked at the moment is not taken, and was not missed."""
    await colleague(stage)
    surveyor = stage.parts.backing.surveyor
    await surveyor._register()
    await stage.pool.execute("UPDATE survey SET asked_at = $1", stage.cal.clock.now())
    async with stage.pool.acquire() as other, other.transaction():
        await other.execute("SELECT FROM survey WHERE account_id = $1 FOR UPDATE", OTTOS_ACCOUNT)
        assert not await surveyor.reconcile(TENANT)
    assert await surveyor.reconcile(TENANT)


async def test_a_pass_that_began_before_it_was_asked_for_fulfils_no_wish(stage: "Stage") -> None:
    """What was booked after its first page was read is what the operator asks about."""
    surveys, surveyor = stage.parts.backing.surveys, stage.parts.backing.surveyor
    await surveyor._register()
    (begun,) = await surveys.due(stage.cal.clock.now())
    on = await surveys.go_on(begun, 1, [], stage.cal.clock.now() + MINUTE)
    assert on
    await stage.cal.booked(await stage.cal.event_type(), "2027-03-03T09:00:00Z")
    stage.cal.clock.advance(MINUTE)

    assert await surveyor.reconcile(TENANT)

    assert await _busy(stage) == [(PERSON, "03 09:00")]
    assert not await surveys.finish(on, [], stage.cal.clock.now(), stage.cal.clock.now() + MINUTE)


async def test_one_business_that_the_registry_cannot_tell_about_stops_no_other(stage: "Stage") -> None:
    broken = named("a business with a broken row")
    stage.registry.others.append(broken)
    await stage.parts.backing.surveyor.round()
    assert await stage.parts.backing.surveys.found(broken)
    stage.registry.broken.append(broken)
    stage.directory._remembered.clear()
    await stage.cal.booked(await stage.cal.event_type(), "2027-03-03T09:00:00Z")
    stage.cal.clock.advance(20 * MINUTE)

    assert await stage.parts.backing.surveyor.round() == 1

    assert await _busy(stage) == [(PERSON, "03 09:00")]
    assert await stage.parts.backing.surveys.found(broken), "nothing is known of it, not that it is gone"


async def test_many_accounts_are_all_worked_at_in_one_round_a_few_at_a_time(stage: "Stage") -> None:
    surveys, now = stage.parts.backing.surveys, stage.cal.clock.now()
    await surveys.register(Roll([Owner(TENANT, uuid4(), uuid4()) for _ in range(20)]), now)
    assert [len(await surveys.due(now)) for _ in range(4)] == [8, 8, 4, 0]
    stage.registry.others += [named(f"business {number}") for number in range(20)]
    assert await stage.parts.backing.surveyor.round() == 21


async def test_the_time_that_an_account_showed_is_free_when_it_has_left(stage: "Stage") -> None:
    await colleague(stage)
    number = await stage.event_type_of_another(minutes=30)
    await stage.cal.book(number, "2027-03-03T09:00:00Z", key=OTHER_KEY)
    await stage.cal.booked(await stage.cal.event_type(), "2027-03-03T09:00:00Z")
    await stage.parts.backing.surveyor.round()
    assert len(await _busy(stage)) == 2
    _refuse_ottos_key(stage, "")
    await stage.parts.backing.surveyor.round()
    assert len(await _busy(stage)) == 2, "without its key nobody can say that it is free"

    stage.registry.second_account = None
    stage.directory.forget(TENANT)
    await stage.parts.backing.surveyor.round()

    assert await _busy(stage) == [(PERSON, "03 09:00")]
    assert await _told_of(stage, OTTO, 2) == [False, True]


async def test_what_an_account_showed_goes_on_with_another_of_the_same_person(stage: "Stage") -> None:
    """It was entered twice, and is entered once."""
    surveys, busy, now = stage.parts.backing.surveys, stage.parts.backing.busy, stage.cal.clock.now()
    old, new = (Owner(TENANT, uuid4(), PERSON) for _ in range(2))
    await surveys.register(Roll([old]), now)
    await busy.appear(old, Source.BOOKING, "uid", Span(stage.start, stage.start + MINUTE), now)
    await surveys.register(Roll([new]), now)
    assert await _busy(stage) == [(PERSON, "02 08:00")]
    assert await surveys.unseen(new, now + timedelta(hours=1), now, 10) == ["uid"]


async def _told_of(stage: "Stage", person_id: UUID, count: int) -> list[bool]:
    """Whether each of so many times of a person's is gone; what is told is seen once no older transaction runs anywhere on the
    server."""
    gone: list[bool] = []
    async with asyncio.timeout(10), aclosing(stage.parts.backing.busy.log.watch("")) as told:
        async for one in told:
            gone += [one.payload["gone"]] if one.payload["person_id"] == str(person_id) else []
            if len(gone) == count:
                break
    return gone


async def _pass(stage: "Stage") -> None:
    stage.cal.clock.advance(20 * MINUTE)
    assert await stage.parts.backing.surveyor.round() == 1


async def _close(stage: "Stage", resolution: str) -> None:
    for one in await stage.parts.backing.cases.page(TENANT, None, None, 10, closed=False):
        await stage.parts.backing.cases.resolve(TENANT, one.case_id, "Ada", resolution)


async def _open(stage: "Stage") -> int:
    count: int = await stage.pool.fetchval("SELECT count(*) FROM sync_case WHERE closed_at IS NULL")
    return count


async def test_what_a_person_has_closed_is_not_opened_again_by_each_pass(stage: "Stage") -> None:
    ref = await stage.book()
    uids = [one.booking_uid for one in (await stage.settled(ref)).intents]
    store = stage.cal.world.store.bookings
    orphan = await stage.cal.booked(await stage.cal.event_type(), "2027-03-04T12:00:00Z")
    marks = {TENANT_KEY: str(TENANT), PHASE_KEY: str(uuid4()), APPOINTMENT_KEY: str(uuid4())}
    for uid, change in (
        (orphan["uid"], {"metadata": marks}),
        (uids[0], {"start": stage.start - 10 * MINUTE}),
    ):
        stored = store.get(uid)
        assert stored
        store.put(stored.model_copy(update=change))
    await _pass(stage)
    assert await _open(stage) == 2
    await _close(stage, "the customer knows")

    await _pass(stage)
    assert await _open(stage) == 0

    stored = store.get(uids[0])
    assert stored
    store.put(stored.model_copy(update={"start": stage.start - 15 * MINUTE}))
    await _pass(stage)
    assert await _open(stage) == 1, "it is something else now"


async def test_what_was_only_tried_again_is_told_again(stage: "Stage") -> None:
    ref = await stage.book()
    uid = (await stage.settled(ref)).intents[0].booking_uid
    stored = stage.cal.world.store.bookings.get(uid)
    assert stored
    stage.cal.world.store.bookings.put(stored.model_copy(update={"start": stage.start - 10 * MINUTE}))
    await _pass(stage)
    await stage.parts.backing.cases.revive(ref, "Ada", stage.parts.backing.patience)
    assert await _open(stage) == 0
    await _pass(stage)
    assert await _open(stage) == 1


async def test_what_was_looked_at_last_is_looked_at_again_last(stage: "Stage") -> None:
    """A pass looks at so many of those that its list hides; the next one begins with the others."""
    ref, surveys = await stage.book(), stage.parts.backing.surveys
    uids = [one.booking_uid for one in (await stage.settled(ref)).intents]
    first, second = (
        Task(TENANT, ACCOUNT, stage.cal.clock.now() + minutes * MINUTE, 0) for minutes in (20, 40)
    )
    assert await surveys.missing(first, first.started_at) == uids
    for uid in uids[:2]:
        await surveys.stands(TENANT, uid, first.started_at)
    assert await surveys.missing(second, second.started_at) == [*uids[2:], *uids[:2]]
