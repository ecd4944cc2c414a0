"""Reads calls from the running installation; whoever sees names and numbers is written down with it."""

import getpass

import grpc
import typer

from rufbuch.staff.v1 import business_pb2
from rufbuch.staff.v1 import service_pb2 as staff_pb2
from rufbuch.staff.v1 import service_pb2_grpc as staff_grpc
from rufbuch.telephony.v1 import service_pb2, service_pb2_grpc
from rufbuch_cli.blocking import blocking_channel
from rufbuch_cli.installation import Running

TIMEOUT_S = 5


def operator_of(given: str) -> str:
    """Who looks: as said, or the user of this machine."""
    return given or getpass.getuser()


def read_call(
    installation: Running, call_id: str, *, personal_data: bool = False, operator: str = ""
) -> service_pb2.Call | None:
    """One call; None, with a line on standard error, where it is not to be had."""
    request = service_pb2.GetCallRequest(
        call_id=call_id, with_personal_data=personal_data, operator=operator if personal_data else ""
    )
    with blocking_channel(installation["TELEPHONY_GATEWAY_ADDRESS"]) as channel:
        try:
            return service_pb2_grpc.CallServiceStub(channel).GetCall(request, timeout=TIMEOUT_S).call
        except grpc.RpcError as error:
            typer.echo(f"{call_id}: {error.code().name}: {error.details()}", err=True)
            return None


def read_business(installation: Running, tenant_id: str) -> business_pb2.Business | None:
    """One business as it is now; None, with a line on standard error, where it is not to be had."""
    request = staff_pb2.GetBusinessRequest(tenant_id=tenant_id)
    with blocking_channel(installation["STAFF_REGISTRY_ADDRESS"]) as channel:
        try:
            return (
                staff_grpc.StaffRegistryServiceStub(channel).GetBusiness(request, timeout=TIMEOUT_S).business
            )
        except grpc.RpcError as error:
            typer.echo(f"business {tenant_id}: {error.code().name}: {error.details()}", err=True)
            return None
