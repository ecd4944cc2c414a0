"""Puts the parts of the console together, for its process and for tests alike."""

from collections.abc import Callable

from fastapi import FastAPI

from chassis.clock import Clock
from chassis.postgres import Pool
from console.clients.appointments import Appointments
from console.clients.businesses import Businesses
from console.clients.calendars import Calendars
from console.clients.calls import Calls
from console.clients.care import Care
from console.clients.checks import Checks
from console.clients.copies import Copies
from console.clients.customers import Customers
from console.clients.figures import Figures
from console.clients.healths import Healths
from console.clients.messages import Messages
from console.clients.passwords import Argon2Passwords
from console.clients.peers import Peers
from console.clients.people import People
from console.pages.app import build_app
from console.pages.live import Hub
from console.pages.parts import Parts
from console.pages.rendering import Renderer
from console.pages.today import fingerprints
from console.settings import Settings
from console.storage.accounts import SqlAccounts
from console.storage.audit import SqlAuditTrail
from console.storage.sessions import SqlAttempts, SqlSessions
from console.storage.under_way import SqlUnderWay
from console.usecases.act import Actor
from console.usecases.ports import Passwords, Provider
from console.usecases.sign_in import Doorkeeper
from console.usecases.through_provider import ProviderSignIn


def assemble(
    settings: Settings,
    pool: Pool,
    peers: Peers,
    *,
    clock: Clock,
    passwords: Passwords | None = None,
    provider: Provider | None = None,
) -> Parts:
    """Wire everything; start nothing."""
    calls, appointments, copies = Calls(peers), Appointments(peers), Copies(peers)
    care, messages = Care(peers), Messages(peers)
    trail, accounts = SqlAuditTrail(pool), SqlAccounts(pool)
    doorkeeper = Doorkeeper(
        accounts, SqlSessions(pool), SqlAttempts(pool), passwords or Argon2Passwords(), clock
    )
    return Parts(
        settings=settings,
        clock=clock,
        doorkeeper=doorkeeper,
        provider=ProviderSignIn(provider, SqlUnderWay(pool), accounts, doorkeeper, clock)
        if provider
        else None,
        actor=Actor(trail, clock),
        businesses=Businesses(peers, clock),
        calls=calls,
        appointments=appointments,
        calendars=Calendars(peers),
        copies=copies,
        customers=Customers(peers.booking, peers.calls),
        people=People(peers),
        care=care,
        messages=messages,
        healths=Healths(peers.channels),
        checks=Checks(peers, clock),
        figures=Figures(peers, clock),
        trail=trail,
        renderer=Renderer(),
        hub=Hub(fingerprints(calls, appointments, care, copies, messages, clock)),
    )


def application(parts: Parts, missing: Callable[[], dict[str, str]]) -> FastAPI:
    """The pages over these parts; ``missing`` names what the service still lacks."""
    return build_app(parts, missing)
