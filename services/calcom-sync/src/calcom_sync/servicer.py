"""gRPC in, one use case, gRPC out."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import grpc
from opentelemetry import trace

from calcom_sync import wire
from calcom_sync.clients.budget import RedisBudget
from calcom_sync.domain.appointment import Appointment, AppointmentRef
from calcom_sync.domain.patience import Patience
from calcom_sync.errors import (
    AppointmentUnknownError,
    BusinessUnavailableError,
    BusinessUnknownError,
    CaseUnknownError,
    RequestInvalidError,
)
from calcom_sync.servicer_operations import OperationsRpcs
from calcom_sync.servicer_people import PeopleRpcs
from calcom_sync.storage.appointments import SqlAppointments
from calcom_sync.storage.attendees import SqlAttendees
from calcom_sync.storage.busy import SqlBusy
from calcom_sync.storage.cases import SqlCases
from calcom_sync.storage.figures import SqlFigures
from calcom_sync.storage.people import SqlPeople
from calcom_sync.storage.surveys import SqlSurveys
from calcom_sync.usecases.check_accounts import AccountChecker
from calcom_sync.usecases.check_mappings import MappingChecker
from calcom_sync.usecases.check_times import TimeChecker
from calcom_sync.usecases.describe_accounts import AccountReader
from calcom_sync.usecases.get_sync_state import get_sync_state
from calcom_sync.usecases.mirror_holds import HoldMirror
from calcom_sync.usecases.ports import Clock, Directory, SetupUnavailableError
from calcom_sync.usecases.survey import Surveyor
from calcom_sync.usecases.verify import Verifier
from calcom_sync.wire_accounts import described_to
from chassis.deadlines import time_left_s
from chassis.streams import until
from rufbuch.calendarsync.v1 import accounts_pb2, service_pb2, service_pb2_grpc

FULL_NAME = "rufbuch.calendarsync.v1.CalendarSyncService"
PAGE_DEFAULT, PAGE_MAX = 100, 500
LIVE_S = 0.8
"""The longest that a look at Cal.com may keep a caller waiting."""
TELLING_S = 0.15
"""Of it, what is left to say that it was not answered."""
_Context = grpc.aio.ServicerContext[Any, Any]


@dataclass(frozen=True)
class Backing:
    """What answers."""

    appointments: SqlAppointments
    cases: SqlCases
    surveys: SqlSurveys
    busy: SqlBusy
    surveyor: Surveyor
    verifier: Verifier
    mappings: MappingChecker
    reader: AccountReader
    accounts: AccountChecker
    times: TimeChecker
    mirror: HoldMirror
    budget: RedisBudget
    patience: Patience
    people: SqlPeople
    figures: SqlFigures
    attendees: SqlAttendees


@dataclass(frozen=True)
class CalendarSyncServicer(PeopleRpcs, OperationsRpcs, service_pb2_grpc.CalendarSyncServiceServicer):
    """How far the copies at Cal.com are, and what stands there beside them. ``stop`` ends the streams."""

    by: Backing
    directory: Directory
    clock: Clock
    stop: asyncio.Event

    @property
    def people(self) -> SqlPeople:
        """See ``PeopleRpcs``."""
        return self.by.people

    @property
    def figures(self) -> SqlFigures:
        """See ``OperationsRpcs``."""
        return self.by.figures

    async def GetSyncState(
        self, request: service_pb2.GetSyncStateRequest, context: _Context
    ) -> service_pb2.GetSyncStateResponse:
        """See the proto."""
        appointment = await self._known(request.tenant_id, request.appointment_id)
        return service_pb2.GetSyncStateResponse(
            state=wire.STATES[appointment.state], phases=wire.phases_to(appointment)
        )

    async def ForgetAttendee(
        self, request: service_pb2.ForgetAttendeeRequest, context: _Context
    ) -> service_pb2.ForgetAttendeeResponse:
        """See the proto."""
        erased, uids = await self.by.attendees.forget(
            wire.uuid_from(request.tenant_id, "tenant_id"), wire.uuid_from(request.customer_id, "customer_id")
        )
        return service_pb2.ForgetAttendeeResponse(erased=dict(erased), booking_uids=uids)

    async def ListSyncCases(
        self, request: service_pb2.ListSyncCasesRequest, context: _Context
    ) -> service_pb2.ListSyncCasesResponse:
        """See the proto."""
        size = min(request.page_size or PAGE_DEFAULT, PAGE_MAX)
        if size < 1:
            raise RequestInvalidError("a page has at least one case", field="page_size")
        appointment_id = request.appointment_id and wire.uuid_from(request.appointment_id, "appointment_id")
        tenant_id = wire.uuid_from(request.tenant_id, "tenant_id")
        after = wire.token_from(request.page_token)
        cases = await self.by.cases.page(
            tenant_id, appointment_id or None, after, size + 1, closed=request.with_closed
        )
        token = wire.token_to(cases[size - 1]) if len(cases) > size else ""
        told = [wire.case_to(one) for one in cases[:size]]
        return service_pb2.ListSyncCasesResponse(cases=told, next_page_token=token)

    async def RetrySync(
        self, request: service_pb2.RetrySyncRequest, context: _Context
    ) -> service_pb2.RetrySyncResponse:
        """See the proto."""
        ref, operator = (
            _ref(request.tenant_id, request.appointment_id),
            wire.words_from(request.operator, "operator"),
        )
        # What was wrong at the registry may have been put right just now.
        self.directory.forget(ref.tenant_id)
        again = await self.by.cases.revive(ref, operator, self.by.patience)
        await self._wake_accounts(again)
        return service_pb2.RetrySyncResponse(state=wire.STATES[again.state], phases=wire.phases_to(again))

    async def VerifySync(
        self, request: service_pb2.VerifySyncRequest, context: _Context
    ) -> service_pb2.VerifySyncResponse:
        """See the proto."""
        appointment = await self._known(request.tenant_id, request.appointment_id)
        with _reaching_registry():
            checks = await self.by.verifier.verify(appointment)
        return service_pb2.VerifySyncResponse(
            state=wire.STATES[appointment.state], phases=[wire.check_to(one) for one in checks]
        )

    async def ResolveCase(
        self, request: service_pb2.ResolveCaseRequest, context: _Context
    ) -> service_pb2.ResolveCaseResponse:
        """See the proto."""
        case = await self.by.cases.resolve(
            wire.uuid_from(request.tenant_id, "tenant_id"),
            wire.uuid_from(request.case_id, "case_id"),
            wire.words_from(request.operator, "operator"),
            wire.words_from(request.resolution, "resolution"),
        )
        if case is None:
            raise CaseUnknownError("there is no such case")
        return service_pb2.ResolveCaseResponse(case=wire.case_to(case))

    async def Reconcile(
        self, request: service_pb2.ReconcileRequest, context: _Context
    ) -> service_pb2.ReconcileResponse:
        """See the proto."""
        tenant_id = wire.uuid_from(request.tenant_id, "tenant_id")
        with _reaching_registry():
            complete = await self.by.surveyor.reconcile(tenant_id)
        accounts = [
            service_pb2.AccountDrift(account_id=str(one), finish_time=wire.stamp(ended), found=found)
            for one, ended, found in await self.by.surveys.found(tenant_id)
        ]
        return service_pb2.ReconcileResponse(accounts=accounts, complete=complete)

    async def CheckMappings(
        self, request: service_pb2.CheckMappingsRequest, context: _Context
    ) -> service_pb2.CheckMappingsResponse:
        """See the proto."""
        tenant_id = wire.uuid_from(request.tenant_id, "tenant_id")
        with _reaching_registry():
            checks = await self.by.mappings.check(tenant_id, fix=request.fix)
        if checks is None:
            raise BusinessUnknownError("there is no business with the id")
        return service_pb2.CheckMappingsResponse(mappings=[wire.mapping_to(one) for one in checks])

    async def CheckAccounts(
        self, request: service_pb2.CheckAccountsRequest, context: _Context
    ) -> service_pb2.CheckAccountsResponse:
        """See the proto."""
        tenant_id, base_url = wire.uuid_from(request.tenant_id, "tenant_id"), request.webhook_base_url
        if request.fix and not base_url.startswith(("http://", "https://")):
            raise RequestInvalidError("webhooks are mended at an http(s) address", field="webhook_base_url")
        if base_url:
            wire.words_from(base_url, "webhook_base_url")
        with _reaching_registry():
            checks = await self.by.accounts.check(tenant_id, base_url=base_url, fix=request.fix)
        if checks is None:
            raise BusinessUnknownError("there is no business with the id")
        return service_pb2.CheckAccountsResponse(accounts=[wire.account_to(one) for one in checks])

    async def DescribeAccounts(
        self, request: accounts_pb2.DescribeAccountsRequest, context: _Context
    ) -> accounts_pb2.DescribeAccountsResponse:
        """See the proto."""
        tenant_id = wire.uuid_from(request.tenant_id, "tenant_id") if request.tenant_id else None
        with _reaching_registry():
            described = await self.by.reader.read(tenant_id, wire.keys_from(request.api_keys))
        if described is None:
            raise BusinessUnknownError("there is no business with the id")
        return accounts_pb2.DescribeAccountsResponse(accounts=map(described_to, described))

    async def ListBusyTimes(
        self, request: service_pb2.ListBusyTimesRequest, context: _Context
    ) -> service_pb2.ListBusyTimesResponse:
        """See the proto."""
        tenant_id = wire.uuid_from(request.tenant_id, "tenant_id")
        span = wire.span_from(request.start_time, request.end_time)
        people = [wire.uuid_from(one, "person_ids") for one in request.person_ids]
        found = await self.by.busy.between(tenant_id, span, people)
        pulled = [ended for _, ended, _ in await self.by.surveys.found(tenant_id)]
        oldest = None if None in pulled else min((one for one in pulled if one), default=None)
        return service_pb2.ListBusyTimesResponse(
            busy_times=[wire.busy_to(one) for one in found], as_of_time=wire.stamp(oldest)
        )

    async def WatchBusyTimes(
        self, request: service_pb2.WatchBusyTimesRequest, context: _Context
    ) -> AsyncIterator[service_pb2.WatchBusyTimesResponse]:
        """See the proto."""
        async for event in until(self.stop, self.by.busy.log.watch(request.after)):
            yield wire.change_to(event)

    async def CheckTimes(
        self, request: service_pb2.CheckTimesRequest, context: _Context
    ) -> service_pb2.CheckTimesResponse:
        """See the proto."""
        tenant_id, times = wire.uuid_from(request.tenant_id, "tenant_id"), wire.times_from(request.times)
        with _reaching_registry():
            states = await self.by.times.check(
                tenant_id, times, within_s=max(0.0, time_left_s(LIVE_S) - TELLING_S)
            )
        if states is None:
            raise BusinessUnknownError("there is no business with the id")
        return service_pb2.CheckTimesResponse(states=[wire.TIME_STATES[one] for one in states])

    async def MirrorHolds(
        self, request: service_pb2.MirrorHoldsRequest, context: _Context
    ) -> service_pb2.MirrorHoldsResponse:
        """See the proto."""
        held = wire.held_from(request)
        with _reaching_registry():
            await self.by.mirror.note(held)
        return service_pb2.MirrorHoldsResponse()

    async def GetBudget(
        self, request: service_pb2.GetBudgetRequest, context: _Context
    ) -> service_pb2.GetBudgetResponse:
        """See the proto."""
        with _reaching_registry():
            setup = await self.directory.setup(wire.uuid_from(request.tenant_id, "tenant_id"))
        if setup is None:
            raise BusinessUnknownError("there is no business with the id")
        now = self.clock.now()
        return service_pb2.GetBudgetResponse(
            accounts=[
                wire.budget_to(one.account_id, await self.by.budget.state(one, now))
                for one in setup.accounts.values()
            ]
        )

    async def _wake_accounts(self, appointment: Appointment) -> None:
        # While the registry is away, keys rest as long as they would.
        with suppress(SetupUnavailableError):
            setup = await self.directory.setup(appointment.ref.tenant_id)
            for account_id in {intent.account_id for intent in appointment.intents}:
                if setup and account_id and account_id in setup.accounts:
                    await self.by.budget.wake(setup.accounts[account_id], self.clock.now())

    async def _known(self, tenant_id: str, appointment_id: str) -> Appointment:
        appointment = await get_sync_state(_ref(tenant_id, appointment_id), appointments=self.by.appointments)
        trace.get_current_span().set_attribute("rufbuch.call_id", appointment.call_id)
        return appointment


def _ref(tenant_id: str, appointment_id: str) -> AppointmentRef:
    """What is no id belongs to nothing that is known here."""
    try:
        return AppointmentRef(UUID(tenant_id), UUID(appointment_id))
    except ValueError as error:
        raise AppointmentUnknownError("nothing is known about the appointment here") from error


@contextmanager
def _reaching_registry() -> Iterator[None]:
    try:
        yield
    except SetupUnavailableError as error:
        raise BusinessUnavailableError("the staff registry does not answer") from error
