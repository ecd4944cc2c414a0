"""What others did at Cal.com to a booking of ours."""

from dataclasses import replace

from calcom_sync.domain.cases import Case, CaseKind
from calcom_sync.domain.intent import Intent
from calcom_sync.domain.settling import Settlement
from calcom_sync.domain.setup import WhenCancelled


def cancelled_there(intent: Intent, when: WhenCancelled) -> Settlement:
    """Somebody has cancelled the copy of a phase that is wanted."""
    text = f"the booking {intent.booking_uid} was cancelled at Cal.com"
    if when is WhenCancelled.CANCEL:
        return Settlement(intent.cancelled(), asks_to_cancel=text)
    return Settlement(intent.cancelled(), Case(CaseKind.CANCELLED_THERE, text))


def moved_there(intent: Intent, uid: str) -> Settlement:
    """Somebody has moved the copy of a phase: it is followed under its new uid, so that it can still be cancelled. The
    appointment keeps its time, which is what the customer was told."""
    text = f"the booking {intent.booking_uid} was moved at Cal.com; it is {uid} now"
    return Settlement(replace(intent, booking_uid=uid), Case(CaseKind.MOVED_THERE, text))
