"""How PostgreSQL finds rows in tables that nobody has analysed yet: its plans are kept by each connection for long."""

from typing import TYPE_CHECKING

import pytest

from calcom_sync.storage.queue import with_fixed_plans
from chassis import postgres

if TYPE_CHECKING:
    from conftest import Stage


@pytest.mark.parametrize(("table", "key"), [("appointment", "appointment_id"), ("intent", "phase_id")])
async def test_what_a_foreign_key_names_is_found_by_both_of_its_columns(
    stage: "Stage", table: str, key: str
) -> None:
    """Not among all rows of a business, which each booking that was taken in had read."""
    await stage.book_at(stage.start)
    async with (
        postgres.pool(with_fixed_plans(stage.database_url)) as ours,
        ours.acquire() as connection,
    ):
        await connection.execute(
            f"PREPARE found AS SELECT 1 FROM {table} WHERE tenant_id = $1 AND {key} = $2 FOR KEY SHARE"
        )
        plan = [row[0] for row in await connection.fetch("EXPLAIN EXECUTE found(NULL, NULL)")]

    (condition,) = [line for line in plan if "Index Cond" in line]
    assert f"{key} = $2" in condition
