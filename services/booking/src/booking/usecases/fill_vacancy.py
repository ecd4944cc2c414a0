"""Offer time that came free to those who wait for it: whoever joined first and fits, first."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from booking.domain.business import BusinessFacts
from booking.domain.callback import Callback, CallbackState, Priority
from booking.domain.contact import HoldTerms
from booking.domain.vacancy import Candidate, EndedHold, FreedTime, HeldSlot, Outcome, Standing, Vacancy
from booking.domain.waiting import WaitingOffer, WaitingWish, handle_of, owner_of
from booking.domain.waiting_words import topic_of
from booking.errors import (
    AvailabilityUnavailableError,
    RegistryUnavailableError,
    RequestInvalidError,
    WishImpossibleError,
)
from booking.usecases.waitlist import Businesses
from chassis.clock import Clock

BUSY = timedelta(seconds=1)
"""Somebody else is about to offer something to whoever is next, or availability has not heard of the news yet."""
PATIENCE = timedelta(minutes=3)
"""How long it is waited for a hold on what came free to end: that of the appointment itself outlasts it by two minutes."""
AWAY = timedelta(seconds=5)
"""Availability or the registry does not answer."""


class Slots(Protocol):
    """Where slots are found and held. All raise AvailabilityUnavailableError, WishImpossibleError."""

    async def hold_first(
        self, wish: WaitingWish, owner: str, windows: Sequence[tuple[datetime, datetime]]
    ) -> HeldSlot | None:
        """The first start in the windows that fits, held for the owner in place of what it held before."""
        ...

    async def hold_again(
        self, wish: WaitingWish, owner: str, *, person_id: UUID, start: datetime
    ) -> HeldSlot:
        """Exactly this one, in place of what the owner held before. Raises SlotTakenError."""
        ...

    async def standing(self, tenant_id: UUID, freed: FreedTime) -> Standing:
        """Whether what came free can be had by now."""
        ...

    async def release(self, tenant_id: UUID, branch_id: UUID, owner: str) -> None:
        """End what the owner holds and nobody has claimed."""
        ...


class Vacancies(Protocol):
    """Where vacancies are kept, and who was looked at for them."""

    async def vacancy(self, vacancy_id: UUID) -> Vacancy | None:
        """It, unless it is done."""
        ...

    async def next_candidate(
        self, vacancy: Vacancy, *, now: datetime, new_id: Callable[[], UUID]
    ) -> Candidate | bool:
        """Whose turn it is, with an offer in preparation, from now on this vacancy's. True: the one whose turn it is, is
        being offered something else just now. False: nobody is left."""
        ...

    async def looked(self, vacancy: Vacancy, candidate: Candidate, outcome: Outcome, now: datetime) -> None:
        """Record that there was nothing for the candidate; the preparation is over."""
        ...

    async def offer(
        self, vacancy: Vacancy, candidate: Candidate, held: HeldSlot, offer: WaitingOffer, callback: Callback
    ) -> bool:
        """Record the offer, its callback and their events together; it may have been made by somebody else meanwhile, for
        whom it is held then. False, and recorded why: it cannot be made any more."""
        ...

    async def done(self, vacancy: Vacancy, now: datetime) -> None:
        """Nobody is left; where nothing was free for somebody, it is looked at once more."""
        ...


class FillVacancy:
    """The use case.

    It may be killed anywhere. Before anything is held there is a row that names the owner of the hold; whoever goes on
    after a fall finds it and holds for the same owner, in place of what may be held already. The offer, the callback and
    the events are one transaction after it. Two at once for the same vacancy are harmless: the second finds it done.
    """

    def __init__(
        self,
        vacancies: Vacancies,
        slots: Slots,
        businesses: Businesses,
        *,
        clock: Clock,
        new_id: Callable[[], UUID],
        terms: HoldTerms,
    ) -> None:
        self._vacancies, self._slots, self._businesses = vacancies, slots, businesses
        self._clock, self._new_id, self._terms = clock, new_id, terms

    async def __call__(self, vacancy_id: UUID) -> timedelta | None:
        """Go on with it; after what time to come back, None: it is done."""
        vacancy = await self._vacancies.vacancy(vacancy_id)
        if vacancy is None:
            return None
        try:
            return await self._fill(vacancy)
        except (AvailabilityUnavailableError, RegistryUnavailableError):
            return AWAY

    async def _fill(self, vacancy: Vacancy) -> timedelta | None:
        wait = vacancy.due_at - self._clock.now()
        if wait > timedelta():
            return wait
        if vacancy.freed and not vacancy.begun:
            standing = await self._slots.standing(vacancy.tenant_id, vacancy.freed)
            if standing is Standing.UNHEARD or (standing is Standing.HELD and -wait < PATIENCE):
                return BUSY
        if vacancy.ended:
            await self._release(vacancy.tenant_id, vacancy.ended)
        while True:
            now = self._clock.now()
            candidate = await self._vacancies.next_candidate(vacancy, now=now, new_id=self._new_id)
            if candidate is True:
                return BUSY
            if candidate is False:
                await self._vacancies.done(vacancy, now)
                return None
            await self._consider(vacancy, candidate)

    async def _consider(self, vacancy: Vacancy, candidate: Candidate) -> None:
        wish, now = candidate.entry.wish, self._clock.now()
        facts = await self._businesses.facts(wish.tenant_id)
        try:
            facts.must_have(wish.branch_id, wish.service_id, wish.person_id)
            windows = vacancy.windows(wish, self._terms.earliest_start(now, facts.branches[wish.branch_id]))
            held = (
                await self._slots.hold_first(wish, owner_of(candidate.offer_id), windows) if windows else None
            )
        except (WishImpossibleError, RequestInvalidError):
            await self._vacancies.looked(vacancy, candidate, Outcome.IMPOSSIBLE, now)
            return
        if held is None:
            is_late = windows != vacancy.windows(wish, now)
            await self._vacancies.looked(
                vacancy, candidate, Outcome.TOO_LATE if is_late else Outcome.NOTHING_FREE, now
            )
        elif not await self._offer(vacancy, candidate, held, facts):
            await self._release(wish.tenant_id, EndedHold(wish.branch_id, candidate.offer_id))

    async def _offer(
        self, vacancy: Vacancy, candidate: Candidate, held: HeldSlot, facts: BusinessFacts
    ) -> bool:
        entry, now, start = candidate.entry, self._clock.now(), held.span.start_time
        zone = facts.branches[entry.wish.branch_id]
        expire = self._terms.expire_time(now, start, zone)
        callback = Callback(
            callback_id=self._new_id(),
            tenant_id=entry.wish.tenant_id,
            branch_id=entry.wish.branch_id,
            call_id=entry.call_id,
            phone_number=entry.wish.phone_number,
            name=entry.customer_name,
            topic=topic_of(entry, held, expire, facts),
            priority=Priority.HIGH,
            state=CallbackState.OPEN,
            due_time=self._terms.due_time(now, start, zone),
            create_time=now,
            waitlist_entry_id=entry.entry_id,
        )
        offer = WaitingOffer(
            option_id=handle_of(candidate.offer_id),
            person_id=held.person_id,
            start_time=start,
            end_time=held.span.end_time,
            expire_time=expire,
            callback_id=callback.callback_id,
        )
        return await self._vacancies.offer(vacancy, candidate, held, offer, callback)

    async def _release(self, tenant_id: UUID, ended: EndedHold) -> None:
        await self._slots.release(tenant_id, ended.branch_id, owner_of(ended.offer_id))
