"""Whatever is wrong with a request is refused with a reason, and nothing is stored: every RPC, every field.

The RPCs and their fields are read from the contract, so that a new one cannot be forgotten.
"""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

import asyncpg
import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from booking.instants import timestamp
from booking.testing.calendar import HOUR, ScriptedCalendar
from booking.testing.calls import book
from booking.testing.registry import ScriptedRegistry
from booking.testing.samples import BRANCH, NOW, NUMBER, PERSON, SERVICE, START, TENANT, an_option
from booking.testing.waiting import a_join
from chassis.grpc_client import fault_of
from chassis.testing import SettableClock
from rufbuch.booking.v1 import (
    appointment_pb2,
    erasure_pb2,
    message_pb2,
    operations_pb2,
    people_pb2,
    service_pb2,
)

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

OTHER_TENANT = "99999999-9999-4999-8999-999999999999"
ALIAS = uuid.UUID("55555555-5555-4555-8555-555555555555")
RPCS: dict[str, MethodDescriptor] = {
    method.name: method for method in service_pb2.DESCRIPTOR.services_by_name["BookingService"].methods
}
REASONS = {reason.removeprefix("ERROR_REASON_") for reason in service_pb2.ErrorReason.keys()}  # noqa: SIM118 - no dict
TYPED = {
    grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND, grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.ABORTED, grpc.StatusCode.ALREADY_EXISTS, grpc.StatusCode.PERMISSION_DENIED,
}  # fmt: skip

ONE_OF_MANY = ("MarkNoShow", "RescheduleAppointment", "CancelAppointment", "EraseCustomer")
"""Each ends an appointment, or needs that all have ended."""
HARMLESS = (
    # Texts of people and ids that others make up may hold any sign that can be printed.
    "*.request_id emoji", "*.call_id emoji", "*.operator emoji", "*.reason emoji", "*.topic emoji", "*.resolution emoji",
    "*.assignee emoji", "*.assigned_to emoji", "RequestCallback.name emoji",
    # Whoever filters by what there is not sees nothing.
    "List*.tenant_id unknown", "List*.*_id unknown", "List*.start_time_* past", "List*.start_time_* second",
    "DescribePeople.* unknown", "DescribePeople.* of another tenant",
    # Another business asks for what is its own, and gets that.
    "List*.tenant_id of another tenant", "FindCustomer.tenant_id of another tenant",
    # The registry asks, which alone knows who there is.
    "UnitePeople.tenant_id *", "UnitePeople.*person_id unknown",
    # A wish may have begun to be possible, and its window ends at any second.
    "JoinWaitlist.window_start_time past", "JoinWaitlist.window_*_time second", "RequestCallback.due_time second",
    "BookSeries.until_time second",
    # Days are counted from any second on, and of whom nothing is known nothing is counted.
    "GetBookingFigures.*_time second", "GetBookingFigures.tenant_id unknown", "GetBookingFigures.tenant_id of another tenant",
    # Another business may forget whoever it knows under the number, and whoever is known to nobody is forgotten at once.
    "BeginErasure.tenant_id unknown", "BeginErasure.tenant_id of another tenant",
)  # fmt: skip
"""What may be answered: it is no bad input there."""


@pytest.fixture
def availability() -> ScriptedCalendar:
    """Knows one branch of one business."""
    calendar = ScriptedCalendar()  # type: ignore[abstract] # the other RPCs answer UNIMPLEMENTED
    calendar.offer(START)
    calendar.known = {(TENANT, BRANCH)}
    return calendar


