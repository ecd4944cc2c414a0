"""Services talk to those who show a certificate of their own authority, and answer those who may ask (design.md's arrows)."""

import ast
import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from availability.allowed import ALLOWED as OF_AVAILABILITY
from booking.allowed import ALLOWED as OF_BOOKING
from calcom_sync.allowed import ALLOWED as OF_CALCOM_SYNC
from chassis import identity
from chassis.grpc_client import channel, fault_of
from chassis.grpc_server import Servicer, grpc_server
from local_stack.certificates import SERVICES, Authority
from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.booking.v1 import service_pb2_grpc
from rufbuch.calendarsync.v1 import service_pb2 as sync_pb2
from rufbuch.staff.v1 import service_pb2 as staff_pb2
from rufbuch.telephony.v1 import service_pb2 as telephony_pb2
from staff_registry.allowed import ALLOWED as OF_STAFF_REGISTRY
from telephony_gateway.allowed import ALLOWED as OF_THE_LEDGER
from trunk import client as trunk
from trunk.server import carrying

ROOT = Path(__file__).parents[2]
NOW = datetime.now(UTC)
ALLOWED = {
    "StaffRegistryService": OF_STAFF_REGISTRY,
    "AvailabilityService": OF_AVAILABILITY,
    "BookingService": OF_BOOKING,
    "CalendarSyncService": OF_CALCOM_SYNC,
    "CallService": OF_THE_LEDGER,
}
RPCS = {
    service.name: {method.name for method in service.methods}
    for each in (availability_pb2, booking_pb2, staff_pb2, sync_pb2, telephony_pb2)
    for service in each.DESCRIPTOR.services_by_name.values()
}


class Booking(service_pb2_grpc.BookingServiceServicer):
    """Answers two of the RPCs."""

    async def GetAppointment(self, request: Any, context: Any) -> booking_pb2.GetAppointmentResponse:
        return booking_pb2.GetAppointmentResponse()

    async def WatchEvents(self, request: Any, context: Any) -> AsyncIterator[booking_pb2.WatchEventsResponse]:
        yield booking_pb2.WatchEventsResponse(position="1-1")


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    Authority(tmp_path / "ours", now=NOW).renew()
    return tmp_path / "ours"


@contextmanager
def being(directory: Path | None) -> Iterator[None]:
    before = identity._identity.get()
    identity.use(directory)
    try:
        yield
    finally:
        identity._identity.set(before)


@asynccontextmanager
async def booking(certificates: Path) -> AsyncIterator[int]:
    """The server of booking, by its own certificate; its port."""
    servicer = Servicer(
        Booking(),  # type: ignore[abstract] # the other RPCs answer UNIMPLEMENTED
        service_pb2_grpc.add_BookingServiceServicer_to_server,
        "rufbuch.booking.v1.BookingService",
        allowed=OF_BOOKING,
    )
    with being(certificates / "booking"):
        server = grpc_server([servicer], host="127.0.0.1", port=0, drain_s=1, ways=[carrying])
        running = await server.__aenter__()
    try:
        yield running.port
    finally:
        await server.__aexit__(None, None, None)


async def asked(port: int, who: Path | None, host: str = "127.0.0.1") -> tuple[grpc.StatusCode, str]:
    """The status and the reason with which booking answers a caller to GetAppointment."""
    with being(who):
        async with channel(f"{host}:{port}", default_deadline_s=2) as opened:
            try:
                await service_pb2_grpc.BookingServiceStub(opened).GetAppointment(
                    booking_pb2.GetAppointmentRequest()
                )
            except grpc.aio.AioRpcError as error:
                fault = fault_of(error)
                return fault.code, fault.reason
            return grpc.StatusCode.OK, ""


async def test_whoever_may_ask_is_answered(certificates: Path) -> None:
    async with booking(certificates) as port:
        assert await asked(port, certificates / "telephony-gateway") == (grpc.StatusCode.OK, "")


