"""The copy of one active phase that Cal.com is to have, and the states it goes through."""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from calcom_sync.domain.patience import Patience


class State(enum.Enum):
    """Where the copy is."""

    PENDING = "pending"
    IN_FLIGHT = "in_flight"
    SYNCED = "synced"
    UNKNOWN = "unknown"
    FAILED = "failed"
    CANCELLED = "cancelled"


MOVES: dict[State, frozenset[State]] = {
    State.PENDING: frozenset({State.IN_FLIGHT, State.FAILED, State.CANCELLED}),
    State.IN_FLIGHT: frozenset({State.SYNCED, State.UNKNOWN, State.PENDING, State.FAILED}),
    State.UNKNOWN: frozenset({State.SYNCED, State.PENDING, State.FAILED, State.CANCELLED}),
    State.SYNCED: frozenset({State.CANCELLED, State.PENDING}),
    # Only a person brings back what was settled, and the state that follows is one that looks before it sends.
    State.FAILED: frozenset({State.UNKNOWN, State.PENDING}),
    State.CANCELLED: frozenset({State.PENDING}),
}


class Doubt(enum.Enum):
    """Why an outcome is not known; decides what follows if the booking is surely absent."""

    LOST = "lost"
    """No usable answer: then send again."""
    TAKEN = "taken"
    """The time is occupied: then by somebody else, for good."""


_CERTAIN: dict[str, Any] = {"doubt": None, "unknown_since": None, "looks": 0}


class IllegalMoveError(Exception):
    """A bug: a state was to follow that the table does not allow."""


@dataclass(frozen=True)
class Held:
    """A booking of the appointment's predecessor that the phase is to take over by being moved."""

    uid: str
    start: datetime
    end: datetime
    mark: UUID
    """The phase id in its metadata, which a move carries along."""
    setbacks: int = 0
    """How often it could not be cancelled."""


