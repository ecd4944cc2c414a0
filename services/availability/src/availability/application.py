"""Owns the wiring of one replica: from connections to a servicer and the loops behind it."""

import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeAlias

import grpc

from availability.clients.bookings import Bookings
from availability.clients.calendars import OutsideCalendars
from availability.clients.holidays import public_holidays
from availability.clients.mirrored_holds import HoldTeller, MirroredHolds
from availability.clients.redis_holds import TIMEOUT_S, RedisHolds
from availability.clients.registry import StaffRegistry
from availability.clients.scripts import ScriptRunner
from availability.clients.streams import linked, of_its_call
from availability.domain.holds import HoldRules, new_option_id
from availability.domain.ledger import BusySource
from availability.servicer import AvailabilityServicer, UseCases
from availability.storage.busy import BusyTables
from availability.usecases.businesses import Businesses
from availability.usecases.calendars import Calendars
from availability.usecases.claim_option import ClaimOption
from availability.usecases.claim_several import ClaimSeveral
from availability.usecases.describe_people import DescribePeople
from availability.usecases.end_claims import EndClaims
from availability.usecases.explain_slot import ExplainSlot
from availability.usecases.follow_busy import BusyEvent, BusyFollower
from availability.usecases.following import StreamHealth, follow
from availability.usecases.get_day import GetDay
from availability.usecases.hold_options import HoldOptions
from availability.usecases.keep_holds import KeepHolds
from availability.usecases.outside import Looker
from availability.usecases.plan_slot import PlanSlot
from availability.usecases.ports import Holds
from availability.usecases.prune import Prune
from availability.usecases.search_slots import SearchSlots
from availability.usecases.warming import Warming
from chassis.clock import Clock
from chassis.postgres import Pool
from signals.metrics import Gauge

Loop: TypeAlias = Callable[[], Awaitable[None]]
Watch: TypeAlias = Callable[[str], AsyncIterator[BusyEvent | None]]
_lag = Gauge(
    "rufbuch_availability_stream_lag_seconds",
    "For how long something may have been missed",
    {"stream": ("bookings", "businesses", "calendars")},
)
NEVER_HEARD_S = 365 * 86_400.0
"""For infinitely long: a metric that is no number is dropped, and nobody would be alarmed."""


@dataclass(frozen=True, slots=True)
class Connections:
    """What a replica stands on."""

    pool: Pool
    redis: ScriptRunner
    registry: grpc.aio.Channel
    booking: grpc.aio.Channel
    calendars: grpc.aio.Channel


@dataclass(frozen=True, slots=True)
class Replica:
    """One replica: its servicer, and the loops that keep its memory fresh."""

    servicer: AvailabilityServicer
    bookings: StreamHealth
    businesses: StreamHealth
    outside: StreamHealth
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
    bookings, changes, outside = (_health(each, clock) for each in ("bookings", "businesses", "calendars"))
    registry = StaffRegistry(connections.registry)
    businesses = Businesses(registry, clock, changes, reread_after=reread_after)
    calendars = Calendars(public_holidays)
    warming = Warming(registry, businesses, calendars, clock, wait=warm_wait)
    teller = HoldTeller(connections.calendars)
    redis_holds = RedisHolds(connections.redis, rules, timeout_s=redis_timeout_s)
    holds = MirroredHolds(redis_holds, teller, businesses.known)
    elsewhere_calendars = OutsideCalendars(connections.calendars)
    booked = BusyTables(connections.pool)
    elsewhere = BusyTables(connections.pool, BusySource.EXTERNAL)

    end_claims = EndClaims(businesses, redis_holds, clock)

    def following(tables: BusyTables, watch: Watch, health: StreamHealth, name: str) -> Loop:
        follower = BusyFollower(tables, calendars, clock, health, log=name)
        return _following(follower, end_claims, watch, health, name)

    async def follow_businesses() -> None:
        await follow(registry.changes, warming.announced, changes, name="businesses", after="")

    loops = {
        "bookings": following(booked, Bookings(connections.booking).events, bookings, "bookings"),
        "calendars": following(elsewhere, elsewhere_calendars.events, outside, "calendars"),
        "businesses": follow_businesses,
        "warming": warming.run,
        "holds told": teller.run,
        "pruning": Prune(booked, clock).run,
    }
    servicer = AvailabilityServicer(
        _use_cases(businesses, calendars, holds, clock, rules, elsewhere_calendars),
        {"bookings": bookings, "calendars": outside, "businesses": changes},
    )
    return Replica(servicer, bookings, changes, outside, warming, loops)


def _health(stream: str, clock: Clock) -> StreamHealth:
    health = StreamHealth(clock)
    _lag.labels(stream).set_function(lambda: min(health.lag_s(), NEVER_HEARD_S))
    return health


def _following(
    follower: BusyFollower, end_claims: EndClaims, watch: Watch, health: StreamHealth, name: str
) -> Loop:
    async def deal_with(event: BusyEvent) -> None:
        follower.apply(event)
        await end_claims(event)

    async def run() -> None:
        after = await follower.load()
        apply = linked(deal_with, span=f"apply event of {name}")
        await follow(watch, apply, health, name=name, after=after, settle=follower.settle)

    return run


def _use_cases(
    businesses: Businesses,
    calendars: Calendars,
    holds: Holds,
    clock: Clock,
    rules: HoldRules,
    outside: OutsideCalendars,
) -> UseCases:
    new_id, looker = partial(new_option_id, secrets.randbelow), partial(Looker, outside, time.monotonic)
    knowing = (businesses, calendars, holds, clock)
    claim = ClaimOption(*knowing)
    return UseCases(
        search=SearchSlots(*knowing, rules=rules, new_id=new_id, looker=looker),
        claim=claim,
        claim_several=ClaimSeveral(of_its_call(claim)),
        keep=KeepHolds(businesses, holds, clock),
        hold=HoldOptions(*knowing, new_id=new_id, looker=looker),
        explain=ExplainSlot(*knowing),
        plan=PlanSlot(businesses),
        day=GetDay(*knowing),
        describe=DescribePeople(*knowing),
    )
