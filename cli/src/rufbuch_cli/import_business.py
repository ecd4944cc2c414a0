"""``rufbuch import FILE``: one YAML file becomes a business."""

from pathlib import Path

import grpc
import typer

from chassis.grpc_client import fault_of
from rufbuch_cli.installation import running
from rufbuch_cli.salon import import_business
from staff_registry.wire.describing import import_request
from staff_registry.yaml_file import FileInvalidError


def run(file: Path, *, smtp_password: str = "", sms_key: str = "") -> int:
    """Import; 1 and every fault where it is refused, and nothing stored."""
    try:
        text = file.read_text(encoding="utf-8")
        request = import_request(text, smtp_password=smtp_password, sms_key=sms_key)
        business = import_business(running(), request.business)
    except FileInvalidError as error:
        typer.echo(f"{file}:\n{error}", err=True)
        return 1
    except grpc.aio.AioRpcError as error:
        fault = fault_of(error)
        typer.echo(f"{file}: {fault.reason or fault.code.name}: {fault.message}", err=True)
        for path, expected in sorted(fault.metadata.items()):
            typer.echo(f"  {path}: {expected}", err=True)
        return 1
    typer.echo(f"{business.name}: {len(business.people)} people, {len(business.services)} services")
    return 0
