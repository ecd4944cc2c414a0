"""Note down what has to be said, as the log tells of it: each message once, whoever reads the log and however often."""

from collections.abc import Callable
from contextlib import aclosing

from booking.domain.messages.message import Message
from booking.domain.messages.planning import messages_about, subject_of
from booking.usecases.messages.ports import Notes, Setups, Told
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
                messages = [message for told in batch for message in await self._following_from(told)]
                read_to = batch[-1].position
                kept = await self._notes.keep(position, read_to, messages, now=self._clock.now())
                if kept is None:
                    return
                for message in kept:
                    self._noted(message)
                position = read_to

    async def _following_from(self, told: Told) -> list[Message]:
        subject = subject_of(told.happening) if told.happening else None
        if subject is None:
            return []
        appointment, kind = subject
        setup = await self._setups.of(appointment.tenant_id)
        if setup is None or not setup.channels:
            return []
        contact = await self._notes.contact(appointment.tenant_id, appointment.customer.customer_id)
        if contact is None:
            return []
        return messages_about(
            appointment, kind, contact, setup, happened=told.happened, now=self._clock.now()
        )