class Salon:
    """A business with one of everything, another one beside it, and a request for each RPC that is answered."""

    def __init__(
        self, booking: "BookingServiceAsyncStub", calendar: ScriptedCalendar, pool: asyncpg.Pool
    ) -> None:
        self.booking, self.calendar, self.pool = booking, calendar, pool
        self.ids: dict[str, str] = {}
        self.others: dict[str, str] = {}

    async def open(self) -> None:
        """Make what there is to get, change and forget."""
        self.ids = await self._furnish(TENANT)
        self.calendar.known = {(TENANT, BRANCH), (OTHER_TENANT, BRANCH)}
        self.others = await self._furnish(OTHER_TENANT)
        self.calendar.known = {(TENANT, BRANCH)}
        self.calendar.offer(START)

    async def _furnish(self, tenant_id: str) -> dict[str, str]:
        stub, hour = self.booking, timedelta(hours=1)
        made = {}
        for name, start in (("ahead", START + 3 * hour), ("begun", NOW + hour / 2)):
            option_id = self.calendar.offer(start)
            made[name] = await book(stub, tenant_id=tenant_id, option_id=option_id, request_id=name)
        self.calendar.options["o-alias"] = an_option(START + 6 * hour, HOUR, ALIAS)
        await book(
            stub, tenant_id=tenant_id, option_id="o-alias", request_id="alias", caller_number="+493023125077"
        )
        callback = await stub.RequestCallback(_callback(tenant_id=tenant_id, request_id="before"))
        entry = await stub.JoinWaitlist(a_join(tenant_id=tenant_id))
        erasure = await stub.BeginErasure(_erasure(tenant_id=tenant_id))
        resolution_id = str(uuid.uuid4())
        await stub.UnitePeople(_union(tenant_id=tenant_id, resolution_id=resolution_id))
        return {
            "tenant_id": tenant_id,
            "appointment_id": made["ahead"].appointment_id,
            "begun_id": made["begun"].appointment_id,
            "customer_id": made["ahead"].customer.customer_id,
            "callback_id": callback.callback.callback_id,
            "waitlist_entry_id": entry.entry.waitlist_entry_id,
            "erasure_id": erasure.erasure.erasure_id,
            "resolution_id": resolution_id,
            "message_id": str(await self._failed_message(made["ahead"])),
        }

    async def _failed_message(self, about: appointment_pb2.Appointment) -> uuid.UUID:
        """One that could not be sent."""
        made: uuid.UUID = await self.pool.fetchval(
            "INSERT INTO message VALUES ($1, gen_random_uuid(), $2, $3, $4, 'confirmation', 1, 'email', 'kim@example.org',"
            " 'failed', NULL, $5, $5, 5, 'refused', '', 'Termin', 'Text', 1) RETURNING message_id",
            about.tenant_id, about.branch_id, about.appointment_id, about.customer.customer_id, NOW,
        )  # fmt: skip
        return made

    def requests(self) -> dict[str, Message]:
        """By RPC."""
        ids, pb = self.ids, service_pb2
        option_id, far = self.calendar.offer(START), self.calendar.offer(START + timedelta(days=1))
        wish: dict[str, Any] = {
            "tenant_id": TENANT, "branch_id": BRANCH, "option_id": option_id, "call_id": "call_0009",
            "caller_number": NUMBER, "customer_name": "Anna Beispiel",
        }  # fmt: skip
        one: dict[str, Any] = {"tenant_id": TENANT, "appointment_id": ids["appointment_id"], "etag": "1"}
        begun: dict[str, Any] = one | {"appointment_id": ids["begun_id"], "actor": pb.Actor(operator="Kim")}
        caller = pb.Actor(call_id="call_0009", caller_number=NUMBER)
        of_customer: dict[str, Any] = {"tenant_id": TENANT, "customer_id": ids["customer_id"]}
        page: dict[str, Any] = {"tenant_id": TENANT, "page_size": 5}
        callback_id = ids["callback_id"]
        return {
            "BookAppointment": pb.BookAppointmentRequest(
                **wish, request_id="book", more_option_ids=[far], more_names=["Ben Beispiel"]
            ),
            "BookSeries": pb.BookSeriesRequest(
                **wish, request_id="series", every_weeks=1, until_time=timestamp(START + timedelta(weeks=2))
            ),
            "OverbookAppointment": pb.OverbookAppointmentRequest(
                tenant_id=TENANT, branch_id=BRANCH, service_id=str(SERVICE), person_id=str(PERSON),
                start_time=timestamp(START + timedelta(days=2)), customer_name="Anna Beispiel", phone_number=NUMBER,
                operator="Kim", reason="eilig", request_id="overbook",
            ),
            "RescheduleAppointment": pb.RescheduleAppointmentRequest(
                **one, branch_id=BRANCH, option_id=far, actor=caller, request_id="move"
            ),
            "CancelAppointment": pb.CancelAppointmentRequest(**one, actor=caller, reason="krank"),
            "CompleteAppointment": pb.CompleteAppointmentRequest(**begun),
            "MarkNoShow": pb.MarkNoShowRequest(**begun),
            "FindCustomer": pb.FindCustomerRequest(tenant_id=TENANT, phone_number=NUMBER),
            "ExportCustomer": pb.ExportCustomerRequest(**of_customer),
            "EraseCustomer": pb.EraseCustomerRequest(**of_customer, operator="Kim"),
            "RequestCallback": _callback(request_id="callback", appointment_id=ids["appointment_id"]),
            "ListCallbacks": pb.ListCallbacksRequest(**page),
            "AssignCallback": pb.AssignCallbackRequest(
                tenant_id=TENANT, callback_id=callback_id, operator="Kim", assignee="Ben"
            ),
            "ResolveCallback": pb.ResolveCallbackRequest(
                tenant_id=TENANT, callback_id=callback_id, operator="Kim", resolution="erledigt"
            ),
            "JoinWaitlist": a_join(2, person_id=str(PERSON)),
            "ListWaitlist": pb.ListWaitlistRequest(**page),
            "LeaveWaitlist": pb.LeaveWaitlistRequest(
                tenant_id=TENANT, waitlist_entry_id=ids["waitlist_entry_id"], actor=pb.Actor(operator="Kim"),
                reason="hat sich erledigt",
            ),
            "ListMessages": message_pb2.ListMessagesRequest(**page),
            "RetryMessage": message_pb2.RetryMessageRequest(
                tenant_id=TENANT, message_id=ids["message_id"], operator="Kim"
            ),
            "GetAppointment": pb.GetAppointmentRequest(tenant_id=TENANT, appointment_id=ids["appointment_id"]),
            "ListAppointments": pb.ListAppointmentsRequest(**page, start_time_min=timestamp(START)),
            "DescribePeople": people_pb2.DescribePeopleRequest(
                tenant_id=TENANT, person_ids=[str(PERSON), str(ALIAS)]
            ),
            "UnitePeople": _union(tenant_id=TENANT, resolution_id=ids["resolution_id"]),
            "SeparatePeople": people_pb2.SeparatePeopleRequest(
                tenant_id=TENANT, resolution_id=ids["resolution_id"], operator="Kim", validate_only=True
            ),
            "WatchEvents": pb.WatchEventsRequest(),
            **self._of_operators(),
        }  # fmt: skip

    def _of_operators(self) -> dict[str, Message]:
        return {
            "BeginErasure": _erasure(phone_number="+493023125088"),
            "GetErasure": erasure_pb2.GetErasureRequest(tenant_id=TENANT, erasure_id=self.ids["erasure_id"]),
            "GetBookingFigures": operations_pb2.GetBookingFiguresRequest(
                tenant_id=TENANT, start_time=timestamp(START), end_time=timestamp(START + timedelta(days=7)),
                time_zone="Europe/Berlin",
            ),
            "GetEventLag": operations_pb2.GetEventLagRequest(positions={"calcom-sync": ""}),
        }  # fmt: skip

    async def ask(self, rpc: str, request: Message) -> None:
        """Raises AioRpcError where it is refused."""
        call = getattr(self.booking, rpc)
        if not RPCS[rpc].server_streaming:
            await call(request)
            return
        stream = call(request, timeout=20)
        await anext(aiter(stream))
        stream.cancel()


