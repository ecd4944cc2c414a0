"""``rufbuch up``: everything on this machine, one call played, and then it stays; ``--demo`` checks and ends."""

import time

import typer

from chassis.settings import load
from local_stack.accounts import NoAccountError, UnreachableError
from local_stack.ports import PortOffsetError, PortsTakenError
from local_stack.postgres import PostgresError
from local_stack.provisioning import ProvisioningError
from local_stack.readiness import NotReadyError
from local_stack.redis import RedisError
from local_stack.settings import LocalSettings
from local_stack.stack import Stack, SupervisorLostError
from local_stack.state_dir import AlreadyRunningError
from rufbuch_cli.calcom_setup import CalcomSetupError
from rufbuch_cli.first_call import open_console, welcome
from rufbuch_cli.installation import Running, running
from rufbuch_cli.measure import measure

EXPECTED = (
    AlreadyRunningError, CalcomSetupError, NoAccountError, NotReadyError, PortOffsetError, PortsTakenError, PostgresError,
    ProvisioningError, RedisError, SupervisorLostError, UnreachableError,
)  # fmt: skip
"""What can stand in the way on a machine, each with a message that says what to do."""
INTERRUPTED = 130


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
        first = welcome(installation, stack.installation.database_url("booking"))
        if demo:
            _print_latencies(installation)
            return 0 if first.is_true else 1
        typer.echo("")
        for purpose, address in stack.describe().items():
            typer.echo(f"{address:>22}  {purpose}")
        open_console(installation, first.tenant_id, stack.installation.secrets.password("console owner"))
        typer.echo("\nCtrl-C stops everything.")
        stack.wait()
    return 0


def _print_latencies(installation: Running) -> None:
    typer.echo("")
    for latency in measure(installation):
        typer.echo(str(latency))
