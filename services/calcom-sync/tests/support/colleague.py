"""A second person at the business, with an account and event types of her own."""

from typing import TYPE_CHECKING

from peers import MINUTES, SERVICE, TENANT, appointment, named

from rufbuch.booking.v1 import appointment_pb2
from rufbuch.staff.v1 import business_pb2
from rufbuch.staff.v1 import service_pb2 as staff_pb2
from sandbox.calcom.embedded import OTHER_KEY

if TYPE_CHECKING:
    from conftest import Stage

OTTO, OTTOS_ACCOUNT = named("otto"), named("otto's account")


async def colleague(stage: "Stage") -> None:
    """Otto works here as well."""
    stage.registry.second_account = staff_pb2.AccountSecret(
        account_id=str(OTTOS_ACCOUNT), person_id=str(OTTO), username="otto", api_key=OTHER_KEY
    )
    for position, (minutes, active) in enumerate(MINUTES):
        if active:
            stage.registry.mappings.append(
                business_pb2.Mapping(
                    service_id=str(SERVICE),
                    phase_position=position,
                    person_id=str(OTTO),
                    account_id=str(OTTOS_ACCOUNT),
                    event_type_id=await stage.event_type_of_another(minutes),
                )
            )
    stage.directory.forget(TENANT)


def with_otto(made: appointment_pb2.Appointment) -> appointment_pb2.Appointment:
    """The same customer at the same time, with him."""
    first = made.phases[0].start_time.ToDatetime(None)
    later = appointment(first, customer=made.customer)
    later.person_id = str(OTTO)
    for phase, old in zip(later.phases, made.phases, strict=True):
        phase.person_id = str(OTTO)
        phase.start_time.CopyFrom(old.start_time)
        phase.end_time.CopyFrom(old.end_time)
    return later
