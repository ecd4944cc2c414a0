"""The one statement that takes in events: what they change, and how far the log was read, or nothing."""

from collections.abc import Iterable, Sequence
from typing import Any

from availability.usecases.calendars import BusyChange

RECORD = """
WITH moved AS (UPDATE consumed SET position = $3 WHERE log = $1 AND position = $2 RETURNING true AS done),
changed AS (
    SELECT each.* FROM moved, unnest($4::text[]::uuid[], $5::text[]::uuid[]) AS each(tenant_id, appointment_id)
),
taken AS (
    SELECT each.* FROM moved, unnest(
        $6::text[]::uuid[], $7::text[]::uuid[], $8::int[], $9::text[]::uuid[], $10::timestamptz[], $11::timestamptz[], $12::text[])
        AS each(tenant_id, appointment_id, ordinal, person_id, starts_at, ends_at, source)
),
begun AS (
    SELECT each.* FROM moved, unnest(
        $13::text[]::uuid[], $14::text[]::uuid[], $15::int[], $16::text[]::uuid[], $17::text[]::uuid[], $18::timestamptz[])
        AS each(tenant_id, appointment_id, ordinal, branch_id, service_id, starts_at)
),
not_taken AS (
    DELETE FROM busy USING changed WHERE (busy.tenant_id, busy.appointment_id) = (changed.tenant_id, changed.appointment_id)
       AND NOT EXISTS (SELECT FROM taken WHERE (taken.tenant_id, taken.appointment_id, taken.ordinal)
                                             = (busy.tenant_id, busy.appointment_id, busy.ordinal))
),
not_begun AS (
    DELETE FROM service_start AS old USING changed
     WHERE (old.tenant_id, old.appointment_id) = (changed.tenant_id, changed.appointment_id)
       AND NOT EXISTS (SELECT FROM begun WHERE (begun.tenant_id, begun.appointment_id, begun.ordinal)
                                             = (old.tenant_id, old.appointment_id, old.ordinal))
),
put_taken AS (
    INSERT INTO busy (tenant_id, appointment_id, ordinal, person_id, starts_at, ends_at, source)
    SELECT tenant_id, appointment_id, ordinal, person_id, starts_at, ends_at, source FROM taken
    ON CONFLICT (tenant_id, appointment_id, ordinal) DO UPDATE SET person_id = excluded.person_id,
        starts_at = excluded.starts_at, ends_at = excluded.ends_at, source = excluded.source
),
put_begun AS (
    INSERT INTO service_start (tenant_id, appointment_id, ordinal, branch_id, service_id, starts_at)
    SELECT tenant_id, appointment_id, ordinal, branch_id, service_id, starts_at FROM begun
    ON CONFLICT (tenant_id, appointment_id, ordinal) DO UPDATE SET branch_id = excluded.branch_id,
        service_id = excluded.service_id, starts_at = excluded.starts_at
)
SELECT done FROM moved
"""
"""$1 the log, $2 how far it was read, $3 how far it is now; then the arrays. Nothing where somebody else has read on. What stays
is replaced in its place: a statement that deletes a row and puts it again would not see its own deletion."""


def arrays_of(changes: Iterable[BusyChange]) -> Sequence[Sequence[Any]]:
    """Columns of what is changed, of the times that it takes, and of its services' starts. Of two changes of the same the
    later one counts."""
    last = {(change.tenant_id, change.busy_id): change for change in changes}
    taken = [
        (
            *key,
            ordinal,
            taking.owner_id,
            taking.interval.start,
            taking.interval.end,
            change.source.name.lower(),
        )
        for key, change in last.items()
        for ordinal, taking in enumerate(change.takings)
    ]
    begun = [
        (*key, ordinal, *start) for key, change in last.items() for ordinal, start in enumerate(change.starts)
    ]
    return [*_columns(list(last), 2), *_columns(taken, 7), *_columns(begun, 6)]


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    return [[row[column] for row in rows] for column in range(width)]