@pytest.mark.parametrize("caller", ["availability", "calcom-sync", "operator"])
async def test_whoever_may_not_ask_is_refused_by_name(certificates: Path, caller: str) -> None:
    async with booking(certificates) as port:
        refused = (grpc.StatusCode.PERMISSION_DENIED, "CALLER_NOT_ALLOWED")
        assert await asked(port, certificates / caller) == refused


@pytest.mark.parametrize(
    ("caller", "status"), [("telephony-gateway", "OK"), ("calcom-sync", "PERMISSION_DENIED")]
)
async def test_over_a_trunk_every_call_is_asked_who_calls(
    certificates: Path, caller: str, status: str
) -> None:
    method = "rufbuch.booking.v1.BookingService/GetAppointment"
    request = booking_pb2.GetAppointmentRequest()
    async with booking(certificates) as port:
        with being(certificates / caller):
            async with trunk.channel(f"127.0.0.1:{port}", default_deadline_s=2, retried=[method]) as opened:
                async with asyncio.timeout(10):
                    while (carried := opened._keeper.trunk) is None:  # type: ignore[attr-defined] # noqa: ASYNC110
                        await asyncio.sleep(0.01)
                heard = carried.ask(f"/{method}", request.SerializeToString(), time_s=2, traceparent="")
                assert await status_of(heard) == status


async def status_of(call: Awaitable[object]) -> str:
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return error.code().name
    return "OK"


async def test_a_stream_is_refused_as_well(certificates: Path) -> None:
    async with booking(certificates) as port:
        for caller, status in {"availability": None, "console": grpc.StatusCode.PERMISSION_DENIED}.items():
            with being(certificates / caller):
                async with channel(f"127.0.0.1:{port}", default_deadline_s=2) as opened:
                    stream = service_pb2_grpc.BookingServiceStub(opened).WatchEvents(
                        booking_pb2.WatchEventsRequest()
                    )
                    if status is None:
                        assert [one.position async for one in stream] == ["1-1"]
                        continue
                    with pytest.raises(grpc.aio.AioRpcError) as refused:
                        await anext(aiter(stream))
                    assert refused.value.code() is status


async def test_what_nobody_is_named_for_is_the_operators(certificates: Path) -> None:
    async with booking(certificates) as port:
        for caller, code in {"operator": "UNIMPLEMENTED", "console": "PERMISSION_DENIED"}.items():
            with being(certificates / caller):
                async with channel(f"127.0.0.1:{port}", default_deadline_s=2) as opened:
                    with pytest.raises(grpc.aio.AioRpcError) as refused:
                        await service_pb2_grpc.BookingServiceStub(opened).EraseCustomer(
                            booking_pb2.EraseCustomerRequest()
                        )
                    assert refused.value.code().name == code


async def test_nobody_is_heard_without_a_certificate(certificates: Path) -> None:
    async with booking(certificates) as port:
        assert await asked(port, None) == (grpc.StatusCode.UNAVAILABLE, "")


async def test_a_certificate_of_another_authority_is_none(certificates: Path, tmp_path: Path) -> None:
    """Not even where the caller believes in booking's authority."""
    Authority(tmp_path / "theirs", now=NOW).renew(["telephony-gateway"])
    stranger = tmp_path / "theirs" / "telephony-gateway"
    shutil.copy(certificates / "booking" / "ca.crt", stranger / "ca.crt")
    async with booking(certificates) as port:
        assert await asked(port, stranger) == (grpc.StatusCode.UNAVAILABLE, "")


async def test_a_server_of_another_authority_is_not_believed(certificates: Path, tmp_path: Path) -> None:
    Authority(tmp_path / "theirs", now=NOW).renew(["booking"])
    async with booking(tmp_path / "theirs") as port:
        assert await asked(port, certificates / "telephony-gateway") == (grpc.StatusCode.UNAVAILABLE, "")


