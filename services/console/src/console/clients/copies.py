"""The copies at Cal.com."""

from collections.abc import Sequence

from console.clients.peers import Peers
from rufbuch.calendarsync.v1 import operations_pb2, service_pb2

UNSETTLED_SHOWN = 50
CASES_ASKED = 500
"""At once; there may be more, and the rest is asked for as well."""


class Copies:
    """CalendarSyncService, one business at a time."""

    def __init__(self, peers: Peers) -> None:
        self._stub = peers.sync

    async def cases(
        self, tenant_id: str, *, appointment_id: str = "", with_closed: bool = False
    ) -> Sequence[service_pb2.SyncCase]:
        """All that a person has to look at, the oldest first; behind them what was taken care of, the last first."""
        request = service_pb2.ListSyncCasesRequest(
            tenant_id=tenant_id,
            appointment_id=appointment_id,
            with_closed=with_closed,
            page_size=CASES_ASKED,
        )
        found: list[service_pb2.SyncCase] = []
        while True:
            page = await self._stub.ListSyncCases(request)
            found += page.cases
            request.page_token = page.next_page_token
            if not page.next_page_token:
                return sorted(found, key=_urgency)

    async def unsettled(self, tenant_id: str) -> operations_pb2.ListUnsettledResponse:
        """What lies ahead and is not there as it is to be, also where no person has to look yet."""
        request = operations_pb2.ListUnsettledRequest(tenant_id=tenant_id, page_size=UNSETTLED_SHOWN)
        return await self._stub.ListUnsettled(request)

    async def status(self, tenant_id: str) -> operations_pb2.GetSyncStatusResponse:
        """Whether everything arrives there."""
        return await self._stub.GetSyncStatus(operations_pb2.GetSyncStatusRequest(tenant_id=tenant_id))

    async def verify(self, tenant_id: str, appointment_id: str) -> service_pb2.VerifySyncResponse:
        """Here and there, side by side; changes nothing."""
        request = service_pb2.VerifySyncRequest(tenant_id=tenant_id, appointment_id=appointment_id)
        return await self._stub.VerifySync(request)

    async def state(self, tenant_id: str, appointment_id: str) -> service_pb2.GetSyncStateResponse:
        """How far the copies of one appointment are."""
        request = service_pb2.GetSyncStateRequest(tenant_id=tenant_id, appointment_id=appointment_id)
        return await self._stub.GetSyncState(request)

    async def retry(self, tenant_id: str, appointment_id: str, *, operator: str) -> None:
        """Try it again."""
        await self._stub.RetrySync(
            service_pb2.RetrySyncRequest(
                tenant_id=tenant_id, appointment_id=appointment_id, operator=operator
            )
        )

    async def resolve(self, tenant_id: str, case_id: str, *, operator: str, resolution: str) -> None:
        """Somebody has taken care of it."""
        await self._stub.ResolveCase(
            service_pb2.ResolveCaseRequest(
                tenant_id=tenant_id, case_id=case_id, operator=operator, resolution=resolution
            )
        )

    async def budget(self, tenant_id: str) -> Sequence[service_pb2.AccountBudget]:
        """How much may still be asked of Cal.com."""
        request = service_pb2.GetBudgetRequest(tenant_id=tenant_id)
        return (await self._stub.GetBudget(request)).accounts


def _urgency(case: service_pb2.SyncCase) -> tuple[bool, int]:
    """Cases that were opened at one time keep their order."""
    if case.HasField("close_time"):
        return True, -case.close_time.ToNanoseconds()
    return False, case.open_time.ToNanoseconds()
