"""Send a message that is due, at most once unless its outcome stayed unknown and a second one does no harm."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from booking.domain.messages.calendar_file import Invitation, calendar_file, method_of
from booking.domain.messages.message import Channel, Delivery, Kind, Message, MessageState, Outcome
from booking.domain.messages.patience import Patience
from booking.domain.messages.setup import Setup
from booking.domain.messages.wording import Language, Subject, worded
from booking.usecases.messages.ports import Carrier, Loaded, Messages, Parcel, Setups
from chassis.clock import Clock

LEASE = timedelta(minutes=2)
"""Whoever has taken a message and is silent for so long is gone."""
SEND_S = 90.0
"""Shorter than the lease: nobody else takes a message that is still being sent."""
LATE = timedelta(seconds=30)
"""How much later than planned a repetition may begin that is harmless for a short while only."""
_S = MessageState
_log = logging.getLogger(__name__)


class SendMessage:
    """The use case. Where it is killed between an attempt and its result, the outcome counts as unknown."""

    def __init__(
        self,
        messages: Messages,
        setups: Setups,
        carriers: Mapping[Channel, Carrier],
        languages: Mapping[str, Language],
        *,
        clock: Clock,
        patience: Patience,
        fallback: str,
    ) -> None:
        self._messages, self._setups, self._carriers = messages, setups, carriers
        self._languages, self._fallback = languages, fallback
        self._clock, self._patience = clock, patience

    async def __call__(self, tenant_id: UUID, message_id: UUID) -> Message | None:
        """Do what is due for a message, and say what became of it; None: nothing was to do, or somebody else does it.

        Raises RegistryUnavailableError, StorageUnavailableError: then it is still due.
        """
        loaded = await self._messages.load(tenant_id, message_id)
        if loaded is None or not _is_due(loaded.message, self._clock):
            return None
        setup = await self._setups.of(tenant_id)
        if loaded.message.state is _S.SENDING:
            return await self._lapsed(loaded.message, setup)
        if setup is None or loaded.message.channel not in _configured(setup):
            why = "the business does not use this channel any more"
            return await self._keep(loaded.message, _ended(loaded.message, self._clock, why))
        return await self._attempt(loaded, setup)

    async def _lapsed(self, before: Message, setup: Setup | None) -> Message | None:
        return await self._keep(before, self._unsure(before, setup, "whoever was sending it is gone"))

    def _unsure(self, taken: Message, setup: Setup | None, why: str) -> Message:
        carrier = self._carriers[taken.channel] if taken.channel and setup else None
        within = carrier.repeat_within(setup) if carrier and setup else timedelta()
        return taken.unsure(why, self._clock.now(), self._patience, repeat_within=within)

    async def _attempt(self, loaded: Loaded, setup: Setup) -> Message | None:
        before, now = loaded.message, self._clock.now()
        waits = self._waits(loaded, setup)
        if waits:
            return await self._keep(before, waits)
        taken = before.take(now, lease=LEASE)
        stands = await self._messages.take(before, taken, pointless="the appointment has changed or begun")
        if stands is None:
            return None
        if not stands:
            return before.suppress(now, "the appointment has changed or begun")
        return await self._keep(taken, await self._sent(loaded, taken, setup))

    def _waits(self, loaded: Loaded, setup: Setup) -> Message | None:
        """The message as it is kept instead of being sent now; None: now it is sent."""
        before, now = loaded.message, self._clock.now()
        zone = setup.place(before.branch_id).zone
        if before.kind is Kind.REMINDER and setup.night and setup.night.holds(now, zone):
            morning = setup.night.over(now, zone)
            if morning >= loaded.appointment.span.start_time:
                return before.suppress(now, "it would have come at night")
            return before.postpone(morning)
        if before.state is _S.UNKNOWN and before.channel and before.due_time:
            harmless = self._carriers[before.channel].repeat_within(setup)
            if harmless != timedelta.max and now - before.due_time > LATE:
                return before.give_up(now, "it may have been sent; too late to send it again unnoticed")
        return None

    async def _sent(self, loaded: Loaded, taken: Message, setup: Setup) -> Message:
        channel = taken.channel
        assert channel is not None  # noqa: S101 - the database refuses to take one without
        language = self._languages.get(setup.language) or self._languages[self._fallback]
        words = worded(Subject(taken.kind, loaded.appointment, loaded.previous), channel, setup, language)
        parcel = Parcel(
            taken.message_id,
            taken.address,
            loaded.appointment.customer.name,
            words,
            _calendar(loaded, taken, setup) if channel is Channel.EMAIL else None,
        )
        delivery = await self._carried(parcel, channel, setup)
        if delivery.outcome is Outcome.UNKNOWN:
            return replace(self._unsure(taken, setup, delivery.detail), words=words)
        return taken.settle(delivery, words, self._clock.now(), self._patience)

    async def _carried(self, parcel: Parcel, channel: Channel, setup: Setup) -> Delivery:
        try:
            async with asyncio.timeout(SEND_S):
                return await self._carriers[channel].send(parcel, setup)
        except TimeoutError:
            return Delivery(Outcome.UNKNOWN, "no answer in time")

    async def _keep(self, before: Message, after: Message) -> Message | None:
        if await self._messages.change(before, after):
            return after
        _log.warning("a message was changed by somebody else", extra={"message_id": str(before.message_id)})
        return None


def _is_due(message: Message, clock: Clock) -> bool:
    return message.due_time is not None and message.due_time <= clock.now()


def _configured(setup: Setup) -> set[Channel]:
    accounts = {Channel.EMAIL: setup.email, Channel.SMS: setup.sms}
    return {channel for channel in setup.channels if accounts[channel]}


def _ended(message: Message, clock: Clock, why: str) -> Message:
    if message.state is _S.UNKNOWN:
        return message.give_up(clock.now(), why)
    return message.fail(clock.now(), why)


def _calendar(loaded: Loaded, message: Message, setup: Setup) -> tuple[str, bytes] | None:
    if setup.email is None:
        return None
    invitation = Invitation(
        chain_id=loaded.chain_id,
        organizer=setup.email.sender,
        organizer_name=setup.business,
        attendee=message.address,
        place=setup.place(message.branch_id).name,
    )
    stamp = message.create_time
    return method_of(loaded.appointment), calendar_file(loaded.appointment, invitation, stamp=stamp)
