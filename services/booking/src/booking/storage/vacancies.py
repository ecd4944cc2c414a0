"""Vacancies in PostgreSQL: how they come into being, and who is looked at for them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from booking.domain.vacancy import LEAD, TRAIL, Candidate, EndedHold, FreedTime, Outcome, Vacancy
from booking.domain.waiting import WaitingEntry, WaitingWish, handle_of
from booking.storage.jobs import Reminder, remind
from booking.storage.waiting_documents import SELECT_ENTRIES, entry_from
from chassis.postgres import Connection, Pool

VACANCY, OFFER = "waitlist_vacancy", "waitlist_offer"
"""Kinds of reminders."""

_NEXT = f"""
{SELECT_ENTRIES}
 WHERE w.tenant_id = $1 AND w.state = 'waiting' AND w.window_end > $2
   AND w.window_start < $3 AND w.window_end > $4
   AND ($5::uuid[] IS NULL OR w.person_id IS NULL OR w.person_id = ANY($5::uuid[]))
   AND NOT EXISTS (SELECT 1 FROM waitlist_look l
                    WHERE l.vacancy_id = $6 AND l.waitlist_entry_id = w.waitlist_entry_id)
 ORDER BY w.place LIMIT 1 FOR NO KEY UPDATE OF w
"""  # noqa: S608 - made of constants
_HAD_THEIR_TURN = f"""
INSERT INTO waitlist_look (vacancy_id, tenant_id, waitlist_entry_id, outcome, looked_at)
SELECT DISTINCT $1::uuid, o.tenant_id, o.waitlist_entry_id, '{Outcome.HAD_ITS_TURN.value}', $4::timestamptz
  FROM waitlist_offer o WHERE o.tenant_id = $2 AND o.root_id = $3 AND o.state NOT IN ('preparing', 'open')
