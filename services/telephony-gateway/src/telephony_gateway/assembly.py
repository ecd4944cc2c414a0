"""Which part is made of which: the gateway without its process."""

from collections.abc import Callable
from dataclasses import dataclass

import grpc
import redis.asyncio
from starlette.types import ASGIApp

from chassis.clock import Clock
from chassis.postgres import Pool
from telephony_gateway.clients.availability import AvailabilityClient
from telephony_gateway.clients.booking import BookingClient
from telephony_gateway.clients.directory import RegistryDirectory
from telephony_gateway.clients.replay_guard import ReplayGuard
from telephony_gateway.http_api.admission import Door
from telephony_gateway.http_api.app import build_app
from telephony_gateway.http_api.dispatch import functions
from telephony_gateway.http_api.functions import FunctionsEndpoint
from telephony_gateway.http_api.webhook import WebhookEndpoint
from telephony_gateway.settings import Settings
from telephony_gateway.storage.ledger import Ledger


@dataclass(frozen=True)
class Connections:
    """What the gateway talks to."""

    pool: Pool
    redis: redis.asyncio.Redis
    registry: grpc.aio.Channel
    availability: grpc.aio.Channel
    booking: grpc.aio.Channel


@dataclass(frozen=True)
class Gateway:
    """The application, and the parts that run beside it."""

    app: ASGIApp
    directory: RegistryDirectory
    ledger: Ledger


def assemble(
    settings: Settings, connections: Connections, *, clock: Clock, missing: Callable[[], dict[str, str]]
) -> Gateway:
    """Wire everything; start nothing."""
    directory, ledger = RegistryDirectory(connections.registry), Ledger(connections.pool)
    slots, bookings = AvailabilityClient(connections.availability), BookingClient(connections.booking)
    door = Door(settings.retell_keys, ReplayGuard(connections.redis), clock)
    endpoint = FunctionsEndpoint(
        door, directory, functions(slots, bookings), ledger, clock, settings.function_budget_s, settings.build
    )
    webhook = WebhookEndpoint(door, directory, slots, ledger, clock)
    return Gateway(build_app(endpoint, webhook, missing), directory, ledger)
