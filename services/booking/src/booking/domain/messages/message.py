"""One message about one version of an appointment, and the states it goes through."""

import enum
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from booking.domain.messages.patience import Patience
from booking.errors import IllegalMoveError

_IDS = UUID("3a0f2c3e-7f0b-4b8e-9b39-6a0c0f4d7c55")


class Kind(enum.Enum):
    """What it is about."""

    CONFIRMATION = "confirmation"
    CHANGE = "change"
    CANCELLATION = "cancellation"
    REMINDER = "reminder"

    @property
    def is_promised(self) -> bool:
        """Whether somebody on the phone was told that it will come."""
        return self is not Kind.REMINDER


class Channel(enum.Enum):
    """Which way it goes."""

    EMAIL = "email"
    SMS = "sms"


class MessageState(enum.Enum):
    """Where it is in its life."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It may have been sent or not. With a due time it is sent again, without one a person has to decide."""
    SUPPRESSED = "suppressed"
    """It became pointless, or there was no way to the customer."""


_S = MessageState
MOVES: dict[MessageState, frozenset[MessageState]] = {
    _S.PENDING: frozenset({_S.SENDING, _S.SUPPRESSED, _S.FAILED}),
    _S.SENDING: frozenset({_S.SENT, _S.PENDING, _S.FAILED, _S.UNKNOWN}),
    _S.UNKNOWN: frozenset({_S.SENDING, _S.SUPPRESSED, _S.UNKNOWN, _S.PENDING}),
    _S.FAILED: frozenset({_S.PENDING}),
    _S.SENT: frozenset(),
    _S.SUPPRESSED: frozenset(),
}


class Outcome(enum.Enum):
    """What came of an attempt."""

    SENT = enum.auto()
    NOT_SENT = enum.auto()
    """Certainly not; it can be tried again."""
    REFUSED = enum.auto()
    """Certainly not; trying again would not help."""
    UNKNOWN = enum.auto()


@dataclass(frozen=True)
class Delivery:
    """What came of an attempt, why, and how the other side calls it."""

    outcome: Outcome
    detail: str = ""
    receipt: str = ""


@dataclass(frozen=True)
class Words:
    """What the customer reads. ``subject`` is of e-mail alone."""

    subject: str
    text: str


@dataclass(frozen=True)
class Message:
    """One message in one revision."""

    message_id: UUID
    tenant_id: UUID
    branch_id: UUID
    appointment_id: UUID
    customer_id: UUID
    kind: Kind
    version: int
    """Of the appointment."""
    channel: Channel | None
    """None: nothing reaches the customer."""
    address: str
    state: MessageState
    due_time: datetime | None
    """When it is sent, or sent again; while it is being sent: when that must be over."""
    create_time: datetime
    update_time: datetime
    attempts: int = 0
    detail: str = ""
    receipt: str = ""
    words: Words = Words("", "")
    revision: int = 1

    def take(self, now: datetime, *, lease: timedelta) -> Self:
        """An attempt begins, and is over after ``lease`` or counts as unknown."""
        taken = self._moved(_S.SENDING, now, due_time=now + lease, detail="")
        return replace(taken, attempts=self.attempts + 1)

    def suppress(self, now: datetime, why: str) -> Self:
        """It is not sent any more."""
        return self._moved(_S.SUPPRESSED, now, due_time=None, detail=why)

    def postpone(self, due_time: datetime) -> Self:
        """It waits longer, in the state that it has."""
        return replace(self, due_time=due_time, revision=self.revision + 1)

    def settle(self, delivery: Delivery, words: Words, now: datetime, patience: Patience) -> Self:
        """An attempt is over. What is unknown is judged by ``unsure``."""
        again = patience.next_attempt(self.attempts, now) if delivery.outcome is Outcome.NOT_SENT else None
        state = _S.SENT if delivery.outcome is Outcome.SENT else _S.PENDING if again else _S.FAILED
        settled = self._moved(state, now, due_time=again, detail=delivery.detail)
        return replace(settled, words=words, receipt=delivery.receipt or self.receipt)

    def unsure(self, why: str, now: datetime, patience: Patience, *, repeat_within: timedelta) -> Self:
        """Nobody knows what came of an attempt. It is sent again only within ``repeat_within`` of its beginning, in which
        the other side keeps a second one from reaching the customer, or doing so does less harm than silence."""
        again = patience.next_attempt(self.attempts, now)
        in_time = again is not None and again - self.update_time <= repeat_within
        return self._moved(_S.UNKNOWN, now, due_time=again if in_time else None, detail=why)

    def give_up(self, now: datetime, why: str) -> Self:
        """What may have been sent is not sent again by itself."""
        return self._moved(_S.UNKNOWN, now, due_time=None, detail=why)

    def fail(self, now: datetime, why: str) -> Self:
        """It cannot be sent at all."""
        return self._moved(_S.FAILED, now, due_time=None, detail=why)

    def retry(self, now: datetime, operator: str) -> Self:
        """Somebody wants it tried again. Raises IllegalMoveError unless it has failed, or is unknown."""
        if self.state is _S.PENDING:
            raise IllegalMoveError("it is about to be sent", state=self.state.value)
        again = self._moved(_S.PENDING, now, due_time=now, detail=f"again, by {operator}")
        return replace(again, attempts=0)

    def _moved(self, state: MessageState, now: datetime, *, due_time: datetime | None, detail: str) -> Self:
        if state not in MOVES[self.state]:
            raise IllegalMoveError(f"from {self.state.value} to {state.value}", state=self.state.value)
        return replace(
            self, state=state, due_time=due_time, detail=detail, update_time=now, revision=self.revision + 1
        )


def message_id_of(appointment_id: UUID, kind: Kind, version: int) -> UUID:
    """The same for the same message, wherever and however often it is noted down."""
    return uuid.uuid5(_IDS, f"{appointment_id}/{kind.value}/{version}")
