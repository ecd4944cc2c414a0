"""Turn an option into an appointment, once for each wish."""

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from booking.domain.appointment import Appointment, InSeries
from booking.domain.booking import agree_all
from booking.domain.messages.contact import Contact
from booking.domain.option import ClaimedOption
from booking.domain.wish import Wish
from booking.errors import RequestIdReusedError
from booking.usecases.claim_options import ClaimAfterwards, Options
from chassis.clock import Clock
from chassis.deadlines import deadline, time_left_s
from chassis.errors import ServiceError

PATIENCE_S = 0.15
"""While a claim takes longer, it is looked whether the wish was answered before: whoever repeats it does not wait for that. So
much is also kept back of what a caller has left, so that he is told what became of a claim that hangs."""


@dataclass(frozen=True)
class Answer:
    """What a wish led to. ``repeated``: it had been answered before."""

    appointments: tuple[Appointment, ...]
    """As many as options were wished for, in their order."""
    fingerprint: str
    """Of the wish that was answered first."""
    repeated: bool
    contact: Contact | None = None
    """How the customer can be reached; None: it was not asked for."""

    @property
    def appointment(self) -> Appointment:
        """The caller's own."""
        return self.appointments[0]


class Bookings(Protocol):
    """Where appointments are kept, and the answers to wishes."""

    def may_know(self, wish: Wish) -> bool:
        """Whether it is worth asking for an answer before anything is claimed, as far as this process can tell; it may err."""
        ...

    async def answer_to(self, wish: Wish, *, now: datetime) -> Answer | None:
        """The answer that the request_id has had, or that the same call has had for the same options.

        Raises SlotTakenError where the call has one option of a party already, but not with the others.
        """
        ...

    async def commit(self, wish: Wish, agreed: Sequence[Appointment]) -> Answer:
        """Keep all of them, or give the answer that the wish has had; waits for a twin that is being committed.

        The customer is the one whom the number, or the call where it is withheld, is known by. Raises SlotTakenError.
        """
        ...


class BookAppointment:
    """The use case.

    It may be killed anywhere: before the commit nothing is kept and the hold expires by itself; after it, the same wish again
    finds the answer, also where availability says no, or nothing. Nearly every wish is new, and the commit tells by itself
    those that are not, so that none is looked up first unless this process remembers it. What is vouched for is committed at
    once and claimed behind the answer.
    """

    def __init__(
        self,
        options: Options,
        bookings: Bookings,
        *,
        claims: ClaimAfterwards,
        clock: Clock,
        new_id: Callable[[], UUID],
        calendar_domain: str,
    ) -> None:
        self._options, self._bookings, self._claims = options, bookings, claims
        self._clock, self._new_id, self._calendar_domain = clock, new_id, calendar_domain

    async def __call__(self, wish: Wish, *, in_series: InSeries | None = None) -> Answer:
        """Book. Raises all that is named above, and RequestIdReusedError."""
        known = await self._answer_to(wish) if self._bookings.may_know(wish) else None
        answer = known or await self._book(wish, in_series)
        if answer.fingerprint != wish.fingerprint:
            raise RequestIdReusedError("the request_id was used for another option")
        return answer

    async def _answer_to(self, wish: Wish) -> Answer | None:
        return await self._bookings.answer_to(wish, now=self._clock.now())

    async def _book(self, wish: Wish, in_series: InSeries | None) -> Answer:
        vouched = wish.vouched(self._clock.now())
        options = [vouched] if vouched else await self._claimed(wish)
        if isinstance(options, Answer):
            return options
        agreed = agree_all(
            wish,
            options,
            now=self._clock.now(),
            new_id=self._new_id,
            calendar_domain=self._calendar_domain,
            in_series=in_series,
        )
        answer = await self._bookings.commit(wish, agreed)
        if vouched and not answer.repeated:
            self._claims.add(wish.offers[0])
        return answer

    async def _claimed(self, wish: Wish) -> Sequence[ClaimedOption] | Answer:
        """What is to be committed; the answer that the wish has had, where that is refused or takes long."""
        claiming = asyncio.ensure_future(self._claim(wish))
        try:
            # Of a caller who has less time than that, half is left for the answer.
            await asyncio.wait((claiming,), timeout=time_left_s(2 * PATIENCE_S) / 2)
            answer = None if claiming.done() else await self._answer_to(wish)
            return answer or await claiming
        except ServiceError:
            # The time is taken by this very wish, perhaps by a twin just now, or its claim ended with its appointment.
            answer = await self._answer_to(wish)
            if answer is None:
                raise
            return answer
        finally:
            if not claiming.cancel() and not claiming.cancelled():
                # Looked at: asyncio complains of what nobody has seen.
                claiming.exception()

    async def _claim(self, wish: Wish) -> Sequence[ClaimedOption]:
        left_s = time_left_s(math.inf)
        with deadline(left_s - min(PATIENCE_S, left_s / 4)):
            return [await self._options.claim(offer) for offer in wish.offers]
