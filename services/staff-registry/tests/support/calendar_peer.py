"""calcom-sync as the registry meets it: over gRPC, telling what a test lets it tell."""

from typing import Any

import grpc

from chassis.grpc_server import Servicer
from rufbuch.calendarsync.v1 import accounts_pb2, service_pb2, service_pb2_grpc


class CalendarPeer(service_pb2_grpc.CalendarSyncServiceServicer):
    """Away until it is told something."""

    def __init__(self) -> None:
        self.checks: list[service_pb2.MappingCheck] | None = None
        self.accounts: list[accounts_pb2.DescribedAccount] | None = None
        self.asked: list[accounts_pb2.DescribeAccountsRequest] = []

    async def CheckMappings(self, request: Any, context: Any) -> service_pb2.CheckMappingsResponse:
        """What was told."""
        if self.checks is None:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "away")
        return service_pb2.CheckMappingsResponse(mappings=self.checks)

    async def DescribeAccounts(self, request: Any, context: Any) -> accounts_pb2.DescribeAccountsResponse:
        """What was told."""
        self.asked.append(request)
        if self.accounts is None:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "away")
        return accounts_pb2.DescribeAccountsResponse(accounts=self.accounts)

    def as_servicer(self) -> Servicer:
        """As the server takes it."""
        return Servicer(
            self,
            service_pb2_grpc.add_CalendarSyncServiceServicer_to_server,
            "rufbuch.calendarsync.v1.CalendarSyncService",
        )
