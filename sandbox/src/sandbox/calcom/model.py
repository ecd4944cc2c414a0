"""What the stand-in stores: users, schedules, event types, bookings, reservations, webhooks."""

import uuid
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from sandbox.calcom.times import Interval, iso_millis

Json = dict[str, Any]
Status = Literal["accepted", "pending", "cancelled", "rejected"]


class Record(BaseModel):
    """Immutable, so that an old state can be read back. A change is a copy."""

    model_config = ConfigDict(frozen=True)


class Span(Record):
    start: AwareDatetime
    end: AwareDatetime

    def interval(self) -> Interval:
        return Interval(self.start, self.end)


class User(Record):
    id: int
    username: str
    name: str
    email: str
    api_key: str
    time_zone: str
    schedule_id: int
    rate_limit: int | None = None
    administers: tuple[str, ...] = ()
    """Usernames of those whose team she administers: their bookings are in her lists."""
    busy: tuple[Span, ...] | None = None
    """Busy times of a connected calendar; None while no calendar is connected."""


class Schedule(Record):
    id: int
    owner_id: int
    name: str
    time_zone: str
    availability: tuple[Json, ...]
    overrides: tuple[Json, ...] = ()


class Team(Record):
    """Whose event type it is where it is nobody's own."""

    id: int
    scheduling: Literal["roundRobin", "collective", "managed"]
    host_ids: tuple[int, ...]


class EventType(Record):
    """`fields` are the public ones as callers send and see them. `team` None: a personal one of its owner."""

    id: int
    owner_id: int
    fields: Json
    team: Team | None = None

    def as_of(self, host_id: int) -> "EventType":
        """As if it were one host's own."""
        return self.model_copy(update={"owner_id": host_id, "team": None})

    @property
    def slug(self) -> str:
        return str(self.fields["slug"])

    @property
    def title(self) -> str:
        return str(self.fields["title"])

    @property
    def length_min(self) -> int:
        return int(self.fields["lengthInMinutes"])

    @property
    def length_options_min(self) -> list[int]:
        return list(self.fields.get("lengthInMinutesOptions") or [])

    @property
    def step_min(self) -> int:
        return int(self.fields["slotInterval"] or self.length_min)

    @property
    def notice(self) -> timedelta:
        return timedelta(minutes=self.fields["minimumBookingNotice"])

    @property
    def buffers(self) -> tuple[timedelta, timedelta]:
        """Before and after."""
        before, after = self.fields["beforeEventBuffer"], self.fields["afterEventBuffer"]
        return timedelta(minutes=before), timedelta(minutes=after)

    @property
    def pending_blocks(self) -> bool:
        return bool(self.fields["confirmationPolicy"].get("blockUnconfirmedBookingsInBooker"))

    @property
    def hidden(self) -> bool:
        return bool(self.fields["hidden"])

    def needs_confirmation(self, start: datetime, now: datetime) -> bool:
        policy = self.fields["confirmationPolicy"]
        if policy.get("disabled"):
            return False
        if policy.get("type") != "time":
            return True
        threshold = policy["noticeThreshold"]
        return start - now < timedelta(**{threshold["unit"]: threshold["count"]})


class Attendee(Record):
    name: str
    email: str
    time_zone: str
    language: str
    phone: str | None = None


class Booking(Record):
    id: int
    uid: str
    ics_uid: str
    host_id: int
    event_type_id: int
    event_slug: str
    title: str
    status: Status
    start: AwareDatetime
    end: AwareDatetime
    created_at: AwareDatetime
    updated_at: AwareDatetime
    attendee: Attendee
    location: str
    metadata: dict[str, str]
    responses: Json
    guests: tuple[str, ...] = ()
    idempotency_key: str | None = None
    cancellation_reason: str = ""
    rejection_reason: str = ""
    rescheduling_reason: str | None = None
    rescheduled_by: str | None = None
    rescheduled_from: str | None = None
    rescheduled_to: str | None = None
    sequence: int = 0

    @property
    def interval(self) -> Interval:
        return Interval(self.start, self.end)

    @property
    def length_min(self) -> int:
        return int((self.end - self.start) / timedelta(minutes=1))

    def changed(self, now: datetime, **changes: object) -> "Booking":
        return self.model_copy(update={**changes, "updated_at": now})


class Reservation(Record):
    uid: str
    event_type_id: int
    user_id: int
    start: AwareDatetime
    end: AwareDatetime
    until: AwareDatetime
    duration_min: int

    @property
    def interval(self) -> Interval:
        return Interval(self.start, self.end)


class Webhook(Record):
    """Exactly one of `user_id` and `event_type_id` is set."""

    id: str
    user_id: int | None
    event_type_id: int | None
    subscriber_url: str
    triggers: tuple[str, ...]
    active: bool
    secret: str | None
    payload_template: str | None = None


def idempotency_key(start: datetime, end: datetime, host_id: int) -> str:
    """Cal.com's own unique key: it knows neither attendee nor event type."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{iso_millis(start)}.{iso_millis(end)}.{host_id}"))
