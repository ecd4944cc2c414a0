"""``rufbuch sync``: what the copies at Cal.com are like, and what a person can do about them."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import grpc
import typer

from chassis.grpc_client import channel, fault_of
from rufbuch.calendarsync.v1 import service_pb2, service_pb2_grpc
from rufbuch_cli.installation import Running, running
from rufbuch_cli.registry import tenant_of, tenants_of

if TYPE_CHECKING:
    from google.protobuf.timestamp_pb2 import Timestamp

    from rufbuch.calendarsync.v1.service_pb2_grpc import CalendarSyncServiceAsyncStub

app = typer.Typer(
    no_args_is_help=True, help="Copies at Cal.com: what waits for a person, again, and the truth."
)
TIMEOUT_S = 60.0
BUSINESS = typer.Option("", help="The business's key; without it, the one that has the appointment.")
_T = TypeVar("_T")
_Ask = Callable[["CalendarSyncServiceAsyncStub"], Awaitable[_T]]


@app.command(name="list")
def list_cases(
    business: str = typer.Argument("", help="The business's key; all without it."),
    closed: bool = typer.Option(False, "--closed", help="Those as well that somebody has taken care of."),  # noqa: FBT003 - a flag
) -> None:
    """What a person has to look at, the oldest first; exit 1 where anything is open."""
    installation = running()
    tenants = [tenant_of(installation, business)] if business else tenants_of(installation)
    cases = asyncio.run(_cases(installation, tenants, closed=closed))
    for case in cases:
        typer.echo(_case(case))
    open_cases = sum(not case.HasField("close_time") for case in cases)
    typer.echo(f"{open_cases} open")
    raise typer.Exit(1 if open_cases else 0)


@app.command()
def retry(
    appointment_id: str = typer.Argument(help="The appointment, as `rufbuch sync list` tells it."),
    business: str = BUSINESS,
    operator: str = typer.Option("", help="Who does it; the user of this machine without it."),
) -> None:
    """Try an appointment again whose copies failed. What may have been sent is looked up first."""
    who = operator or getpass.getuser()
    installation = running()
    request = service_pb2.RetrySyncRequest(
        tenant_id=_tenant(installation, business, appointment_id), appointment_id=appointment_id, operator=who
    )
    answer = asyncio.run(_with_sync(installation, lambda stub: stub.RetrySync(request)))
    _phases(answer.state, answer.phases)


@app.command()
def verify(
    appointment_id: str = typer.Argument(help="The appointment."),
    business: str = BUSINESS,
) -> None:
    """What stands at Cal.com for an appointment, asked now, beside what is stored here; exit 1 where they differ."""
    installation = running()
    request = service_pb2.VerifySyncRequest(
        tenant_id=_tenant(installation, business, appointment_id), appointment_id=appointment_id
    )
    answer = asyncio.run(_with_sync(installation, lambda stub: stub.VerifySync(request)))
    wrong = [_checked(check) for check in answer.phases]
    typer.echo(_state(answer.state))
    raise typer.Exit(1 if any(wrong) else 0)


def _checked(check: service_pb2.PhaseCheck) -> bool:
    """Print a phase; whether here and there differ."""
    phase = check.phase
    state = service_pb2.PhaseSyncState.Name(phase.state).removeprefix("PHASE_SYNC_STATE_").lower()
    typer.echo(f"phase {phase.position} at {_local(phase.start_time)}: {state} here")
    standing = [one for one in check.bookings if one.status in {"accepted", "pending"}]
    for one in check.bookings:
        typer.echo(f"  there: {one.uid} {one.status} at {_local(one.start_time)}")
    if not check.bookings and not check.error:
        typer.echo("  there: nothing")
    problems = [*check.differences, *([check.error] if check.error else [])]
    expected = 1 if phase.state == service_pb2.PHASE_SYNC_STATE_SYNCED else 0
    if not check.error and len(standing) != expected:
        problems.append(f"{len(standing)} bookings stand there instead of {expected}")
    for words in problems:
        typer.echo(f"  {words}", err=True)
    return bool(problems)


def _phases(state: int, phases: Iterable[service_pb2.PhaseSync]) -> None:
    for phase in phases:
        told = service_pb2.PhaseSyncState.Name(phase.state).removeprefix("PHASE_SYNC_STATE_").lower()
        typer.echo(f"phase {phase.position} at {_local(phase.start_time)}: {told}")
    typer.echo(_state(state))


def _state(state: int) -> str:
    name = service_pb2.AppointmentSyncState.Name(state)  # type: ignore[arg-type] # what came over the wire
    return name.removeprefix("APPOINTMENT_SYNC_STATE_").lower()


def _case(case: service_pb2.SyncCase) -> str:
    closed = f" (closed: {case.resolution})" if case.HasField("close_time") else ""
    of = f" at {_local(case.appointment_start_time)}" if case.HasField("appointment_start_time") else ""
    return f"{_local(case.open_time)}  {case.kind:<16} {case.appointment_id}{of}  {case.detail}{closed}"


def _local(stamp: "Timestamp") -> str:
    return f"{stamp.ToDatetime(UTC).astimezone():%Y-%m-%d %H:%M}"


async def _cases(
    installation: Running, tenants: Iterable[str], *, closed: bool
) -> list[service_pb2.SyncCase]:
    found: list[service_pb2.SyncCase] = []
    for tenant_id in tenants:
        found += await _with_sync(installation, partial(_all_cases, tenant_id, closed=closed))
    return sorted(found, key=lambda case: case.open_time.ToNanoseconds())


async def _all_cases(
    tenant_id: str, stub: "CalendarSyncServiceAsyncStub", *, closed: bool
) -> list[service_pb2.SyncCase]:
    found: list[service_pb2.SyncCase] = []
    request = service_pb2.ListSyncCasesRequest(tenant_id=tenant_id, with_closed=closed)
    while True:
        page = await stub.ListSyncCases(request)
        found += page.cases
        request.page_token = page.next_page_token
        if not page.next_page_token:
            return found


def _tenant(installation: Running, business: str, appointment_id: str) -> str:
    """The business that is named, or the one that has the appointment. Ends the command where there is none."""
    if business:
        return tenant_of(installation, business)
    tenants = tenants_of(installation)
    found = asyncio.run(_with_sync(installation, partial(_whose, tenants, appointment_id)))
    if found is None:
        typer.echo(f"no business has an appointment {appointment_id}", err=True)
        raise typer.Exit(2)
    return found


async def _whose(
    tenants: Iterable[str], appointment_id: str, stub: "CalendarSyncServiceAsyncStub"
) -> str | None:
    for tenant_id in tenants:
        request = service_pb2.GetSyncStateRequest(tenant_id=tenant_id, appointment_id=appointment_id)
        try:
            await stub.GetSyncState(request)
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.NOT_FOUND:
                raise
        else:
            return tenant_id
    return None


async def _with_sync(installation: Running, ask: _Ask[_T]) -> _T:
    """Ends the command where calcom-sync refuses."""
    async with channel(installation["CALCOM_SYNC_ADDRESS"], default_deadline_s=TIMEOUT_S) as opened:
        try:
            return await ask(service_pb2_grpc.CalendarSyncServiceStub(opened))
        except grpc.aio.AioRpcError as error:
            fault = fault_of(error)
            typer.echo(f"{fault.reason or fault.code.name}: {fault.message}", err=True)
            raise typer.Exit(2) from error
