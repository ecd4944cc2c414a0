"""``rufbuch import --from-calcom KEY``: what accounts at Cal.com suggest, as a file that a person reads and imports."""

from pathlib import Path

import grpc
import typer

from chassis.grpc_client import fault_of
from rufbuch.staff.v1 import mappings_pb2
from rufbuch_cli.import_business import change_lines, read_text, refused
from rufbuch_cli.installation import running
from rufbuch_cli.registry import ask
from staff_registry.yaml_file import FileInvalidError, read_secrets


def run(key: str, secrets_file: Path | None) -> int:
    """The proposal goes to standard output, what it would change to standard error; nothing is stored."""
    try:
        keys = read_secrets(read_text(secrets_file)).api_keys if secrets_file else {}
    except FileInvalidError as error:
        return refused(secrets_file or Path(), error.faults)
    request = mappings_pb2.ProposeBusinessRequest(key=key, api_keys=keys)
    try:
        answer = ask(running(), lambda registry: registry.ProposeBusiness(request))
    except grpc.aio.AioRpcError as error:
        fault = fault_of(error)
        typer.echo(f"{key}: {fault.reason or fault.code.name}: {fault.message}", err=True)
        return 1
    for line in change_lines(answer.changes):
        typer.echo(line, err=True)
    if not answer.changes:
        typer.echo(f"{key}: Cal.com has nothing that is not known already", err=True)
    for note in answer.notes:
        # On one line each: a title at Cal.com is somebody else's text.
        typer.echo(f"# {' '.join(note.split())}")
    typer.echo(answer.yaml, nl=False)
    return 0
