"""``rufbuch sync`` over several businesses, beside a registry and a calcom-sync that say what they are told to."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from typer.testing import CliRunner, Result

from chassis.errors import Kind, ServiceError
from chassis.grpc_server import Servicer, grpc_server
from rufbuch.calendarsync.v1 import service_pb2 as sync_pb2
from rufbuch.calendarsync.v1 import service_pb2_grpc as sync_grpc
from rufbuch.staff.v1 import queries_pb2
from rufbuch.staff.v1 import service_pb2 as staff_pb2
from rufbuch.staff.v1 import service_pb2_grpc as staff_grpc
from rufbuch_cli.main import app
from staff_registry.domain.ids import Ids

Context = grpc.aio.ServicerContext[Any, Any]
KEYS = ("salon", "praxis", "werkstatt")
IDS = [str(Ids(key).tenant) for key in KEYS]
APPOINTMENT = "4f9a9c1e-0000-4000-8000-0000000000a9"


class AppointmentUnknownError(ServiceError):
    """As calcom-sync says it."""

    kind = Kind.NOT_FOUND
    reason = "APPOINTMENT_UNKNOWN"


class _Registry(staff_grpc.StaffRegistryServiceServicer):
    """Tells one business a page."""

    async def ListBusinesses(
        self, request: staff_pb2.ListBusinessesRequest, context: Context
    ) -> staff_pb2.ListBusinessesResponse:
        at = int(request.page_token or 0)
        token = str(at + 1) if at + 1 < len(IDS) else ""
        return staff_pb2.ListBusinessesResponse(tenant_ids=[IDS[at]], next_page_token=token)

    async def BatchGetBusinessNames(
        self, request: queries_pb2.BatchGetBusinessNamesRequest, context: Context
    ) -> queries_pb2.BatchGetBusinessNamesResponse:
        known = [queries_pb2.BusinessName(tenant_id=each) for each in request.tenant_ids if each in IDS]
        return queries_pb2.BatchGetBusinessNamesResponse(businesses=known)


@dataclass
class _Sync(sync_grpc.CalendarSyncServiceServicer):
    """Knows one appointment, of one business, and a case of each."""

    owner: str = IDS[2]
    verified: list[str] = field(default_factory=list)

    def _look(self, request: Any) -> None:
        if (request.tenant_id, request.appointment_id) != (self.owner, APPOINTMENT):
            raise AppointmentUnknownError("there is no such appointment")

    async def GetSyncState(
        self, request: sync_pb2.GetSyncStateRequest, context: Context
    ) -> sync_pb2.GetSyncStateResponse:
        self._look(request)
        return sync_pb2.GetSyncStateResponse(state=sync_pb2.APPOINTMENT_SYNC_STATE_SYNCED)

    async def VerifySync(
        self, request: sync_pb2.VerifySyncRequest, context: Context
    ) -> sync_pb2.VerifySyncResponse:
        self._look(request)
        self.verified.append(request.tenant_id)
        return sync_pb2.VerifySyncResponse(state=sync_pb2.APPOINTMENT_SYNC_STATE_SYNCED)

    async def RetrySync(
        self, request: sync_pb2.RetrySyncRequest, context: Context
    ) -> sync_pb2.RetrySyncResponse:
        self._look(request)
        return sync_pb2.RetrySyncResponse(state=sync_pb2.APPOINTMENT_SYNC_STATE_PENDING)

    async def ListSyncCases(
        self, request: sync_pb2.ListSyncCasesRequest, context: Context
    ) -> sync_pb2.ListSyncCasesResponse:
        detail = f"of {KEYS[IDS.index(request.tenant_id)]}"
        case = sync_pb2.SyncCase(kind="taken", detail=detail, appointment_id=APPOINTMENT)
        return sync_pb2.ListSyncCasesResponse(cases=[case])


@pytest.fixture
async def calendars(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[_Sync]:
    known = _Sync()  # type: ignore[abstract] # answers what the command asks for
    registry = _Registry()  # type: ignore[abstract]
    servicers = [
        Servicer(registry, staff_grpc.add_StaffRegistryServiceServicer_to_server, "registry"),
        Servicer(known, sync_grpc.add_CalendarSyncServiceServicer_to_server, "sync"),
    ]
    async with grpc_server(servicers, host="127.0.0.1", port=0, drain_s=1) as server:
        for name in ("STAFF_REGISTRY", "CALCOM_SYNC"):
            monkeypatch.setenv(f"RUFBUCH_{name}_ADDRESS", f"127.0.0.1:{server.port}")
        yield known


async def sync(*words: str) -> Result:
    """The command, as a process would run it, beside the servers of this test."""
    return await asyncio.to_thread(CliRunner().invoke, app, ["sync", *words])


@pytest.mark.usefixtures("calendars")
async def test_the_cases_of_all_businesses_are_listed_however_many_pages_there_are() -> None:
    told = await sync("list")
    assert [f"of {key}" in told.output for key in KEYS] == [True, True, True]
    assert "3 open" in told.output
    assert "1 open" in (await sync("list", "praxis")).output
    assert "there is no business 'garten'" in (await sync("list", "garten")).output


async def test_an_appointment_says_by_itself_whose_it_is(calendars: _Sync) -> None:
    told = await sync("verify", APPOINTMENT)
    assert (told.exit_code, told.output) == (0, "synced\n")
    assert calendars.verified == [IDS[2]]
    assert (await sync("retry", APPOINTMENT)).output == "pending\n"
    assert (await sync("verify", APPOINTMENT, "--business", "werkstatt")).exit_code == 0


@pytest.mark.usefixtures("calendars")
async def test_an_appointment_that_nobody_has_is_said_to_be_none() -> None:
    told = await sync("verify", APPOINTMENT.replace("a9", "b9"))
    assert told.exit_code == 2
    assert "no business has an appointment" in told.output
    assert "APPOINTMENT_UNKNOWN" in (await sync("verify", APPOINTMENT, "--business", "salon")).output
