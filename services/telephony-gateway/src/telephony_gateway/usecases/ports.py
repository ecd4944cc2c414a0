"""What the use cases need from the other services, and how those can disappoint."""

import enum
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.envelope import Caller
from telephony_gateway.domain.sentences import Voice
from telephony_gateway.domain.session import Session, Window


class PeerError(Exception):
    """A service that an answer depends on did not give one."""


class PeerUnavailableError(PeerError):
    """It was not reached, or failed: nothing has happened."""


class NotOfferedError(PeerError):
    """The peer cannot do it at all: nothing has happened, and trying again would not help."""


class OutcomeUnknownError(PeerError):
    """It was cut off or did not answer in time: what has happened is not known."""


class SearchOutcome(enum.Enum):
    """How a search ended; see rufbuch.availability.v1."""

    AVAILABLE = enum.auto()
    ALTERNATIVES = enum.auto()
    UNAVAILABLE = enum.auto()
    CLOSED = enum.auto()
    TOO_SOON = enum.auto()
    TOO_FAR = enum.auto()
    PAST = enum.auto()
    HOLDING_TOO_MUCH = enum.auto()


@dataclass(frozen=True)
class SlotWish:
    """What to look for."""

    service_id: str
    person_id: str
    """"": anybody."""
    start: datetime | None
    """The exact start; None: the windows count."""
    windows: Sequence[Window] = ()
    excluded: Sequence[datetime] = ()
    """Starts that the caller has heard already."""
    moved_appointment_id: str = ""
    """The appointment that is being moved: its own time is no obstacle."""
    more_service_ids: Sequence[str] = ()
    kept: Sequence[str] = ()
    """Options of the call that are being booked: their holds stay."""


@dataclass(frozen=True)
class FoundSlot:
    """A start that is free, as availability gave it."""

    option_id: str
    start: datetime
    end: datetime
    person_id: str
    service_id: str
    held_until: datetime | None
    voucher: bytes = b""
    """For booking, which then need not ask for it; b"": it has to."""
    service_ids: tuple[str, ...] = ()
    """Of a visit of several services: all of them, in order."""
    people: tuple[str, ...] = ()
    """Who does them, in the order in which they begin; (): person_id alone."""


@dataclass(frozen=True)
class Found:
    """The result of a search."""

    outcome: SearchOutcome
    slots: tuple[FoundSlot, ...]
    holds_work: bool
    min_notice_minutes: int
    horizon_days: int
    calendars_checked: bool = True
    """False: what is known of calendars outside is old, and they did not answer in time."""


class Slots(Protocol):
    """The availability service."""

    async def search(self, branch: DialledBranch, caller: Caller, wish: SlotWish) -> Found:
        """Look and hold in one step. Raises PeerError."""
        ...


class AppointmentState(enum.Enum):
    """Where an appointment is in its life."""

    BOOKED = enum.auto()
    CANCELLED = enum.auto()
    RESCHEDULED = enum.auto()
    OVER = enum.auto()


@dataclass(frozen=True)
class Appointment:
    """What stands in booking's database."""

    appointment_id: str
    service_ids: tuple[str, ...]
    service_name: str
    person_id: str
    start: datetime
    state: AppointmentState = AppointmentState.BOOKED
    moved_to_id: str = ""
    booked_for: str = ""
    """The name that was said when it was booked."""
    people: tuple[str, ...] = ()
    """Of a visit of several services: who does them, in the order in which they begin; (): person_id alone."""
    branch_id: str = ""
    """Where it takes place."""
    written_by: str = ""
    """Of what has just been booked or changed: "sms" or "email" where the customer is written to; "": nothing is promised."""


@dataclass(frozen=True)
class BookedDate:
    """One date of a series: an appointment, or why there is none and what is held instead."""

    start: datetime
    appointment: Appointment | None
    failure: str = ""
    """As rufbuch.booking.v1.SeriesFailure names it, in small letters."""
    instead: FoundSlot | None = None


class Refused(enum.Enum):
    """Why there is no appointment."""

    TAKEN = enum.auto()
    OPTION_UNKNOWN = enum.auto()
    NOT_BOOKABLE = enum.auto()
    NAME_INVALID = enum.auto()


class Bookings(Protocol):
    """The part of the booking service that makes appointments."""

    async def book(
        self,
        branch: DialledBranch,
        caller: Caller,
        *,
        option_id: str,
        name: str,
        email: str = "",
        voucher: bytes = b"",
    ) -> Appointment | Refused:
        """Commit an option, for somebody who may want to be written to; the same call and option again gets the same answer.
        ``voucher``: what came with the option. Raises PeerError."""
        ...


class SeriesBookings(Bookings, Protocol):
    """The same, with series."""

    async def book_series(
        self, branch: DialledBranch, caller: Caller, *, option_id: str, name: str, weeks: int, dates: int
    ) -> tuple[BookedDate, ...] | Refused:
        """Commit an option and the same time every so many weeks; the first date is booked, or it is refused. The same
        again goes on where it was cut off and gets the same answer. Raises PeerError."""
        ...


class Denial(enum.Enum):
    """Why an appointment may not be changed."""

    UNKNOWN = enum.auto()
    NOT_YOURS = enum.auto()
    STATE = enum.auto()
    POLICY = enum.auto()


