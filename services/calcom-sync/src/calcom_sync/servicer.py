"""gRPC in, one use case, gRPC out."""

from datetime import datetime
from uuid import UUID

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from calcom_sync.domain.appointment import Appointment, AppointmentRef, SyncState
from calcom_sync.domain.intent import Intent, State
from calcom_sync.errors import AppointmentUnknownError
from calcom_sync.usecases.get_sync_state import get_sync_state
from calcom_sync.usecases.ports import Appointments
from rufbuch.calendarsync.v1 import service_pb2, service_pb2_grpc

FULL_NAME = "rufbuch.calendarsync.v1.CalendarSyncService"
_Context = grpc.aio.ServicerContext[service_pb2.GetSyncStateRequest, service_pb2.GetSyncStateResponse]
_STATES = {
    state: service_pb2.AppointmentSyncState.Value(f"APPOINTMENT_SYNC_STATE_{state.name}")
    for state in SyncState
}
_PHASE_STATES = {state: service_pb2.PhaseSyncState.Value(f"PHASE_SYNC_STATE_{state.name}") for state in State}


class CalendarSyncServicer(service_pb2_grpc.CalendarSyncServiceServicer):
    """How far the copies at Cal.com are."""

    def __init__(self, appointments: Appointments) -> None:
        self._appointments = appointments

    async def GetSyncState(
        self,
        request: service_pb2.GetSyncStateRequest,
        context: _Context,
    ) -> service_pb2.GetSyncStateResponse:
        """See the proto."""
        ref = AppointmentRef(_known_id(request.tenant_id), _known_id(request.appointment_id))
        appointment = await get_sync_state(ref, appointments=self._appointments)
        return _response(appointment)


def _known_id(text: str) -> UUID:
    """What is no id belongs to nothing that is known here."""
    try:
        return UUID(text)
    except ValueError as error:
        raise AppointmentUnknownError("nothing is known about the appointment here") from error


def _response(appointment: Appointment) -> service_pb2.GetSyncStateResponse:
    return service_pb2.GetSyncStateResponse(
        state=_STATES[appointment.state], phases=[_phase(intent) for intent in appointment.intents]
    )


def _phase(intent: Intent) -> service_pb2.PhaseSync:
    return service_pb2.PhaseSync(
        phase_id=str(intent.phase_id),
        position=intent.position,
        state=_PHASE_STATES[intent.state],
        booking_uid=intent.booking_uid,
        attempts=intent.attempts,
        last_error=intent.last_error,
        start_time=_stamp(intent.start),
        update_time=_stamp(intent.updated_at) if intent.updated_at else None,
    )


def _stamp(instant: datetime) -> Timestamp:
    told = Timestamp()
    told.FromDatetime(instant)
    return told
