"""Owns the staff registry as seen from here: its businesses in our own words."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import grpc

from availability.clients.streams import messages
from availability.domain.hours import DailySpan, DayException, WeeklyRule, clock_min
from availability.domain.service import Phase, PhaseKind, TimeWindow
from availability.errors import BranchUnknownError, BusinessUntoldError, RegistryUnavailableError
from availability.usecases.business import Branch, Business, NoticeRule, OfferedService, Person
from availability.usecases.businesses import BusinessChanged
from chassis.grpc_client import fault_of
from rufbuch.staff.v1 import business_pb2, service_pb2, service_pb2_grpc

if TYPE_CHECKING:
    from rufbuch.staff.v1.service_pb2_grpc import StaffRegistryServiceAsyncStub

RETRIED = (
    "rufbuch.staff.v1.StaffRegistryService/GetBusiness",
    "rufbuch.staff.v1.StaffRegistryService/ListBusinesses",
)
PAGE_SIZE = 200
_ITS_OWN_FAULT = {
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.DATA_LOSS,
    # Too large for a message.
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}
HOLD_S = 300
"""How long an offer is held where the branch does not say."""
_KINDS = {
    business_pb2.PHASE_KIND_ACTIVE: PhaseKind.ACTIVE,
    business_pb2.PHASE_KIND_GAP_FREE: PhaseKind.GAP_FREE,
    business_pb2.PHASE_KIND_GAP_BLOCKED: PhaseKind.GAP_BLOCKED,
}


class StaffRegistry:
    """Implements usecases.businesses.Registry and usecases.warming.Directory."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel
        self._stub: StaffRegistryServiceAsyncStub = service_pb2_grpc.StaffRegistryServiceStub(channel)

    async def business(self, tenant_id: str) -> Business:
        """See Registry."""
        try:
            response = await self._stub.GetBusiness(service_pb2.GetBusinessRequest(tenant_id=tenant_id))
        except grpc.aio.AioRpcError as error:
            fault = fault_of(error)
            if fault.reason == "BUSINESS_UNKNOWN":
                raise BranchUnknownError("there is no such business") from error
            if fault.code in _ITS_OWN_FAULT:
                raise BusinessUntoldError(f"the registry fails at it: {fault.code.name}") from error
            raise RegistryUnavailableError(f"the registry does not answer: {fault.code.name}") from error
        return read_business(response.business)

    async def tenant_ids(self) -> AsyncIterator[str]:
        """See Directory."""
        token, more = "", True
        while more:
            page = await self._page(token)
            for tenant_id in page.tenant_ids:
                yield tenant_id
            token, more = page.next_page_token, bool(page.next_page_token)

    async def _page(self, token: str) -> service_pb2.ListBusinessesResponse:
        request = service_pb2.ListBusinessesRequest(page_size=PAGE_SIZE, page_token=token)
        try:
            return await self._stub.ListBusinesses(request)
        except grpc.aio.AioRpcError as error:
            raise RegistryUnavailableError("the registry does not list its businesses") from error

    async def changes(self, after: str) -> AsyncIterator[BusinessChanged | None]:
        """See Registry."""
        call = self._stub.WatchChanges(service_pb2.WatchChangesRequest(after=after))
        async for message in messages(call, self._channel):
            yield None if message is None else BusinessChanged(message.position, message.tenant_id)


def read_business(business: business_pb2.Business) -> Business:
    """As searches know it."""
    return Business(
        tenant_id=business.tenant_id,
        language=business.language,
        branches={branch.branch_id: _branch(branch) for branch in business.branches},
        people={person.person_id: _person(person) for person in business.people},
        services={service.service_id: _service(service) for service in business.services},
        aliases={alias: person.person_id for person in business.people for alias in person.alias_ids},
        notice_rules=tuple(
            _notice_rule(policy) for policy in business.policies if policy.HasField("min_notice_minutes")
        ),
        looks_outside=business.calendar_sync and business.calendar_terms.live_check_after_minutes > 0,
        mirrors_holds=business.calendar_sync and business.calendar_terms.mirror_holds,
    )


def _notice_rule(policy: business_pb2.Policy) -> NoticeRule:
    notice = timedelta(minutes=policy.min_notice_minutes)
    return NoticeRule(notice, policy.branch_id, policy.service_id, policy.person_id)


def _branch(branch: business_pb2.Branch) -> Branch:
    devices: dict[str, list[str]] = defaultdict(list)
    for resource in branch.resources:
        devices[resource.group].append(resource.resource_id)
    return Branch(
        branch_id=branch.branch_id,
        zone=ZoneInfo(branch.time_zone),
        holiday_region=branch.holiday_region,
        step_min=branch.slot_step_minutes,
        notice=timedelta(minutes=branch.min_notice_minutes),
        horizon=timedelta(days=branch.horizon_days),
        hold=timedelta(seconds=branch.hold_seconds or HOLD_S),
        opening=_rules(branch.opening_hours),
        dated=_dated(branch.dated_hours),
        devices={group: tuple(members) for group, members in devices.items()},
    )


def _person(person: business_pb2.Person) -> Person:
    absences = ((each.start_time.ToDatetime(UTC), each.end_time.ToDatetime(UTC)) for each in person.absences)
    return Person(
        person_id=person.person_id,
        name=person.name,
        branch_ids=tuple(person.branch_ids),
        hours=_rules(person.working_hours),
        absences=tuple(absences),
        bookable=frozenset(person.bookable_service_ids),
        dated=_dated(person.dated_hours),
        paces={(each.service_id, each.phase_position): each.minutes for each in person.phase_minutes},
        buffers_min=(person.buffer_before_minutes, person.buffer_after_minutes),
    )


def _service(service: business_pb2.Service) -> OfferedService:
    own = service.HasField
    return OfferedService(
        service_id=service.service_id,
        name=service.name,
        phases=tuple(Phase(_KINDS[phase.kind], phase.minutes, phase.name) for phase in service.phases),
        buffers_min=(service.buffer_before_minutes, service.buffer_after_minutes),
        notice=timedelta(minutes=service.min_notice_minutes) if own("min_notice_minutes") else None,
        horizon=timedelta(days=service.horizon_days) if own("horizon_days") else None,
        windows=tuple(
            TimeWindow(
                clock_min(each.start),
                clock_min(each.end),
                frozenset(each.weekdays),
                _day(each.valid_from) or date.min,
                _day(each.valid_until) or date.max,
            )
            for each in service.start_windows
        ),
        daily_cap=service.daily_cap,
        groups=tuple(tuple(phase.resource_groups) for phase in service.phases),
    )


def _rules(hours: Iterable[business_pb2.WeeklyHours]) -> tuple[WeeklyRule, ...]:
    return tuple(
        WeeklyRule(
            frozenset(each.weekdays),
            DailySpan.of(each.start, each.end),
            _day(each.valid_from),
            _day(each.valid_until),
        )
        for each in hours
    )


def _dated(hours: Iterable[business_pb2.DatedHours]) -> tuple[DayException, ...]:
    return tuple(
        DayException(
            date.fromisoformat(each.date), tuple(DailySpan.of(span.start, span.end) for span in each.spans)
        )
        for each in hours
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