async def test_a_certificate_that_is_over_is_none(certificates: Path) -> None:
    Authority(certificates, now=NOW - timedelta(days=2)).issue("telephony-gateway", lasting=timedelta(days=1))
    async with booking(certificates) as port:
        assert await asked(port, certificates / "telephony-gateway") == (grpc.StatusCode.UNAVAILABLE, "")


async def test_a_certificate_without_a_services_name_may_nothing(certificates: Path) -> None:
    Authority(certificates, now=NOW).issue("somebody")
    async with booking(certificates) as port:
        assert (await asked(port, certificates / "somebody"))[1] == "CALLER_NOT_ALLOWED"


async def test_health_is_told_to_every_service(certificates: Path) -> None:
    async with booking(certificates) as port:
        with being(certificates / "console"):
            async with channel(f"127.0.0.1:{port}", default_deadline_s=2) as opened:
                stub: Any = health_pb2_grpc.HealthStub(opened)
                answer = await stub.Check(health_pb2.HealthCheckRequest())
    assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING


async def test_a_renewed_certificate_is_taken_without_a_restart(
    certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both sides move to another authority while one server and one channel live; calls go on."""
    monkeypatch.setattr(identity, "RELOAD_S", 0.0)
    async with booking(certificates) as port:
        with being(certificates / "telephony-gateway"):
            async with channel(f"127.0.0.1:{port}", default_deadline_s=2) as opened:
                stub = service_pb2_grpc.BookingServiceStub(opened)
                await stub.GetAppointment(booking_pb2.GetAppointmentRequest())
                shutil.rmtree(certificates / "authority")
                Authority(certificates, now=NOW).renew()
                await stub.GetAppointment(booking_pb2.GetAppointmentRequest())
        assert (await asked(port, certificates / "telephony-gateway"))[0] is grpc.StatusCode.OK


async def test_files_that_are_being_replaced_do_not_stop_calls(certificates: Path) -> None:
    who = identity.Identity(certificates / "booking")
    before = who.read()
    (certificates / "booking" / "tls.crt").unlink()
    assert who.read_again(before) == before


def test_only_what_ends_soon_is_renewed(certificates: Path) -> None:
    later = Authority(certificates, now=NOW + timedelta(days=59))
    assert later.renew() == []
    soon = Authority(certificates, now=NOW + timedelta(days=61))
    assert {each.name for each in soon.renew()} == {*SERVICES, "operator"}


def test_keys_are_read_by_their_owner_alone(certificates: Path) -> None:
    """SE-11."""
    assert {path.stat().st_mode & 0o077 for path in certificates.rglob("tls.key")} == {0}


def called_by(service: str) -> set[str]:
    """The names of RPCs that a service's own code asks for."""
    folder = ROOT / "services" / service / "src"
    files = [
        path
        for path in folder.rglob("*.py")
        if not {"testing", "storage", "usecases", "domain"} & set(path.parts) and "servicer" not in path.name
    ]
    known = set().union(*RPCS.values())
    return {
        node.attr
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in known
    }


@pytest.mark.parametrize("service", SERVICES)
def test_every_call_of_a_service_is_allowed_where_it_goes(service: str) -> None:
    """A call that is missing in allowed.py of whoever is asked would be refused in production alone."""
    allowed = {
        name for callers in ALLOWED.values() for name, services in callers.items() if service in services
    }
    assert called_by(service) - allowed == set()


def test_lists_name_only_rpcs_and_services_that_exist() -> None:
    for service, callers in ALLOWED.items():
        assert callers.keys() <= RPCS[service]
        assert set().union(*callers.values()) <= {*SERVICES, "operator"}


def test_nobody_books_but_the_gateway_and_the_console() -> None:
    assert {OF_BOOKING[name] for name in ("BookAppointment", "RescheduleAppointment")} == {
        frozenset({"telephony-gateway", "console"})
    }
