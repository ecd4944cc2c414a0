"""Who is to be called back, and who waits for what comes free."""

import asyncio
from collections.abc import Sequence

from console.clients.peers import Peers
from rufbuch.booking.v1 import care_pb2, service_pb2

UNRESOLVED = (care_pb2.CALLBACK_STATE_OPEN, care_pb2.CALLBACK_STATE_IN_PROGRESS)
SHOWN = 25


class Care:
    """BookingService, one business at a time."""

    def __init__(self, peers: Peers) -> None:
        self._stub = peers.booking

    async def callbacks(
        self,
        tenant_id: str,
        state: "care_pb2.CallbackState.ValueType",
        *,
        page_token: str = "",
        size: int = SHOWN,
    ) -> service_pb2.ListCallbacksResponse:
        """A page of those in one state, the most urgent first."""
        return await self._stub.ListCallbacks(
            service_pb2.ListCallbacksRequest(
                tenant_id=tenant_id, state=state, page_size=size, page_token=page_token
            )
        )

    async def unresolved(self, tenant_id: str, *, size: int = SHOWN) -> Sequence[care_pb2.Callback]:
        """The most urgent of those that nobody has resolved, whether somebody has taken them over or not."""
        pages = await asyncio.gather(*(self.callbacks(tenant_id, each, size=size) for each in UNRESOLVED))
        found = [callback for page in pages for callback in page.callbacks]
        return sorted(found, key=lambda each: each.due_time.ToNanoseconds())[:size]

    async def assign(self, tenant_id: str, callback_id: str, *, operator: str, assignee: str) -> None:
        """Somebody takes care of it; an empty name: it is everybody's again."""
        await self._stub.AssignCallback(
            service_pb2.AssignCallbackRequest(
                tenant_id=tenant_id, callback_id=callback_id, operator=operator, assignee=assignee
            )
        )

    async def resolve(self, tenant_id: str, callback_id: str, *, operator: str, resolution: str) -> None:
        """Somebody has taken care of it."""
        await self._stub.ResolveCallback(
            service_pb2.ResolveCallbackRequest(
                tenant_id=tenant_id, callback_id=callback_id, operator=operator, resolution=resolution
            )
        )

    async def waiting(
        self, tenant_id: str, state: "care_pb2.WaitlistState.ValueType", *, page_token: str = ""
    ) -> service_pb2.ListWaitlistResponse:
        """A page of wishes in one state, those that joined first at the head."""
        return await self._stub.ListWaitlist(
            service_pb2.ListWaitlistRequest(
                tenant_id=tenant_id, state=state, page_size=SHOWN, page_token=page_token
            )
        )

    async def leave(self, tenant_id: str, entry_id: str, *, operator: str, reason: str) -> None:
        """A wish is taken back by hand."""
        await self._stub.LeaveWaitlist(
            service_pb2.LeaveWaitlistRequest(
                tenant_id=tenant_id, waitlist_entry_id=entry_id, reason=reason,
                actor=service_pb2.Actor(operator=operator),
            )
        )  # fmt: skip
