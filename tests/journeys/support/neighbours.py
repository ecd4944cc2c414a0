"""A business with one caller's things in it, and what another business may try with their ids."""

import asyncio
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import psycopg
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp
from journey_world import Caller, Whole, weekday

from chassis.grpc_client import channel
from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.booking.v1 import service_pb2_grpc as booking_grpc
from rufbuch.calendarsync.v1 import service_pb2 as sync_pb2
from rufbuch.staff.v1 import service_pb2 as staff_pb2
from rufbuch.telephony.v1 import service_pb2 as telephony_pb2

NAME, NUMBER = "Zora Isolde Geheim", "+493023125066"
ADDRESSES = {
    "StaffRegistryService": "STAFF_REGISTRY_ADDRESS",
    "AvailabilityService": "AVAILABILITY_ADDRESS",
    "BookingService": "BOOKING_ADDRESS",
    "CalendarSyncService": "CALCOM_SYNC_ADDRESS",
    "CallService": "TELEPHONY_GATEWAY_ADDRESS",
}
EVERY_METHOD: dict[str, MethodDescriptor] = {
    f"{service.name}/{method.name}": method
    for each in (availability_pb2, booking_pb2, staff_pb2, sync_pb2, telephony_pb2)
    for service in each.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}
METHODS = {
    name: method for name, method in EVERY_METHOD.items() if "tenant_id" in method.input_type.fields_by_name
}
"""Those that name a business; why others do not, is said in tests/security."""
WITHIN_S = 10
FIRST_WORD_WITHIN_S = 2
"""A stream that has been answered and says nothing that long has been let in."""


@dataclass(frozen=True)
class Theirs:
    """What the other business has: one caller's appointment, callback, wish and held time."""

    tenant_id: str
    call_id: str
    option_id: str
    ids: Mapping[str, str]
    calendar_email: str

    @property
    def marks(self) -> tuple[str, ...]:
        """What nobody else may ever be shown."""
        return NAME, "Geheim", self.calendar_email


async def furnished(whole: Whole, caller: Caller) -> Theirs:
    """One appointment, one callback and a held time of that caller."""
    found = await caller.wish(weekday("Donnerstag", weeks=9), "10 Uhr")
    booked = await caller.ask("start_booking", option_id=found.body["options"][0]["option_id"], name=NAME)
    await caller.ask("request_callback", topic="Brautfrisur", name=NAME)
    held = await caller.wish(weekday("Donnerstag", weeks=10), "10 Uhr")
    async with channel(whole.running["BOOKING_ADDRESS"], default_deadline_s=10) as opened:
        stub = booking_grpc.BookingServiceStub(opened)
        one = booking_pb2.GetAppointmentRequest(
            tenant_id=whole.tenant_id, appointment_id=booked.body["appointment_id"]
        )
        made = (await stub.GetAppointment(one)).appointment
        every = booking_pb2.ListCallbacksRequest(tenant_id=whole.tenant_id, phone_number=NUMBER)
        callbacks = (await stub.ListCallbacks(every)).callbacks
    ids = {
        "appointment_id": made.appointment_id, "customer_id": made.customer.customer_id, "branch_id": made.branch_id,
        "service_id": made.service_id, "person_id": made.person_id, "callback_id": callbacks[0].callback_id,
    }  # fmt: skip
    option_id = held.body["options"][0]["option_id"]
    return Theirs(whole.tenant_id, caller.line.call_id, option_id, ids, made.customer.calendar_email)


def filled(method: MethodDescriptor, known: Mapping[str, str]) -> Message:
    """A request with the other business's ids wherever one fits."""
    request: Message = GetMessageClass(method.input_type)()
    _fill(request, known)
    return request


def _fill(message: Any, known: Mapping[str, str], depth: int = 0) -> None:
    for field in message.DESCRIPTOR.fields:
        if field.name in {"validate_only", "page_token", "etag", "check", "fix", "api_keys", "decisions"}:
            continue
        value = _value(field, known, depth)
        if value is None:
            continue
        if field.is_repeated:
            getattr(message, field.name).extend([value])
        elif isinstance(value, Message):
            getattr(message, field.name).CopyFrom(value)
        else:
            setattr(message, field.name, value)