ON CONFLICT DO NOTHING
"""  # noqa: S608 - made of constants


async def open_vacancy(connection: Connection, vacancy: Vacancy, now: datetime) -> None:
    """Have it looked at, in the transaction of what caused it; once for each cause."""
    await connection.execute(
        "INSERT INTO waitlist_vacancy (vacancy_id, tenant_id, cause, root_id, person_ids, start_time, end_time,"
        " ended_offer_id, branch_id, due_at, freed_appointment_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        " ON CONFLICT DO NOTHING",
        vacancy.vacancy_id, vacancy.tenant_id, vacancy.cause, vacancy.root_id, vacancy.person_ids,
        vacancy.start_time, vacancy.end_time, vacancy.ended.offer_id if vacancy.ended else None,
        vacancy.ended.branch_id if vacancy.ended else None, vacancy.due_at,
        vacancy.freed.appointment_id if vacancy.freed else None,
    )  # fmt: skip
    await remind(connection, [Reminder(VACANCY, str(vacancy.vacancy_id), vacancy.due_at - now)])


async def look_again(
    connection: Connection, wish: WaitingWish, *, cause: str, now: datetime, after: timedelta
) -> None:
    """Have somebody look after a while what is free for a wish, and for all that are like it and older."""
    start = max(wish.window_start, now)
    people = (wish.person_id,) if wish.person_id else None
    vacancy = Vacancy(wish.tenant_id, cause, people, start, wish.window_end, due_at=now + after)
    await open_vacancy(connection, vacancy, now)


async def offers_of_entry_are_due(connection: Connection, entry: WaitingEntry, now: datetime) -> None:
    """Have what is offered to an entry looked at, since the entry changes. Offers are locked before their entries."""
    rows = await connection.fetch(
        "UPDATE waitlist_offer SET due_at = $3 WHERE tenant_id = $1 AND waitlist_entry_id = $2 AND state = 'open'"
        " RETURNING offer_id",
        entry.wish.tenant_id, entry.entry_id, now,
    )  # fmt: skip
    await remind(connection, [offer_reminder(entry.wish.tenant_id, row["offer_id"]) for row in rows])


def offer_reminder(tenant_id: UUID, offer_id: UUID, *, at_once: bool = True) -> Reminder:
    """That an offer has changed, or else that it is new."""
    return Reminder(OFFER, f"{tenant_id}/{offer_id}", at_once=at_once)


class SqlVacancies:
    """Most of the port of FillVacancy over the service's own schema."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def vacancy(self, vacancy_id: UUID) -> Vacancy | None:
        """See ``Vacancies``."""
        row = await self._pool.fetchrow(
            "SELECT v.*, a.branch_id AS freed_branch_id, a.service_id, a.person_id, a.start_time AS freed_start_time,"
            " EXISTS (SELECT FROM waitlist_offer o WHERE o.vacancy_id = v.vacancy_id) AS begun"
            "  FROM waitlist_vacancy v LEFT JOIN appointment a"
            "    ON a.tenant_id = v.tenant_id AND a.appointment_id = v.freed_appointment_id"
            " WHERE v.vacancy_id = $1 AND v.done_at IS NULL",
            vacancy_id,
        )
        if row is None:
            return None
        return Vacancy(
            tenant_id=row["tenant_id"],
            cause=row["cause"],
            person_ids=tuple(row["person_ids"]) if row["person_ids"] is not None else None,
            start_time=row["start_time"],
            end_time=row["end_time"],
            due_at=row["due_at"],
            root=row["root_id"],
            ended=EndedHold(row["branch_id"], row["ended_offer_id"]) if row["ended_offer_id"] else None,
            freed=_freed(row) if row["freed_branch_id"] else None,
            begun=row["begun"],
        )

    async def next_candidate(
        self, vacancy: Vacancy, *, now: datetime, new_id: Callable[[], UUID]
    ) -> Candidate | bool:
        """See ``Vacancies``."""
        async with self._pool.acquire() as connection, connection.transaction():
            ids = (vacancy.vacancy_id, vacancy.tenant_id, vacancy.root_id)
            await connection.execute(_HAD_THEIR_TURN, *ids, now)
            entry = await self._next(connection, vacancy, now)
            if entry is None:
                return False
            return await self._prepared(connection, vacancy, entry, now=now, new_id=new_id)

    async def _next(self, connection: Connection, vacancy: Vacancy, now: datetime) -> WaitingEntry | None:
        earliest, latest = vacancy.start_time - LEAD, vacancy.end_time + TRAIL
        people = list(vacancy.person_ids) if vacancy.person_ids is not None else None
        document = await connection.fetchval(
            _NEXT, vacancy.tenant_id, now, latest, earliest, people, vacancy.vacancy_id
        )
        return entry_from(document) if document else None

    async def _prepared(
        self,
        connection: Connection,
        vacancy: Vacancy,
        entry: WaitingEntry,
        *,
        now: datetime,
        new_id: Callable[[], UUID],
    ) -> Candidate | bool:
        """The offer that is in preparation, begun now or by somebody who fell; True: it is another vacancy's."""
        wish, offer_id = entry.wish, new_id()
        begun = await connection.fetchrow(
            "SELECT offer_id, vacancy_id FROM waitlist_offer"
            " WHERE tenant_id = $1 AND waitlist_entry_id = $2 AND state IN ('preparing', 'open')",
            wish.tenant_id, entry.entry_id,
        )  # fmt: skip
        if begun:
            ours = begun["vacancy_id"] == vacancy.vacancy_id
            return Candidate(entry, begun["offer_id"]) if ours else True
        await connection.execute(
            "INSERT INTO waitlist_offer (tenant_id, offer_id, waitlist_entry_id, vacancy_id, root_id, branch_id,"
            " service_id, state, option_id, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'preparing', $8, $9)",
            wish.tenant_id, offer_id, entry.entry_id, vacancy.vacancy_id, vacancy.root_id, wish.branch_id,
            wish.service_id, handle_of(offer_id), now,
        )  # fmt: skip
        return Candidate(entry, offer_id)

    async def looked(self, vacancy: Vacancy, candidate: Candidate, outcome: Outcome, now: datetime) -> None:
        """See ``Vacancies``."""
        async with self._pool.acquire() as connection, connection.transaction():
            await note_look(connection, vacancy, candidate, outcome, now)
            await connection.execute(
                "DELETE FROM waitlist_offer WHERE tenant_id = $1 AND offer_id = $2 AND state = 'preparing'",
                vacancy.tenant_id, candidate.offer_id,
            )  # fmt: skip

    async def done(self, vacancy: Vacancy, now: datetime) -> None:
        """See ``Vacancies``."""
        async with self._pool.acquire() as connection, connection.transaction():
            in_vain = await connection.fetchval(
                "WITH done AS (UPDATE waitlist_vacancy SET done_at = $2 WHERE vacancy_id = $1 AND done_at IS NULL)"
                " SELECT EXISTS (SELECT 1 FROM waitlist_look WHERE vacancy_id = $1 AND outcome = $3)",
                vacancy.vacancy_id, now, Outcome.NOTHING_FREE.value,
            )  # fmt: skip
            echo = vacancy.echo(now)
            if in_vain and echo:
                await open_vacancy(connection, echo, now)


def _freed(row: asyncpg.Record) -> FreedTime:
    return FreedTime(
        row["freed_branch_id"], row["service_id"], row["person_id"], row["freed_start_time"].astimezone(UTC),
        row["freed_appointment_id"],
    )  # fmt: skip


async def note_look(
    connection: Connection, vacancy: Vacancy, candidate: Candidate, outcome: Outcome, now: datetime
) -> None:
    """Write down who was looked at, and what came of it; the first word counts."""
    await connection.execute(
        "INSERT INTO waitlist_look (vacancy_id, tenant_id, waitlist_entry_id, outcome, looked_at)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        vacancy.vacancy_id, vacancy.tenant_id, candidate.entry.entry_id, outcome.value, now,
    )  # fmt: skip
