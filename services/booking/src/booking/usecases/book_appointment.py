"""Turn an option into an appointment, once for each wish."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from booking.domain.appointment import Appointment, InSeries
from booking.domain.booking import agree_all
from booking.domain.option import ClaimedOption
from booking.domain.wish import Offer, Wish
from booking.errors import RequestIdReusedError
from chassis.clock import Clock
from chassis.errors import ServiceError


@dataclass(frozen=True)
class Answer:
    """What a wish led to. ``repeated``: it had been answered before."""

    appointments: tuple[Appointment, ...]
    """As many as options were wished for, in their order."""
    fingerprint: str
    """Of the wish that was answered first."""
    repeated: bool

    @property
    def appointment(self) -> Appointment:
        """The caller's own."""
        return self.appointments[0]


class Options(Protocol):
    """Where options come from."""

    async def claim(self, offer: Offer) -> ClaimedOption:
        """What is to be committed; repeating it is harmless.

        Raises OptionUnknownError, SlotTakenError, SlotNotBookableError, AvailabilityUnavailableError.
        """
        ...


class Bookings(Protocol):
    """Where appointments are kept, and the answers to wishes."""

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

    It may be killed anywhere: before the commit nothing is kept and the hold expires by itself; after it, the same
    wish again finds the answer without asking availability.
    """

    def __init__(
        self,
        options: Options,
        bookings: Bookings,
        *,
        clock: Clock,
        new_id: Callable[[], UUID],
        calendar_domain: str,
    ) -> None:
        self._options, self._bookings = options, bookings
        self._clock, self._new_id, self._calendar_domain = clock, new_id, calendar_domain

    async def __call__(self, wish: Wish, *, in_series: InSeries | None = None) -> Answer:
        """Book. Raises all that is named above, and RequestIdReusedError."""
        answer = await self._answer_to(wish) or await self._book(wish, in_series)
        if answer.fingerprint != wish.fingerprint:
            raise RequestIdReusedError("the request_id was used for another option")
        return answer

    async def _answer_to(self, wish: Wish) -> Answer | None:
        return await self._bookings.answer_to(wish, now=self._clock.now())

    async def _book(self, wish: Wish, in_series: InSeries | None) -> Answer:
        try:
            options = [await self._options.claim(offer) for offer in wish.offers]
        except ServiceError:
            # A twin may have been faster: the time is taken, by this very wish.
            answer = await self._answer_to(wish)
            if answer is None:
                raise
            return answer
        agreed = agree_all(
            wish,
            options,
            now=self._clock.now(),
            new_id=self._new_id,
            calendar_domain=self._calendar_domain,
            in_series=in_series,
        )
        return await self._bookings.commit(wish, agreed)
