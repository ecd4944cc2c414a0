"""Put an appointment knowingly where something is in the way, once for each wish."""

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from booking.domain.booking import agree
from booking.domain.option import ClaimedOption
from booking.domain.overbooking import OverbookingOrder, Slot
from booking.errors import RequestIdReusedError
from booking.usecases.book_appointment import Answer, Bookings
from chassis.clock import Clock


class Plans(Protocol):
    """Where it is known what a start takes."""

    async def plan(self, slot: Slot) -> ClaimedOption:
        """What it would take of the person's time, free or not.

        Raises RequestInvalidError, AvailabilityUnavailableError.
        """
        ...


class OverbookAppointment:
    """The use case; it is as safe to kill and to repeat as BookAppointment."""

    def __init__(
        self,
        plans: Plans,
        bookings: Bookings,
        *,
        clock: Clock,
        new_id: Callable[[], UUID],
        calendar_domain: str,
    ) -> None:
        self._plans, self._bookings = plans, bookings
        self._clock, self._new_id, self._calendar_domain = clock, new_id, calendar_domain

    async def __call__(self, order: OverbookingOrder) -> Answer:
        """Overbook. Raises what ``Plans`` does, SlotNotBookableError where it is past, and RequestIdReusedError."""
        known = await self._bookings.answer_to(order.wish, now=self._clock.now())
        answer = known or await self._overbook(order)
        if answer.fingerprint != order.wish.fingerprint:
            raise RequestIdReusedError("the request_id was used for something else")
        return answer

    async def _overbook(self, order: OverbookingOrder) -> Answer:
        option = await self._plans.plan(order.slot)
        agreed = agree(
            order.wish,
            option,
            now=self._clock.now(),
            new_id=self._new_id,
            calendar_domain=self._calendar_domain,
            overbooking=order.overbooking,
        )
        return await self._bookings.commit(order.wish, (agreed,))
