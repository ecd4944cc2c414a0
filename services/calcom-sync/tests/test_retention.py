"""What is long over is let go: whom copies were for, webhooks, busy times, what was not understood (SE-17)."""

from datetime import timedelta
from typing import TYPE_CHECKING

from peers import ACCOUNT, PERSON, TENANT

from calcom_sync.domain.busy import Owner, Source, Span
from calcom_sync.storage.retention import OldCopies

if TYPE_CHECKING:
    from conftest import Stage

KEPT = timedelta(days=90)


async def test_nobody_is_known_long_after_the_appointment(stage: "Stage") -> None:
    await stage.settled(await stage.book())
    old, over = OldCopies(stage.pool, KEPT), stage.start + timedelta(hours=4)
    assert (await old.forget(over + KEPT - timedelta(days=1)))["appointment"] == 0
    assert (await old.forget(over + KEPT))["appointment"] == 1
    row = await stage.pool.fetchrow("SELECT attendee_name, attendee_email, attendee_phone FROM appointment")
    assert tuple(row or ()) == ("-", "", "")
    assert not any((await old.forget(over + KEPT)).values())


async def test_what_is_not_settled_keeps_whom_it_is_for(stage: "Stage") -> None:
    """CS-05: it may have to be looked up."""
    await stage.book()
    gone = await OldCopies(stage.pool, KEPT).forget(stage.start + 10 * KEPT)
    assert gone["appointment"] == 0


async def test_webhooks_busy_times_and_skipped_events_go(stage: "Stage") -> None:
    """Also those that are empty: rows piled up for ever."""
    now = stage.cal.clock.now()
    await stage.parts.worker.webhooks.keep(TENANT, b"{}", now)
    await stage.parts.worker.webhooks.keep(TENANT, b"[]", now)
    await stage.pool.execute("UPDATE webhook SET state = 'other', body = '' WHERE body = '{}'")
    await stage.pool.execute("INSERT INTO skipped_event VALUES ('1-1', 'x', $1)", now)
    owner = Owner(TENANT, ACCOUNT, PERSON)
    busy = stage.parts.backing.busy
    for key, ahead in (("over", 1), ("ahead", 400)):
        start = now + timedelta(days=ahead)
        await busy.appear(owner, Source.BOOKING, key, Span(start, start + timedelta(hours=1)), now)
    await stage.pool.execute(
        "INSERT INTO busy (tenant_id, source, key, gone, seen_at) VALUES ($1, 'booking', 'gone', true, $2)",
        TENANT,
        now,
    )
    gone = await OldCopies(stage.pool, KEPT).forget(now + 2 * KEPT)
    assert gone == {"appointment": 0, "webhook": 1, "busy": 2, "plea": 0, "skipped_event": 1, "sync_case": 0}
    assert [row["state"] for row in await stage.pool.fetch("SELECT state FROM webhook")] == ["stored"]
    assert [row["key"] for row in await stage.pool.fetch("SELECT key FROM busy")] == ["ahead"]
