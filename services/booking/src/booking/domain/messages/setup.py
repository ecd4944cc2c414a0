"""How one business writes to its customers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from booking.domain.messages.message import Channel, Kind, Words
from booking.domain.messages.night import Night


@dataclass(frozen=True)
class EmailAccount:
    """How e-mail is sent. ``security``: "starttls", "tls" or "none"; ``username`` "": no login."""

    sender: str
    sender_name: str
    reply_to: str
    host: str
    port: int
    security: str
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class SmsAccount:
    """How SMS are sent. ``provider``: "seven" or "webhook"; ``url`` "": the provider's own."""

    provider: str
    url: str
    sender: str
    key: str = field(repr=False)


@dataclass(frozen=True)
class Place:
    """A branch."""

    name: str
    zone: ZoneInfo


@dataclass(frozen=True)
class Setup:
    """Everything that messages of a business need. ``language`` is ISO 639, e.g. "de"."""

    business: str
    language: str
    places: Mapping[UUID, Place]
    people: Mapping[UUID, str]
    channels: tuple[Channel, ...]
    email: EmailAccount | None = None
    sms: SmsAccount | None = None
    lead_hours: Mapping[UUID | None, int] = field(default_factory=dict)
    """By branch; None: every branch that is not named."""
    night: Night | None = None
    own_words: Mapping[tuple[str, Kind, Channel], Words] = field(default_factory=dict)
    """By language; a subject of "" means the usual one."""

    def lead(self, branch_id: UUID) -> timedelta | None:
        """How long before the start a customer of the branch is reminded; None: not at all."""
        hours = self.lead_hours.get(branch_id, self.lead_hours.get(None, 0))
        return timedelta(hours=hours) if hours else None

    def place(self, branch_id: UUID) -> Place:
        """The branch; one that is gone has the business's name, and no zone but UTC."""
        return self.places.get(branch_id) or Place(self.business, ZoneInfo("UTC"))
