"""Starts the console: settings, wiring, serve."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from datetime import timedelta

from starlette.applications import Starlette

from chassis import postgres, service
from chassis.clock import SystemClock
from chassis.errors import StorageUnavailableError
from chassis.grpc_client import channel
from chassis.http_server import http_server, operations_routes
from console.assembly import application, assemble
from console.clients.oidc import OidcClient, ProviderSettings
from console.clients.peers import Peers
from console.pages.parts import Parts
from console.pages.provider import BACK_FROM_PROVIDER
from console.settings import Settings
from console.storage.audit import SqlAuditTrail

TIDIED_EVERY_S = 3600.0


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until told to stop; what is entered last ends first."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        pool = await enter(postgres.pool(settings.database_url))
        peers, provider = await _peers(settings, stack), _provider(settings)
        if provider:
            stack.push_async_callback(provider.close)
        parts = assemble(settings, pool, peers, clock=SystemClock(), provider=provider)
        kept = timedelta(days=settings.console_audit_retention_days)

        async def forget_deeds() -> None:
            await SqlAuditTrail(pool).forget(SystemClock().now() - kept)

        readiness = service.Readiness(
            {"database": lambda: postgres.check(pool)}, notice_s=settings.drain_notice_s
        )
        pages = application(parts, lambda: readiness.missing)
        operations = Starlette(routes=operations_routes(lambda: readiness.missing))
        for app, port in ((operations, settings.metrics_port), (pages, settings.http_port)):
            await enter(http_server(app, host=settings.host, port=port, drain_s=settings.drain_s))
        # After the pages, so that their streams end before the server waits for them.
        await enter(service.background(parts.hub.run, name="live pages", stop=stop))
        await enter(service.background(lambda: _tidy(parts, forget_deeds), name="tidy", stop=stop))
        await enter(service.background(readiness.watch, name="readiness", stop=stop))
        await stop.wait()


async def _peers(settings: Settings, stack: AsyncExitStack) -> Peers:
    addresses = {
        "registry": settings.staff_registry_address,
        "availability": settings.availability_address,
        "booking": settings.booking_address,
        "sync": settings.calcom_sync_address,
        "calls": settings.telephony_gateway_address,
    }
    return Peers.over(
        **{
            name: await stack.enter_async_context(
                channel(address, default_deadline_s=settings.peer_deadline_s)
            )
            for name, address in addresses.items()
        }
    )


def _provider(settings: Settings) -> OidcClient | None:
    if not settings.console_oidc_issuer:
        return None
    known = ProviderSettings(
        settings.console_oidc_issuer,
        settings.console_oidc_client_id,
        settings.console_oidc_client_secret,
        f"{settings.console_public_url.rstrip('/')}{BACK_FROM_PROVIDER}",
    )
    return OidcClient(known, SystemClock())


async def _tidy(parts: Parts, forget_deeds: Callable[[], Awaitable[None]]) -> None:
    while True:
        # Nothing is lost by tidying an hour later.
        with suppress(StorageUnavailableError):
            await parts.doorkeeper.tidy()
            if parts.provider:
                await parts.provider.tidy()
            await forget_deeds()
        await asyncio.sleep(TIDIED_EVERY_S)


def main() -> None:
    """The entry of ``python -m console``."""
    service.main(
        "console", Settings, serve, lambda settings: postgres.migrate(settings.database_url, "console")
    )


if __name__ == "__main__":
    main()
