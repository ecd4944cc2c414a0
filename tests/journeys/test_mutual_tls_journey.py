"""A whole call where every service asks every other for its certificate."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import grpc
import pytest

from chassis import identity
from chassis.grpc_client import channel
from local_stack.accounts import quick_directory, server_account
from local_stack.offsets import claimed_offset
from local_stack.settings import LocalSettings
from local_stack.stack import Stack
from rufbuch.booking.v1 import service_pb2, service_pb2_grpc
from rufbuch_cli.agreement import Agreement, compare
from rufbuch_cli.call import play
from rufbuch_cli.installation import Running
from rufbuch_cli.salon import import_salon

pytestmark = pytest.mark.processes


@dataclass(frozen=True)
class Closed:
    """The whole system with mutual TLS, and the command line in it."""

    stack: Stack
    running: Running
    tenant_id: str

    def call(self) -> Agreement:
        """Somebody calls and books; what PostgreSQL and Cal.com say of it then."""
        return compare(
            self.running,
            booking_database_url=self.stack.installation.database_url("booking"),
            tenant_id=self.tenant_id,
            appointment_id=play(self.running).appointment_id,
        )

    async def asked(self) -> grpc.StatusCode:
        """How booking answers whoever this process is."""
        request = service_pb2.BookAppointmentRequest(tenant_id=self.tenant_id)
        async with channel(self.running["BOOKING_ADDRESS"], default_deadline_s=3) as opened:
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await service_pb2_grpc.BookingServiceStub(opened).BookAppointment(request)
            return refused.value.code()


@pytest.fixture
def closed() -> Iterator[Closed]:
    directory = quick_directory(server_account())
    state = directory / ".rufbuch"
    try:
        with (
            claimed_offset() as offset,
            Stack(LocalSettings(state_dir=state, port_offset=offset, mtls=True)) as stack,
        ):
            running = Running(stack.installation.environment(), state)
            running.become()
            yield Closed(stack, running, import_salon(running).tenant_id)
    finally:
        identity.use(None)
        shutil.rmtree(directory)


def test_a_call_becomes_an_appointment_and_nobody_else_is_heard(closed: Closed) -> None:
    """SE-12: who may book is not said by whoever asks."""
    made = closed.call()
    assert (made.holds, made.faults) == (True, ())
    assert made.bookings == 4

    assert asyncio.run(closed.asked()) is grpc.StatusCode.PERMISSION_DENIED
    identity.use(None)
    assert asyncio.run(closed.asked()) is grpc.StatusCode.UNAVAILABLE
