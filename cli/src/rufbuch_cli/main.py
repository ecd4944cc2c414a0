"""The commands. Each imports what it needs when it runs: a filter must not wait for gRPC to load."""

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Rufbuch turns phone calls into appointments.",
)


@app.command()
def up(
    demo: Annotated[
        bool, typer.Option("--demo", help="End after the call; exit 0 only if all agrees.")
    ] = False,
) -> None:
    """Start everything on this machine, play one call, stay up until Ctrl-C."""
    from rufbuch_cli.up import run

    sys.exit(run(demo=demo))


@app.command()
def call() -> None:
    """A simulated caller calls the running installation."""
    from rufbuch_cli.call import run

    sys.exit(run())


@app.command(name="import")
def import_business(
    file: Annotated[Path, typer.Argument(help="A business as YAML.", exists=True, dir_okay=False)],
) -> None:
    """Import a business from one YAML file."""
    from rufbuch_cli.import_business import run

    sys.exit(run(file))


@app.command()
def trace(
    call_id: Annotated[str, typer.Argument(help="Retell's id of the call.")],
    full: Annotated[bool, typer.Option("--full", help="Show every SQL statement.")] = False,
) -> None:
    """What was asked and answered in a call, and where the time went."""
    from rufbuch_cli.trace import run

    sys.exit(run(call_id, full=full))


@app.command()
def dates() -> None:
    """JSON lines in, JSON lines out: what words about dates and times mean."""
    from rufbuch_cli.filters import dates as run

    run(sys.stdin, sys.stdout)


@app.command()
def slots() -> None:
    """JSON lines in, JSON lines out: the free starts of a workload."""
    from rufbuch_cli.filters import slots as run

    run(sys.stdin, sys.stdout)


@app.command()
def proof(name: Annotated[str, typer.Argument(help="One group of claims; all without it.")] = "") -> None:
    """Run the claims of this project and say which hold."""
    from rufbuch_cli.proof import run

    sys.exit(run(name))
