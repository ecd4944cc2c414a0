"""Messages, and what is read and changed about them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from booking.domain.listing import PageEnd
from booking.domain.messages.listing import MessageFilters
from booking.domain.messages.message import Kind, Message
from booking.storage.documents import SELECT_DOCUMENTS, from_document
from booking.storage.jobs import remind
from booking.storage.messages.rows import CHANGING, message_from, reminder_of, to_row
from booking.usecases.messages.ports import Loaded
from chassis.postgres import Pool

_LOAD = f"""
WITH RECURSIVE wanted AS (
    SELECT * FROM message WHERE tenant_id = $1 AND message_id = $2
),
chain AS (
    SELECT a.appointment_id, a.rescheduled_from_id FROM appointment a, wanted
     WHERE a.tenant_id = $1 AND a.appointment_id = wanted.appointment_id
    UNION ALL
    SELECT a.appointment_id, a.rescheduled_from_id FROM chain
      JOIN appointment a ON a.tenant_id = $1 AND a.appointment_id = chain.rescheduled_from_id
)
SELECT wanted.*, made.document AS made, gone.document AS gone,
       (SELECT appointment_id FROM chain WHERE rescheduled_from_id IS NULL) AS chain_id
  FROM wanted,
       LATERAL ({SELECT_DOCUMENTS} WHERE a.tenant_id = $1 AND a.appointment_id = wanted.appointment_id) AS made
  LEFT JOIN LATERAL ({SELECT_DOCUMENTS} WHERE a.tenant_id = $1
             AND a.appointment_id = (made.document->>'rescheduled_from_id')::uuid) AS gone ON true
"""  # noqa: S608 - made of constants

_SET = ", ".join(f"{column} = {{{column}}}" for column in CHANGING)

_TAKE = """
WITH due AS (
    -- The lock on the appointment waits for whoever is changing it at this moment, and reads what became of it.
    SELECT m.message_id, CASE m.kind WHEN 'cancellation' THEN a.state = 'cancelled'
                                     ELSE a.state = 'booked' AND a.start_time > $3 END AS stands
      FROM message m JOIN appointment a USING (tenant_id, appointment_id)
     WHERE m.tenant_id = $1 AND m.message_id = $2 AND m.revision = $4
       FOR UPDATE OF m FOR SHARE OF a
)
UPDATE message m SET
    state = CASE WHEN due.stands THEN $5 ELSE 'suppressed' END,
    due_time = CASE WHEN due.stands THEN $6::timestamptz END,
    attempts = CASE WHEN due.stands THEN $7 ELSE m.attempts END,
    detail = CASE WHEN due.stands THEN '' ELSE $8 END,
    update_time = $3, revision = m.revision + 1
  FROM due WHERE m.tenant_id = $1 AND m.message_id = due.message_id
RETURNING due.stands
"""

_FORGOTTEN = "CASE WHEN address = '' THEN '' ELSE {} END"


class SqlMessages:
    """The ports of sending and of reading over the service's own schema."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def load(self, tenant_id: UUID, message_id: UUID) -> Loaded | None:
        """See ``Messages``."""
        row = await self._pool.fetchrow(_LOAD, tenant_id, message_id)
        if row is None:
            return None
        gone = from_document(row["gone"]) if row["gone"] else None
        return Loaded(message_from(dict(row)), from_document(row["made"]), gone, row["chain_id"])

    async def get(self, tenant_id: UUID, message_id: UUID) -> Message | None:
        """See ``Messages``."""
        row = await self._pool.fetchrow(
            "SELECT * FROM message WHERE tenant_id = $1 AND message_id = $2", tenant_id, message_id
        )
        return message_from(dict(row)) if row else None

    async def take(self, before: Message, taken: Message, *, pointless: str) -> bool | None:
        """See ``Messages``."""
        stands: bool | None = await self._pool.fetchval(
            _TAKE,
            before.tenant_id,
            before.message_id,
            taken.update_time,
            before.revision,
            taken.state.value,
            taken.due_time,
            taken.attempts,
            pointless,
        )
        return stands

    async def change(self, before: Message, after: Message) -> bool:
        """See ``Messages``."""
        row = to_row(after)
        places = {column: f"${n}" for n, column in enumerate(CHANGING, start=4)}
        # Who was forgotten meanwhile stays so.
        places |= {
            column: _FORGOTTEN.format(places[column]) for column in ("subject", "text", "detail", "receipt")
        }
        done = await self._pool.execute(
            f"UPDATE message SET {_SET.format(**places)}"  # noqa: S608 - names of ours
            " WHERE tenant_id = $1 AND message_id = $2 AND revision = $3",
            before.tenant_id,
            before.message_id,
            before.revision,
            *(row[column] for column in CHANGING),
        )
        return bool(done == "UPDATE 1")

    async def remind(self, now: datetime, *, limit: int = 500) -> int:
        """Announce whatever is due; what waits in the queue already is left alone. How many are due."""
        rows = await self._pool.fetch(
            "SELECT tenant_id, message_id FROM message WHERE due_time <= $1 ORDER BY due_time LIMIT $2",
            now, limit,
        )  # fmt: skip
        async with self._pool.acquire() as connection, connection.transaction():
            await remind(connection, [reminder_of(row["tenant_id"], row["message_id"]) for row in rows])
        return len(rows)

    async def without_case(self, *, limit: int) -> list[tuple[UUID, UUID]]:
        """See ``Cases``."""
        promised = [kind.value for kind in Kind if kind.is_promised]
        rows = await self._pool.fetch(
            "SELECT tenant_id, message_id FROM message WHERE case_id IS NULL AND state IN ('failed', 'unknown')"
            " AND due_time IS NULL AND address <> '' AND kind = ANY($1) ORDER BY update_time LIMIT $2",
            promised, limit,
        )  # fmt: skip
        return [(row["tenant_id"], row["message_id"]) for row in rows]

    async def note_case(self, message: Message, case_id: UUID) -> None:
        """See ``Cases``."""
        await self._pool.execute(
            "UPDATE message SET case_id = $3 WHERE tenant_id = $1 AND message_id = $2",
            message.tenant_id, message.message_id, case_id,
        )  # fmt: skip

    async def list(self, filters: MessageFilters, *, after: PageEnd | None, limit: int) -> list[Message]:
        """See ``Messages``."""
        possible: dict[str, Any] = {
            "tenant_id = {}": filters.tenant_id,
            "state = {}": filters.state and filters.state.value,
            "appointment_id = {}": filters.appointment_id,
        }
        chosen = {condition: value for condition, value in possible.items() if value is not None}
        words = [condition.format(f"${n}") for n, condition in enumerate(chosen, start=1)]
        values: list[Any] = list(chosen.values())
        if after:
            words.append(f"(create_time, message_id) < (${len(values) + 1}, ${len(values) + 2})")
            values += [after.time, after.item_id]
        rows = await self._pool.fetch(
            f"SELECT * FROM message WHERE {' AND '.join(words)}"  # noqa: S608 - conditions of ours
            f" ORDER BY create_time DESC, message_id DESC LIMIT {limit:d}",
            *values,
        )
        return [message_from(dict(row)) for row in rows]
