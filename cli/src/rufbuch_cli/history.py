"""``rufbuch history KEY``: who has changed what in a business, the newest first."""

from datetime import UTC

import grpc
import typer

from chassis.grpc_client import fault_of
from rufbuch.staff.v1 import changes_pb2
from rufbuch_cli.import_business import change_lines
from rufbuch_cli.installation import running
from rufbuch_cli.registry import ask
from staff_registry.domain.ids import Ids


def run(key: str, *, last: int) -> int:
    """The last changes, each with its lines."""
    request = changes_pb2.ListChangesRequest(tenant_id=str(Ids(key).tenant), page_size=last)
    try:
        answer = ask(running(), lambda registry: registry.ListChanges(request))
    except grpc.aio.AioRpcError as error:
        fault = fault_of(error)
        typer.echo(f"{key}: {fault.reason or fault.code.name}: {fault.message}", err=True)
        return 1
    for record in answer.records:
        when = record.change_time.ToDatetime(UTC).isoformat(timespec="seconds")
        typer.echo(f"{record.revision}  {when}  {record.actor or 'nobody was named'}")
        for line in change_lines(record.changes):
            typer.echo(line)
    return 0
