"""Owns the search: what can be offered to a wish, held for the caller in the same step."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from availability.domain.ask import Ask, Option
from availability.domain.holds import Caller, Offer, PlannedPhase, Scope, Taking
from availability.domain.instants import MINUTE
from availability.errors import HoldsUnavailableError, TooManyHoldsError
from availability.usecases.business import Branch, Business, OfferedService, planned
from availability.usecases.businesses import Businesses
from availability.usecases.calendars import Calendars, held_by_others
from availability.usecases.ports import Holds, Placement, Placing, Terms
from availability.usecases.wishes import Found, Outcome, Wish, find
from chassis.clock import Clock

OPTIONS_MAX = 5
OPTIONS_DEFAULT = 3
ROUNDS = 25
"""How often it is tried anew where others were faster; each time with more to choose from."""
MORE, MANY = 4, 48
"""How many times more candidates each round has than the one before, and how many at most."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked. ``person_id`` "": anybody. ``caller`` None: search only, hold nothing."""

    tenant_id: str
    branch_id: str
    service_id: str
    person_id: str
    wish: Wish
    caller: Caller | None = None
    options_max: int = OPTIONS_DEFAULT
    """From 1 to OPTIONS_MAX."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found. ``held``: True until ``expires``; False, nobody asked for it or there is nothing to hold; None:
    the store of the holds is out of reach."""

    outcome: Outcome
    offers: tuple[Offer, ...]
    held: bool | None
    expires: datetime | None
    notice: timedelta
    horizon: timedelta


@dataclass(frozen=True, slots=True)
class _Search:
    """One query, resolved."""

    business: Business
    branch: Branch
    service: OfferedService
    people: list[str]
    scope: Scope
    query: Query


class SearchSlots:
    """The use case. ``new_id`` makes an id for an option."""

    def __init__(
        self,
        businesses: Businesses,
        calendars: Calendars,
        holds: Holds,
        clock: Clock,
        *,
        per_number: int,
        new_id: Callable[[], str],
    ) -> None:
        self._businesses, self._calendars, self._holds, self._clock = businesses, calendars, holds, clock
        self._per_number, self._new_id = per_number, new_id

    async def __call__(self, query: Query) -> Answer:
        """Search, and hold what is offered. Raises BranchUnknownError, ServiceUnknownError, PersonUnknownError,
        TooManyHoldsError, RegistryUnavailableError."""
        search = await self._resolve(query)
        try:
            return await self._beside_others(search)
        except HoldsUnavailableError:
            return self._unheld(search, (), held=None)

    async def _resolve(self, query: Query) -> _Search:
        business = await self._businesses.get(query.tenant_id)
        return _Search(
            business=business,
            branch=business.branch(query.branch_id),
            service=business.service(query.service_id),
            people=business.candidates(query.branch_id, query.service_id, query.person_id),
            scope=business.scope(query.branch_id),
            query=query,
        )

    async def _beside_others(self, search: _Search) -> Answer:
        """Search with the holds of other calls in mind; raises HoldsUnavailableError also where in all rounds others
        were faster: what is free then cannot be kept free."""
        caller = search.query.caller
        taken = await self._holds.taken(
            search.scope, search.people, ignoring_call=caller.call_id if caller else "", now=self._clock.now()
        )
        if not caller:
            return self._unheld(search, taken, held=False)
        for number in range(ROUNDS):
            found = self._find(search, taken, min(search.query.options_max * MORE**number, MANY))
            if not found.options:
                return _answer(search, found.outcome, (), held=False)
            offers = [self._offer(search, option) for option in found.options]
            placement = await self._place(search, caller, found, offers, patient=number == 0)
            if placement.held:
                held = tuple(offer for offer in offers if offer.option_id in placement.held)
                return _answer(search, found.outcome, held, held=True, expires=placement.expires)
            taken = placement.taken
        raise HoldsUnavailableError("others were faster every time")

    async def _place(
        self, search: _Search, caller: Caller, found: Found, offers: Sequence[Offer], *, patient: bool
    ) -> Placement:
        """One attempt; a patient one rather looks again than offer fewer than could be had."""
        wanted = 1 if found.exact else min(search.query.options_max, len(offers))
        terms = Terms(wanted, wanted if patient else 1, search.branch.hold, search.people)
        placement = await self._holds.place(search.scope, caller, offers, terms, now=self._clock.now())
        if placement.placing is Placing.LIMIT:
            raise TooManyHoldsError("this caller holds enough", limit=str(self._per_number))
        return placement

    def _unheld(self, search: _Search, taken: Sequence[Taking], *, held: bool | None) -> Answer:
        found = self._find(search, taken, search.query.options_max)
        options = found.options[: 1 if found.exact else search.query.options_max]
        return _answer(search, found.outcome, [self._offer(search, option) for option in options], held=held)

    def _find(self, search: _Search, taken: Sequence[Taking], limit: int) -> Found:
        now = self._clock.now()
        calendar = self._calendars.branch(search.business, search.branch, now)
        service = planned(search.branch, search.service.service_id, search.service.phases)
        ask = Ask(dict.fromkeys(search.people, service), now)
        with held_by_others(calendar, taken):
            return find(calendar, ask, search.query.wish, limit=limit)

    def _offer(self, search: _Search, option: Option) -> Offer:
        return Offer(
            option_id=self._new_id(),
            branch_id=search.branch.branch_id,
            service_id=search.service.service_id,
            service_name=search.service.name,
            person_id=option.person_id,
            start=option.start,
            end=option.end,
            phases=tuple(_phases(option)),
            occupied=tuple(Taking(option.person_id, interval) for interval in option.occupied),
        )


def _phases(option: Option) -> Iterator[PlannedPhase]:
    at = option.start
    for position, phase in enumerate(option.service.phases):
        end = at + phase.minutes * MINUTE
        yield PlannedPhase(position, phase.name, phase.kind, at, end)
        at = end


def _answer(
    search: _Search,
    outcome: Outcome,
    offers: Sequence[Offer],
    *,
    held: bool | None,
    expires: datetime | None = None,
) -> Answer:
    return Answer(outcome, tuple(offers), held, expires, search.branch.notice, search.branch.horizon)
