"""Which part is made of which: the gateway without its process."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import grpc
from starlette.types import ASGIApp

from chassis.clock import Clock
from chassis.postgres import Pool
from redis_line import OneConnection
from telephony_gateway.clients.appointments import AppointmentsClient
from telephony_gateway.clients.availability import AvailabilityClient
from telephony_gateway.clients.booking import BookingClient
from telephony_gateway.clients.care import CareClient
from telephony_gateway.clients.directory import RegistryDirectory
from telephony_gateway.clients.elsewhere import Replicas
from telephony_gateway.clients.event_guard import EventGuard
from telephony_gateway.clients.facts import BookingFacts
from telephony_gateway.clients.lines import Lines, SlotsOfLines
from telephony_gateway.clients.platform import Platform
from telephony_gateway.clients.replay_guard import ReplayGuard
from telephony_gateway.clients.sessions import RedisSessions
from telephony_gateway.clients.shared import SharedMemory
from telephony_gateway.domain.limits import Limits
from telephony_gateway.http_api.admission import Door
from telephony_gateway.http_api.app import build_app
from telephony_gateway.http_api.dispatch import Peers, functions
from telephony_gateway.http_api.ending import Ending
from telephony_gateway.http_api.functions import FunctionsEndpoint
from telephony_gateway.http_api.inbound import InboundEndpoint
from telephony_gateway.http_api.oddities import Watchman
from telephony_gateway.http_api.patience import Patience
from telephony_gateway.http_api.reception import Reception
from telephony_gateway.http_api.twins import Twins
from telephony_gateway.http_api.webhook import WebhookEndpoint
from telephony_gateway.settings import Settings
from telephony_gateway.storage.callers import Callers
from telephony_gateway.storage.ledger import Ledger
from telephony_gateway.storage.retention import OldCalls
from telephony_gateway.storage.unchecked import UncheckedCalls
from telephony_gateway.storage.unended import UnendedCalls
from telephony_gateway.truth_loop import TruthLoop
from telephony_gateway.upkeep import Upkeep


@dataclass(frozen=True)
class Connections:
    """What the gateway talks to."""

    pool: Pool
    redis: OneConnection
    registry: grpc.aio.Channel
    availability: grpc.aio.Channel
    booking: grpc.aio.Channel


@dataclass(frozen=True)
class Gateway:
    """The application, and the parts that run beside it."""

    app: ASGIApp
    directory: RegistryDirectory
    ledger: Ledger
    truth: TruthLoop
    upkeep: Upkeep
    twins: Twins
    callers: Callers


def assemble(
    settings: Settings, connections: Connections, *, clock: Clock, missing: Callable[[], dict[str, str]]
) -> Gateway:
    """Wire everything; start nothing."""
    directory, ledger = RegistryDirectory(connections.registry), Ledger(connections.pool)
    shared = SharedMemory(connections.redis)
    slots, bookings = AvailabilityClient(connections.availability), BookingClient(connections.booking)
    appointments, care = AppointmentsClient(connections.booking), CareClient(connections.booking)
    sessions, lines = RedisSessions(shared), Lines(shared, clock)
    door = Door(settings.workspaces, ReplayGuard(shared), clock)
    reception = Reception(directory)
    twins = Twins(Replicas(shared))
    endpoint = FunctionsEndpoint(
        door=door,
        reception=reception,
        functions=functions(Peers(SlotsOfLines(slots, slots, lines), bookings, appointments, care, sessions)),
        sessions=sessions,
        lines=lines,
        twins=twins,
        patience=Patience(),
        watchman=Watchman(settings.retell_agent_version),
        limits=Limits(settings.functions_per_caller, settings.functions_per_business),
        ledger=ledger,
        clock=clock,
        budget_s=settings.budget_s,
        build=settings.build,
    )
    ending = Ending(slots, sessions, lines, ledger, clock, keeps_words=settings.words_retention_days > 0)
    webhook = WebhookEndpoint(door, reception, slots, ending, lines, EventGuard(shared), ledger, clock)
    inbound = InboundEndpoint(
        door, reception, care, clock, settings.inbound_budget_s, settings.retell_fallback_agent
    )
    truth = TruthLoop(
        UncheckedCalls(connections.pool), BookingFacts(appointments, care), clock, settings.truth_check_s
    )
    upkeep = Upkeep(
        UnendedCalls(connections.pool),
        OldCalls(
            connections.pool,
            timedelta(days=settings.ledger_retention_days),
            words_kept=timedelta(days=settings.words_retention_days),
        ),
        Platform(settings.retell_base_url, [one.keys[0] for one in settings.workspaces.all]),
        ending,
        clock,
        settings.upkeep_s,
    )
    callers = Callers(connections.pool, sessions, lines)
    return Gateway(
        build_app(endpoint, webhook, inbound, missing), directory, ledger, truth, upkeep, twins, callers
    )
