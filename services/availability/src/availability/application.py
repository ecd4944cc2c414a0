"""Owns the wiring of one replica: from connections to a servicer and the loops behind it."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeAlias

import grpc
from prometheus_client import Gauge

from availability.clients.bookings import Bookings, linked
from availability.clients.holidays import public_holidays
from availability.clients.redis_holds import TIMEOUT_S, RedisHolds
from availability.clients.registry import StaffRegistry
from availability.clients.scripts import ScriptRunner
from availability.domain.holds import HoldRules, new_option_id
from availability.servicer import AvailabilityServicer, UseCases
from availability.storage.busy import BusyTables
from availability.usecases.businesses import Businesses
from availability.usecases.calendars import Calendars
from availability.usecases.claim_option import ClaimOption
from availability.usecases.explain_slot import ExplainSlot
from availability.usecases.follow_bookings import BookingFollower
from availability.usecases.following import StreamHealth, follow
from availability.usecases.get_day import GetDay
from availability.usecases.hold_options import HoldOptions
from availability.usecases.keep_holds import KeepHolds
from availability.usecases.prune import Prune
from availability.usecases.search_slots import SearchSlots
from availability.usecases.warming import Warming
from chassis.clock import Clock
from chassis.postgres import Pool

Loop: TypeAlias = Callable[[], Awaitable[None]]
_lag = Gauge(
    "rufbuch_availability_stream_lag_seconds", "For how long something may have been missed", ["stream"]
)


@dataclass(frozen=True, slots=True)
class Connections:
    """What a replica stands on."""

    pool: Pool
    redis: ScriptRunner
    registry: grpc.aio.Channel
    booking: grpc.aio.Channel


@dataclass(frozen=True, slots=True)
class Replica:
    """One replica: its servicer, and the loops that keep its memory fresh."""

    servicer: AvailabilityServicer
    bookings: StreamHealth
    businesses: StreamHealth
    warming: Warming
    loops: Mapping[str, Loop]
    """By name; each runs for as long as the replica lives."""


def replica(
    connections: Connections,
    clock: Clock,
    *,
    rules: HoldRules,
    reread_after: timedelta,
    warm_wait: timedelta,
    redis_timeout_s: float = TIMEOUT_S,
) -> Replica:
    """Put one together; nothing runs yet."""
    bookings, changes = StreamHealth(clock), StreamHealth(clock)
    _lag.labels("bookings").set_function(bookings.lag_s)
    _lag.labels("businesses").set_function(changes.lag_s)
    registry = StaffRegistry(connections.registry)
    businesses = Businesses(registry, clock, changes, reread_after=reread_after)
    calendars = Calendars(public_holidays)
    warming = Warming(registry, businesses, calendars, clock, wait=warm_wait)
    holds = RedisHolds(connections.redis, rules, timeout_s=redis_timeout_s)
    tables = BusyTables(connections.pool)
    follower = BookingFollower(tables, calendars, clock, bookings)
    log = Bookings(connections.booking)

    async def follow_bookings() -> None:
        after = await follower.load()
        await follow(log.events, linked(follower.apply), bookings, name="bookings", after=after)

    async def follow_businesses() -> None:
        await follow(registry.changes, warming.announced, changes, name="businesses", after="")

    new_id = partial(new_option_id, secrets.choice)
    knowing = (businesses, calendars, holds, clock)
    use_cases = UseCases(
        search=SearchSlots(*knowing, per_number=rules.per_number, new_id=new_id),
        claim=ClaimOption(*knowing),
        keep=KeepHolds(businesses, holds, clock),
        hold=HoldOptions(*knowing, new_id=new_id),
        explain=ExplainSlot(*knowing),
        day=GetDay(*knowing),
    )
    loops = {
        "bookings": follow_bookings,
        "businesses": follow_businesses,
        "warming": warming.run,
        "pruning": Prune(tables, clock).run,
    }
    return Replica(AvailabilityServicer(use_cases), bookings, changes, warming, loops)
