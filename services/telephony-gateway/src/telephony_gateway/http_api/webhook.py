"""``POST /retell/webhook``: events in the life of a call. Answered at once; what follows is done behind it."""

import logging
from dataclasses import dataclass
from typing import Protocol

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from chassis.clock import Clock
from telephony_gateway.domain.envelope import Caller, EnvelopeError, read_agent, read_caller
from telephony_gateway.http_api import metrics
from telephony_gateway.http_api.admission import Admitted, Door
from telephony_gateway.http_api.ending import Ending
from telephony_gateway.http_api.reception import Reception
from telephony_gateway.storage.ledger import Heard, Ledger, Told
from telephony_gateway.usecases.ports import Holds, NobodyDialled, PeerError, Silence

_log = logging.getLogger(__name__)
_REPEATING = frozenset({"transcript_updated"})
_EVENT_MAX = 64


class FirstTime(Protocol):
    """Remembers events; see clients.event_guard."""

    async def is_first(self, call_id: str, event: str) -> bool:
        """Whether an event of a call is heard for the first time."""
        ...


@dataclass(frozen=True)
class WebhookEndpoint:
    """Events may come twice, late and in any order."""

    door: Door
    reception: Reception
    holds: Holds
    ending: Ending
    lines: Silence
    guard: FirstTime
    ledger: Ledger
    clock: Clock

    async def __call__(self, request: Request) -> Response:
        """204, whatever the event; 401 for what is not Retell's."""
        admitted = await self.door.admit(request, once=False)
        if isinstance(admitted, Response):
            return admitted
        metrics.webhook_age.renew()
        return Response(status_code=204, background=BackgroundTask(self._note, admitted))

    async def _note(self, admitted: Admitted) -> None:
        event = admitted.body.get("event")
        try:
            caller = read_caller(admitted.body)
        except EnvelopeError:
            metrics.errors.labels("webhook_envelope").inc()
            return
        if not isinstance(event, str) or not event.isprintable() or len(event) > _EVENT_MAX:
            metrics.errors.labels("webhook_event").inc()
            return
        metrics.events.labels(event if event in metrics.EVENTS else metrics.UNKNOWN).inc()
        if event not in _REPEATING and not await self.guard.is_first(
            f"{admitted.workspace.name}:{caller.call_id}", event
        ):
            return
        try:
            await self._deal_with(event, caller, admitted)
        except PeerError as error:
            # Holds end by themselves after minutes; losing a release costs no truth.
            _log.warning("an event was noted but not acted on", extra={"event": event, "error": str(error)})

    async def _deal_with(self, event: str, caller: Caller, admitted: Admitted) -> None:
        branch = await self.reception.dialled(caller.dialled_number, admitted.workspace)
        now = self.clock.now()
        if isinstance(branch, NobodyDialled):
            self.ledger.record(Heard(caller, "", "", at=now), Told(caller.call_id, event, at=now))
            return
        self.ledger.record(
            Heard(caller, branch.tenant_id, branch.branch_id, at=now, agent=read_agent(admitted.body)),
            Told(caller.call_id, event, at=now),
        )
        if event == "transcript_updated":
            self.lines.heard(branch.tenant_id, caller)
            await self.holds.extend(branch.tenant_id, branch.branch_id, caller.call_id)
        if event == "call_ended":
            await self.ending.hang_up(branch.tenant_id, branch.branch_id, caller, admitted.body["call"])
