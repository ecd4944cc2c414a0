"""Do PostgreSQL and Cal.com say the same of an appointment? Asked of both directly, past our own services."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import grpc
import httpx
import psycopg
from psycopg.rows import dict_row

from chassis import rows
from rufbuch.calendarsync.v1 import service_pb2, service_pb2_grpc
from rufbuch_cli.blocking import blocking_channel
from rufbuch_cli.installation import Running

SYNCED_WITHIN_S = 30.0
LOOK_EVERY_S = 0.1


@dataclass(frozen=True)
class Agreement:
    """What was found on both sides; no faults: they agree."""

    phases: int
    active: int
    bookings: int
    in_parallel: bool
    """Whether the requests that made the bookings were under way at the same time."""
    sync_state: str
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether both sides agree, and several bookings were made at the same time."""
        return not self.faults and (self.in_parallel or self.bookings < 2)


def compare(
    installation: Running, *, booking_database_url: str, tenant_id: str, appointment_id: str
) -> Agreement:
    """Wait until the appointment is synced, then compare phase by phase. The database is asked as booking's own role."""
    state = _settled(installation, tenant_id, appointment_id)
    phases = _phases(booking_database_url, tenant_id, appointment_id)
    bookings = _bookings(installation["CALCOM_BASE_URL"], appointment_id)
    active = [phase for phase in phases if phase["kind"] == "active"]
    faults = [*_differences(active, bookings)]
    if bookings and len({booking["hosts"][0]["id"] for booking in bookings}) != 1:
        faults.append("the bookings are with several hosts")
    if not phases:
        faults.append("PostgreSQL has no phases of the appointment")
    if state != "SYNCED":
        faults.append(f"the sync state is {state}")
    together = _in_parallel(installation["CALCOM_BASE_URL"], len(bookings))
    return Agreement(len(phases), len(active), len(bookings), together, state, tuple(faults))


def _settled(installation: Running, tenant_id: str, appointment_id: str) -> str:
    request = service_pb2.GetSyncStateRequest(tenant_id=tenant_id, appointment_id=appointment_id)
    ends, state = time.monotonic() + SYNCED_WITHIN_S, "UNSPECIFIED"
    with blocking_channel(installation["CALCOM_SYNC_ADDRESS"]) as channel:
        stub = service_pb2_grpc.CalendarSyncServiceStub(channel)
        while time.monotonic() < ends:
            try:
                answer = stub.GetSyncState(request, timeout=5)
            except grpc.RpcError as error:
                if error.code() is not grpc.StatusCode.NOT_FOUND:
                    raise
            else:
                state = service_pb2.AppointmentSyncState.Name(answer.state).removeprefix(
                    "APPOINTMENT_SYNC_STATE_"
                )
                if state != "PENDING":
                    return state
            time.sleep(LOOK_EVERY_S)  # noqa: TID251 - a command that waits for another process
    return state


def _phases(database_url: str, tenant_id: str, appointment_id: str) -> list[dict[str, Any]]:
    query = (
        "SELECT phase_id::text, kind, p.start_time, p.end_time FROM booking.phase p"
        " JOIN booking.appointment a USING (tenant_id, appointment_id)"
        " WHERE appointment_id = %s AND a.state = 'booked' ORDER BY position"
    )
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        connection.execute("SELECT set_config(%s, %s, false)", (rows.SETTING, tenant_id))
        return connection.execute(query, (appointment_id,)).fetchall()


def _bookings(calcom_url: str, appointment_id: str) -> list[dict[str, Any]]:
    everything = httpx.get(f"{calcom_url}/admin/bookings", timeout=10).raise_for_status().json()
    return [
        booking
        for booking in everything
        if booking["status"] == "accepted" and appointment_id in (booking.get("metadata") or {}).values()
    ]


def _differences(active: list[dict[str, Any]], bookings: list[dict[str, Any]]) -> list[str]:
    ours = {phase["phase_id"]: (phase["start_time"], phase["end_time"]) for phase in active}
    faults = []
    for booking in bookings:
        phase_id = next((value for value in booking["metadata"].values() if value in ours), None)
        if phase_id is None:
            faults.append(
                f"booking {booking['uid']} carries none of our phases, or one that had a booking already"
            )
        elif ours.pop(phase_id) != (_instant(booking["start"]), _instant(booking["end"])):
            faults.append(f"booking {booking['uid']} is at another time than its phase")
    return faults + [f"phase {phase_id} has no booking at Cal.com" for phase_id in ours]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _in_parallel(calcom_url: str, bookings: int) -> bool:
    """Whether all the latest creations had begun before the first of them ended."""
    log = httpx.get(f"{calcom_url}/admin/requests", timeout=10).raise_for_status().json()
    created = [
        each
        for each in log
        if (each["method"], each["path"], each["status"]) == ("POST", "/v2/bookings", 201)
    ]
    latest = created[-bookings:]
    if len(latest) < 2:
        return False
    last_begin = max(int(each["startedOrder"]) for each in latest)
    return last_begin < min(int(each["endedOrder"]) for each in latest)
