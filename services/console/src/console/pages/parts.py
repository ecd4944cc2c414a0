"""What the pages stand on; made once, found through the application."""

from dataclasses import dataclass

from fastapi import Request

from chassis.clock import Clock
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
from console.clients.people import People
from console.pages.live import Hub
from console.pages.rendering import Renderer
from console.settings import Settings
from console.storage.audit import SqlAuditTrail
from console.usecases.act import Actor
from console.usecases.sign_in import Doorkeeper
from console.usecases.through_provider import ProviderSignIn


@dataclass(frozen=True)
class Parts:
    """Use cases and clients."""

    settings: Settings
    clock: Clock
    doorkeeper: Doorkeeper
    actor: Actor
    businesses: Businesses
    calls: Calls
    appointments: Appointments
    calendars: Calendars
    copies: Copies
    customers: Customers
    people: People
    care: Care
    messages: Messages
    healths: Healths
    checks: Checks
    figures: Figures
    trail: SqlAuditTrail
    renderer: Renderer
    hub: Hub
    provider: ProviderSignIn | None = None
    """None: nobody signs in elsewhere."""


def parts_of(request: Request) -> Parts:
    """The application's."""
    parts: Parts = request.app.state.parts
    return parts
