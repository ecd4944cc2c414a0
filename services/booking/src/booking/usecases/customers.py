"""Know customers again, tell them all that is stored of them, and forget them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from booking.domain.appointment import Appointment, Customer
from booking.domain.callback import Callback
from booking.domain.messages.message import Message
from booking.domain.regular import Regular
from booking.domain.waiting import WaitingEntry
from booking.errors import CustomerUnknownError

T = TypeVar("T")


@dataclass(frozen=True)
class Stored:
    """Everything about a customer."""

    customer: Customer
    appointments: list[Appointment]
    callbacks: list[Callback]
    waitlist_entries: list[WaitingEntry]
    messages: list[Message]


class Customers(Protocol):
    """Where customers are kept."""

    async def find(self, tenant_id: UUID, phone_number: str, *, now: datetime) -> Regular | None:
        """The one with the number."""
        ...

    async def everything(self, tenant_id: UUID, customer_id: UUID) -> Stored | None:
        """All of one."""
        ...

    async def erase(
        self, tenant_id: UUID, customer_id: UUID, *, operator: str, now: datetime
    ) -> Mapping[str, int] | None:
        """Overwrite names, numbers and words, and note who did it; rows by table. None: there is no such customer.

        Raises AppointmentsAheadError.
        """
        ...


async def find_customer(customers: Customers, tenant_id: UUID, phone_number: str, now: datetime) -> Regular:
    """Who calls. Raises CustomerUnknownError."""
    return _known(await customers.find(tenant_id, phone_number, now=now))


async def export_customer(customers: Customers, tenant_id: UUID, customer_id: UUID) -> Stored:
    """All that is stored. Raises CustomerUnknownError."""
    return _known(await customers.everything(tenant_id, customer_id))


async def erase_customer(
    customers: Customers, tenant_id: UUID, customer_id: UUID, *, operator: str, now: datetime
) -> Mapping[str, int]:
    """Forget; appointments stay as facts about nobody. Raises CustomerUnknownError, AppointmentsAheadError."""
    return _known(await customers.erase(tenant_id, customer_id, operator=operator, now=now))


def _known(found: T | None) -> T:
    if found is None:
        raise CustomerUnknownError("this business has no such customer")
    return found
