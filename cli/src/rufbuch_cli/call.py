"""``rufbuch call``: the main story, told to the running installation, printed as it is spoken."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import typer

from rufbuch_cli.installation import Running, running
from rufbuch_cli.salon import DIALLED_NUMBER
from sandbox.callers.conversation import book_a_perm
from sandbox.callers.interactive import HELP
from sandbox.callers.interactive import interactive as by_hand
from sandbox.callers.retell import Line, Retell
from sandbox.callers.scripts import SCRIPTS
from sandbox.callers.turns import Called, Said, Script, Turn

CALLER = "+493023125042"
FUNCTION_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Played:
    """A call that was played."""

    call_id: str
    outcome: dict[str, Any]
    """The last answer."""

    @property
    def appointment_id(self) -> str:
        """The appointment that was made; "" for none."""
        return str(self.outcome.get("appointment_id", ""))


def run(script: str, *, interactive: bool) -> int:
    """Play one call; 0 where it ended with an appointment."""
    if script not in SCRIPTS:
        typer.echo(f"no script {script!r}; there are: {', '.join(SCRIPTS)}", err=True)
        return 2
    try:
        return 0 if play(running(), _typed if interactive else SCRIPTS[script]).appointment_id else 1
    except httpx.TransportError as error:
        typer.echo(f"nobody answers the phone ({error}): is the installation up? (make run)", err=True)
        return 1


def play(installation: Running, script: Script = book_a_perm) -> Played:
    """One call to the reference salon, printed line by line."""
    return asyncio.run(_play(installation, script))


def _typed(retell: Retell, line: Line) -> AsyncIterator[Turn]:
    typer.echo(HELP)

    async def read() -> str:
        return await asyncio.to_thread(sys.stdin.readline)

    return by_hand(retell, line, read=read)


def new_line(*, caller: str = CALLER, dialled: str) -> Line:
    """A call that begins now."""
    return Line(f"call_{secrets.token_hex(16)}", caller, dialled, datetime.now(UTC))


async def _play(installation: Running, script: Script) -> Played:
    line, outcome = new_line(dialled=DIALLED_NUMBER), {}
    typer.echo(f"\nCall {line.call_id} from {line.from_number} to {line.to_number}")
    async with httpx.AsyncClient(timeout=FUNCTION_TIMEOUT_S) as client:
        retell = Retell(installation["GATEWAY_URL"], installation["RETELL_API_KEY"], client)
        async for turn in script(retell, line):
            if isinstance(turn, Said):
                typer.echo(f"  {turn.who:>9}: {turn.text}")
            if isinstance(turn, Called):
                outcome = turn.reply.body
                typer.echo(
                    f"  {'':>9}  [{turn.name} → {outcome.get('status')}, {turn.reply.seconds * 1000:.0f} ms]"
                )
    return Played(line.call_id, outcome)
