"""Whom copies were made for is forgotten; what stands at Cal.com is named."""

import json
from typing import TYPE_CHECKING
from uuid import UUID

from peers import TENANT, appointment

if TYPE_CHECKING:
    from conftest import Stage


async def everything(stage: "Stage") -> str:
    tables = await stage.pool.fetch(
        "SELECT relname FROM pg_stat_user_tables WHERE schemaname = current_schema()"
    )
    return " ".join(
        [
            await stage.pool.fetchval(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {row[0]} t")
            for row in tables
        ]
    )


async def test_the_attendee_is_forgotten_and_the_bookings_are_named(stage: "Stage") -> None:
    """SE-17"""
    made = appointment(stage.start)
    made.customer.customer_id = made.customer.customer_id or str(UUID(int=9))
    await stage.settled(await stage.book(made))
    now = stage.cal.clock.now()
    await stage.parts.worker.webhooks.keep(TENANT, b'{"triggerEvent": "BOOKING_CREATED"}', now)
    await stage.pool.execute(
        "UPDATE webhook SET body = convert_to($1, 'UTF8'), state = 'own', phase_id = (SELECT phase_id FROM intent LIMIT 1)",
        made.customer.name,
    )
    await stage.pool.execute("UPDATE intent SET last_error = $1", f"{made.customer.name} is not available")
    await stage.pool.execute(
        "INSERT INTO skipped_event VALUES ('9-9', convert_to($1, 'UTF8'), $2)",
        f"{made.customer.customer_id} {made.customer.name}", now,
    )  # fmt: skip
    customer = UUID(made.customer.customer_id)

    erased, uids = await stage.parts.backing.attendees.forget(TENANT, customer)
    again, still = await stage.parts.backing.attendees.forget(TENANT, customer)

    assert erased == {
        "appointment": 1,
        "intent": 4,
        "sync_case": 0,
        "plea": 0,
        "webhook": 1,
        "skipped_event": 1,
    }
    assert not any(again[table] for table in ("appointment", "intent", "webhook"))
    assert sorted(uids) == sorted(one["uid"] for one in await stage.bookings())
    assert still == uids
    left = await everything(stage)
    assert made.customer.name not in left
    assert made.customer.phone_number not in left
    assert made.customer.name.encode().hex() not in left


async def test_nobody_else_is_forgotten(stage: "Stage") -> None:
    made = appointment(stage.start)
    await stage.book(made)
    erased, uids = await stage.parts.backing.attendees.forget(TENANT, UUID(int=7))
    assert (any(erased.values()), list(uids)) == (False, [])
    assert made.customer.name in await everything(stage)


async def test_a_webhook_that_is_looked_at_after_that_keeps_no_words_of_hers(stage: "Stage") -> None:
    """SE-17: Cal.com tells of the cancellation that the erasure itself has asked for."""
    made = appointment(stage.start)
    made.customer.customer_id = made.customer.customer_id or str(UUID(int=9))
    await stage.settled(await stage.book(made))
    uid = (await stage.bookings())[0]["uid"]
    body = json.dumps(
        {
            "triggerEvent": "BOOKING_CANCELLED",
            "createdAt": "2027-03-01T08:00:00.000Z",
            "payload": {"uid": uid, "attendees": [{"name": made.customer.name}]},
        }
    )
    await stage.parts.worker.webhooks.keep(TENANT, body.encode(), stage.cal.clock.now())

    await stage.parts.backing.attendees.forget(TENANT, UUID(made.customer.customer_id))
    for row in await stage.pool.fetch("SELECT webhook_id FROM webhook"):
        await stage.worker.processor.process(row["webhook_id"])

    assert made.customer.name.encode().hex() not in await everything(stage)
    assert await stage.pool.fetchval("SELECT count(*) FROM webhook WHERE state = 'own'") > 0
