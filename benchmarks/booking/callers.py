"""Callers who book through the use case, with options that everybody is granted: only the database keeps them apart."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from booking.domain.option import ClaimedOption
from booking.domain.wish import Offer, Wish
from booking.storage.bookings import SqlBookings
from booking.testing.samples import BRANCH, TENANT, an_option
from booking.usecases.book_appointment import BookAppointment
from booking.usecases.claim_options import ClaimAfterwards
from chassis.eventlog import EventLog
from chassis.postgres import Pool
from chassis.testing import SettableClock

NOW = datetime(2025, 11, 24, 9, 30, tzinfo=UTC)
START = datetime(2025, 11, 26, 8, 0, tzinfo=UTC)
PEOPLE = [uuid.UUID(int=number + 1) for number in range(10)]


@dataclass(frozen=True)
class Slots:
    """An availability that says yes to all: slot n is one person's time, no two of them overlap."""

    count: int

    async def claim(self, offer: Offer) -> ClaimedOption:
        """The slot that the option names, whoever asks."""
        return self.option(int(offer.option_id.removeprefix("slot-")))

    async def keep(self, offers: Sequence[Offer]) -> Sequence[None]:
        """Nothing is held here."""
        return [None] * len(offers)

    def option(self, number: int) -> ClaimedOption:
        """Slot ``number``: the people's time in turns."""
        row, person = divmod(number % self.count, len(PEOPLE))
        return an_option(START + timedelta(minutes=135 * row), person_id=PEOPLE[person])


def wish(number: int, slots: int) -> Wish:
    """What caller ``number`` asks for."""
    return Wish.of(
        tenant_id=TENANT,
        branch_id=BRANCH,
        option_id=f"slot-{number % slots}",
        call_id=f"call_{number}",
        caller_number=f"+493023125{number:06}",
        customer_name="Anna Beispiel",
        request_id=f"request-{number}",
    )


def bookings(pool: Pool, slots: Slots) -> BookAppointment:
    """The use case over the real storage."""
    return BookAppointment(
        slots,
        SqlBookings(pool, EventLog(pool)),
        claims=ClaimAfterwards(slots),
        clock=SettableClock(NOW),
        new_id=uuid.uuid4,
        calendar_domain="kunden.example.org",
    )
