"""Where the running installation is: what its starter wrote down, or what the environment says."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import typer

from chassis import identity
from chassis.settings import load
from local_stack.settings import LocalSettings
from local_stack.state_dir import StateDir


@dataclass(frozen=True)
class Running:
    """Addresses and keys of an installation that runs."""

    values: dict[str, str]
    state_dir: Path

    def become(self) -> None:
        """Show the operator's certificate from now on, where the services ask for one."""
        directory = self.values.get("RUFBUCH_TLS_DIRECTORY")
        identity.use(Path(directory) if directory else None)

    def __getitem__(self, name: str) -> str:
        """A variable by its name without ``RUFBUCH_``. Ends the command where it is not known."""
        try:
            return self.values[f"RUFBUCH_{name}"]
        except KeyError:
            typer.echo(f"RUFBUCH_{name} is not known: start the installation (make run), or set it", err=True)
            raise typer.Exit(2) from None


def running() -> Running:
    """What ``make run`` left behind while it is up; variables that are set win."""
    settings = load(LocalSettings)
    state = StateDir(settings.state_dir.absolute())
    written = json.loads(state.environment.read_text()) if state.environment.exists() else {}
    given = {key: value for key, value in os.environ.items() if key.startswith("RUFBUCH_")}  # noqa: TID251 - the commands' one look
    found = Running({**written, **given}, state.path)
    found.become()
    return found
