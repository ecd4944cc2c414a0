"""What is told of an alarm, over one channel, until it has arrived."""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from calcom_sync.domain.alarms import MEANINGS, About, AlarmKind, Severity

LEASE = timedelta(seconds=60)
"""Outlasts any attempt; who is silent for longer is gone."""
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=5)
GIVEN_UP_AFTER = timedelta(days=2)
"""Nobody is helped by an alarm of the day before yesterday."""


class Channel(enum.Enum):
    """Which way it goes."""

    EMAIL = "email"
    WEBHOOK = "webhook"


class Outcome(enum.Enum):
    """What became of an attempt."""

    SENT = "sent"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    """It may have arrived. It is sent again under the same id: twice does less harm than never."""


@dataclass(frozen=True)
class Delivery:
    """An outcome, and what was said."""

    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True)
class Notice:
    """One message to one channel; the id is the same in every attempt. Instants are aware."""

    notice_id: UUID
    channel: Channel
    about: About
    kind: AlarmKind | None
    """None: a test."""
    subject: str
    detail: str
    since: datetime
    created_at: datetime
    attempts: int = 0

    @property
    def severity(self) -> Severity:
        """How soon somebody has to look."""
        return MEANINGS[self.kind].severity if self.kind else Severity.WARNING

    @property
    def summary(self) -> str:
        """In English."""
        return MEANINGS[self.kind].summary if self.kind else "This is a test: alarms arrive here."

    @property
    def summary_de(self) -> str:
        """In German."""
        return MEANINGS[self.kind].summary_de if self.kind else "Das ist eine Probe: Alarme kommen hier an."

    @property
    def name(self) -> str:
        """Of the alarm."""
        return self.kind.value if self.kind else "Test"

    @property
    def runbook(self) -> str:
        """Where it is written what to do."""
        return f"docs/operations.md#{self.name.lower()}"

    def pause(self) -> timedelta:
        """Before it is tried again, after so many attempts."""
        return min(FIRST_PAUSE * (1 << min(self.attempts, 6)) / 2, LONGEST_PAUSE)
