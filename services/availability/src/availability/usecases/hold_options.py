"""Owns the holding of starts that are named exactly: all of them, or none."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from availability.domain.holds import Caller, Held, Offer
from availability.errors import KeptTooLongError, SlotTakenError, TooManyHoldsError
from availability.usecases.asking import Asked, Question, put
from availability.usecases.business import Business
from availability.usecases.businesses import Businesses
from availability.usecases.calendars import Calendars
from availability.usecases.offering import offer_of
from availability.usecases.outside import Looker
from availability.usecases.plans import Plan
from availability.usecases.ports import Holds, Placing, Terms
from availability.usecases.wishes import Wish, find
from chassis.clock import Clock

ROUNDS = 5
"""How often it is tried anew where others were faster with one of the people."""
TRIES = 100
"""How many choices of a person for a start are tried. What can be kept in the fewest ways goes first, so only the places of a day can
lead further: nobody else is answered meanwhile."""


@dataclass(frozen=True, slots=True)
class WantedSlot:
    """One start; ``person_id`` "": anybody who can do it."""

    service_id: str
    person_id: str
    start: datetime


class HoldOptions:
    """The use case. ``new_id`` makes an id for an option."""

    def __init__(
        self,
        businesses: Businesses,
        calendars: Calendars,
        holds: Holds,
        clock: Clock,
        *,
        new_id: Callable[[], str],
        looker: Callable[[Business], Looker],
    ) -> None:
        self._businesses, self._calendars, self._holds, self._clock = businesses, calendars, holds, clock
        self._new_id, self._looker = new_id, looker

    async def __call__(
        self,
        tenant_id: str,
        branch_id: str,
        caller: Caller,
        slots: Sequence[WantedSlot],
        *,
        promised: bool = False,
    ) -> tuple[tuple[Offer, ...], datetime]:
        """The offers in the order of the slots, and until when all are held; they take the place of what the call held.
        ``promised``: the business has said already that they can be had, so nobody's notice is asked about again.

        Raises SlotTakenError, TooManyHoldsError, KeptTooLongError, HoldsUnavailableError, and what SearchSlots does.
        """
        business = await self._businesses.get(tenant_id)
        questions = [
            Question.of(business, branch_id, [slot.service_id], slot.person_id, kept=promised)
            for slot in slots
        ]
        scope, lasting = questions[0].scope, questions[0].branch.hold
        owners = list(dict.fromkeys(owner for question in questions for owner in question.owners))
        taken = await self._holds.taken(scope, owners, ignoring_call=caller.call_id, now=self._clock.now())
        for _ in range(ROUNDS):
            wanted = dict(enumerate(zip(questions, slots, strict=True)))
            found = self._together(wanted, taken, iter(range(TRIES)))
            if found is None:
                break
            offers = [found[number] for number in wanted]
            terms = Terms(len(offers), len(offers), lasting, owners, whole=True, promised=promised)
            placement = await self._holds.place(scope, caller, offers, terms, now=self._clock.now())
            if placement.placing is Placing.LIMIT:
                raise TooManyHoldsError("this caller may not hold so much")
            if placement.placing is Placing.WORN:
                raise KeptTooLongError("free, but kept too long for callers who did not book it")
            if placement.expires:
                if (await self._looker(business).look(offers)).taken:
                    await self._holds.release(scope, caller.call_id, now=self._clock.now())
                    raise SlotTakenError("somebody has one of these starts in a calendar outside")
                return tuple(offers), placement.expires
            taken = placement.taken
        raise SlotTakenError("not all of these starts are free")

    def _together(
        self, wanted: Mapping[int, tuple[Question, WantedSlot]], taken: Sequence[Held], tries: Iterator[int]
    ) -> dict[int, Offer] | None:
        """One way to keep all starts beside each other, by their numbers; None if there is none."""
        if not wanted:
            return {}
        ways = {number: self._ways(question, slot, taken) for number, (question, slot) in wanted.items()}
        number = min(ways, key=lambda number: len(ways[number][1]))
        rest = {other: each for other, each in wanted.items() if other != number}
        asked, plans = ways[number]
        for plan, _ in zip(plans, tries, strict=False):
            offer = offer_of(asked, plan, self._new_id(), promised=asked.question.kept)
            ours = (Held(owner_id, interval, self._clock.now()) for owner_id, interval in offer.held)
            others = self._together(rest, [*taken, *ours], tries)
            if others is not None:
                return {number: offer, **others}
        return None

    def _ways(
        self, question: Question, slot: WantedSlot, taken: Sequence[Held]
    ) -> tuple[Asked, Sequence[Plan]]:
        asked = put(question, self._calendars, taken, self._clock.now())
        found = find(asked.planner, asked.calendar, Wish(slot.start), limit=1)
        return asked, found.plans if found.exact else ()