@dataclass(frozen=True)
class Denied:
    """The appointment stays as it is."""

    why: Denial
    rule: str = ""
    """Of a policy: which of its rules."""
    limit: str = ""


@dataclass(frozen=True)
class Changed:
    """An appointment after a change, and what the change costs."""

    appointment: Appointment
    fee_minor: int = 0
    fee_currency: str = ""


@dataclass(frozen=True)
class FeeDue:
    """The appointment stays as it is: the change costs more than was agreed to."""

    minor: int
    currency: str


class Appointments(Protocol):
    """The part of the booking service that deals with appointments that there are."""

    async def of_caller(
        self, branch: DialledBranch, caller: Caller, *, since: datetime
    ) -> tuple[Appointment, ...]:
        """Those of the caller's number and those made in this call, by start, whatever their state. A withheld number
        has only the latter. Raises PeerError."""
        ...

    async def exists(self, branch: DialledBranch, appointment_id: str) -> bool:
        """Whether the business has such an appointment, whosever it is. Raises PeerError."""
        ...

    async def move_terms(
        self, branch: DialledBranch, caller: Caller, appointment_id: str
    ) -> Denied | FeeDue | None:
        """What forbids that it is moved now, or what that costs; None: nothing, or it is not known. Raises nothing."""
        ...

    async def cancel(
        self, branch: DialledBranch, caller: Caller, appointment_id: str, *, reason: str, fee_agreed: int
    ) -> Changed | Denied | FeeDue:
        """Call one off, for no more than ``fee_agreed``; again gets the same answer. Raises PeerError."""
        ...

    async def move(
        self, branch: DialledBranch, caller: Caller, appointment_id: str, *, option_id: str, fee_agreed: int
    ) -> Changed | Denied | Refused | FeeDue:
        """Move one to an option of this call, for no more than ``fee_agreed``; again gets the same answer. Raises PeerError."""
        ...


@dataclass(frozen=True)
class KnownCustomer:
    """What booking knows under a number."""

    name: str
    next_appointment: Appointment | None
    usual_service_id: str
    usual_person_id: str


@dataclass(frozen=True)
class CallbackWish:
    """That somebody shall call."""

    phone_number: str
    name: str
    topic: str
    appointment_id: str = ""
    urgent: bool = False


@dataclass(frozen=True)
class WaitingWish:
    """What somebody waits for."""

    service_id: str
    person_id: str
    window: Window
    phone_number: str
    name: str


class NameRefusedError(PeerError):
    """The name is none."""


class Care(Protocol):
    """The part of the booking service that looks after people."""

    async def customer(self, branch: DialledBranch, number: str) -> KnownCustomer | None:
        """Whom a number belongs to. Raises PeerError."""
        ...

    async def note_callback(self, branch: DialledBranch, caller: Caller, wish: CallbackWish) -> datetime:
        """Promise a callback; until when it is planned. Raises PeerError."""
        ...

    async def offers(self, branch: DialledBranch, number: str) -> tuple[FoundSlot, ...]:
        """What is held on the waiting list for a number in this branch, who joined first at the head. Raises PeerError."""
        ...

    async def join_waitlist(self, branch: DialledBranch, caller: Caller, wish: WaitingWish) -> Window:
        """Note a wish; the window that was stored. Raises PeerError, NameRefusedError."""
        ...


class Holds(Protocol):
    """The part of the availability service that ends a call's holds."""

    async def release(
        self, tenant_id: str, branch_id: str, call_id: str, *, kept: Sequence[str] = ()
    ) -> None:
        """End what the call holds and has not booked; ``kept``: what may be in the middle of it. Raises PeerError."""
        ...

    async def extend(self, tenant_id: str, branch_id: str, call_id: str) -> None:
        """Let what the call holds live on. Raises PeerError."""
        ...


@dataclass(frozen=True)
class NobodyDialled:
    """The dialled number belongs to no business."""


class Directory(Protocol):
    """The staff registry, as far as calls need it."""

    async def dialled(self, number: str) -> DialledBranch | NobodyDialled:
        """Who is called under a number. Raises PeerError."""
        ...

    def language_of(self, number: str) -> Voice:
        """The language of a number's business as far as it was ever heard of, without asking anybody."""
        ...


Look = Callable[[], Awaitable[Session]]
"""Notes that were asked for; to be read once."""


class Sessions(Protocol):
    """The notes of calls, shared by all replicas."""

    async def of(self, tenant_id: str, call_id: str) -> Session:
        """The notes of one call; empty where there are none, or where they are out of reach."""
        ...

    async def keep(self, tenant_id: str, call_id: str, session: Session) -> None:
        """Store what has changed since they were read."""
        ...


class SharedNotes(Sessions, Protocol):
    """The same for whoever serves a call."""

    def look(self, tenant_id: str, call_id: str) -> Look:
        """Asks at once; the notes as they stand then."""
        ...


class Silence(Protocol):
    """Knows on which lines somebody is; see clients.lines."""

    def heard(self, tenant_id: str, caller: Caller) -> None:
        """Somebody is."""
        ...
