"""Asking the staff registry of the running installation."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

import grpc
import typer

from chassis.grpc_client import channel, fault_of
from rufbuch.staff.v1 import queries_pb2, service_pb2, service_pb2_grpc
from rufbuch_cli.installation import Running
from staff_registry.domain.ids import Ids

if TYPE_CHECKING:
    from rufbuch.staff.v1.service_pb2_grpc import StaffRegistryServiceAsyncStub

T = TypeVar("T")
TIMEOUT_S = 30.0


def ask(installation: Running, question: "Callable[[StaffRegistryServiceAsyncStub], Awaitable[T]]") -> T:
    """Ask once. Raises grpc.aio.AioRpcError."""
    return asyncio.run(_ask(installation["STAFF_REGISTRY_ADDRESS"], question))


def tenant_of(installation: Running, business: str) -> str:
    """The id of a business that is told by its key or by its id. Ends the command where the registry knows none."""
    tenant_id = _id_of(business)
    request = queries_pb2.BatchGetBusinessNamesRequest(tenant_ids=[tenant_id])
    found = _answered(installation, lambda registry: registry.BatchGetBusinessNames(request))
    if not found.businesses:
        typer.echo(f"there is no business {business!r}: rufbuch import makes one", err=True)
        raise typer.Exit(2)
    return tenant_id


def tenants_of(installation: Running) -> list[str]:
    """All of them. Ends the command where the registry does not answer."""
    return _answered(installation, _all)


async def _all(registry: "StaffRegistryServiceAsyncStub") -> list[str]:
    found: list[str] = []
    request = service_pb2.ListBusinessesRequest(page_size=500)
    while True:
        page = await registry.ListBusinesses(request)
        found += page.tenant_ids
        request.page_token = page.next_page_token
        if not page.next_page_token:
            return found


def _id_of(business: str) -> str:
    try:
        return str(UUID(business))
    except ValueError:
        return str(Ids(business).tenant)


def _answered(
    installation: Running, question: "Callable[[StaffRegistryServiceAsyncStub], Awaitable[T]]"
) -> T:
    try:
        return ask(installation, question)
    except grpc.aio.AioRpcError as error:
        typer.echo(f"the registry does not answer: {fault_of(error).code.name}", err=True)
        raise typer.Exit(2) from error


async def _ask(address: str, question: "Callable[[StaffRegistryServiceAsyncStub], Awaitable[T]]") -> T:
    async with channel(address, default_deadline_s=TIMEOUT_S) as opened:
        return await question(service_pb2_grpc.StaffRegistryServiceStub(opened))
