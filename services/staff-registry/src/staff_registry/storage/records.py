"""Who has changed what: one record for each revision of a business."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from chassis.postgres import Connection, Pool
from staff_registry.domain.differences import Change, ChangeKind
from staff_registry.usecases.import_business import Record
from staff_registry.usecases.list_changes import Recorded


async def write_record(connection: Connection, tenant_id: UUID, revision: int, record: Record) -> None:
    """Put it beside the business. Runs in the transaction that changes it."""
    changes = [{**asdict(change), "kind": change.kind.value} for change in record.changes]
    await connection.execute(
        "INSERT INTO change (tenant_id, revision, actor, change_time, changes) VALUES ($1, $2, $3, $4, $5)",
        tenant_id, revision, record.actor, record.at, json.dumps(changes),
    )  # fmt: skip


async def read_records(pool: Pool, tenant_id: UUID, *, before: int, limit: int) -> Sequence[Recorded]:
    """The newest first, from below a revision on."""
    rows = await pool.fetch(
        "SELECT revision, actor, change_time, changes FROM change WHERE tenant_id = $1 AND revision < $2"
        " ORDER BY revision DESC LIMIT $3",
        tenant_id, before, limit,
    )  # fmt: skip
    return [
        Recorded(
            row["revision"],
            Record(row["actor"], tuple(map(_change, json.loads(row["changes"]))), row["change_time"]),
        )
        for row in rows
    ]


def _change(stored: dict[str, str]) -> Change:
    kind = ChangeKind(stored.pop("kind"))
    return Change(kind, **stored)
