"""``POST /retell/webhook``: events in the life of a call. Answered at once; what follows is done behind it."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from chassis.clock import Clock
from telephony_gateway.domain.envelope import Caller, EnvelopeError, read_caller
from telephony_gateway.http_api import metrics
from telephony_gateway.http_api.admission import Door
from telephony_gateway.storage.ledger import Heard, Ledger, Told
from telephony_gateway.usecases.ports import Directory, Holds, NobodyDialled, PeerError

_log = logging.getLogger(__name__)
_EVENT_MAX = 64
Later = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class WebhookEndpoint:
    """Events may come twice, late and in any order."""

    door: Door
    directory: Directory
    holds: Holds
    ledger: Ledger
    clock: Clock

    async def __call__(self, request: Request) -> Response:
        """204, whatever the event; 401 for what is not Retell's."""
        body = await self.door.admit(request, once=False)
        if isinstance(body, Response):
            return body
        return Response(status_code=204, background=BackgroundTask(self._note, body))

    async def _note(self, body: dict[str, Any]) -> None:
        event = body.get("event")
        try:
            caller = read_caller(body)
        except EnvelopeError:
            metrics.errors.labels("webhook_envelope").inc()
            return
        if not isinstance(event, str) or not event.isprintable() or len(event) > _EVENT_MAX:
            metrics.errors.labels("webhook_event").inc()
            return
        try:
            await self._deal_with(event, caller)
        except PeerError as error:
            # Holds end by themselves after minutes; losing a release costs no truth.
            _log.warning("an event was noted but not acted on", extra={"event": event, "error": str(error)})

    async def _deal_with(self, event: str, caller: Caller) -> None:
        branch = (
            await self.directory.dialled(caller.dialled_number) if caller.dialled_number else NobodyDialled()
        )
        tenant_id, branch_id = (
            ("", "") if isinstance(branch, NobodyDialled) else (branch.tenant_id, branch.branch_id)
        )
        now = self.clock.now()
        self.ledger.record(Heard(caller, tenant_id, branch_id, at=now), Told(caller.call_id, event, at=now))
        if event == "call_ended" and tenant_id:
            await self.holds.release(tenant_id, branch_id, caller.call_id)
