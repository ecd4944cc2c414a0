"""``POST /retell/inbound``: what the agent knows before it says hello. The caller hears the phone ring meanwhile."""

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chassis.clock import Clock
from chassis.deadlines import deadline
from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.envelope import Caller, e164
from telephony_gateway.http_api import metrics
from telephony_gateway.http_api.admission import Admitted, Door
from telephony_gateway.http_api.reception import Reception
from telephony_gateway.usecases.dynamic_variables import VARIABLES, dynamic_variables
from telephony_gateway.usecases.ports import Care, NobodyDialled, PeerError
from telephony_gateway.usecases.welcome import Greeted, who_calls

_log = logging.getLogger(__name__)
_FOR_THE_BUSINESS = 0.6
_FOR_THE_CALLER = 0.4
"""Parts of the budget: who is called matters more than who calls."""


@dataclass(frozen=True)
class InboundEndpoint:
    """Says who is called and who calls; an unknown number is rejected, a slow peer never is a lost call."""

    door: Door
    reception: Reception
    care: Care
    clock: Clock
    budget_s: float
    fallback_agent: str

    async def __call__(self, request: Request) -> Response:
        """Answer one inbound webhook."""
        began = time.monotonic()
        admitted = await self.door.admit(request, once=False)
        if isinstance(admitted, Response):
            return admitted
        outcome, inbound = await self._answer(admitted)
        metrics.inbound.labels(outcome).inc()
        metrics.inbound_seconds.observe(time.monotonic() - began)
        return JSONResponse({"call_inbound": inbound})

    async def _answer(self, admitted: Admitted) -> tuple[str, dict[str, Any]]:
        call = admitted.body.get("call_inbound")
        call = call if isinstance(call, dict) else {}
        dialled, calling = e164(call.get("to_number")), e164(call.get("from_number"))
        try:
            with deadline(self.budget_s * _FOR_THE_BUSINESS):
                async with asyncio.timeout(self.budget_s * _FOR_THE_BUSINESS):
                    branch = await self.reception.dialled(dialled, admitted.workspace)
        except (TimeoutError, PeerError) as error:
            _log.warning("an inbound call goes on without its variables", extra={"error": str(error)})
            # Unset variables would be read out as they are written (TG-25).
            return "blind", {"dynamic_variables": dict.fromkeys(VARIABLES, "")}
        if isinstance(branch, NobodyDialled):
            return "unknown", self._nobody()
        branch = branch.speaking_at(self.clock.now())
        caller = Caller("", dialled, calling)
        greeted = await self._greeted(caller, branch)
        variables = dynamic_variables(branch, caller, greeted, now=self.clock.now())
        metadata = {"tenant_id": branch.tenant_id, "branch_id": branch.branch_id}
        return "known", {"dynamic_variables": variables, "metadata": metadata}

    async def _greeted(self, caller: Caller, branch: DialledBranch) -> Greeted:
        try:
            with deadline(self.budget_s * _FOR_THE_CALLER):
                async with asyncio.timeout(self.budget_s * _FOR_THE_CALLER):
                    return await who_calls(branch, caller, care=self.care)
        except (TimeoutError, PeerError):
            return Greeted()

    def _nobody(self) -> dict[str, Any]:
        if self.fallback_agent:
            return {
                "override_agent_id": self.fallback_agent,
                "dynamic_variables": dict.fromkeys(VARIABLES, ""),
            }
        return {"reject": True}
