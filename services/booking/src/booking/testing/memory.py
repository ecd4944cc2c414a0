"""Bookings without a database."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from booking.domain.appointment import Appointment
from booking.domain.option import Span
from booking.domain.wish import Wish
from booking.errors import SlotTakenError
from booking.usecases.book_appointment import Answer


@dataclass
class _Kept:
    appointment: Appointment
    option_id: str
    party: tuple[Appointment, ...]
    party_options: tuple[str, ...]


class MemoryBookings:
    """``Bookings`` and ``Requests`` in memory; a suite holds it to what the SQL one does."""

    def __init__(self) -> None:
        self._kept: list[_Kept] = []
        self._answers: dict[tuple[UUID, str], tuple[Answer, datetime]] = {}

    def may_know(self, wish: Wish) -> bool:
        """See ``Bookings``."""
        return (wish.tenant_id, wish.request_id) in self._answers

    async def answer_to(self, wish: Wish, *, now: datetime) -> Answer | None:
        """See ``Bookings``."""
        known = self._answers.get((wish.tenant_id, wish.request_id))
        if known:
            return replace(known[0], repeated=True)
        for kept in self._kept:
            place = (kept.appointment.tenant_id, kept.appointment.call_id, kept.option_id)
            if place == (wish.tenant_id, wish.call_id, wish.option_id):
                made = kept.party if wish.more else (kept.appointment,)
                if wish.more and kept.party_options != wish.option_ids:
                    raise SlotTakenError("this call has one of the options already, without the others")
                return replace(self._remember(wish, made, now), repeated=True)
        return None

    async def commit(self, wish: Wish, agreed: Sequence[Appointment]) -> Answer:
        """See ``Bookings``."""
        now = agreed[0].create_time
        answer = await self.answer_to(wish, now=now)
        if answer:
            return answer
        taken = [other for kept in self._kept for other in kept.appointment.occupied]
        for mine in (each for appointment in agreed for each in appointment.occupied):
            if any(mine.occupant == other.occupant and _overlap(mine.span, other.span) for other in taken):
                raise SlotTakenError("somebody else has the time")
            taken.append(mine)
        booked = tuple(map(self._with_known_customer, agreed))
        self._kept += [
            _Kept(appointment, option_id, booked, wish.option_ids)
            for appointment, option_id in zip(booked, wish.option_ids, strict=True)
        ]
        return self._remember(wish, booked, now)

    async def forget(self, before: datetime) -> int:
        """See ``Requests``."""
        old = [key for key, (_, answered_at) in self._answers.items() if answered_at < before]
        for key in old:
            del self._answers[key]
        return len(old)

    def _remember(self, wish: Wish, made: tuple[Appointment, ...], now: datetime) -> Answer:
        answer = Answer(made, wish.fingerprint, repeated=False)
        self._answers[wish.tenant_id, wish.request_id] = (answer, now)
        return answer

    def _with_known_customer(self, agreed: Appointment) -> Appointment:
        for kept in self._kept:
            if _known_by(kept.appointment) == _known_by(agreed):
                return replace(agreed, customer=kept.appointment.customer)
        return agreed


def _known_by(appointment: Appointment) -> tuple[UUID, str]:
    return appointment.tenant_id, appointment.customer.phone_number or f"call {appointment.call_id}"


def _overlap(one: Span, other: Span) -> bool:
    return one.start_time < other.end_time and other.start_time < one.end_time
