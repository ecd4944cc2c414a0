"""Puts the parts of the service together, for its process and for tests alike."""

import uuid
from dataclasses import dataclass

import grpc

from chassis.clock import Clock
from chassis.eventlog import EventLog
from chassis.grpc_server import Servicer
from chassis.postgres import Pool
from staff_registry.clients.peers import peers_of
from staff_registry.servicer import Calendars, Parts, staff_registry_servicer
from staff_registry.storage.businesses import SqlBusinesses
from staff_registry.storage.resolutions import SqlResolutions
from staff_registry.storage.sealing import Sealer
from staff_registry.usecases.peers import Peers
from staff_registry.usecases.resolve import Resolver
from staff_registry.usecases.saga import News, Saga


@dataclass(frozen=True)
class Channels:
    """To the services that this one asks."""

    booking: grpc.aio.Channel
    calendar_sync: grpc.aio.Channel
    availability: grpc.aio.Channel

    def peers(self) -> Peers:
        """What resolutions need of them."""
        return peers_of(self.booking, self.calendar_sync, self.availability)


@dataclass(frozen=True)
class Assembled:
    """The service, and the worker behind it."""

    servicer: Servicer
    businesses: SqlBusinesses
    resolutions: SqlResolutions
    saga: Saga
    news: News


def assemble(pool: Pool, sealer: Sealer, peers: Peers, clock: Clock, calendars: Calendars) -> Assembled:
    """Nothing is opened or asked."""
    events, news = EventLog(pool), News()
    businesses, resolutions = SqlBusinesses(pool, events, sealer), SqlResolutions(pool, events, sealer)
    resolver = Resolver(businesses, resolutions, peers, uuid.uuid4, news.tell)
    servicer = staff_registry_servicer(Parts(businesses, events, clock, calendars, resolutions, resolver))
    return Assembled(servicer, businesses, resolutions, Saga(resolutions, peers, clock), news)
