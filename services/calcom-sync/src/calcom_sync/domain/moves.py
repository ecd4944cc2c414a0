"""What becomes of the bookings of an appointment when another one takes its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from calcom_sync.domain.appointment import Appointment, Plan
from calcom_sync.domain.intent import Intent, State
from calcom_sync.domain.patience import Patience

WAITED_FOR = timedelta(minutes=10)
"""No longer than so for what cannot even be looked up: the customer's new time is nowhere meanwhile."""


@dataclass(frozen=True)
class HandOver:
    """``takes``: phase of the new appointment → phase whose booking it takes over; ``lets_go``: phases whose bookings have
    to be cancelled. ``ready``: the new appointment may be sent."""

    ready: bool
    takes: Mapping[UUID, UUID] = field(default_factory=dict)
    lets_go: Sequence[UUID] = ()


def hand_over(old: Appointment, new: Appointment, now: datetime, patience: Patience) -> HandOver:
    """Decide as soon as the outcome of everything that was sent for the old one is known; before that nothing can be
    said, and nothing is ready. Nothing is waited for without end: a key may be refused for good."""
    if any(_is_unsettled(intent, now, patience) for intent in old.intents):
        return HandOver(ready=False)
    pairs = _pairs(old.intents, new.intents) if _is_sent(new) else []
    takes = {later.phase_id: held for earlier, later in pairs if (held := holder(earlier))}
    leaving = {held: one for one in old.intents if (held := holder(one)) and held not in takes.values()}
    waits = _is_sent(new) and any(_blocks(one, new.intents, patience) for one in leaving.values())
    return HandOver(ready=not waits, takes=takes, lets_go=list(leaving))


def _is_unsettled(intent: Intent, now: datetime, patience: Patience) -> bool:
    if intent.state is not State.UNKNOWN:
        return intent.state is State.IN_FLIGHT
    lasts = now - (intent.unknown_since or now)
    return intent.setbacks < patience.setbacks_max or lasts < WAITED_FOR


def _blocks(leaving: Intent, wanted: Sequence[Intent], patience: Patience) -> bool:
    """Whether a booking that has to go first is in the way of one that is to come: its time at the same account, for as long
    as it can be expected to go."""
    held = leaving.held
    start, end = (leaving.start, leaving.end) if held is None else (held.start, held.end)
    tries = leaving.setbacks if held is None else held.setbacks
    return tries < patience.setbacks_max and any(
        one.account_id == leaving.account_id and start < one.end and one.start < end for one in wanted
    )


def holder(intent: Intent) -> UUID | None:
    """The phase whose booking stands for an intent: its own, or one that it was yet to take over."""
    if intent.state is State.SYNCED:
        return intent.phase_id
    return intent.takes_over if intent.held else None


def _is_sent(new: Appointment) -> bool:
    return new.wanted and new.plan is Plan.MADE


def _pairs(old: Sequence[Intent], new: Sequence[Intent]) -> list[tuple[Intent, Intent]]:
    """Phases that correspond one to one; none where the two appointments are not the same thing at another time. All
    have to move by the same span, so that there is always one whose new time is not held by a sister."""
    if len(old) != len(new):
        return []
    by_position = [sorted(intents, key=lambda one: one.position) for intents in (old, new)]
    pairs = list(zip(*by_position, strict=True))
    same = all(_kind(earlier) == _kind(later) for earlier, later in pairs)
    shifts = {later.start - earlier.start for earlier, later in pairs}
    return pairs if same and len(shifts) == 1 else []


def _kind(intent: Intent) -> tuple[UUID | None, int | None, timedelta]:
    return intent.account_id, intent.event_type_id, intent.length


def in_the_way(intent: Intent, sisters: Sequence[Intent]) -> Intent | None:
    """A sister whose booking, yet to be moved, still holds a part of the intent's new time."""
    for sister in sisters:
        held = sister.held
        if (
            sister.phase_id != intent.phase_id
            and held
            and held.start < intent.end
            and intent.start < held.end
        ):
            return sister
    return None
