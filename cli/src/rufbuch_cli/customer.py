"""``rufbuch customer``: everything that is stored of a person, and forgetting her everywhere."""

import asyncio
import sys
from datetime import UTC, datetime
from typing import Any

import grpc
import typer

from chassis.grpc_client import channel, fault_of
from console.clients.customers import Customers, as_json
from rufbuch.booking.v1 import erasure_pb2, service_pb2_grpc
from rufbuch.telephony.v1 import service_pb2_grpc as calls_grpc
from rufbuch_cli.calls import operator_of
from rufbuch_cli.installation import Running, running
from rufbuch_cli.registry import tenant_of

app = typer.Typer(
    no_args_is_help=True, help="One person: everything that is stored, or forgotten everywhere."
)
TIMEOUT_S = 30.0
LOOK_EVERY_S = 0.3
NUMBER = typer.Argument(help="The number that the person calls from, e.g. +493023125042.")
TENANT = typer.Option(help="The business's key or id.")
OPERATOR = typer.Option("", help="Who asks for it; the user of this machine without it.")


@app.command()
def export(number: str = NUMBER, tenant: str = TENANT, operator: str = OPERATOR) -> None:
    """Everything that is stored of a person, as JSON; who asks is written down."""
    installation = running()
    tenant_id = tenant_of(installation, tenant)
    told = asyncio.run(_refusing(everything(installation, tenant_id, number, operator_of(operator))))
    typer.echo(as_json(told))


@app.command()
def erase(
    number: str = NUMBER,
    tenant: str = TENANT,
    operator: str = OPERATOR,
    cancel_appointments: bool = typer.Option(  # noqa: FBT001 - a flag
        False,  # noqa: FBT003 - a flag
        "--cancel-appointments",
        help="Call off what is still ahead; without it nothing is erased while something is.",
    ),
    within: float = typer.Option(120.0, min=1, help="Seconds to wait; it goes on by itself after that."),
) -> None:
    """Forget a person everywhere, and print the certificate. Asked again while it runs, it goes on watching."""
    installation = running()
    request = erasure_pb2.BeginErasureRequest(
        tenant_id=tenant_of(installation, tenant),
        phone_number=number,
        operator=operator_of(operator),
        cancel_appointments=cancel_appointments,
    )
    done = asyncio.run(_refusing(erased(installation, request, within_s=within)))
    for step in done.steps:
        state = "done" if step.HasField("done_time") else f"waits: {step.last_error or 'not begun'}"
        counts = ", ".join(f"{what} {rows}" for what, rows in sorted(step.erased.items()) if rows)
        typer.echo(f"{step.name:<13} {state}{f': {counts}' if counts else ''}", err=True)
    if done.state != erasure_pb2.ERASURE_STATE_DONE:
        typer.echo("It goes on by itself; the same command tells how far it is.", err=True)
        sys.exit(1)
    typer.echo(done.certificate)


async def everything(installation: Running, tenant_id: str, number: str, operator: str) -> dict[str, Any]:
    """What booking and the gateway keep; calcom-sync keeps copies of the same. Raises grpc.aio.AioRpcError."""
    async with (
        channel(installation["BOOKING_ADDRESS"], default_deadline_s=TIMEOUT_S) as bookings,
        channel(installation["TELEPHONY_GATEWAY_ADDRESS"], default_deadline_s=TIMEOUT_S) as calls,
    ):
        stubs = service_pb2_grpc.BookingServiceStub(bookings), calls_grpc.CallServiceStub(calls)
        return await Customers(*stubs).everything(tenant_id, number, operator, datetime.now(UTC))


async def erased(
    installation: Running, request: erasure_pb2.BeginErasureRequest, *, within_s: float
) -> erasure_pb2.Erasure:
    """Begin, and watch until it is done or the time is over. Raises grpc.aio.AioRpcError."""
    async with channel(installation["BOOKING_ADDRESS"], default_deadline_s=TIMEOUT_S) as opened:
        stub: Any = service_pb2_grpc.BookingServiceStub(opened)
        erasure: erasure_pb2.Erasure = (await stub.BeginErasure(request)).erasure
        ends = asyncio.get_running_loop().time() + within_s
        while erasure.state == erasure_pb2.ERASURE_STATE_RUNNING and asyncio.get_running_loop().time() < ends:
            await asyncio.sleep(LOOK_EVERY_S)
            asked = erasure_pb2.GetErasureRequest(tenant_id=request.tenant_id, erasure_id=erasure.erasure_id)
            erasure = (await stub.GetErasure(asked)).erasure
    return erasure


async def _refusing(asked: Any) -> Any:  # noqa: ANN401 - whatever is asked for
    try:
        return await asked
    except grpc.aio.AioRpcError as error:
        fault = fault_of(error)
        hint = " (or ask with --cancel-appointments)" if fault.reason == "APPOINTMENTS_AHEAD" else ""
        typer.echo(f"{fault.code.name} {fault.reason}: {fault.message}{hint}", err=True)
        raise typer.Exit(1) from error
