"""How PostgreSQL finds rows in tables that nobody has analysed yet: its plans are kept by each connection for long."""

import asyncpg
import pytest


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("appointment", "appointment_id"),
        ("customer", "customer_id"),
        ("occupant", "occupant_id"),
        ("occupant", "number"),
        ("callback", "callback_id"),
        ("waitlist_entry", "waitlist_entry_id"),
        ("waitlist_offer", "offer_id"),
    ],
)
async def test_what_a_foreign_key_names_is_found_by_both_of_its_columns(
    pool: asyncpg.Pool, table: str, key: str
) -> None:
    """Not among all rows of a business, however many those become."""
    async with pool.acquire() as connection:
        await connection.execute(
            "SET plan_cache_mode = force_generic_plan;"
            f"PREPARE found AS SELECT 1 FROM {table} WHERE tenant_id = $1 AND {key} = $2 FOR KEY SHARE"
        )
        plan = [row[0] for row in await connection.fetch("EXPLAIN EXECUTE found(NULL, NULL)")]

    (condition,) = [line for line in plan if "Index Cond" in line]
    assert f"{key} = $2" in condition
