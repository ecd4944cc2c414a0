"""What is not as it should be, and since when: told as metrics, so that it is noticed before a customer does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from calcom_sync.domain.cases import CaseKind
from chassis.postgres import Pool
from signals.metrics import Gauge

STATES = ("pending", "in_flight", "unknown", "failed", "partial", "stuck")
_troubled = Gauge(
    "rufbuch_calcom_sync_unsettled",
    "Copies of phases that lie ahead and are not synced, by state; partial: appointments of which a part is there;"
    " stuck: copies that failed, are unknown, were tried before in vain, or have waited for minutes",
    {"state": STATES},
)
_oldest = Gauge(
    "rufbuch_calcom_sync_oldest_seconds",
    "For how long the oldest of them has been so, by state",
    {"state": STATES},
)
_open_cases = Gauge(
    "rufbuch_calcom_sync_open_cases",
    "Cases that wait for a person, by kind",
    {"kind": [one.value for one in CaseKind]},
)
_oldest_case = Gauge("rufbuch_calcom_sync_oldest_case_seconds", "For how long the oldest case has waited")
# Of what is over, called off or moved nothing is wanted, so nothing of it is trouble.
WANTED = """
    intent NATURAL JOIN (SELECT tenant_id, appointment_id, received_at FROM appointment
        WHERE NOT called_off AND moved_to IS NULL AND plan <> 'not_needed') AS wished
    WHERE end_time > $1"""
STUCK = f"""
        SELECT tenant_id, CASE WHEN state = 'failed' THEN updated_at WHEN state = 'unknown' AND setbacks = 0 THEN unknown_since
            ELSE received_at END AS since FROM {WANTED}
            AND (state IN ('unknown', 'failed') OR (state IN ('pending', 'in_flight') AND (setbacks > 0
                OR (NOT revived AND received_at < $1 - interval '5 minutes'))))"""  # noqa: S608 - only our own text
"""Copies of which nobody can say that they are there. What is unknown, sent again and unknown once more is stuck since the
beginning: each turn alone is young. What was never tried for minutes is stuck as well, whatever it waits for."""
# What went away before it had anywhere to go is of no appointment that is wanted; where most businesses copy nothing it is nearly
# all, and must not get into a join that expects few.
_HAD_A_PLACE = "(state <> 'cancelled' OR account_id IS NOT NULL)"
PARTS = f"""
        SELECT tenant_id, max(updated_at) FILTER (WHERE state IN ('failed', 'cancelled')) AS since FROM {WANTED}
            AND {_HAD_A_PLACE} AND appointment_id IN (
                SELECT appointment_id FROM intent
                 WHERE end_time > $1 AND state IN ('failed', 'cancelled') AND {_HAD_A_PLACE})
        GROUP BY tenant_id, appointment_id HAVING bool_or(state IN ('synced', 'unknown', 'in_flight'))"""  # noqa: S608 - only our own text
"""Appointments of which only a part is there."""
_TROUBLES = f"""
    SELECT state, count(*) AS many, min(CASE state WHEN 'unknown' THEN unknown_since
        WHEN 'pending' THEN received_at ELSE updated_at END) AS since
    FROM {WANTED} AND state IN ('pending', 'in_flight', 'unknown', 'failed') GROUP BY state
    UNION ALL SELECT 'partial', count(*), min(since) FROM ({PARTS}) AS parts
    UNION ALL SELECT 'stuck', count(*), min(since) FROM ({STUCK}) AS stuck"""  # noqa: S608 - only our own text


@dataclass(frozen=True)
class Trouble:
    """How many, and since when the oldest."""

    count: int
    since: datetime


class SqlTroubles:
    """Reads all tables; changes none."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def found(self, now: datetime) -> Mapping[str, Trouble]:
        """By state; those without any are left out."""
        rows = await self._pool.fetch(_TROUBLES, now)
        return {row["state"]: Trouble(row["many"], row["since"]) for row in rows if row["many"]}

    async def tell(self, now: datetime) -> None:
        """Set the metrics."""
        found = await self.found(now)
        for state in STATES:
            trouble = found.get(state)
            _troubled.labels(state).set(trouble.count if trouble else 0)
            _oldest.labels(state).set((now - trouble.since).total_seconds() if trouble else 0)
        rows = await self._pool.fetch(
            "SELECT kind, count(*) AS many, min(opened_at) AS since FROM sync_case WHERE closed_at IS NULL GROUP BY kind"
        )
        _open_cases.clear()
        for row in rows:
            _open_cases.labels(row["kind"]).set(row["many"])
        oldest = min((row["since"] for row in rows), default=now)
        _oldest_case.set((now - oldest).total_seconds())
