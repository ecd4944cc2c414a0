"""Stores what became of intents, together with all that follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import asyncpg

from calcom_sync.domain.appointment import AppointmentRef
from calcom_sync.domain.cases import Case, CaseKind
from calcom_sync.domain.intent import Intent, State
from calcom_sync.domain.pleas import PleaKind
from calcom_sync.domain.settling import Settlement, as_wished
from calcom_sync.storage.pleas import make_plea
from calcom_sync.storage.rows import intent_values
from calcom_sync.storage.wishes import let_go, take_back
from chassis.postgres import Connection, Pool
from signals.metrics import Counter

TRIED_AGAIN = "tried again"
"""How a case is closed by whoever wants another try: no word about what was found."""
_cases = Counter(
    "rufbuch_calcom_sync_cases", "Cases opened for a person", {"kind": [one.value for one in CaseKind]}
)
_doubts = Counter(
    "rufbuch_calcom_sync_unknown_ended",
    "Outcomes that were unknown, by what they turned out to be; pending: it was not done, and is sent again",
    {"state": [one.value for one in State if one is not State.UNKNOWN]},
)
_settled = Counter(
    "rufbuch_calcom_sync_settled",
    "Steps of intents, by the state they led to",
    {"state": [one.value for one in State]},
)


@dataclass(frozen=True)
class Stored:
    """``all``: False, at least one was not stored, since somebody else has taken over. ``retry_by``: who wants another try."""

    all: bool
    retry_by: str | None


async def store_settlements(
    connection: Connection, settlements: Sequence[Settlement], now: datetime
) -> Stored:
    """Settlements of one appointment."""
    intent = settlements[0].intent
    # Settlements of sisters come one after the other, so none can miss that another has failed.
    appointment = await connection.fetchrow(
        "SELECT wanted, called_off, moved_to, retry_by FROM appointment WHERE tenant_id = $1 AND appointment_id = $2 FOR UPDATE",
        intent.tenant_id, intent.appointment_id,
    )  # fmt: skip
    if appointment is None:
        raise LookupError(f"no appointment {intent.appointment_id}")
    stored = [one for one in settlements if await _store(connection, appointment, one, now)]
    wished = not appointment["called_off"] and not appointment["moved_to"]
    if wished and any(one.spoils for one in stored):
        await _spoil(connection, intent, now)
    return Stored(len(stored) == len(settlements), appointment["retry_by"])


def count_settled(settlements: Sequence[Settlement]) -> None:
    """Of settlements that were stored in another way."""
    for one in settlements:
        _settled.labels(one.intent.state.value).inc()


async def _store(
    connection: Connection, appointment: asyncpg.Record, settlement: Settlement, now: datetime
) -> bool:
    moved = appointment["moved_to"] is not None
    told = as_wished(
        settlement, now, wanted=appointment["wanted"], moved=moved, called_off=appointment["called_off"]
    )
    if not await update_intent(connection, told.intent, now):
        return False
    _settled.labels(told.intent.state.value).inc()
    if told.case:
        await open_case(connection, told.intent, told.case, now)
    ref = AppointmentRef(told.intent.tenant_id, told.intent.appointment_id)
    if told.asks_to_cancel:
        await make_plea(connection, ref, PleaKind.CANCEL, told.asks_to_cancel, now)
    if told.intent.takes_over:
        await _release(connection, told, told.intent.takes_over, now, moved=moved)
    if moved and told.intent.state is State.SYNCED:
        await _let_go_if_late(connection, told.intent, now)
    return True


async def update_intent(connection: Connection | Pool, intent: Intent, now: datetime) -> Intent | None:
    """None: somebody has changed it since it was read."""
    before = await connection.fetchval(
        "UPDATE intent SET revision = revision + 1, account_id = $4, event_type_id = $5, state = $6, due_at = $7,"
        " attempts = $8, setbacks = $9, refusals = $10, looks = $11, doubt = $12, unknown_since = $13,"
        " booking_uid = $14, booking_number = $15, without_phone = $16, last_error = $17, updated_at = $18,"
        " mark = $19, revived = $20"
        " WHERE tenant_id = $1 AND phase_id = $2 AND revision = $3"
        # A subquery still sees the row as it was.
        " RETURNING (SELECT before.state FROM intent AS before WHERE before.tenant_id = $1 AND before.phase_id = $2)",
        *intent_values(intent, now),
    )  # fmt: skip
    if before is None:
        return None
    if before == State.UNKNOWN.value and intent.state is not State.UNKNOWN:
        _doubts.labels(intent.state.value).inc()
    return replace(intent, revision=intent.revision + 1)


async def open_case(connection: Connection, intent: Intent, case: Case, now: datetime) -> None:
    """Once per phase and kind."""
    key = intent.tenant_id, intent.appointment_id, intent.phase_id
    await open_case_of(connection, key, case, now)


async def open_case_of(
    connection: Connection | Pool, key: tuple[UUID, UUID, UUID], case: Case, now: datetime
) -> None:
    """The same, of whatever is named by business, appointment and phase."""
    opened = await connection.fetchval(
        "INSERT INTO sync_case (tenant_id, appointment_id, phase_id, kind, detail, opened_at)"
        " SELECT $1, $2, $3, $4, $5, $6 WHERE NOT $7 OR NOT EXISTS (SELECT FROM sync_case"
        " WHERE tenant_id = $1 AND phase_id = $3 AND kind = $4 AND detail = $5 AND resolved_by <> ''"
        " AND resolution <> $8)"
        " ON CONFLICT (tenant_id, phase_id, kind) WHERE closed_at IS NULL DO NOTHING RETURNING true",
        *key, case.kind.value, case.detail, now, case.once, TRIED_AGAIN,
    )  # fmt: skip
    if opened:
        _cases.labels(case.kind.value).inc()


async def _release(
    connection: Connection, told: Settlement, held: UUID, now: datetime, *, moved: bool
) -> None:
    """What becomes of the predecessor's booking: moved along, gone, or, where nobody will move it any more, to be
    cancelled. That of a moved appointment is handed on as it is."""
    intent = told.intent
    if intent.state is State.SYNCED or told.held_is_gone:
        await connection.execute(
            "UPDATE intent SET state = 'cancelled', due_at = NULL, revision = revision + 1, updated_at = $3"
            " WHERE tenant_id = $1 AND phase_id = $2 AND state = 'synced'",
            intent.tenant_id, held, now,
        )  # fmt: skip
    elif intent.state in {State.FAILED, State.CANCELLED} and not moved:
        await let_go(connection, intent.tenant_id, [held], now)


async def _let_go_if_late(connection: Connection, intent: Intent, now: datetime) -> None:
    """Found when its successor was already sent without it: nobody takes it over any more."""
    awaited = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM appointment WHERE tenant_id = $1 AND moved_from = $2 AND NOT ready)"
        " OR EXISTS (SELECT FROM intent WHERE tenant_id = $1 AND takes_over = $3 AND state NOT IN ('failed', 'cancelled'))",
        intent.tenant_id, intent.appointment_id, intent.phase_id,
    )  # fmt: skip
    if not awaited:
        await let_go(connection, intent.tenant_id, [intent.phase_id], now)


async def _spoil(connection: Connection, failed: Intent, now: datetime) -> None:
    """The copy cannot be whole: all of it goes, and somebody calls the customer."""
    ref = AppointmentRef(failed.tenant_id, failed.appointment_id)
    first = await connection.fetchval(
        "UPDATE appointment SET wanted = false, spoiled = true"
        " WHERE tenant_id = $1 AND appointment_id = $2 AND NOT spoiled RETURNING true",
        ref.tenant_id, ref.appointment_id,
    )  # fmt: skip
    if first:
        await make_plea(connection, ref, PleaKind.CALLBACK, failed.last_error, now)
    await take_back(connection, ref, now)
