"""What follows for an intent from what Cal.com said."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from calcom_sync.domain.answers import Answer, Found, NoAnswer, RemoteBooking
from calcom_sync.domain.cases import Case, CaseKind
from calcom_sync.domain.intent import Doubt, Intent, State
from calcom_sync.domain.outcome import (
    CallOff,
    Outcome,
    blames_phone,
    classify,
    classify_call_off,
    names_successor,
    says_gone,
)
from calcom_sync.domain.patience import Patience
from calcom_sync.domain.request import differences, is_ours, mark_of

DEFAULT_RESET = timedelta(seconds=60)
"""How long a key pauses where a 429 does not say it."""


@dataclass(frozen=True)
class Settlement:
    """The intent as it is to be stored, and what else follows."""

    intent: Intent
    case: Case | None = None
    spoils: bool = False
    """The phase failed for good: the copies of the others have to go."""
    asks_to_cancel: str = ""
    """Why booking is to cancel the appointment; "": it is not."""
    held_is_gone: bool = False
    """The booking that was to be taken over is not there any more."""


@dataclass(frozen=True)
class Moment:
    """When, how patient, and whose account the host has to be."""

    now: datetime
    patience: Patience
    username: str = ""


def after_post(intent: Intent, result: Answer | NoAnswer, moment: Moment) -> Settlement:
    """What follows from the answer to a request to create it."""
    if isinstance(result, Answer) and result.booking and classify(result) is Outcome.DONE:
        return _created(intent, result.booking, moment)
    return _AFTER_POST[classify(result)](intent, result, moment)


def _created(intent: Intent, booking: RemoteBooking, moment: Moment) -> Settlement:
    if not is_ours(booking, intent):
        # Some event types answer a second request with the first booking, whosever it is.
        text = f"answered with the booking {booking.uid} of somebody else"
        return failure(intent, CaseKind.TAKEN, text)
    return confirmed(intent, booking, moment)


def confirmed(intent: Intent, booking: RemoteBooking, moment: Moment) -> Settlement:
    """Our booking is there: right, or to be taken back."""
    standing = intent.stands(booking.uid, booking.number, mark_of(booking, intent))
    wrong = differences(booking, intent, moment.username)
    if not wrong:
        return Settlement(standing)
    return Settlement(standing, Case(CaseKind.MISMATCH, "; ".join(wrong)), spoils=True)


NOT_FOUND_MAX = 3
"""A booking whose uid we were given and that is not found may still be on its way to the replica."""


def after_move(intent: Intent, result: Answer | NoAnswer, moment: Moment) -> Settlement:
    """What follows from the answer to a request to move the booking that is held."""
    text = text_of(result)
    if isinstance(result, Answer) and result.status == 400 and names_successor(text):
        return _lost(intent, result, moment)
    if says_gone(result):
        return Settlement(intent.anew(moment.now, text), held_is_gone=True)
    if isinstance(result, Answer) and result.status == 404:
        if intent.setbacks < NOT_FOUND_MAX:
            return Settlement(intent.again(moment.now, moment.patience, text, counts=False))
        return Settlement(intent.anew(moment.now, text), held_is_gone=True)
    return after_post(intent, result, moment)


def as_wished(
    settlement: Settlement, now: datetime, *, wanted: bool, moved: bool, called_off: bool
) -> Settlement:
    """The settlement as it has to be stored, given what booking has said meanwhile. Of an appointment that was moved nothing
    is sent any more; its successor deals with what stands. Of one that was moved or called off nobody has to look at what is
    not there."""
    if moved:
        settlement = replace(settlement, spoils=False)
        if settlement.intent.state is State.PENDING:
            settlement = replace(settlement, intent=settlement.intent.cancelled())
    elif not wanted:
        settlement = replace(settlement, intent=settlement.intent.if_unwanted(now))
    nothing_there = settlement.intent.state in {State.CANCELLED, State.FAILED}
    stands = settlement.case is not None and settlement.case.kind is CaseKind.CALL_OFF_REFUSED
    if nothing_there and not stands and (moved or called_off):
        return replace(settlement, case=None)
    return settlement


def failure(intent: Intent, kind: CaseKind, text: str) -> Settlement:
    """The phase failed for good."""
    return Settlement(intent.failed(text), Case(kind, text), spoils=True)


def text_of(result: Answer | NoAnswer) -> str:
    """What an operator reads."""
    return result.detail if isinstance(result, NoAnswer) else f"{result.status} {result.message}".strip()


def reset_of(result: Answer | NoAnswer) -> timedelta:
    """How long the key has to pause after a 429."""
    return (isinstance(result, Answer) and result.reset) or DEFAULT_RESET


def _lost(intent: Intent, result: Answer | NoAnswer, moment: Moment) -> Settlement:
    return Settlement(intent.lost(moment.now, moment.patience, text_of(result), Doubt.LOST))


def _taken_or_own(intent: Intent, result: Answer | NoAnswer, moment: Moment) -> Settlement:
    return Settlement(intent.lost(moment.now, moment.patience, text_of(result), Doubt.TAKEN))


def _throttled(intent: Intent, result: Answer | NoAnswer, moment: Moment) -> Settlement:
    return Settlement(intent.throttled(moment.now + reset_of(result), text_of(result)))


def _transient(intent: Intent, result: Answer | NoAnswer, moment: Moment) -> Settlement:
    return Settlement(intent.again(moment.now, moment.patience, text_of(result), counts=False))


def _auth(intent: Intent, result: Answer | NoAnswer, moment: Moment) -> Settlement:
    text = text_of(result)
    if intent.refusals + 1 >= moment.patience.setbacks_max:
        return failure(intent, CaseKind.AUTH, text)
    return Settlement(intent.again(moment.now, moment.patience, text, counts=True), Case(CaseKind.AUTH, text))


def _invalid(intent: Intent, result: Answer | NoAnswer, moment: Moment) -> Settlement:
    text = text_of(result)
    if blames_phone(text) and not intent.without_phone:
        return Settlement(intent.again_without_phone(moment.now, text))
    return failure(intent, CaseKind.INVALID, text)


def _for_good(kind: CaseKind) -> "_After":
    def settle(intent: Intent, result: Answer | NoAnswer, _: Moment) -> Settlement:
        return failure(intent, kind, text_of(result))

    return settle


_After = Callable[[Intent, Answer | NoAnswer, Moment], Settlement]
_AFTER_POST: dict[Outcome, _After] = {
    Outcome.TAKEN_OR_OWN: _taken_or_own,
    Outcome.INVALID: _invalid,
    Outcome.POLICY: _for_good(CaseKind.POLICY),
    Outcome.CONFIGURATION: _for_good(CaseKind.CONFIGURATION),
    Outcome.AUTH: _auth,
    Outcome.THROTTLED: _throttled,
    Outcome.TRANSIENT: _transient,
    Outcome.UNKNOWN: _lost,
}


def own_bookings(intent: Intent, found: Found) -> tuple[list[RemoteBooking], bool]:
    """Ours that stand, the one to keep first, and whether ours was there and somebody cancelled it. A booking that is yet
    to be moved is not ours yet, and one that was moved away was not cancelled."""
    held_uid = intent.held.uid if intent.held else ""
    ours = [booking for booking in found if is_ours(booking, intent) and booking.uid != held_uid]
    cancelled = not intent.revived and any(not one.stands and not one.moved_to for one in ours)
    return sorted((one for one in ours if one.stands), key=lambda one: one.number), cancelled


def after_look_in_vain(intent: Intent, moment: Moment, *, cancelled_there: bool, wanted: bool) -> Settlement:
    """What follows where no booking of ours stands."""
    if cancelled_there:
        if not wanted:
            return Settlement(intent.cancelled())
        return failure(intent, CaseKind.CANCELLED_THERE, "our booking is there, but cancelled")
    if not intent.surely_absent(moment.now, moment.patience):
        return Settlement(intent.missed(moment.now, moment.patience))
    return _absent(intent, moment)


def _absent(intent: Intent, moment: Moment) -> Settlement:
    if intent.doubt is Doubt.TAKEN:
        return failure(intent, CaseKind.TAKEN, intent.last_error)
    if intent.refusals + 1 >= moment.patience.setbacks_max:
        return failure(intent, CaseKind.GAVE_UP, intent.last_error)
    return Settlement(intent.again(moment.now, moment.patience, intent.last_error, counts=True))


def says_taken(settlement: Settlement) -> bool:
    """Whether the phase is given up since somebody else has its time."""
    return settlement.case is not None and settlement.case.kind is CaseKind.TAKEN


def after_ours_went(intent: Intent, settlement: Settlement, moment: Moment) -> Settlement:
    """What follows where the time was taken by a copy of ours that had to go: it is free then, and asked for again. That a
    person has to look at both where ours does not go for long is what the limit of refusals is for."""
    if intent.refusals + 1 >= moment.patience.setbacks_max:
        return settlement
    return Settlement(intent.again(moment.now, moment.patience, intent.last_error, counts=True))


def after_failed_look(intent: Intent, result: Answer | NoAnswer, moment: Moment) -> Settlement:
    """The look itself failed, which says nothing about the booking: look again, for as long as it takes."""
    outcome, text = classify(result), text_of(result)
    if outcome is Outcome.THROTTLED:
        return Settlement(intent.put_off(moment.now + reset_of(result), text))
    case = Case(CaseKind.AUTH, text) if outcome is Outcome.AUTH else None
    return Settlement(intent.hindered(moment.now, moment.patience, text), case)


NOWHERE_MAX = 5
"""A booking that has to go and was not found so often is not there: the pauses between have outlasted any replica's lag."""


