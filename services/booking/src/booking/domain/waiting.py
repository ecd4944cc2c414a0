"""A wish that could not be met yet, and the states it goes through.

Whoever joined first is offered first what fits. An offer that nobody takes up leaves the wish waiting for another one,
until so many were in vain that it is asked no more.
"""

import enum
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from booking.domain.actor import Actor
from booking.domain.appointment import Appointment
from booking.errors import IllegalMoveError, NotTheCustomerError, RequestInvalidError

UNANSWERED_MAX = 3
"""Offers in vain after which a wish is asked no more."""
AHEAD_MAX = timedelta(days=400)
"""How far ahead a window may end; no business books so far."""
HANDLE_PREFIX = "o-wait"
"""What options for waiting wishes begin with; no option of availability does, which knows no "i"."""


class WaitingState(enum.Enum):
    """Where a waiting wish is in its life."""

    WAITING = "waiting"
    OFFERED = "offered"
    """A slot is held for it, and somebody has to call."""
    BOOKED = "booked"
    EXPIRED = "expired"
    """Its window is over."""
    PASSED = "passed"
    """Too many offers were in vain."""
    WITHDRAWN = "withdrawn"


_W = WaitingState
MOVES: dict[WaitingState, frozenset[WaitingState]] = {
    _W.WAITING: frozenset({_W.OFFERED, _W.BOOKED, _W.EXPIRED, _W.WITHDRAWN}),
    _W.OFFERED: frozenset({_W.WAITING, _W.BOOKED, _W.EXPIRED, _W.PASSED, _W.WITHDRAWN}),
    # Whoever calls too late, and finds the time still free, has it.
    _W.PASSED: frozenset({_W.BOOKED, _W.WITHDRAWN}),
    _W.EXPIRED: frozenset({_W.BOOKED}),
    _W.BOOKED: frozenset(),
    _W.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True)
class WaitingWish:
    """What somebody waits for. ``person_id`` None: anybody. The window is where a start is welcome, half open."""

    tenant_id: UUID
    branch_id: UUID
    service_id: UUID
    person_id: UUID | None
    phone_number: str
    window_start: datetime
    window_end: datetime

    def must_be_ahead(self, now: datetime) -> None:
        """Raises RequestInvalidError where the window is none, over, or farther ahead than anybody books."""
        if self.window_end <= self.window_start:
            raise RequestInvalidError("window_end_time", "a window ends after it begins")
        if self.window_end <= now:
            raise RequestInvalidError("window_end_time", "the window is over")
        if self.window_end > now + AHEAD_MAX:
            raise RequestInvalidError("window_end_time", f"more than {AHEAD_MAX.days} days ahead")

    def is_met_by(self, appointment: Appointment) -> bool:
        """Whether the appointment is what was waited for, whoever made it."""
        who = self.person_id in {None, appointment.person_id}
        what = self.service_id in {appointment.service_id, *appointment.service_ids}
        where = self.branch_id == appointment.branch_id
        return who and what and where and self.window_start <= appointment.span.start_time < self.window_end

    @property
    def fingerprint(self) -> str:
        """Equal for equal wishes of one number; the name plays no part, it is misheard."""
        window = (self.window_start.isoformat(), self.window_end.isoformat())
        words = (self.branch_id, self.service_id, self.person_id or "", self.phone_number, *window)
        return hashlib.sha256("\n".join(map(str, words)).encode()).hexdigest()


@dataclass(frozen=True)
class WaitingOffer:
    """What is held for a wish, until ``expire_time``."""

    option_id: str
    person_id: UUID
    start_time: datetime
    end_time: datetime
    expire_time: datetime
    callback_id: UUID


@dataclass(frozen=True)
class WaitingEntry:
    """One place on the list, in one version."""

    entry_id: UUID
    wish: WaitingWish
    customer_name: str
    call_id: str
    create_time: datetime
    state: WaitingState = WaitingState.WAITING
    version: int = 1
    unanswered: int = 0
    """Offers in vain so far."""
    appointment_id: UUID | None = None
    customer_id: UUID | None = None
    """The customer with the number; None: nobody has booked with it yet."""
    offer: WaitingOffer | None = None
    """Only while it is offered something."""

    @property
    def etag(self) -> str:
        """Changes with every change."""
        return str(self.version)

    @property
    def may_be_booked(self) -> bool:
        """Whether an appointment can still come of it."""
        return WaitingState.BOOKED in MOVES[self.state]

    def offered(self, offer: WaitingOffer) -> Self:
        """A slot is held for it."""
        return replace(self._moved_to(WaitingState.OFFERED), offer=offer)

    def booked(self, appointment_id: UUID) -> Self:
        """An appointment came of it."""
        return replace(self._moved_to(WaitingState.BOOKED), appointment_id=appointment_id)

    def let_go(self, now: datetime, *, in_vain: bool) -> Self:
        """The offer has ended; ``in_vain``: nobody took it up, though it stood."""
        unanswered = self.unanswered + in_vain
        if self.wish.window_end <= now:
            state = WaitingState.EXPIRED
        else:
            state = WaitingState.PASSED if unanswered >= UNANSWERED_MAX else WaitingState.WAITING
        return replace(self._moved_to(state), unanswered=unanswered)

    def expired(self) -> Self:
        """Its window is over."""
        return self._moved_to(WaitingState.EXPIRED)

    def withdrawn(self) -> Self:
        """Somebody took it back."""
        return self._moved_to(WaitingState.WITHDRAWN)

    def must_be_left_by(self, actor: Actor) -> None:
        """Raises NotTheCustomerError unless the wish's number or call acts, or an operator."""
        own_number = actor.caller_number == self.wish.phone_number
        if not (actor.operator or own_number or actor.call_id == self.call_id):
            raise NotTheCustomerError("neither the number nor the call that the wish was noted with")

    def _moved_to(self, state: WaitingState) -> Self:
        if state not in MOVES[self.state]:
            raise IllegalMoveError(f"from {self.state.value} to {state.value}", state=self.state.value)
        return replace(self, state=state, version=self.version + 1, offer=None)


@dataclass(frozen=True)
class WaitingChange:
    """An entry of the history. Neither a call nor an operator: the service itself, for ``reason``."""

    time: datetime
    reason: str
    call_id: str | None = None
    operator: str | None = None


def is_handle(option_id: str) -> bool:
    """Whether an option is one that is held for a waiting wish."""
    return option_id.startswith(HANDLE_PREFIX)


def handle_of(offer_id: UUID) -> str:
    """The name of an offer's option, for an agent to repeat."""
    return f"{HANDLE_PREFIX}{offer_id.hex[:10]}"


def owner_of(offer_id: UUID) -> str:
    """Who owns the hold of an offer at availability, in place of a call."""
    return f"waitlist/{offer_id}"
