"""``rufbuch up``: everything on this machine, one call played, and then it stays; ``--demo`` checks and ends."""

import time

import typer

from chassis.settings import load
from console.domain.accounts import Role
from local_stack.accounts import NoAccountError, UnreachableError
from local_stack.ports import PortOffsetError, PortsTakenError
from local_stack.postgres import PostgresError
from local_stack.provisioning import ProvisioningError
from local_stack.readiness import NotReadyError
from local_stack.redis import RedisError
from local_stack.settings import LocalSettings
from local_stack.stack import Stack, SupervisorLostError
from local_stack.state_dir import AlreadyRunningError
from rufbuch_cli.agreement import Agreement, compare
from rufbuch_cli.calcom_setup import CalcomSetupError
from rufbuch_cli.call import Played, play
from rufbuch_cli.installation import Running, running
from rufbuch_cli.measure import measure
from rufbuch_cli.salon import import_salon
from rufbuch_cli.trace import print_waterfall
from rufbuch_cli.user import ensure_user

EXPECTED = (
    AlreadyRunningError, CalcomSetupError, NoAccountError, NotReadyError, PortOffsetError, PortsTakenError, PostgresError,
    ProvisioningError, RedisError, SupervisorLostError, UnreachableError,
)  # fmt: skip
"""What can stand in the way on a machine, each with a message that says what to do."""
INTERRUPTED = 130
OWNER = "owner@example.org"
TRACES_WITHIN_S = 1.0
"""How long the processes may keep their last spans before they send them."""


def run(*, demo: bool) -> int:
    """Start, import, call, show; 0 where what the caller heard is true on both sides."""
    try:
        return _run(demo=demo)
    except EXPECTED as error:
        typer.echo(f"\n{error}", err=True)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(*, demo: bool) -> int:
    began = time.monotonic()
    with Stack(load(LocalSettings), say=typer.echo) as stack:
        typer.echo(f"everything is up after {time.monotonic() - began:.1f} s")
        installation = running()
        business = import_salon(installation)
        played = play(installation)
        agreement = _show(
            installation, stack.installation.database_url("booking"), business.tenant_id, played
        )
        if demo:
            _print_latencies(installation)
            return 0 if played.appointment_id and agreement.holds else 1
        typer.echo("")
        for purpose, address in stack.describe().items():
            typer.echo(f"{address:>22}  {purpose}")
        _open_console(installation, business.tenant_id, stack.installation.secrets.password("console owner"))
        typer.echo("\nCtrl-C stops everything.")
        stack.wait()
    return 0


def _open_console(installation: Running, tenant_id: str, password: str) -> None:
    ensure_user(installation, OWNER, tenant_id, name="Inhaberin", role=Role.OWNER, password=password)
    typer.echo(f"\nConsole: {installation['CONSOLE_URL']}  sign in as {OWNER} with {password}")


def _show(installation: Running, booking_database_url: str, tenant_id: str, played: Played) -> Agreement:
    if not played.appointment_id:
        typer.echo("\nThe call ended without an appointment.", err=True)
        return Agreement(0, 0, 0, in_parallel=False, sync_state="", faults=("no appointment",))
    agreement = compare(
        installation,
        booking_database_url=booking_database_url,
        tenant_id=tenant_id,
        appointment_id=played.appointment_id,
    )
    typer.echo(
        f"\nPostgreSQL: appointment {played.appointment_id}, {agreement.phases} phases, {agreement.active} of them active"
        f"\nCal.com:    {agreement.bookings} bookings, {'made in parallel' if agreement.in_parallel else 'made one by one'}"
        f"\nSync:       {agreement.sync_state.lower()}"
    )
    for fault in agreement.faults:
        typer.echo(f"  differs: {fault}", err=True)
    time.sleep(TRACES_WITHIN_S)  # noqa: TID251 - other processes flush on their own time
    typer.echo("")
    print_waterfall(installation.state_dir, played.call_id)
    return agreement


def _print_latencies(installation: Running) -> None:
    typer.echo("")
    for latency in measure(installation):
        typer.echo(str(latency))
