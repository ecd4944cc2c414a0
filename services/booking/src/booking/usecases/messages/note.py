"""Note down what has to be said, as the log tells of it: each message once, whoever reads the log and however often."""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import datetime

from booking.domain.appointment import Appointment
from booking.domain.messages.message import Kind, Message
from booking.domain.messages.planning import messages_about, subject_of
from booking.domain.messages.setup import Setup
from booking.usecases.messages.ports import CustomerKey, Notes, Setups, Told
from chassis.clock import Clock


class NoteMessages:
    """The use case. Killed anywhere, it goes on at the position that was kept with the messages."""

    def __init__(
        self, notes: Notes, setups: Setups, *, clock: Clock, noted: Callable[[Message], None]
    ) -> None:
        """``noted`` is told of each message that is new."""
        self._notes, self._setups, self._clock, self._noted = notes, setups, clock, noted

    async def __call__(self) -> None:
        """Note down as it comes, until another replica has read on. While the registry or the database is away nothing is
        passed over. Raises RegistryUnavailableError, StorageUnavailableError."""
        position = await self._notes.position()
        async with aclosing(self._notes.watch(position)) as batches:
            async for batch in batches:
                messages = await self._following_from(batch)
                read_to = batch[-1].position
                kept = await self._notes.keep(position, read_to, messages, now=self._clock.now())
                if kept is None:
                    return
                for message in kept:
                    self._noted(message)
                position = read_to

    async def _following_from(self, batch: Sequence[Told]) -> list[Message]:
        about = [found for told in batch if (found := await self._about(told))]
        if not about:
            return []
        contacts = await self._notes.contacts({_whose(appointment) for _, appointment, _, _ in about})
        now = self._clock.now()
        return [
            message
            for happened, appointment, kind, setup in about
            if (contact := contacts.get(_whose(appointment)))
            for message in messages_about(appointment, kind, contact, setup, happened=happened, now=now)
        ]

    async def _about(self, told: Told) -> tuple[datetime, Appointment, Kind, Setup] | None:
        """What somebody has to be told of, where the business writes at all."""
        subject = subject_of(told.happening) if told.happening else None
        if subject is None:
            return None
        setup = await self._setups.of(subject[0].tenant_id)
        return (told.happened, *subject, setup) if setup and setup.channels else None


def _whose(appointment: Appointment) -> CustomerKey:
    return appointment.tenant_id, appointment.customer.customer_id
