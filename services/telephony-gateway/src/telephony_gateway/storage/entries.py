"""What is noted of a call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telephony_gateway.domain.envelope import Agent, Caller
from telephony_gateway.domain.searching import OUTCOMES
from telephony_gateway.domain.utterances import Utterance


@dataclass(frozen=True)
class Heard:
    """A call was heard of, by whatever came first (TG-15)."""

    caller: Caller
    tenant_id: str
    branch_id: str
    at: datetime
    agent: Agent = Agent()  # noqa: RUF009 - frozen


@dataclass(frozen=True)
class Asked:
    """A function was called."""

    request_id: str
    call_id: str
    name: str
    arguments: Mapping[str, Any]
    trace_id: str
    at: datetime


@dataclass(frozen=True)
class Answered:
    """A function was answered."""

    request_id: str
    answer: Mapping[str, Any]
    duration_ms: int
    written: str = ""
    """The answer as it was sent, where that is known."""

    @property
    def outcome(self) -> str:
        """What came of it, where that is looked for; "" for all else."""
        status = self.answer.get("status")
        return status if isinstance(status, str) and status in OUTCOMES else ""


@dataclass(frozen=True)
class Told:
    """Retell told of an event in the life of a call."""

    call_id: str
    event: str
    at: datetime


@dataclass(frozen=True)
class Found:
    """An agent claimed something before any tool had said so."""

    call_id: str
    tenant_id: str
    kind: str
    words: str
    at: datetime


@dataclass(frozen=True)
class Said:
    """The words of a call that is over."""

    call_id: str
    utterances: Sequence[Utterance]
    at: datetime


Entry = Heard | Asked | Answered | Told | Found | Said
