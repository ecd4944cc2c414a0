"""What the other services tell in these tests."""

from datetime import datetime, timedelta
from typing import Any

from console_peers import ANNA, TENANT
from console_world import NOW
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from rufbuch.booking.v1 import appointment_pb2, care_pb2
from rufbuch.telephony.v1 import service_pb2 as telephony_pb2

CALLBACK = "4f9a9c1e-0000-4000-8000-0000000000cb"


def stamp(when: datetime) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(when)
    return made


def struct(**values: Any) -> Struct:
    made = Struct()
    made.update(values)
    return made


def a_callback(**changes: Any) -> care_pb2.Callback:
    values = {
        "callback_id": CALLBACK, "tenant_id": TENANT, "name": "Erika Mustermann", "phone_number": "+493023125042",
        "topic": "Farbe besprechen", "state": care_pb2.CALLBACK_STATE_OPEN, "due_time": stamp(NOW),
    }  # fmt: skip
    return care_pb2.Callback(**{**values, **changes})


def an_appointment(**changes: Any) -> appointment_pb2.Appointment:
    values = {
        "appointment_id": "a-1", "tenant_id": TENANT, "service_name": "Dauerwelle", "person_id": ANNA,
        "customer": appointment_pb2.Customer(name="Erika Mustermann"),
        "state": appointment_pb2.APPOINTMENT_STATE_BOOKED,
        "start_time": stamp(NOW + timedelta(hours=5)), "end_time": stamp(NOW + timedelta(hours=7)),
    }  # fmt: skip
    return appointment_pb2.Appointment(**{**values, **changes})


def a_call(**changes: Any) -> telephony_pb2.Call:
    function = telephony_pb2.FunctionCall(
        name="check_availability",
        arguments=struct(datum="morgen"),
        answer=struct(
            status="available",
            message="Ja, Dienstag, 15 Uhr ist frei.",
            options=[{"spoken": "Dienstag, 15 Uhr"}],
        ),
        receive_time=stamp(NOW),
        duration_ms=21,
    )
    values = {
        "call_id": "call_1", "tenant_id": TENANT, "caller_number": "••••••••••42",
        "state": telephony_pb2.CALL_STATE_ONGOING, "start_time": stamp(NOW), "functions": [function],
    }  # fmt: skip
    return telephony_pb2.Call(**{**values, **changes})