def _value(field: Any, known: Mapping[str, str], depth: int) -> Any:
    if field.type == FieldDescriptor.TYPE_STRING:
        bare = re.sub(r"^(moved_|alias_|other_|rescheduled_from_|more_)", "", re.sub(r"s$", "", field.name))
        name: str = bare if bare.endswith("_id") else field.name
        return known.get(name, str(uuid.uuid4()) if name.endswith("_id") else "x")
    if field.type == FieldDescriptor.TYPE_MESSAGE:
        if field.message_type.full_name == "google.protobuf.Timestamp":
            stamp = Timestamp()
            stamp.FromDatetime(datetime.now(UTC) + timedelta(days=70))
            return stamp
        if depth >= 2 or field.message_type.GetOptions().map_entry:
            return None
        inner: Message = GetMessageClass(field.message_type)()
        _fill(inner, known, depth + 1)
        return inner
    if field.type == FieldDescriptor.TYPE_ENUM:
        return field.enum_type.values[min(1, len(field.enum_type.values) - 1)].number
    if field.type == FieldDescriptor.TYPE_BOOL:
        return True
    return 2 if field.type in {FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_INT64} else None


async def asked(whole: Whole, name: str, request: Message) -> tuple[str, str]:
    """The status, and what is said (the first of what a stream says)."""
    address = whole.running[ADDRESSES[EVERY_METHOD[name].containing_service.name]]
    async with channel(address, default_deadline_s=WITHIN_S) as opened:
        return await asked_over(opened, name, request)


async def asked_over(opened: grpc.aio.Channel, name: str, request: Message) -> tuple[str, str]:
    """The same, over a channel that others use as well."""
    method = EVERY_METHOD[name]
    kind: Any = opened.unary_stream if method.server_streaming else opened.unary_unary
    call = kind(
        f"/{method.containing_service.full_name}/{method.name}",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=GetMessageClass(method.output_type).FromString,
    )
    try:
        return "OK", str(await (_first(call(request)) if method.server_streaming else call(request)))
    except grpc.aio.AioRpcError as error:
        return error.code().name, f"{error.details()} {error.trailing_metadata()}"


async def _first(stream: Any) -> str:
    try:
        # A busy machine may take long to come to it.
        await asyncio.wait_for(stream.initial_metadata(), WITHIN_S)
        return str(await asyncio.wait_for(anext(aiter(stream), ""), FIRST_WORD_WITHIN_S))
    except TimeoutError:
        return "nothing yet"
    finally:
        stream.cancel()


def kept(whole: Whole, theirs: Theirs) -> list[str]:
    """What is stored of the other business and of its caller, past all services."""
    key = {name: uuid.UUID(value) for name, value in theirs.ids.items()}
    whole_tables = (
        "person",
        "branch",
        "service",
        "phase",
        "mapping",
        "calendar_account",
        "tenant",
        "dialled_number",
        "resolution",
    )
    selects = [
        f"SELECT t::text FROM staff_registry.{table} t WHERE tenant_id = %(tenant_id)s"
        for table in whole_tables
    ]
    selects += [
        f"SELECT t::text FROM booking.{table} t WHERE tenant_id = %(tenant_id)s AND appointment_id = %(appointment_id)s"
        for table in ("appointment", "phase", "occupancy", "appointment_change")
    ]
    selects += [
        "SELECT t::text FROM booking.customer t WHERE tenant_id = %(tenant_id)s AND customer_id = %(customer_id)s",
        "SELECT t::text FROM booking.callback t WHERE tenant_id = %(tenant_id)s AND callback_id = %(callback_id)s",
        "SELECT phase_id::text || state || booking_uid FROM calcom_sync.intent WHERE tenant_id = %(tenant_id)s AND appointment_id = %(appointment_id)s",
    ]
    with psycopg.connect(whole.running["DATABASE_URL"]) as connection:
        rows = connection.execute(
            " UNION ALL ".join(selects) + " ORDER BY 1", {**key, "tenant_id": uuid.UUID(theirs.tenant_id)}
        ).fetchall()
    assert len(rows) > 20
    return [row for (row,) in rows]


async def is_synced(whole: Whole, theirs: Theirs) -> bool:
    request = sync_pb2.GetSyncStateRequest(
        tenant_id=theirs.tenant_id, appointment_id=theirs.ids["appointment_id"]
    )
    status, said = await asked(whole, "CalendarSyncService/GetSyncState", request)
    # Of every phase: one that is settled later would look like a change by somebody else.
    return status == "OK" and set(re.findall(r"STATE_\w+", said)) == {"STATE_SYNCED"}
