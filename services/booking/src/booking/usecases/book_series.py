"""Book the same time again and again, each date for itself; those that cannot be had are named, nothing else is booked."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from booking.domain.appointment import Appointment, InSeries
from booking.domain.series import Alternative, Failure, PlannedDate, SeriesAnswer, SeriesDate, SeriesWish
from booking.errors import OptionUnknownError, RequestInvalidError, SlotNotBookableError, SlotTakenError
from booking.usecases.book_appointment import BookAppointment
from chassis.clock import Clock
from chassis.errors import ServiceError


@dataclass(frozen=True)
class Begun:
    """A series that is under way; ``answer`` is there where it had ended before."""

    series_id: UUID
    answer: SeriesAnswer | None


@dataclass(frozen=True)
class Sought:
    """What there is at a date: the option itself, or something near it."""

    option_id: str
    alternative: Alternative | None


class Dates(Protocol):
    """Where it is known what is free, as far as a series asks."""

    async def seek(
        self, wish: SeriesWish, first: Appointment, start: datetime, *, but: Sequence[datetime]
    ) -> Sought:
        """The first appointment's services and person at another start, or near it, but at none of the starts ``but``.

        Raises AvailabilityUnavailableError.
        """
        ...

    async def why_not(self, first: Appointment, start: datetime) -> Failure:
        """What stands in the way. Raises AvailabilityUnavailableError."""
        ...

    async def hold(
        self, wish: SeriesWish, first: Appointment, alternatives: Sequence[Alternative]
    ) -> Sequence[Alternative]:
        """The same, held for the call as far as they can be."""
        ...


class Zones(Protocol):
    """Where branches are."""

    async def zone_of(self, tenant_id: UUID, branch_id: UUID) -> ZoneInfo:
        """The zone that its clocks go by. Raises RegistryUnavailableError."""
        ...


class Serieses(Protocol):
    """Where it is kept how far series have come."""

    def turn(self, wish: SeriesWish) -> AbstractAsyncContextManager[None]:
        """Twins enter one after the other; who is killed inside lets the next one in."""
        ...

    async def find(self, wish: SeriesWish) -> Begun | None:
        """One that has begun. Raises RequestIdReusedError."""
        ...

    async def begin(self, wish: SeriesWish, *, now: datetime) -> Begun:
        """Note it before anything is booked. Raises RequestIdReusedError."""
        ...

    async def drop(self, wish: SeriesWish) -> None:
        """Forget one of which nothing is booked."""
        ...

    async def made(self, begun: Begun, first: Appointment, date: PlannedDate) -> Appointment | None:
        """What stands at a date already: of this series, or the same that this call has booked by itself."""
        ...

    async def finish(self, wish: SeriesWish, answer: SeriesAnswer) -> None:
        """Keep the answer."""
        ...


class BookSeries:
    """The use case. Killed anywhere, the same wish again finds what was booked and goes on from there."""

    def __init__(
        self, book: BookAppointment, dates: Dates, serieses: Serieses, zones: Zones, *, clock: Clock
    ) -> None:
        self._book, self._dates, self._serieses, self._zones = book, dates, serieses, zones
        self._clock = clock

    async def __call__(self, wish: SeriesWish) -> SeriesAnswer:
        """Book as many dates as can be had. Raises as BookAppointment for the first; RegistryUnavailableError and
        AvailabilityUnavailableError: it is not over, ask again."""
        until = wish.rhythm.until
        if until is not None and until <= self._clock.now():
            raise RequestInvalidError("until_time", "over already")
        async with self._serieses.turn(wish):
            begun = await self._serieses.find(wish)
            if begun and begun.answer:
                return replace(begun.answer, repeated=True)
            # Before anything is booked: without it the other dates are not known.
            zone = await self._zones.zone_of(wish.wish.tenant_id, wish.wish.branch_id)
            begun = begun or await self._serieses.begin(wish, now=self._clock.now())
            answer = await self._go_on(wish, begun, zone)
            await self._serieses.finish(wish, answer)
            return answer

    async def _go_on(self, wish: SeriesWish, begun: Begun, zone: ZoneInfo) -> SeriesAnswer:
        first = await self._first(wish, begun.series_id)
        planned = wish.rhythm.dates(first.span.start_time, zone)
        dates = [await self._date(wish, begun, first, date, but=()) for date in planned[1:]]
        done = [SeriesDate(1, first.span.start_time, first), *dates]
        # Only now, since what is booked of the series is in the way of what is offered instead of its other dates.
        for at, date in enumerate(planned):
            if done[at].appointment is None:
                heard = [other.alternative.start_time for other in done[:at] if other.alternative]
                others = [each.start_time for each in planned if each is not date]
                done[at] = await self._date(wish, begun, first, date, but=[*heard, *others])
        held = await self._hold(wish, first, done)
        return SeriesAnswer(begun.series_id, held, repeated=False)

    async def _first(self, wish: SeriesWish, series_id: UUID) -> Appointment:
        one = wish.of_date(series_id, 1, wish.wish.option_id)
        try:
            return (await self._book(one, in_series=InSeries(series_id, 1))).appointment
        except ServiceError:
            await self._serieses.drop(wish)
            raise

    async def _date(
        self,
        wish: SeriesWish,
        begun: Begun,
        first: Appointment,
        date: PlannedDate,
        *,
        but: Sequence[datetime],
    ) -> SeriesDate:
        if not date.exists:
            return SeriesDate(date.position, date.start_time, failure=Failure.NO_SUCH_TIME)
        made = await self._serieses.made(begun, first, date)
        if made:
            return SeriesDate(date.position, date.start_time, made)
        sought = await self._dates.seek(wish, first, date.start_time, but=but)
        if sought.option_id:
            made = await self._made(wish, begun, date, sought.option_id)
        if made:
            return SeriesDate(date.position, date.start_time, made)
        failure = await self._dates.why_not(first, date.start_time)
        alternative = None if failure is Failure.TOO_FAR else sought.alternative
        return SeriesDate(date.position, date.start_time, failure=failure, alternative=alternative)

    async def _made(
        self, wish: SeriesWish, begun: Begun, date: PlannedDate, option_id: str
    ) -> Appointment | None:
        one = wish.of_date(begun.series_id, date.position, option_id)
        try:
            answer = await self._book(one, in_series=InSeries(begun.series_id, date.position))
        except (SlotTakenError, SlotNotBookableError, OptionUnknownError):
            return None
        return answer.appointment

    async def _hold(
        self, wish: SeriesWish, first: Appointment, done: Sequence[SeriesDate]
    ) -> tuple[SeriesDate, ...]:
        offered = [date.alternative for date in done if date.alternative]
        held = iter(await self._dates.hold(wish, first, offered) if offered else ())
        return tuple(replace(date, alternative=next(held)) if date.alternative else date for date in done)