def after_call_off(intent: Intent, result: Answer | NoAnswer, moment: Moment) -> Settlement:
    """What follows from the answer to a request to cancel it."""
    verdict, text = classify_call_off(result), text_of(result)
    nowhere = isinstance(result, Answer) and result.status == 404 and intent.setbacks >= NOWHERE_MAX
    if verdict is CallOff.GONE or nowhere:
        return Settlement(intent.cancelled())
    if isinstance(result, Answer) and result.status == 429 and intent.end > moment.now:
        return Settlement(intent.put_off(moment.now + reset_of(result), text))
    stuck = verdict is CallOff.REFUSED or intent.setbacks + 1 >= moment.patience.setbacks_max
    return call_off_fails(intent, text, moment, CaseKind.CALL_OFF_REFUSED if stuck else None)


def call_off_fails(intent: Intent, text: str, moment: Moment, kind: CaseKind | None) -> Settlement:
    """It has to go and does not. What is over takes nobody's time any more, and is only told."""
    if intent.end <= moment.now:
        over = Case(CaseKind.CALL_OFF_REFUSED, f"over, and never cancelled: {text}")
        return Settlement(intent.cancelled(), over)
    case = Case(kind, text) if kind else None
    return Settlement(intent.hindered(moment.now, moment.patience, text), case)
