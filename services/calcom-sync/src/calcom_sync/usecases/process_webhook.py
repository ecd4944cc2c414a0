"""Look at a stored webhook: what others did becomes busy time, or has an effect on a copy of ours.

Duplicates and any order are harmless: a booking's uid takes a time once, never another one (a move has a new uid), and what
is gone stays gone. What we did ourselves comes back as well and is known by its uid or by the id in its metadata; whether a
change was ours is asked of what we want now, not of who made the booking.
"""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from calcom_sync.domain.appointment import AppointmentRef
from calcom_sync.domain.busy import Owner, Source
from calcom_sync.domain.intent import Intent, State
from calcom_sync.domain.settling import Settlement
from calcom_sync.domain.setup import Setup, WhenCancelled
from calcom_sync.domain.signature import signed_by
from calcom_sync.domain.there import cancelled_there, moved_there
from calcom_sync.domain.webhook import WebhookContent, WebhookState, read_webhook
from calcom_sync.usecases.ports import Appointments, BusyTimes, Clock, Directory

TRIES_MAX = 5
"""A copy may be changed by its worker while we look at it; a bound for bugs."""


@dataclass(frozen=True)
class StoredWebhook:
    """As it came. ``signature``: of one that is not verified yet."""

    tenant_id: UUID
    body: bytes
    state: WebhookState
    signature: str


class Webhooks(Protocol):
    """The stored ones."""

    async def load(self, webhook_id: int) -> StoredWebhook | None: ...

    async def phase_of(self, tenant_id: UUID, content: WebhookContent) -> UUID | None:
        """The phase of ours that it is about."""
        ...

    async def note(
        self, webhook_id: int, state: WebhookState, content: WebhookContent | None, phase_id: UUID | None
    ) -> None: ...


class Copies(Protocol):
    """Finds the phase whose copy a booking is."""

    async def of_booking(self, tenant_id: UUID, uid: str) -> tuple[AppointmentRef, UUID] | None: ...


@dataclass(frozen=True)
class WebhookProcessor:
    """Looks at stored webhooks."""

    webhooks: Webhooks
    copies: Copies
    appointments: Appointments
    busy: BusyTimes
    directory: Directory
    clock: Clock

    async def process(self, webhook_id: int) -> WebhookState | None:
        """Do what follows from a webhook. Repeating it is harmless. None: there is none with the number. Raises
        SetupUnavailableError: nothing was done."""
        stored = await self.webhooks.load(webhook_id)
        if stored is None:
            return None
        content = read_webhook(stored.body)
        setup = await self.directory.setup(stored.tenant_id)
        phase_id = None
        if not _is_verified(stored, setup):
            state, content = WebhookState.REFUSED, None
        elif content is None:
            state = WebhookState.UNREADABLE
        else:
            phase_id = await self.webhooks.phase_of(stored.tenant_id, content)
            state = await self._effect(stored.tenant_id, content, setup, own=phase_id is not None)
        await self.webhooks.note(webhook_id, state, content, phase_id)
        return state

    async def _effect(
        self, tenant_id: UUID, content: WebhookContent, setup: Setup | None, *, own: bool
    ) -> WebhookState:
        if own:
            await self._own(tenant_id, content, setup)
            return WebhookState.OWN
        return await self._others(tenant_id, content, setup)

    async def _own(self, tenant_id: UUID, content: WebhookContent, setup: Setup | None) -> None:
        if not content.vanishes:
            return
        when = setup.when_cancelled if setup else WhenCancelled.CASE
        told = await settle_there(
            self.copies,
            self.appointments,
            tenant_id,
            content.vanishes,
            self.clock,
            lambda intent: (
                moved_there(intent, content.appears) if content.appears else cancelled_there(intent, when)
            ),
        )
        await self.busy.vanish(tenant_id, Source.BOOKING, content.vanishes, self.clock.now())
        if told and content.appears:
            # At its new time it takes the person's time beside the appointment, which stands where it stood.
            await self._others(tenant_id, content, setup)

    async def _others(self, tenant_id: UUID, content: WebhookContent, setup: Setup | None) -> WebhookState:
        now = self.clock.now()
        if content.vanishes:
            await self.busy.vanish(tenant_id, Source.BOOKING, content.vanishes, now)
        account = setup.account_named(content.username) if setup else None
        if account is None:
            return WebhookState.NOBODYS
        if content.appears and content.span:
            owner = Owner(tenant_id, account.account_id, account.person_id)
            await self.busy.appear(owner, Source.BOOKING, content.appears, content.span, now)
        return WebhookState.OTHER


def _is_verified(stored: StoredWebhook, setup: Setup | None) -> bool:
    if stored.state is not WebhookState.UNVERIFIED:
        return True
    return setup is not None and signed_by(setup.webhook_secret, stored.body, stored.signature)


class Decide(Protocol):
    """What follows for a copy that stood and was wanted."""

    def __call__(self, intent: Intent, /) -> Settlement: ...


async def settle_there(
    copies: Copies, appointments: Appointments, tenant_id: UUID, uid: str, clock: Clock, decide: Decide
) -> bool:
    """Settle the copy whose booking was changed there by others. False: it is no change, since we want it that way."""
    for _ in range(TRIES_MAX):
        found = await copies.of_booking(tenant_id, uid)
        appointment = await appointments.load(found[0]) if found else None
        if found is None or appointment is None or not appointment.wanted:
            return False
        intent = next(one for one in appointment.intents if one.phase_id == found[1])
        if intent.state is not State.SYNCED or intent.booking_uid != uid:
            return False
        if await appointments.settle(decide(intent), clock.now()):
            return True
    return False
