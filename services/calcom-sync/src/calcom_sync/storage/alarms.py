"""Alarms, and what is told of them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from calcom_sync.domain.alarms import About, Alarm, AlarmKind, Change
from calcom_sync.domain.notices import GIVEN_UP_AFTER, LEASE, Channel, Delivery, Notice, Outcome
from chassis.postgres import Connection, Pool
from signals.metrics import Counter, Gauge

_open_alarms = Gauge(
    "rufbuch_calcom_sync_alarms",
    "Alarms of the service's own watch that are open",
    {"kind": [kind.value for kind in AlarmKind]},
)
_notices = Counter(
    "rufbuch_calcom_sync_alarm_notices",
    "Attempts to tell of an alarm, by what became of them",
    {"channel": [one.value for one in Channel], "outcome": [one.value for one in Outcome]},
)


class SqlAlarms:
    """The tables alarm and alarm_notice."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def open(self) -> list[Alarm]:
        """Those that are not over."""
        rows = await self._pool.fetch("SELECT * FROM alarm WHERE over_at IS NULL ORDER BY opened_at, kind")
        return [_alarm(row) for row in rows]

    async def store(
        self,
        changes: Sequence[Change],
        channels: Sequence[Channel],
        *,
        now: datetime,
        new_id: Callable[[], UUID],
    ) -> None:
        """Alarms as they are now, and with them what is to be told, all or nothing."""
        async with self._pool.acquire() as connection, connection.transaction():
            for change in changes:
                if await _keep(connection, change) and change.tell:
                    for channel in channels:
                        await _note_down(
                            connection, new_id(), channel, change.tell, _told_of(change.alarm), now
                        )
        told = await self.open()
        _open_alarms.clear()
        for kind in {alarm.kind for alarm in told}:
            _open_alarms.labels(kind.value).set(sum(alarm.kind is kind for alarm in told))

    async def take(self, now: datetime) -> Notice | None:
        """The next one to be sent: leased, so that nobody else sends it meanwhile and it is not lost with whoever does."""
        row = await self._pool.fetchrow(
            "UPDATE alarm_notice SET state = 'sending', attempts = attempts + 1, due_at = $2 WHERE notice_id ="
            " (SELECT notice_id FROM alarm_notice WHERE state IN ('pending', 'sending') AND due_at <= $1"
            "  ORDER BY created_at, notice_id FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING *",
            now, now + LEASE,
        )  # fmt: skip
        return _notice(row) if row else None

    async def settle(self, notice: Notice, delivery: Delivery, now: datetime) -> None:
        """What became of an attempt; what did not surely arrive is tried again."""
        _notices.labels(notice.channel.value, delivery.outcome.value).inc()
        sent = delivery.outcome is Outcome.SENT
        given_up = not sent and now - notice.created_at >= GIVEN_UP_AFTER
        state = "sent" if sent else "given_up" if given_up else "pending"
        await self._pool.execute(
            "UPDATE alarm_notice SET state = $2, said = $3, due_at = $4 WHERE notice_id = $1 AND state = 'sending'",
            notice.notice_id, state, delivery.detail[:200], now + notice.pause(),
        )  # fmt: skip

    async def waiting_since(self, channels: Sequence[Channel]) -> datetime | None:
        """Since when the oldest waits that has not arrived over one of the channels; None: all have."""
        since: datetime | None = await self._pool.fetchval(
            "SELECT min(created_at) FROM alarm_notice WHERE state IN ('pending', 'sending') AND channel = ANY($1)",
            [channel.value for channel in channels],
        )
        return since

    async def forget(self, before: datetime) -> None:
        """What was over long ago."""
        await self._pool.execute(
            "DELETE FROM alarm_notice WHERE created_at < $1 AND state NOT IN ('pending', 'sending')", before
        )
        await self._pool.execute("DELETE FROM alarm WHERE over_at < $1", before)


_Told = tuple[str | None, str, str, datetime]


def _told_of(alarm: Alarm) -> _Told:
    return alarm.kind.value, alarm.subject, alarm.detail, alarm.since


async def _keep(connection: Connection, change: Change) -> bool:
    """False: another replica was first."""
    alarm = change.alarm
    if change.tell is About.RAISED:
        kept = await connection.fetchval(
            "INSERT INTO alarm (alarm_id, kind, subject, detail, since, opened_at, told_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)"
            " ON CONFLICT (kind, subject) WHERE over_at IS NULL DO NOTHING RETURNING true",
            alarm.alarm_id, alarm.kind.value, alarm.subject, alarm.detail, alarm.since, alarm.opened_at,
            alarm.told_at,
        )  # fmt: skip
    else:
        kept = await connection.fetchval(
            "UPDATE alarm SET detail = $2, told_at = $3, calm_since = $4, over_at = $5"
            " WHERE alarm_id = $1 AND over_at IS NULL RETURNING true",
            alarm.alarm_id, alarm.detail, alarm.told_at, alarm.calm_since, alarm.over_at,
        )  # fmt: skip
    return bool(kept)


async def _note_down(
    connection: Connection, notice_id: UUID, channel: Channel, about: About, told: _Told, now: datetime
) -> None:
    """Nothing is repeated while the one before is still on its way."""
    await connection.execute(
        "INSERT INTO alarm_notice (notice_id, channel, about, kind, subject, detail, since, created_at, due_at)"
        " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $8 WHERE $3 <> 'still' OR NOT EXISTS"
        "  (SELECT FROM alarm_notice WHERE channel = $2 AND kind = $4 AND subject = $5 AND state IN ('pending', 'sending'))",
        notice_id, channel.value, about.value, *told, now,
    )  # fmt: skip


def _alarm(row: asyncpg.Record) -> Alarm:
    return Alarm(**{**row, "kind": AlarmKind(row["kind"])})


def _notice(row: asyncpg.Record) -> Notice:
    return Notice(
        row["notice_id"], Channel(row["channel"]), About(row["about"]),
        AlarmKind(row["kind"]) if row["kind"] else None, row["subject"], row["detail"], row["since"],
        row["created_at"], row["attempts"],
    )  # fmt: skip
