"""calcom-sync, which alone asks Cal.com anything."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import grpc

from chassis.grpc_client import fault_of
from rufbuch.calendarsync.v1 import accounts_pb2, service_pb2, service_pb2_grpc
from staff_registry.domain.matrix import Verdict
from staff_registry.domain.seen import SeenAccount, SeenDay, SeenEventType, SeenSpan
from staff_registry.errors import CalendarUnavailableError, RequestInvalidError

if TYPE_CHECKING:
    from rufbuch.calendarsync.v1.service_pb2_grpc import CalendarSyncServiceAsyncStub

DEADLINE_S = 60.0
"""A whole business is read, account by account."""


class CalendarSync:
    """Implements the ports MappingChecks and CalendarAccounts."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: CalendarSyncServiceAsyncStub = service_pb2_grpc.CalendarSyncServiceStub(channel)

    async def verdicts(self, tenant_id: str) -> Mapping[tuple[str, int, str, str], Verdict]:
        """What Cal.com says of each mapping."""
        try:
            answer = await self._stub.CheckMappings(service_pb2.CheckMappingsRequest(tenant_id=tenant_id))
        except grpc.aio.AioRpcError as error:
            raise _unavailable(error) from error
        return {
            (one.service_id, one.phase_position, one.person_id, one.account_id): Verdict(
                tuple(one.faults), was_looked_at=not one.wait_seconds
            )
            for one in answer.mappings
        }

    async def accounts(self, tenant_id: str, api_keys: Mapping[str, str]) -> Sequence[SeenAccount]:
        """All of them, or none: a proposal that lacked somebody would look as if she had left."""
        request = accounts_pb2.DescribeAccountsRequest(tenant_id=tenant_id, api_keys=api_keys)
        try:
            answer = await self._stub.DescribeAccounts(request)
        except grpc.aio.AioRpcError as error:
            fault = fault_of(error)
            if fault.reason == "REQUEST_INVALID":
                raise RequestInvalidError(fault.message, **fault.metadata) from error
            raise _unavailable(error) from error
        unread = [
            f"{one.key_name or one.username or one.account_id}: {one.error}"
            for one in answer.accounts
            if one.error
        ]
        if unread:
            raise CalendarUnavailableError("; ".join(unread)[:2000])
        return [_seen(one) for one in answer.accounts]


def _unavailable(error: grpc.aio.AioRpcError) -> CalendarUnavailableError:
    fault = fault_of(error)
    return CalendarUnavailableError(f"calcom-sync: {fault.reason or fault.code.name}")


def _seen(one: accounts_pb2.DescribedAccount) -> SeenAccount:
    schedule = next((each for each in one.schedules if each.is_default), None)
    return SeenAccount(
        account_id=one.account_id,
        key=one.key_name,
        username=one.username,
        email=one.email,
        name=one.name,
        time_zone=one.time_zone,
        event_types=tuple(_event_type(each) for each in one.event_types),
        spans=tuple(SeenSpan(tuple(s.weekdays), s.start, s.end) for s in schedule.spans) if schedule else (),
        days=tuple(SeenDay(day.date, day.start, day.end) for day in schedule.days) if schedule else (),
    )


def _event_type(one: accounts_pb2.DescribedEventType) -> SeenEventType:
    return SeenEventType(
        number=one.event_type_id,
        slug=one.slug,
        title=one.title,
        minutes=one.length_minutes,
        choices=tuple(one.length_options),
        hidden=one.hidden,
        scheduling=one.scheduling,
    )
