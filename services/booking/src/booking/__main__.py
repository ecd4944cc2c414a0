"""Runs the service."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial

import grpc
from starlette.applications import Starlette

from booking import migration
from booking.assembly import booking_service, erase_everywhere
from booking.at_hand import at_hand
from booking.clients.availability import DEADLINE_S, HARMLESS_TO_REPEAT
from booking.clients.claims import AvailabilityClaims
from booking.clients.forgetting import DEADLINE_S as FORGETTING_S
from booking.clients.message_setup import GET_MESSAGE_SETUP
from booking.clients.registry import DEADLINE_S as REGISTRY_S
from booking.clients.registry import GET_BUSINESS
from booking.clients.sms import SmsCarrier, sms_http
from booking.clients.smtp import SmtpCarrier
from booking.domain.contact import HoldTerms
from booking.domain.messages.message import Channel
from booking.message_work import message_work
from booking.settings import Settings
from booking.storage.history import SqlHistory
from booking.storage.old_people import SqlOldCustomers, SqlOldWords
from booking.storage.plans import by_indexes
from booking.storage.requests import SqlRequests
from booking.usecases.claim_options import claiming_afterwards
from booking.usecases.forget_old import KEPT, forget_old
from booking.usecases.messages.ports import Carrier
from booking.waiting_work import waiting_work
from booking.worker import working
from chassis import postgres
from chassis.clock import SystemClock
from chassis.eventlog import EventLog
from chassis.grpc_client import channel
from chassis.grpc_server import grpc_server
from chassis.http_server import http_server, operations_routes
from chassis.service import Readiness, background, main
from trunk import client as trunk
from trunk.server import carrying

OWN_CONNECTIONS = 6
"""For what the service does of its own accord: reading its log, running its queue."""


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until stopped; what is entered last ends first."""
    host, drain_s, clock = settings.host, settings.drain_s, SystemClock()
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        database_url = by_indexes(settings.database_url)
        pool = await enter(postgres.pool(database_url))
        # What reads the log and runs the queue shows other rows than a request: telling one connection so again and again
        # would cost each of them a round trip.
        own_pool = await enter(postgres.pool(database_url, connections_max=OWN_CONNECTIONS))
        availability, registry = await _peers(stack, settings)
        readiness = Readiness({"database": lambda: postgres.check(pool)}, notice_s=settings.drain_notice_s)
        operations = Starlette(routes=operations_routes(lambda: readiness.missing))
        await enter(http_server(operations, host=host, port=settings.metrics_port, drain_s=drain_s))
        events = EventLog(own_pool)
        for name, old, kept in (
            ("forget requests", SqlRequests(pool), KEPT),
            ("forget history", SqlHistory(pool), timedelta(days=settings.booking_retention_days)),
            ("forget words", SqlOldWords(pool), timedelta(days=settings.booking_retention_days)),
            (
                "forget customers",
                SqlOldCustomers(pool, events, clock),
                timedelta(days=settings.customer_retention_days),
            ),
        ):
            await enter(background(partial(forget_old, old, clock, kept=kept), name=name, stop=stop))
        waiting = waiting_work(
            pool,
            availability,
            registry,
            clock=clock,
            terms=_terms(settings),
            events=events,
            own_pool=own_pool,
        )
        carriers: dict[Channel, Carrier] = {
            Channel.EMAIL: SmtpCarrier(),
            Channel.SMS: SmsCarrier(await enter(sms_http())),
        }
        messages = message_work(pool, registry, carriers, clock=clock, events=events, own_pool=own_pool)
        handlers = {**waiting.handlers, **messages.handlers}
        await enter(working(own_pool, handlers, stop=stop, drain_s=drain_s))
        for name, run in {**waiting.loops, **messages.loops}.items():
            await enter(background(run, name=name, stop=stop))
        peers = [
            await enter(channel(address, default_deadline_s=FORGETTING_S))
            for address in (settings.telephony_gateway_address, settings.calcom_sync_address)
        ]
        erase = erase_everywhere(pool, registry, *peers, clock=clock, events=events)
        await enter(background(erase.run, name="erasures", stop=stop))
        servicer = booking_service(
            pool,
            availability,
            registry,
            clock=clock,
            calendar_domain=settings.calendar_email_domain,
            events=events,
            at_hand=await enter(at_hand(pool)),
            claims=await enter(claiming_afterwards(AvailabilityClaims(availability))),
        )
        server = await enter(
            grpc_server([servicer], host=host, port=settings.grpc_port, drain_s=drain_s, ways=[carrying])
        )
        await enter(background(lambda: readiness.watch(server), name="readiness", stop=stop))
        await stop.wait()


async def _peers(stack: AsyncExitStack, settings: Settings) -> tuple[grpc.aio.Channel, grpc.aio.Channel]:
    """Availability and the registry."""
    availability = trunk.channel(
        settings.availability_address, default_deadline_s=DEADLINE_S, retried=HARMLESS_TO_REPEAT
    )
    registry = channel(
        settings.staff_registry_address,
        default_deadline_s=REGISTRY_S,
        retried=[GET_BUSINESS, GET_MESSAGE_SETUP],
    )
    return await stack.enter_async_context(availability), await stack.enter_async_context(registry)


def _terms(settings: Settings) -> HoldTerms:
    return HoldTerms(
        lasting=timedelta(seconds=settings.waitlist_hold_s),
        opens=settings.waitlist_calls_from_hour,
        closes=settings.waitlist_calls_until_hour,
    )


def migrate(settings: Settings) -> None:
    """Bring the schema to the newest version."""
    migration.migrate(settings.database_url)


if __name__ == "__main__":
    main("booking", Settings, serve, migrate)
