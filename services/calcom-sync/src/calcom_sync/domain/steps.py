"""What has to be done about an intent now."""

import enum
from datetime import datetime

from calcom_sync.domain.intent import Intent, State


class Step(enum.Enum):
    """The next thing to do; those in ``ASKS`` need a request to Cal.com."""

    POST = "post"
    MOVE = "move"
    """Take over the booking of the predecessor."""
    LOOK = "look"
    CALL_OFF = "call_off"
    DROP = "drop"
    """Never sent, and not wanted any more."""
    EXPIRE = "expire"
    """The phase has begun; nobody books the past."""
    DOUBT = "doubt"
    """Whoever sent the request is gone."""


ASKS = frozenset({Step.POST, Step.MOVE, Step.LOOK, Step.CALL_OFF})


def step_for(intent: Intent, now: datetime, *, wanted: bool) -> Step | None:
    """The step that is due, if any. A lease makes an intent due again when it runs out, not before."""
    if intent.due_at is None or intent.due_at > now:
        return None
    if intent.state is State.PENDING:
        return _pending(intent, now, wanted=wanted)
    if intent.state is State.SYNCED:
        return None if wanted else Step.CALL_OFF
    return {State.IN_FLIGHT: Step.DOUBT, State.UNKNOWN: Step.LOOK}.get(intent.state)


def _pending(intent: Intent, now: datetime, *, wanted: bool) -> Step:
    if not wanted:
        return Step.DROP
    if intent.start <= now:
        return Step.EXPIRE
    return Step.MOVE if intent.held else Step.POST
