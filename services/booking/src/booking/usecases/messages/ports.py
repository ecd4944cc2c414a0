"""What noting and sending messages need."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias
from uuid import UUID

from booking.domain.appointment import Appointment
from booking.domain.event import Happening
from booking.domain.listing import PageEnd
from booking.domain.messages.contact import Contact
from booking.domain.messages.listing import MessageFilters
from booking.domain.messages.message import Delivery, Message, Words
from booking.domain.messages.setup import Setup


class Setups(Protocol):
    """Where it stands how businesses write."""

    def is_silent(self, tenant_id: UUID) -> bool:
        """Whether it is known without asking that the business writes nothing, or that there is none."""
        ...

    async def of(self, tenant_id: UUID) -> Setup | None:
        """None: the business writes nothing, or there is none. Raises RegistryUnavailableError."""
        ...


CustomerKey: TypeAlias = tuple[UUID, UUID]
"""Tenant and customer."""


class Contacts(Protocol):
    """Where it stands how customers can be reached."""

    async def contact(self, tenant_id: UUID, customer_id: UUID) -> Contact | None:
        """What is known; None: there is no such customer."""
        ...


@dataclass(frozen=True)
class Told:
    """An event of the log. ``happening`` None: it is of no concern to messages."""

    position: str
    happened: datetime
    happening: Happening | None


class Notes(Contacts, Protocol):
    """Where messages are noted down, and how far the log was read for them."""

    async def contacts(self, customers: Collection[CustomerKey]) -> Mapping[CustomerKey, Contact]:
        """What is known of each; who is not there is left out."""
        ...

    async def position(self) -> str:
        """How far it was read."""
        ...

    def watch(self, after: str) -> AsyncGenerator[Sequence[Told], None]:
        """Everything after a position, then what comes, as many at once as have come together."""
        ...

    async def keep(
        self, after: str, position: str, messages: Sequence[Message], *, now: datetime
    ) -> Sequence[Message] | None:
        """Keep messages and the position together, and say which are new; those that are there stay as they are.

        None: the position is not ``after`` any more, somebody else has read on. Nothing was kept then.
        """
        ...


@dataclass(frozen=True)
class Loaded:
    """A message with what it is about. ``chain_id``: the first appointment of those that were moved."""

    message: Message
    appointment: Appointment
    previous: Appointment | None
    chain_id: UUID


class Messages(Protocol):
    """Where messages are kept."""

    async def load(self, tenant_id: UUID, message_id: UUID) -> Loaded | None:
        """One with what it is about."""
        ...

    async def get(self, tenant_id: UUID, message_id: UUID) -> Message | None:
        """One."""
        ...

    async def take(self, before: Message, taken: Message, *, pointless: str) -> bool | None:
        """Keep that an attempt begins, if the appointment is still in the state that the message speaks of, and still ahead;
        else that the message was suppressed for being ``pointless``. None: somebody else has changed the message."""
        ...

    async def change(self, before: Message, after: Message) -> bool:
        """Keep the message as it is now. False: somebody else has changed it."""
        ...

    async def list(self, filters: MessageFilters, *, after: PageEnd | None, limit: int) -> list[Message]:
        """The newest ones, after where a page ended."""
        ...


@dataclass(frozen=True)
class Parcel:
    """What goes out. ``calendar`` is the file for it, with its method; None: there is none."""

    message_id: UUID
    address: str
    name: str
    words: Words
    calendar: tuple[str, bytes] | None


class Carrier(Protocol):
    """A way out: SMTP, or a provider of SMS."""

    async def send(self, parcel: Parcel, setup: Setup) -> Delivery:
        """Try once. Never raises for what the other side does."""
        ...

    def repeat_within(self, setup: Setup) -> timedelta:
        """How long after an attempt of unknown outcome a second one does no harm; zero: it always may."""
        ...


class Cases(Protocol):
    """What a person has to look at."""

    async def without_case(self, *, limit: int) -> Sequence[tuple[UUID, UUID]]:
        """Promised messages (tenant and id) that will not be sent by themselves, and that no case was made of."""
        ...

    async def load(self, tenant_id: UUID, message_id: UUID) -> Loaded | None:
        """One with what it is about."""
        ...

    async def note_case(self, message: Message, case_id: UUID) -> None:
        """There is a case."""
        ...
