"""``rufbuch doctor``: is this installation ready for real calls? One check a file; what can be mended is, on request."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack

import grpc
import typer

from chassis.grpc_client import channel, fault_of
from rufbuch.calendarsync.v1 import service_pb2_grpc as sync_grpc
from rufbuch.calendarsync.v1 import watch_pb2_grpc as watch_grpc
from rufbuch.staff.v1 import business_pb2, service_pb2, service_pb2_grpc
from rufbuch_cli.doctor import accounts, alarms, busy_times, cases, mappings, matrix, services
from rufbuch_cli.doctor.findings import Check, Finding, Level
from rufbuch_cli.doctor.patient import Patient
from rufbuch_cli.installation import Running, running

CHECKS: tuple[Check, ...] = (
    accounts.check,
    mappings.check,
    matrix.check,
    busy_times.check,
    cases.check,
)
"""Of each business, in this order: what a check mends is in place for those after it."""
DEADLINE_S = 120.0
"""Of one call: a whole business is gone through inside the budget of its keys."""


def run(business: str, *, fix: bool, webhook_base_url: str, alarm_test: bool = False) -> int:
    """Examine, and print what was found; 1 where something is wrong."""
    found = asyncio.run(
        _examined(running(), business, fix=fix, webhook_base_url=webhook_base_url, alarm_test=alarm_test)
    )
    for finding in found:
        typer.echo(str(finding), err=finding.level is Level.FAULT)
    wrong = sum(finding.level is Level.FAULT for finding in found)
    typer.echo(f"{wrong} faults" if wrong else "ready for calls")
    return 1 if wrong else 0


async def _examined(
    installation: Running, business: str, *, fix: bool, webhook_base_url: str, alarm_test: bool = False
) -> Sequence[Finding]:
    found = list(await services.check(installation))
    async with AsyncExitStack() as stack:
        registry = service_pb2_grpc.StaffRegistryServiceStub(
            await stack.enter_async_context(
                channel(installation["STAFF_REGISTRY_ADDRESS"], default_deadline_s=DEADLINE_S)
            )
        )
        to_sync = await stack.enter_async_context(
            channel(installation["CALCOM_SYNC_ADDRESS"], default_deadline_s=DEADLINE_S)
        )
        sync = sync_grpc.CalendarSyncServiceStub(to_sync)
        found += await alarms.check(watch_grpc.WatchServiceStub(to_sync), test=alarm_test)
        try:
            known = [one async for one in _businesses(registry) if business in {"", one.key}]
        except grpc.aio.AioRpcError as error:
            return [
                *found,
                Finding(Level.FAULT, "registry", "no business can be read", fault_of(error).code.name),
            ]
        if not known:
            words = f"there is no business {business}" if business else "no business was imported yet"
            return [*found, Finding(Level.FAULT, "registry", words)]
        for one in known:
            found += await _of_one(Patient(one, registry, sync, fix=fix, webhook_base_url=webhook_base_url))
    return found


async def _of_one(patient: Patient) -> list[Finding]:
    found: list[Finding] = []
    for check in CHECKS:
        try:
            found += await check(patient)
        except grpc.aio.AioRpcError as error:
            fault = fault_of(error)
            what = check.__module__.rsplit(".", 1)[-1].replace("_", " ")
            words = f"could not be checked: {fault.reason or fault.code.name} {fault.message}".strip()
            found.append(Finding(Level.FAULT, patient.business.key, what, words))
    return found


async def _businesses(
    registry: "service_pb2_grpc.StaffRegistryServiceAsyncStub",
) -> AsyncIterator[business_pb2.Business]:
    token, more = "", True
    while more:
        page = await registry.ListBusinesses(service_pb2.ListBusinessesRequest(page_token=token))
        for tenant_id in page.tenant_ids:
            answer = await registry.GetBusiness(service_pb2.GetBusinessRequest(tenant_id=tenant_id))
            yield answer.business
        token, more = page.next_page_token, bool(page.next_page_token)
