"""Owns what is so after a run: read from PostgreSQL in plain SQL, from the stand-in over HTTP, from Redis. No code of ours."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]


@dataclass
class Facts:
    """Everything that checks look at."""

    appointments: dict[str, Row]
    """By id, each with its ``phases`` (rows in order), ``changes`` and ``customer``."""
    events: list[Row]
    callbacks: list[Row]
    waiting: list[Row]
    requests: list[Row]
    occupants: dict[str, Row]
    overlaps_allowed: set[str]
    """Appointments that were overbooked on purpose."""
    intents: list[Row]
    sync_appointments: dict[str, Row]
    cases: list[Row]
    pleas: list[Row]
    calls: dict[str, Row]
    ledger: list[Row]
    truth_cases: list[Row]
    """What the gateway itself found to be otherwise than it was told."""
    bookings: list[Row]
    """All of the stand-in's."""
    holds: list[tuple[str, float]]
    """Options that Redis holds for live, with their ends (ms)."""
    offers: dict[str, datetime]
    """Options that are held for somebody who waits, while somebody of the business calls them, and until when."""
    people: dict[str, str] = field(default_factory=dict)
    """Names by id."""
    tenants: dict[str, str] = field(default_factory=dict)
    """Ids by key of the business."""
    synced_tenants: set[str] = field(default_factory=set)
    settled_at: datetime | None = None

    def followed(self, appointment_id: object) -> set[str]:
        """An appointment and all that took its place: copies at Cal.com keep the mark of the first."""
        ids: set[str] = set()
        while str(appointment_id) in self.appointments and str(appointment_id) not in ids:
            ids.add(str(appointment_id))
            appointment_id = self.appointments[str(appointment_id)]["rescheduled_to_id"]
        return ids

    def person(self, person_id: object) -> str:
        """The name under which callers know somebody."""
        return self.people.get(str(person_id), "")

    def names_of(self, person_id: object) -> set[str]:
        """All names of one human, under any of her ids."""
        one = self.occupants.get(str(person_id), {})
        staying = str(one.get("same_as") or person_id)
        ids = {staying, *(key for key, row in self.occupants.items() if str(row.get("same_as")) == staying)}
        return {self.people[each] for each in ids if each in self.people}


def gathered(database_url: str, memory: Any, bookings: list[Row]) -> Facts:
    """Read everything."""
    with psycopg.connect(database_url, row_factory=dict_row) as connection:

        def rows(query: str) -> list[Row]:
            return [_plain(row) for row in connection.execute(query).fetchall()]

        appointments = {
            row["appointment_id"]: {**row, "phases": [], "changes": []} for row in rows(_APPOINTMENTS)
        }
        for phase in rows("SELECT * FROM booking.phase ORDER BY appointment_id, position"):
            appointments[phase["appointment_id"]]["phases"].append(phase)
        for change in rows(_CHANGES):
            appointments[change["appointment_id"]]["changes"].append(change)
        return Facts(
            appointments=appointments,
            events=rows(
                "SELECT kind, payload, recorded_at FROM booking.event ORDER BY transaction_id, number"
            ),
            callbacks=rows("SELECT * FROM booking.callback"),
            waiting=rows("SELECT * FROM booking.waitlist_entry"),
            requests=rows("SELECT * FROM booking.booking_request"),
            occupants={row["occupant_id"]: row for row in rows("SELECT * FROM booking.occupant")},
            overlaps_allowed={
                row["appointment_id"]
                for row in rows("SELECT DISTINCT appointment_id FROM booking.occupancy WHERE overbooked")
            },
            intents=rows("SELECT * FROM calcom_sync.intent"),
            sync_appointments={
                row["appointment_id"]: row for row in rows("SELECT * FROM calcom_sync.appointment")
            },
            cases=rows("SELECT * FROM calcom_sync.sync_case"),
            pleas=rows("SELECT * FROM calcom_sync.plea"),
            calls={row["call_id"]: row for row in rows("SELECT * FROM telephony_gateway.call")},
            ledger=rows(
                "SELECT call_id, name, arguments, answer, received_at FROM telephony_gateway.function_call"
            ),
            truth_cases=rows("SELECT call_id, kind, subject FROM telephony_gateway.truth_case"),
            bookings=bookings,
            holds=_holds(memory),
            offers={row["held_option_id"]: row["expire_time"] for row in rows(_OFFERS)},
        )


_APPOINTMENTS = """
SELECT a.*, c.phone_number, c.name AS customer_name
  FROM booking.appointment a JOIN booking.customer c USING (tenant_id, customer_id)
"""
_OFFERS = "SELECT held_option_id, expire_time FROM booking.waitlist_offer WHERE state = 'open'"
_CHANGES = """
SELECT appointment_id, version, changed_at, call_id, operator, reason, state_before, state_after
  FROM booking.appointment_change ORDER BY appointment_id, version
"""


def _plain(row: Row) -> Row:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in row.items()}


def _holds(memory: Any) -> list[tuple[str, float]]:
    return [
        (option.decode(), score)
        for key in memory.scan_iter("holds:*:expiring", count=500)
        for option, score in memory.zrange(key, 0, -1, withscores=True)
    ]


def as_text(value: object) -> str:
    """For reports."""
    return json.dumps(value, ensure_ascii=False, default=str)