def _callback(**changed: str) -> service_pb2.RequestCallbackRequest:
    words: dict[str, Any] = {
        "tenant_id": TENANT, "branch_id": BRANCH, "call_id": "call_0009", "phone_number": NUMBER, "name": "Anna Beispiel",
        "topic": "Farbe", "request_id": "callback",
    }  # fmt: skip
    return service_pb2.RequestCallbackRequest(**(words | changed))


def _erasure(**changed: str) -> erasure_pb2.BeginErasureRequest:
    words: dict[str, Any] = {"tenant_id": TENANT, "phone_number": "+493023125089", "operator": "Kim"}
    return erasure_pb2.BeginErasureRequest(**(words | changed))


def _union(**changed: str) -> people_pb2.UnitePeopleRequest:
    words = {"person_id": str(PERSON), "alias_person_id": str(ALIAS), "operator": "Kim"}
    return people_pb2.UnitePeopleRequest(**(words | changed))


@pytest.fixture
async def salon(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar, registry: ScriptedRegistry,
    clock: SettableClock, pool: asyncpg.Pool,
) -> Salon:  # fmt: skip
    opened = Salon(booking, availability, pool)
    await opened.open()
    clock.set(NOW + timedelta(minutes=45))
    registry.known = {TENANT}
    return opened


