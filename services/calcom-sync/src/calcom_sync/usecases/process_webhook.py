"""Look at a stored webhook: our own booking, or one that others made."""

from typing import Protocol
from uuid import UUID

from calcom_sync.domain.webhook import WebhookContent, WebhookState, read_webhook


class Webhooks(Protocol):
    """The stored ones."""

    async def body(self, webhook_id: int) -> tuple[UUID, bytes] | None: ...

    async def phase_of(self, tenant_id: UUID, content: WebhookContent) -> UUID | None: ...

    async def note(
        self, webhook_id: int, state: WebhookState, content: WebhookContent | None, phase_id: UUID | None
    ) -> None: ...


async def process_webhook(webhook_id: int, *, webhooks: Webhooks) -> WebhookState | None:
    """Note what a webhook is about. Repeating it is harmless. None: there is none with the number."""
    stored = await webhooks.body(webhook_id)
    if stored is None:
        return None
    tenant_id, body = stored
    content = read_webhook(body)
    phase_id = await webhooks.phase_of(tenant_id, content) if content else None
    state = _state(content, phase_id)
    await webhooks.note(webhook_id, state, content, phase_id)
    return state


def _state(content: WebhookContent | None, phase_id: UUID | None) -> WebhookState:
    if content is None:
        return WebhookState.UNREADABLE
    return WebhookState.OWN if phase_id else WebhookState.OTHER
