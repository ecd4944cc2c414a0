"""The ledger's entries as SQL: functions of many calls in one statement, whatever is rarer by itself."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chassis.postgres import Pool
from telephony_gateway.storage.entries import Answered, Asked, Entry, Found, Heard, Said, Told

_CALLS_AND_FUNCTIONS = """
WITH heard AS (
    INSERT INTO call (call_id, tenant_id, branch_id, dialled_number, caller_number, first_heard_at, agent_id,
                      agent_version)
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::text[],
                         $8::int[])
    ON CONFLICT (call_id) DO UPDATE SET
        tenant_id = coalesce(call.tenant_id, excluded.tenant_id),
        branch_id = coalesce(call.branch_id, excluded.branch_id),
        agent_id = coalesce(call.agent_id, excluded.agent_id),
        agent_version = coalesce(call.agent_version, excluded.agent_version)
    WHERE coalesce(call.tenant_id, excluded.tenant_id) IS DISTINCT FROM call.tenant_id
       OR coalesce(call.branch_id, excluded.branch_id) IS DISTINCT FROM call.branch_id
       OR coalesce(call.agent_id, excluded.agent_id) IS DISTINCT FROM call.agent_id
       OR coalesce(call.agent_version, excluded.agent_version) IS DISTINCT FROM call.agent_version
)
INSERT INTO function_call (request_id, call_id, name, arguments, received_at, trace_id, answer, duration_ms)
SELECT * FROM unnest($9::uuid[], $10::text[], $11::text[], $12::jsonb[], $13::timestamptz[], $14::text[],
                     $15::jsonb[], $16::int[])
ON CONFLICT (request_id) DO NOTHING
"""
_ANSWERS_AND_OUTCOMES = """
WITH answered AS (
    UPDATE function_call SET answer = told.answer, duration_ms = told.duration_ms
      FROM unnest($1::uuid[], $2::jsonb[], $3::int[]) AS told (request_id, answer, duration_ms)
     WHERE function_call.request_id = told.request_id
)
INSERT INTO call_outcome (call_id, outcome, tenant_id, first_heard_at)
SELECT c.call_id, told.outcome, c.tenant_id, c.first_heard_at
  FROM unnest($4::uuid[], $5::text[]) AS told (request_id, outcome)
  JOIN function_call f ON f.request_id = told.request_id JOIN call c ON c.call_id = f.call_id
 WHERE c.tenant_id IS NOT NULL
ON CONFLICT DO NOTHING
"""


async def write_all(pool: Pool, entries: Sequence[Entry]) -> None:
    """In their order, as far as it matters: calls, functions, answers, events. Repeating it is harmless."""
    answers = {entry.request_id: entry for entry in entries if isinstance(entry, Answered)}
    outcomes = [(request_id, entry.outcome) for request_id, entry in answers.items() if entry.outcome]
    asked = [entry for entry in entries if isinstance(entry, Asked)]
    calls = _calls(entry for entry in entries if isinstance(entry, Heard))
    if calls or asked:
        at_once = [answers.pop(one.request_id, None) for one in asked]
        await pool.execute(_CALLS_AND_FUNCTIONS, *_columns(calls, 8), *_functions(asked, at_once))
    if answers or outcomes:
        rows = [(one.request_id, _answer(one), one.duration_ms) for one in answers.values()]
        await pool.execute(_ANSWERS_AND_OUTCOMES, *_columns(rows, 3), *_columns(outcomes, 2))
    for entry in entries:
        if isinstance(entry, Told | Found | Said):
            await _write(pool, entry)


def _calls(heard: Iterable[Heard]) -> list[tuple[Any, ...]]:
    """A row for each call; of each column the first word counts."""
    rows: dict[str, tuple[Any, ...]] = {}
    for one in heard:
        caller = one.caller
        row = (
            caller.call_id, one.tenant_id or None, one.branch_id or None, caller.dialled_number, caller.caller_number,
            one.at, one.agent.agent_id[:200] or None, _small(one.agent.version),
        )  # fmt: skip
        before = rows.get(caller.call_id, row)
        rows[caller.call_id] = tuple(
            new if old is None else old for old, new in zip(before, row, strict=True)
        )
    # In one order for all replicas: of two that wait for each other one would be ended.
    return [rows[call_id] for call_id in sorted(rows)]


def _functions(asked: Sequence[Asked], answers: Sequence[Answered | None]) -> list[list[Any]]:
    rows = [
        (
            one.request_id, one.call_id, one.name, _json(one.arguments), one.at, one.trace_id,
            _answer(answer) if answer else None, answer.duration_ms if answer else None,
        )
        for one, answer in zip(asked, answers, strict=True)
    ]  # fmt: skip
    return _columns(rows, 8)


def _columns(rows: Sequence[tuple[Any, ...]], count: int) -> list[list[Any]]:
    return [[row[number] for row in rows] for number in range(count)]


async def _write(pool: Pool, entry: Told | Found | Said) -> None:
    match entry:
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
            # Of none the driver would only prepare the statement: its connection would lie in the pool in the middle of a
            # transaction, with a lock on the table.
            if rows:
                await pool.executemany(
                    "INSERT INTO utterance (call_id, position, role, words, said_at, after_functions, kept_since)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
                    rows,
                )


def _small(version: int | None) -> int | None:
    """As PostgreSQL's integer holds it; whatever else an agent says is nothing."""
    return version if version is not None and 0 <= version < 2**31 else None


_strictly = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=str).encode


def _answer(one: Answered) -> str:
    """What was sent need not be written anew, unless PostgreSQL's jsonb does not take it; it was UTF-8 on its way."""
    return one.written if one.written and "\\u0000" not in one.written else _json(one.answer)


def _json(value: Mapping[str, Any]) -> str:
    try:
        text = _strictly(value)
        text.encode()
    except ValueError:
        return json.dumps(_storable(value), ensure_ascii=False, default=str)
    return json.dumps(_storable(value), ensure_ascii=False, default=str) if "\\u0000" in text else text


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
