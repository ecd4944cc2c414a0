"""``rufbuch reseal``: every stored secret under the first key of RUFBUCH_SECRETS_KEY."""

import grpc
import typer

from chassis.grpc_client import fault_of
from rufbuch.staff.v1 import service_pb2
from rufbuch_cli.installation import running
from rufbuch_cli.registry import ask


def run() -> int:
    """Encrypt anew what an older key protects; afterwards that key can go."""
    try:
        done = ask(running(), lambda registry: registry.ResealSecrets(service_pb2.ResealSecretsRequest()))
    except grpc.aio.AioRpcError as error:
        fault = fault_of(error)
        typer.echo(f"not resealed: {fault.reason or fault.code.name}: {fault.message}", err=True)
        return 1
    typer.echo(
        f"{done.secrets} secrets, {done.resealed} of them were under an older key; all are under the first key now,"
        " so older ones can be taken out of RUFBUCH_SECRETS_KEY"
    )
    return 0
