"""Which function is which use case."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from telephony_gateway.domain.answers import Answer
from telephony_gateway.domain.arguments import Arguments
from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.envelope import Caller
from telephony_gateway.usecases.check_availability import check_availability
from telephony_gateway.usecases.get_context import get_context
from telephony_gateway.usecases.list_services import list_services
from telephony_gateway.usecases.ports import Bookings, Slots
from telephony_gateway.usecases.start_booking import start_booking


@dataclass(frozen=True)
class Asking:
    """One function call, understood as far as its envelope goes."""

    branch: DialledBranch
    caller: Caller
    arguments: Arguments
    now: datetime


Function = Callable[[Asking], Awaitable[Answer]]


def functions(slots: Slots, bookings: Bookings) -> dict[str, Function]:
    """Every function that the gateway serves, by its name without version."""

    async def context(asking: Asking) -> Answer:
        return get_context(asking.branch, asking.caller, now=asking.now)

    async def services(asking: Asking) -> Answer:
        return list_services(asking.branch)

    async def check(asking: Asking) -> Answer:
        return await check_availability(
            asking.branch, asking.caller, asking.arguments, slots=slots, now=asking.now
        )

    async def book(asking: Asking) -> Answer:
        return await start_booking(asking.branch, asking.caller, asking.arguments, bookings=bookings)

    return {
        "get_context": context,
        "list_services": services,
        "check_availability": check,
        "get_alternatives": check,
        "start_booking": book,
    }
