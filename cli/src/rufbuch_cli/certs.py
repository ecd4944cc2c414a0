"""``rufbuch certs``: an authority of one's own, and a certificate for each service."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import typer

from chassis.settings import load
from local_stack.certificates import OPERATOR, SERVICES, Authority
from local_stack.settings import LocalSettings
from local_stack.state_dir import StateDir


def run(directory: Path | None, *, every: bool, hosts: Sequence[str]) -> int:
    """Say what was made, and where."""
    place = directory or StateDir(load(LocalSettings).state_dir.absolute()).certificates
    try:
        made = Authority(place, now=datetime.now(UTC)).renew(every=every, hosts=hosts)
    except (OSError, ValueError) as error:
        typer.echo(f"{place}: {error}", err=True)
        return 1
    for each in made:
        typer.echo(f"{place / each.name}: holds until {each.until:%Y-%m-%d}")
    if not made:
        typer.echo(f"{place}: all {len(SERVICES) + len([OPERATOR])} hold for another month or longer")
    return 0
