"""``rufbuch export``: a business as the file that imports it, without its secrets."""

import grpc
import typer

from chassis.grpc_client import fault_of
from rufbuch.staff.v1 import service_pb2
from rufbuch_cli.installation import Running, running
from rufbuch_cli.registry import ask
from staff_registry.domain.ids import Ids


def run(key: str) -> int:
    """Write the file to standard output; without a key, of the only business that there is."""
    installation = running()
    try:
        tenant_id = str(Ids(key).tenant) if key else _only(installation)
        request = service_pb2.ExportBusinessRequest(tenant_id=tenant_id)
        answer = ask(installation, lambda registry: registry.ExportBusiness(request))
    except grpc.aio.AioRpcError as error:
        fault = fault_of(error)
        typer.echo(f"{key}: {fault.reason or fault.code.name}: {fault.message}", err=True)
        return 1
    typer.echo(
        f"# To import it only if nobody has changed it since: rufbuch import FILE --etag {answer.etag}"
    )
    typer.echo(answer.yaml, nl=False)
    return 0


def _only(installation: Running) -> str:
    listed = ask(
        installation,
        lambda registry: registry.ListBusinesses(service_pb2.ListBusinessesRequest(page_size=20)),
    )
    if len(listed.tenant_ids) == 1:
        return listed.tenant_ids[0]
    names = [_name(installation, tenant_id) for tenant_id in listed.tenant_ids]
    typer.echo(f"which business? There {'are ' + ', '.join(names) if names else 'is none'}", err=True)
    raise typer.Exit(2)


def _name(installation: Running, tenant_id: str) -> str:
    request = service_pb2.GetBusinessRequest(tenant_id=tenant_id)
    return ask(installation, lambda registry: registry.GetBusiness(request)).business.key
