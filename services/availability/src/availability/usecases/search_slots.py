"""Owns the search: what can be offered to a wish, held for the caller in the same step."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from availability.domain.holds import Caller, Held, HoldRules, Offer, Taking
from availability.errors import HoldsUnavailableError, TooManyHoldsError
from availability.usecases.asking import Asked, Question, put
from availability.usecases.business import Business
from availability.usecases.businesses import Businesses
from availability.usecases.calendars import Calendars
from availability.usecases.offering import offer_of
from availability.usecases.outside import Looker, as_held
from availability.usecases.plans import Plan
from availability.usecases.ports import Holds, Placement, Placing, Terms
from availability.usecases.wishes import Found, Outcome, Wish, find
from chassis.clock import Clock

OPTIONS_MAX = 5
OPTIONS_DEFAULT = 3
ROUNDS = 25
"""How often it is tried anew where others were faster."""
PATIENT = 2
"""In so many rounds, before and after it is known what others hold, it is tried with no more than is wanted, and rather looked
again than offered fewer, or what cannot be held."""
MORE, MANY = 4, 48
"""How many times more candidates each round after that has than the one before, and how many at most."""


class Query(NamedTuple):
    """What is asked. ``person_id`` "": anybody. ``caller`` None: search only, hold nothing."""

    tenant_id: str
    branch_id: str
    service_ids: tuple[str, ...]
    """Of one visit, in order."""
    person_id: str
    wish: Wish
    moved_appointment_id: str = ""
    """An appointment whose own time is no obstacle; "": none is moved."""
    caller: Caller | None = None
    promised: bool = False
    """Held for somebody to whom the business has promised it."""
    kept: tuple[str, ...] = ()
    """Options of the caller that are being booked."""
    options_max: int = OPTIONS_DEFAULT
    """From 1 to OPTIONS_MAX."""


class Answer(NamedTuple):
    """What was found. ``held``: True until ``expires``; False, nobody asked for it or there is nothing to hold; None:
    the store of the holds is out of reach."""

    outcome: Outcome
    offers: tuple[Offer, ...]
    held: bool | None
    expires: datetime | None
    notice: timedelta
    horizon: timedelta
    unkept: bool = False
    """They are not held, since they were kept for too long for callers who did not book; they can be claimed."""
    certain: bool = True
    """False: calendars outside could not be looked at in time; what is offered is free as far as known."""
    vouched_until: datetime | None = None
    """Until then its options need not be claimed before they are booked; None: they must be."""


class _Search(NamedTuple):
    """A query, and the question that it is to the calendars."""

    query: Query
    question: Question
    outside: tuple[Held, ...] = ()
    """What is taken in calendars outside and not known here yet."""


class _UnansweredError(Exception):
    """The store has not said whether it holds what was tried last."""

    def __init__(self, found: Found, offers: Sequence[Offer]) -> None:
        super().__init__("what was tried may be held")
        self.found, self.offers = found, offers


class SearchSlots:
    """The use case. ``new_id`` makes an id for an option."""

    def __init__(
        self,
        businesses: Businesses,
        calendars: Calendars,
        holds: Holds,
        clock: Clock,
        *,
        rules: HoldRules,
        new_id: Callable[[], str],
        looker: Callable[[Business], Looker],
    ) -> None:
        self._businesses, self._calendars, self._holds, self._clock = businesses, calendars, holds, clock
        self._rules, self._new_id, self._looker = rules, new_id, looker

    async def __call__(self, query: Query) -> Answer:
        """Search, and hold what is offered. Raises BranchUnknownError, ServiceUnknownError, PersonUnknownError,
        TooManyHoldsError, RegistryUnavailableError."""
        business = await self._businesses.get(query.tenant_id)
        question = Question.of(
            business, query.branch_id, query.service_ids, query.person_id, query.moved_appointment_id
        )
        looker, search = self._looker(business), _Search(query, question)
        answer = await self._answered(search)
        looked = await looker.look(answer.offers)
        while looked.taken:
            outside = search.outside + as_held(looked.taken, self._clock.now())
            search = search._replace(outside=outside)
            answer = await self._answered(search)
            looked = await looker.look(answer.offers)
        return answer if looked.certain else answer._replace(certain=False)

    async def _answered(self, search: _Search) -> Answer:
        try:
            return await self._beside_others(search)
        except _UnansweredError as tried:
            # It is told under the ids that were tried, by which it can be claimed if only the answer was lost; and beside what
            # others were known to hold.
            offers = tried.offers[: 1 if tried.found.exact else search.query.options_max]
            return _answer(search, tried.found.outcome, offers, held=None)
        except HoldsUnavailableError:
            return self._unheld(search, (), held=None)

    async def _beside_others(self, search: _Search) -> Answer:
        """Search with the holds of other calls in mind; raises _UnansweredError also where in all rounds others were
        faster: what is free then cannot be kept free."""
        caller, taken = search.query.caller, tuple[Held, ...]()
        if not caller:
            return self._unheld(search, await self._taken(search), held=False)
        # The first attempt does not ask what others hold: the store refuses what is held, and says it with the refusal. How
        # many places of a day are left it does not know.
        if search.question.capped:
            taken = await self._taken(search)
        limit = search.query.options_max
        asked, found = self._find(search, taken, limit)
        if found.exact and len(found.plans) > 1 and (best := await self._best(search, caller, asked, found)):
            return best
        for number in range(1, ROUNDS + 1):
            if not found.plans:
                return _answer(search, found.outcome, (), held=False)
            # A start is tried in all ways: who was kept for too long may stand before somebody who can be held.
            offers = self._offers(search, asked, found.plans if found.exact else found.plans[:limit])
            wanted = 1 if found.exact else min(search.query.options_max, len(offers))
            terms = self._terms(
                search, wanted, wanted if number <= PATIENT else 1, only_held=number == PATIENT
            )
            placement = await self._place(search, caller, found, offers, terms)
            if placement.options:
                return self._placed(search, found, offers, placement)
            limit = min(search.query.options_max * MORE ** (number - 1), MANY)
            asked, found = self._find(search, placement.taken, limit)
        raise _UnansweredError(found, self._offers(search, asked, found.plans))

    async def _best(self, search: _Search, caller: Caller, asked: Asked, found: Found) -> Answer | None:
        """The best of several ways to keep the start, where it can be held: hardly ever is it somebody else's, and the others
        need not be made."""
        offers = self._offers(search, asked, found.plans[:1])
        placement = await self._place(
            search, caller, found, offers, self._terms(search, 1, 1, asking=False, only_held=True)
        )
        return self._placed(search, found, offers, placement) if placement.options else None

    def _placed(self, search: _Search, found: Found, offers: Sequence[Offer], placement: Placement) -> Answer:
        held = placement.placing is Placing.HELD
        return _answer(
            search,
            found.outcome,
            [offer for offer in offers if offer.option_id in placement.options],
            held=held,
            expires=placement.expires,
            unkept=not held,
            vouched_until=self._vouched_until(search, placement.expires),
        )

    async def _taken(self, search: _Search) -> tuple[Held, ...]:
        question, caller = search.question, search.query.caller
        call_id = caller.call_id if caller else ""
        return await self._holds.taken(
            question.scope,
            question.owners,
            ignoring_call=call_id,
            kept=search.query.kept,
            moved=self._moved(search),
            now=self._clock.now(),
        )

    def _offers(self, search: _Search, asked: Asked, plans: Iterable[Plan]) -> list[Offer]:
        promised = search.query.promised
        return [offer_of(asked, plan, self._new_id(), promised=promised) for plan in plans]

    def _terms(
        self, search: _Search, wanted: int, at_least: int, *, only_held: bool, asking: bool = True
    ) -> Terms:
        """``asking``: for what others hold, where it comes short."""
        return Terms(
            wanted,
            at_least,
            search.question.branch.hold,
            search.question.owners if asking else (),
            promised=search.query.promised,
            moved=self._moved(search),
            kept=search.query.kept,
            only_held=only_held,
        )

    async def _place(
        self, search: _Search, caller: Caller, found: Found, offers: Sequence[Offer], terms: Terms
    ) -> Placement:
        scope, now = search.question.scope, self._clock.now()
        try:
            placement = await self._holds.place(scope, caller, offers, terms, now=now)
        except HoldsUnavailableError as error:
            raise _UnansweredError(found, offers) from error
        if placement.placing is Placing.LIMIT:
            raise TooManyHoldsError("this caller holds enough", limit=str(self._rules.per_number))
        return placement

    def _moved(self, search: _Search) -> Sequence[Taking]:
        """What the appointment takes that is being moved."""
        moved = search.query.moved_appointment_id
        return self._calendars.takings_of(search.query.tenant_id, moved) if moved else ()

    def _vouched_until(self, search: _Search, expires: datetime | None) -> datetime | None:
        """A place of a day counts twice where its appointment is seen before its claim, and what was promised is claimed under
        another name."""
        query = search.query
        if expires is None or search.question.capped or query.moved_appointment_id or query.promised:
            return None
        now = self._clock.now()
        until = min(now + self._rules.vouched, expires - self._rules.outlasting)
        return until if until > now else None

    def _unheld(self, search: _Search, taken: Sequence[Held], *, held: bool | None) -> Answer:
        asked, found = self._find(search, taken, search.query.options_max)
        plans = found.plans[: 1 if found.exact else search.query.options_max]
        return _answer(search, found.outcome, self._offers(search, asked, plans), held=held)

    def _find(self, search: _Search, taken: Sequence[Held], limit: int) -> tuple[Asked, Found]:
        beside = (*taken, *search.outside)
        asked = put(search.question, self._calendars, beside, self._clock.now())
        return asked, find(asked.planner, asked.calendar, search.query.wish, limit=limit)


def _answer(
    search: _Search,
    outcome: Outcome,
    offers: Sequence[Offer],
    *,
    held: bool | None,
    expires: datetime | None = None,
    unkept: bool = False,
    vouched_until: datetime | None = None,
) -> Answer:
    question = search.question
    return Answer(
        outcome,
        tuple(offers),
        held,
        expires,
        question.notice,
        question.horizon,
        unkept,
        vouched_until=vouched_until,
    )