@dataclass(frozen=True)
class Intent:
    """One per active phase of an appointment. Instants are aware.

    ``due_at`` is when something has to be done: the next step, or the end of the lease of whoever is at it; None: never."""

    tenant_id: UUID
    appointment_id: UUID
    phase_id: UUID
    position: int
    person_id: UUID
    start: datetime
    end: datetime
    due_at: datetime | None
    state: State = State.PENDING
    service_id: UUID | None = None
    """Of the visit's services; None: the appointment's."""
    service_position: int | None = None
    """Where it stands in its service; None: as in the appointment."""
    account_id: UUID | None = None
    event_type_id: int | None = None
    attempts: int = 0
    """How many requests to create it were sent."""
    setbacks: int = 0
    """How often a request was of no use; makes the pauses grow."""
    refusals: int = 0
    """Those of the setbacks that an outage does not explain; they have a limit."""
    looks: int = 0
    """How often it was looked for since the outcome is unknown, in vain."""
    doubt: Doubt | None = None
    unknown_since: datetime | None = None
    revision: int = 0
    """Of the row; an answer that comes after somebody else took over finds another one, and is not stored."""
    booking_uid: str = ""
    booking_number: int | None = None
    without_phone: bool = False
    """Cal.com refused the number before."""
    takes_over: UUID | None = None
    """Phase of the predecessor whose booking becomes this one's."""
    held: Held | None = None
    """That booking, while it stands and is not ours yet. Read with the intent, never stored with it."""
    mark: UUID | None = None
    """The phase id in our booking's metadata, where it is not our own: the booking was moved here."""
    revived: bool = False
    """It was there before and is gone: cancelled copies of it mean nothing."""
    last_error: str = ""
    updated_at: datetime | None = None
    """When it was stored last; told, never set."""

    def __post_init__(self) -> None:
        for instant in (self.start, self.end, self.due_at, self.unknown_since):
            if instant is not None and instant.tzinfo is None:
                raise ValueError("an instant is aware")

    @property
    def carried(self) -> UUID:
        """The phase id in the metadata of our booking."""
        return self.mark or self.phase_id

    @property
    def length(self) -> timedelta:
        """How long the phase is."""
        return self.end - self.start

    def leased(self, until: datetime) -> "Intent":
        """Somebody works at it: it is due again when the lease has run out. A request to create it counts as sent from
        here on, for nobody can tell later."""
        if self.state is not State.PENDING:
            return self._due(until)
        return self._moved(State.IN_FLIGHT, until, attempts=self.attempts + 1)

    def abandoned(self, now: datetime, patience: Patience) -> "Intent":
        """The lease ran out with a request in flight: whoever held it is gone."""
        return self.lost(now, patience, "no answer was stored", Doubt.LOST)

    def lost(self, now: datetime, patience: Patience, error: str, doubt: Doubt) -> "Intent":
        """The request may have been carried out."""
        due = now + patience.before_look(0)
        return self._moved(State.UNKNOWN, due, doubt=doubt, unknown_since=now, looks=0, last_error=error)

    def missed(self, now: datetime, patience: Patience) -> "Intent":
        """A look did not find it, but it may appear yet."""
        looks = self.looks + 1
        return self._due(now + patience.before_look(looks), looks=looks)

    def surely_absent(self, now: datetime, patience: Patience) -> bool:
        """Whether one more look in vain settles that it was not created."""
        since = self.unknown_since or now
        perhaps_own = self.doubt is Doubt.TAKEN and self.attempts > 1
        lasting = patience.own_absent_after if perhaps_own else patience.absent_after
        return self.looks + 1 >= patience.looks_min and now - since >= lasting

    def again(self, now: datetime, patience: Patience, error: str, *, counts: bool) -> "Intent":
        """Not created; to be sent again after a pause that grows."""
        setbacks = self.setbacks + 1
        due = now + patience.before_retry(setbacks, self.phase_id.int)
        return self._moved(
            State.PENDING,
            due,
            setbacks=setbacks,
            refusals=self.refusals + counts,
            last_error=error,
            **_CERTAIN,
        )

    def again_without_phone(self, now: datetime, error: str) -> "Intent":
        """Refused for the attendee's number alone; the booking does not need it."""
        return self._moved(State.PENDING, now, without_phone=True, last_error=error)

    def throttled(self, due_at: datetime, error: str) -> "Intent":
        """Refused unseen for the key's sake, which is no setback of this intent."""
        return self._moved(State.PENDING, due_at, last_error=error)

    def put_off(self, due_at: datetime, error: str = "") -> "Intent":
        """The same step is to be tried later, for no fault of this intent."""
        return self._due(due_at, last_error=error or self.last_error)

    def hindered(self, now: datetime, patience: Patience, error: str) -> "Intent":
        """The same step failed and is to be tried again after a pause that grows."""
        setbacks = self.setbacks + 1
        due = now + patience.before_retry(setbacks, self.phase_id.int)
        return self._due(due, setbacks=setbacks, last_error=error)

    def stands(self, uid: str, number: int, mark: UUID | None = None) -> "Intent":
        """Cal.com has it."""
        return self._moved(
            State.SYNCED, None, booking_uid=uid, booking_number=number, setbacks=0, last_error="", mark=mark, held=None,
            **_CERTAIN,
        )  # fmt: skip

    def anew(self, now: datetime, error: str = "") -> "Intent":
        """The booking that was there is gone, and another one has to be made."""
        return self._moved(
            State.PENDING, now, booking_uid="", booking_number=None, mark=None, held=None, revived=True,
            last_error=error, **_CERTAIN,
        )  # fmt: skip

    def asked_for_again(self, now: datetime, patience: Patience) -> "Intent":
        """A person wants it after it was settled. What may have been sent is looked up first."""
        fresh = self._with(setbacks=0, refusals=0, revived=True)
        if self.state is State.FAILED and self.attempts:
            return fresh.lost(now, patience, self.last_error, Doubt.LOST)
        return fresh.anew(now) if self.state in {State.FAILED, State.CANCELLED} else self

    def hastened(self, now: datetime) -> "Intent":
        """A person does not want to wait. What may have been sent is looked up now and, if surely absent, sent again, also
        where somebody else had the time; absence counts no sooner than it does otherwise."""
        again = Doubt.LOST if self.state is State.UNKNOWN else None
        return self._due(now, setbacks=0, refusals=0, doubt=again)

    def failed(self, error: str) -> "Intent":
        """Refused for good."""
        return self._moved(State.FAILED, None, last_error=error, **_CERTAIN)

    def cancelled(self) -> "Intent":
        """Not there, and not wanted there."""
        return self._moved(State.CANCELLED, None, **_CERTAIN)

    def if_unwanted(self, now: datetime) -> "Intent":
        """As it is where Cal.com is not to have the appointment any more: what waits or has come to stand is to be undone
        now; what could not be undone before keeps its pause."""
        undone_now = self.state is State.PENDING or (self.state is State.SYNCED and self.due_at is None)
        return self._due(now) if undone_now else self

    def _moved(self, to: State, due_at: datetime | None, **changes: Any) -> "Intent":  # noqa: ANN401 - fields of ours
        self._check(to)
        return self._due(due_at, state=to, **changes)

    def _due(self, due_at: datetime | None, **changes: Any) -> "Intent":  # noqa: ANN401 - fields of ours
        return self._with(due_at=due_at, **changes)

    def _with(self, **changes: Any) -> "Intent":  # noqa: ANN401 - fields of ours
        """As ``dataclasses.replace``, which asks for each of thirty fields and costs four times as much."""
        made = object.__new__(Intent)
        made.__dict__.update(self.__dict__, **changes)
        made.__post_init__()
        return made

    def _check(self, to: State) -> None:
        if to not in MOVES[self.state]:
            raise IllegalMoveError(f"{self.state.value} -> {to.value}")
