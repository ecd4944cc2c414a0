"""Tell how far the copies of an appointment are."""

from calcom_sync.domain.appointment import Appointment, AppointmentRef
from calcom_sync.errors import AppointmentUnknownError
from calcom_sync.usecases.ports import Appointments


async def get_sync_state(ref: AppointmentRef, *, appointments: Appointments) -> Appointment:
    """Raises AppointmentUnknownError."""
    appointment = await appointments.load(ref)
    if appointment is None:
        raise AppointmentUnknownError("nothing is known about the appointment here")
    return appointment
