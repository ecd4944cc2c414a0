"""``rufbuch replay CALL_ID|FILE``: a recorded call against this build, with the clock of then."""

import asyncio
import json
from pathlib import Path

import typer

from rufbuch_cli.calls import operator_of, read_business, read_call
from rufbuch_cli.installation import running
from telephony_gateway.replay.recording import Recording, RecordingInvalidError, dump, load, recording_of
from telephony_gateway.replay.run import Difference, replay

SAME, DIFFERENT, UNREADABLE = 0, 1, 2


def run(call: str, *, save: Path | None, operator: str) -> int:
    """Replay and compare; 0 where every answer is the same, 1 where one differs, 2 where there is nothing to replay."""
    recording = _from_file(Path(call)) if Path(call).is_file() else _from_ledger(call, operator_of(operator))
    if recording is None:
        return UNREADABLE
    if save:
        save.write_text(dump(recording), encoding="utf-8")
        typer.echo(f"saved to {save}, with names and numbers", err=True)
    differences = asyncio.run(replay(recording))
    for difference in differences:
        _show(difference)
    count = len(recording.functions)
    typer.echo(f"{recording.caller.call_id}: {count} functions, {len(differences)} differences")
    return DIFFERENT if differences else SAME


def _from_file(file: Path) -> Recording | None:
    try:
        return load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, RecordingInvalidError) as error:
        typer.echo(f"{file}: {error}", err=True)
        return None


def _from_ledger(call_id: str, operator: str) -> Recording | None:
    """Masked answers could not be compared, so the call is read as it is; the ledger notes who has."""
    installation = running()
    call = read_call(installation, call_id, personal_data=True, operator=operator)
    if call is None:
        return None
    if not call.tenant_id:
        typer.echo(f"{call_id}: the dialled number was nobody's, there is nothing to replay", err=True)
        return None
    business = read_business(installation, call.tenant_id)
    return recording_of(call, business) if business else None


def _show(difference: Difference) -> None:
    typer.echo(f"{difference.position}. {difference.function}: {difference.field}")
    typer.echo(f"     then: {json.dumps(difference.then, ensure_ascii=False)}")
    typer.echo(f"      now: {json.dumps(difference.now, ensure_ascii=False)}")