async def stored(pool: asyncpg.Pool) -> dict[str, str]:
    """All that there is, by table."""
    tables = await pool.fetch(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename !~ 'yoyo'"
    )
    return {
        name: await pool.fetchval(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {name} t")
        for name in sorted(row["name"] for row in tables)
    }


def spoiled(salon: Salon, request: Message) -> Iterator[tuple[str, str, Message]]:
    """Each field of the request with each thing that may be wrong with it: field, what is wrong, request."""
    for field in request.DESCRIPTOR.fields:
        if field.message_type and field.message_type.GetOptions().map_entry:
            yield from _spoiled_map(salon, request, field)
        elif field.message_type and field.message_type.name == "Actor":
            for name, wrong, actor in spoiled(salon, getattr(request, field.name)):
                changed = _copy(request)
                getattr(changed, field.name).CopyFrom(actor)
                yield name, wrong, changed
        elif field.message_type:
            for wrong, instant in _instants():
                changed = _copy(request)
                getattr(changed, field.name).CopyFrom(instant)
                yield field.name, wrong, changed
        else:
            yield from _spoiled_value(salon, request, field)


def _spoiled_map(salon: Salon, request: Message, field: Any) -> Iterator[tuple[str, str, Message]]:
    for wrong, value in _values(salon, field.message_type.fields_by_name["value"], ""):
        changed = _copy(request)
        getattr(changed, field.name)["reader"] = value
        yield field.name, wrong, changed


def _spoiled_value(salon: Salon, request: Message, field: Any) -> Iterator[tuple[str, str, Message]]:
    for wrong, value in _values(salon, field, getattr(request, field.name)):
        changed = _copy(request)
        if field.is_repeated:
            del getattr(changed, field.name)[:]
            getattr(changed, field.name).append(value)
        else:
            setattr(changed, field.name, value)
        yield field.name, wrong, changed


def _copy(request: Message) -> Message:
    copied = type(request)()
    copied.CopyFrom(request)
    return copied


def _instants() -> Iterator[tuple[str, Timestamp]]:
    yield "past", timestamp(datetime(2020, 1, 1, tzinfo=NOW.tzinfo))
    yield "second", timestamp(START + timedelta(days=2, seconds=1))
    yield "no instant", Timestamp(seconds=10**14)
    yield "no instant", Timestamp(seconds=1, nanos=-5)


def _values(salon: Salon, field: Any, valid: Any) -> Iterator[tuple[str, Any]]:
    if field.enum_type:
        yield "no value", 99
    elif field.type == FieldDescriptor.TYPE_INT32:
        yield "negative", -1
    elif field.type == FieldDescriptor.TYPE_STRING:
        yield from {
            "long": "x" * 10_000,
            "emoji": "\N{GRINNING FACE}",
            "control": "a\0b",
            "escape": "a\x1b[0m",
        }.items()
        if field.name == "tenant_id":
            yield "missing", ""
        if _is_id(valid) or _is_id_by_name(field.name):
            yield from (("words", "Anna"), ("unknown", str(uuid.uuid4())))
            other = salon.others.get("begun_id" if valid == salon.ids["begun_id"] else field.name)
            if other and valid:
                yield "of another tenant", other


def _is_id(valid: Any) -> bool:
    return isinstance(valid, str) and len(valid) == 36 and valid.count("-") == 4


def _is_id_by_name(name: str) -> bool:
    return name.endswith("_id") and name not in {"call_id", "option_id", "request_id"}


async def test_there_is_a_request_for_every_rpc_and_each_is_answered(salon: Salon) -> None:
    """Otherwise what follows would be refused for nothing."""
    requests = salon.requests()
    assert requests.keys() == RPCS.keys()
    for rpc, request in requests.items():
        if rpc in ONE_OF_MANY:
            continue
        await salon.ask(rpc, request)


@pytest.mark.parametrize("rpc", ONE_OF_MANY)
async def test_each_of_those_that_exclude_each_other_is_answered(
    salon: Salon, clock: SettableClock, rpc: str
) -> None:
    if rpc == "EraseCustomer":
        clock.set(START + timedelta(days=1))
    await salon.ask(rpc, salon.requests()[rpc])


@pytest.mark.parametrize("rpc", RPCS)
async def test_bad_input_is_refused_with_a_reason_and_stores_nothing(
    salon: Salon, pool: asyncpg.Pool, rpc: str
) -> None:
    """BK-27, SE-07, SE-12: a past instant, off the grid of minutes, unknown ids, another tenant's ids, 10,000
    characters, emoji, control characters."""
    before, wrongs = await stored(pool), []
    for field, wrong, request in spoiled(salon, salon.requests()[rpc]):
        case = f"{rpc}.{field} {wrong}"
        if any(fnmatch(case, pattern) for pattern in HARMLESS):
            continue
        try:
            await salon.ask(rpc, request)
        except grpc.aio.AioRpcError as error:
            fault = fault_of(error)
            if fault.code not in TYPED or fault.reason not in REASONS or not fault.message:
                wrongs.append(f"{case}: {fault.code.name} {fault.reason!r}")
        else:
            wrongs.append(f"{case}: accepted")
        if await stored(pool) != before:
            wrongs.append(f"{case}: stored something")
            before = await stored(pool)

    assert not wrongs
