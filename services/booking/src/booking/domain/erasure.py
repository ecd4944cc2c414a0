"""Forgetting one person everywhere: the steps, how far they are, and the certificate at the end."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID


class StepName(Enum):
    """In this order. What says who is meant goes last of what is ours; Cal.com has to have been told of everything before."""

    APPOINTMENTS = "appointments"
    """What is ahead is called off."""
    SETTLED = "settled"
    """Cal.com has heard of it: a copy is looked up by the attendee until its outcome is known."""
    CALLS = "calls"
    """The calls with all that was said and answered in them."""
    CUSTOMER = "customer"
    """Appointments, callbacks, wishes, messages, history, events: names, numbers and words."""
    CALENDAR = "calendar"
    """What calcom-sync keeps of the attendee, and what told of her."""


KEPT_ELSEWHERE = {
    "Cal.com": "bookings keep the name, the technical address and the number; its API deletes nothing. The owner of the"
    " accounts has them deleted there, by the uids in left_there.",
    "Retell": "recordings and transcripts are kept by the platform as its workspace is set.",
    "traces": "call ids, no names or numbers; gone with the retention of whatever collects them.",
    "logs": "names and numbers are masked where they are written.",
    "Redis": "what a call remembers ends by itself within 3 hours of the call.",
    "backups": "a backup from before brings it back: erase again after a restore.",
    "messages": "letters and SMS that were sent are the recipient's, and in the logs of the provider.",
}
"""Said with each certificate."""


@dataclass(frozen=True)
class Step:
    """How far one is. ``left_there`` names what cannot be erased from here."""

    name: StepName
    erased: Mapping[str, int] = field(default_factory=dict)
    left_there: Sequence[str] = ()
    attempts: int = 0
    last_error: str = ""
    done_at: datetime | None = None


@dataclass(frozen=True)
class Erasure:
    """One person, one business. ``phone_number`` "": it is done, and nobody knows any more."""

    tenant_id: UUID
    erasure_id: UUID
    phone_number: str
    customer_id: UUID | None
    operator: str
    cancel_ahead: bool
    created_at: datetime
    finished_at: datetime | None = None
    certificate: str = ""
    steps: tuple[Step, ...] = tuple(Step(name) for name in StepName)

    @property
    def next_step(self) -> Step | None:
        """The first that is not done."""
        return next((step for step in self.steps if step.done_at is None), None)


def certificate(erasure: Erasure, finished_at: datetime) -> str:
    """What was erased where and when, without a word about whom: JSON whose "sha256" is that of everything else in it,
    written with sorted keys and without spaces."""
    said = {
        "tenant_id": str(erasure.tenant_id),
        "erasure_id": str(erasure.erasure_id),
        "requested_time": erasure.created_at.isoformat(),
        "finished_time": finished_at.isoformat(),
        "steps": [
            {
                "name": step.name.value,
                "done_time": step.done_at.isoformat() if step.done_at else None,
                "erased": dict(step.erased),
                "left_there": list(step.left_there),
            }
            for step in erasure.steps
        ],
        "kept_elsewhere": KEPT_ELSEWHERE,
    }
    return _written({**said, "sha256": hashlib.sha256(_written(said).encode()).hexdigest()})


def is_unchanged(certificate: str) -> bool:
    """Whether the hash in a certificate is that of what it says."""
    said = json.loads(certificate)
    claimed = said.pop("sha256", "")
    return bool(claimed == hashlib.sha256(_written(said).encode()).hexdigest())


def _written(said: Mapping[str, object]) -> str:
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
