"""``rufbuch first-call``: the reference salon for an installation that runs, one call, and whether both sides agree on it."""

import time
from dataclasses import dataclass

import httpx
import typer

from console.domain.accounts import Role
from rufbuch_cli.agreement import Agreement, compare
from rufbuch_cli.call import Played, play
from rufbuch_cli.installation import Running, running
from rufbuch_cli.salon import import_salon
from rufbuch_cli.trace import print_waterfall
from rufbuch_cli.user import ensure_user

OWNER = "owner@example.org"
TRACES_WITHIN_S = 1.0
"""How long the processes may keep their last spans before they send them."""


@dataclass(frozen=True)
class FirstCall:
    """What came of it."""

    tenant_id: str
    appointment_id: str
    agreement: Agreement

    @property
    def is_true(self) -> bool:
        """Whether the caller was told of an appointment that stands on both sides."""
        return bool(self.appointment_id) and self.agreement.holds


def run(password: str) -> int:
    """Against the installation that the environment names; 0 where what the caller heard is true."""
    installation = running()
    try:
        first = welcome(installation, installation["BOOKING_DATABASE_URL"])
    except httpx.TransportError as error:
        typer.echo(f"nobody answers ({error}): is the installation up?", err=True)
        return 1
    open_console(installation, first.tenant_id, password)
    return 0 if first.is_true else 1


def welcome(installation: Running, booking_database_url: str) -> FirstCall:
    """Import the salon, play a call, show what came of it. Repeating it makes another appointment."""
    business = import_salon(installation)
    played = play(installation)
    agreement = _show(installation, booking_database_url, business.tenant_id, played)
    return FirstCall(business.tenant_id, played.appointment_id, agreement)


def open_console(installation: Running, tenant_id: str, password: str) -> None:
    """Give the owner an account, and say where she signs in."""
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
