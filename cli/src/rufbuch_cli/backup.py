"""``rufbuch backup`` and ``rufbuch restore``."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import typer

from chassis.settings import load
from local_stack.installation import Installation, running_environment
from local_stack.ports import PortsTakenError
from local_stack.provisioning import ProvisioningError
from local_stack.rufbuch import postgres_program
from local_stack.settings import LocalSettings
from local_stack.stack import Stack
from rufbuch_cli.backups.dumping import SCHEMAS, back_up
from rufbuch_cli.backups.keeping import kept, named_after
from rufbuch_cli.backups.programs import ProgramFailedError
from rufbuch_cli.backups.restoring import InUseError, NotABackupError, NotEmptyError, restore

_REFUSALS = (
    FileExistsError, FileNotFoundError, InUseError, NotABackupError, NotEmptyError, PortsTakenError,
    ProgramFailedError, ProvisioningError, psycopg.OperationalError,
)  # fmt: skip
_KEY = (
    "Secrets in it are encrypted: it is worth nothing without RUFBUCH_SECRETS_KEY, which it does not hold."
    " Keep the key elsewhere."
)
_NEXT = (
    "Start the services with the RUFBUCH_SECRETS_KEY of then. Whoever reads the event log begins anew, and calcom-sync"
    " compares every account with Cal.com: what was booked after the backup stands there and not here and becomes a case"
    " (`rufbuch sync list`), never an appointment; what was cancelled there is cancelled here, or a case where the business"
    " says so. Erase again whoever was erased after the backup."
)


def make(file: Path | None, *, keep: int = 0) -> int:
    """Write a backup of all schemas, as of one moment; services go on. In a directory the newest ``keep`` stay, 0: all."""
    now = datetime.now(UTC)
    if keep and not (file and file.is_dir()):
        typer.echo(
            f"--keep is about the backups in a directory, and {file or 'none'} is no directory", err=True
        )
        return 2
    target = file / named_after(now) if file and file.is_dir() else file or Path(named_after(now))

    def write(installation: Installation) -> None:
        size = back_up(installation.admin_url, target)
        typer.echo(f"{target}: {size / 1e6:.1f} MB, as of {now:%Y-%m-%d %H:%M:%S} UTC\n{_KEY}")
        for old in kept(target.parent, keep) if keep else ():
            typer.echo(f"{old}: removed, {keep} newer ones are there")

    return _refusing(write, may_run=True)


def bring_back(file: Path, *, replace: str) -> int:
    """Put a backup into an empty installation whose services do not run."""

    def read(installation: Installation) -> None:
        passwords = {schema: installation.role_password(schema) for schema in SCHEMAS}
        rows = restore(installation.admin_url, passwords, file, replace=replace)
        typer.echo(f"restored: {', '.join(f'{table} {count}' for table, count in rows.items())}\n{_NEXT}")

    return _refusing(read, may_run=False)


def _refusing(do: Callable[[Installation], None], *, may_run: bool) -> int:
    try:
        with _installation(load(LocalSettings), may_run=may_run) as installation:
            do(installation)
    except _REFUSALS as error:
        typer.echo(str(error), err=True)
        return 1
    return 0


@contextmanager
def _installation(settings: LocalSettings, *, may_run: bool) -> Iterator[Installation]:
    """One whose PostgreSQL answers: the one that runs, the one whose address is given, or the embedded one alone."""
    if running_environment(settings):
        if not may_run:
            raise InUseError(
                "the installation is up: stop it (Ctrl-C in the terminal of `make run`), then restore"
            )
        yield Installation.of(settings)
    elif settings.database_url:
        yield Installation.of(settings)
    else:
        with Stack(settings, table=lambda installation: [postgres_program(installation)]) as stack:
            yield stack.installation
