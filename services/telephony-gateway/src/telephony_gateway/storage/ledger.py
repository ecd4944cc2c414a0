"""What was asked and answered in each call, written behind the answers so that no caller waits for it."""

import asyncio
import json
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.errors import StorageUnavailableError
from chassis.postgres import Pool, reaching_storage
from signals.metrics import Counter
from telephony_gateway.domain.envelope import Agent, Caller
from telephony_gateway.domain.searching import OUTCOMES
from telephony_gateway.domain.utterances import Utterance

BACKLOG_MAX = 10_000
"""Entries that wait while the database is away; more are dropped and counted."""
RETRY_S = 0.5
FLUSH_S = 3.0
_log = logging.getLogger(__name__)
_dropped = Counter("rufbuch_gateway_ledger_dropped_total", "Ledger entries that were given up")


@dataclass(frozen=True)
class Heard:
    """A call was heard of, by whatever came first (TG-15)."""

    caller: Caller
    tenant_id: str
    branch_id: str
    at: datetime
    agent: Agent = Agent()  # noqa: RUF009 - frozen


@dataclass(frozen=True)
class Asked:
    """A function was called."""

    request_id: str
    call_id: str
    name: str
    arguments: Mapping[str, Any]
    trace_id: str
    at: datetime


@dataclass(frozen=True)
class Answered:
    """A function was answered."""

    request_id: str
    answer: Mapping[str, Any]
    duration_ms: int


@dataclass(frozen=True)
class Told:
    """Retell told of an event in the life of a call."""

    call_id: str
    event: str
    at: datetime


@dataclass(frozen=True)
class Found:
    """An agent claimed something before any tool had said so."""

    call_id: str
    tenant_id: str
    kind: str
    words: str
    at: datetime


@dataclass(frozen=True)
class Said:
    """The words of a call that is over."""

    call_id: str
    utterances: Sequence[Utterance]
    at: datetime


Entry = Heard | Asked | Answered | Told | Found | Said
_ANSWERED = """
WITH answered AS (
    UPDATE function_call SET answer = $2, duration_ms = $3 WHERE request_id = $1 RETURNING call_id
)
INSERT INTO call_outcome (call_id, outcome, tenant_id, first_heard_at)
SELECT c.call_id, $4, c.tenant_id, c.first_heard_at FROM answered JOIN call c USING (call_id)
 WHERE $4 <> '' AND c.tenant_id IS NOT NULL
ON CONFLICT DO NOTHING
"""


class Ledger:
    """A queue in memory, emptied into the database in order."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waiting: asyncio.Queue[Entry] = asyncio.Queue(BACKLOG_MAX)

    def record(self, *entries: Entry) -> None:
        """Note what happened; returns at once."""
        for entry in entries:
            try:
                self._waiting.put_nowait(entry)
            except asyncio.QueueFull:
                _dropped.inc()

    async def write(self) -> None:
        """Write what waits, until cancelled."""
        while True:
            entry = await self._waiting.get()
            try:
                await self._write_patiently(entry)
            finally:
                self._waiting.task_done()

    async def flush(self) -> None:
        """Give what still waits a last, short chance."""
        try:
            await asyncio.wait_for(self._waiting.join(), FLUSH_S)
        except TimeoutError:
            _log.warning("the ledger lost its last entries", extra={"entries": self._waiting.qsize()})

    async def _write_patiently(self, entry: Entry) -> None:
        while True:
            try:
                with reaching_storage():
                    await _write(self._pool, entry)
            except StorageUnavailableError as error:
                _log.warning("the ledger waits for the database", extra={"error": str(error)})
                await asyncio.sleep(RETRY_S)
            except Exception:  # noqa: BLE001 - one entry must neither hold up the rest nor end the calls that go on
                _dropped.inc()
                _log.exception("a ledger entry was refused")
                return
            else:
                return


async def _write(pool: Pool, entry: Entry) -> None:
    match entry:
        case Heard():
            await pool.execute(
                "INSERT INTO call (call_id, tenant_id, branch_id, dialled_number, caller_number, first_heard_at,"
                " agent_id, agent_version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (call_id) DO UPDATE SET"
                " tenant_id = coalesce(call.tenant_id, excluded.tenant_id),"
                " branch_id = coalesce(call.branch_id, excluded.branch_id),"
                " agent_id = coalesce(call.agent_id, excluded.agent_id),"
                " agent_version = coalesce(call.agent_version, excluded.agent_version)",
                entry.caller.call_id, entry.tenant_id or None, entry.branch_id or None,
                entry.caller.dialled_number, entry.caller.caller_number, entry.at,
                entry.agent.agent_id[:200] or None, _small(entry.agent.version),
            )  # fmt: skip
        case Asked():
            await pool.execute(
                "INSERT INTO function_call (request_id, call_id, name, arguments, received_at, trace_id)"
                " VALUES ($1, $2, $3, $4, $5, $6)",
                entry.request_id, entry.call_id, entry.name, _json(entry.arguments), entry.at, entry.trace_id,
            )  # fmt: skip
        case Answered():
            status = entry.answer.get("status")
            outcome = status if isinstance(status, str) and status in OUTCOMES else ""
            await pool.execute(_ANSWERED, entry.request_id, _json(entry.answer), entry.duration_ms, outcome)
        case Told():
            await pool.execute(
                "WITH told AS (INSERT INTO call_event (call_id, event, received_at) VALUES ($1, $2, $3)"
                " ON CONFLICT DO NOTHING RETURNING event)"
                " UPDATE call SET ended_at = coalesce(ended_at, $3)"
                " WHERE call_id = $1 AND 'call_ended' IN (SELECT event FROM told)",
                entry.call_id, entry.event, entry.at,
            )  # fmt: skip
        case Found():
            await pool.execute(
                "INSERT INTO truth_case (call_id, tenant_id, kind, subject, found_at)"
                " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                entry.call_id, entry.tenant_id, f"claimed_{entry.kind}", entry.words, entry.at,
            )  # fmt: skip
        case Said():
            rows = [
                (entry.call_id, n, each.role, _storable(each.words), each.at, each.after_functions, entry.at)
                for n, each in enumerate(entry.utterances)
            ]
            await pool.executemany(
                "INSERT INTO utterance (call_id, position, role, words, said_at, after_functions, kept_since)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
                rows,
            )


def _small(version: int | None) -> int | None:
    """As PostgreSQL's integer holds it; whatever else an agent says is nothing."""
    return version if version is not None and 0 <= version < 2**31 else None


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(_storable(value), ensure_ascii=False, default=str)


def _storable(value: object) -> object:
    """Without what JSON or Python allow and PostgreSQL's jsonb does not: U+0000, half characters, NaN."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {_storable(str(key)): _storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(inner) for inner in value]
    return value
