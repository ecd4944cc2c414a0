"""The other services as far as the console asks them: each says what it was told to."""

from dataclasses import dataclass, field
from typing import Any

import grpc
from console_calls import CallRpcs
from console_care import CareRpcs
from console_customers import CustomerRpcs, Known
from console_team import Team, TeamRpcs
from operations_peers import (
    AvailabilityOperations,
    BookingOperations,
    CallOperations,
    Operations,
    SyncOperations,
)

from chassis.errors import Kind, ServiceError
from chassis.grpc_server import Servicer
from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.availability.v1 import service_pb2_grpc as availability_grpc
from rufbuch.booking.v1 import appointment_pb2, care_pb2, message_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.booking.v1 import service_pb2_grpc as booking_grpc
from rufbuch.calendarsync.v1 import service_pb2 as sync_pb2
from rufbuch.calendarsync.v1 import service_pb2_grpc as sync_grpc
from rufbuch.staff.v1 import business_pb2
from rufbuch.staff.v1 import service_pb2 as staff_pb2
from rufbuch.staff.v1 import service_pb2_grpc as staff_grpc
from rufbuch.telephony.v1 import service_pb2 as telephony_pb2
from rufbuch.telephony.v1 import service_pb2_grpc as telephony_grpc

Context = grpc.aio.ServicerContext[Any, Any]
TENANT = "4f9a9c1e-0000-4000-8000-000000000001"
OTHER_TENANT = "4f9a9c1e-0000-4000-8000-000000000002"
ANNA = "4f9a9c1e-0000-4000-8000-00000000000a"
ANNA_TOO = "4f9a9c1e-0000-4000-8000-0000000000aa"
BRANCH = "4f9a9c1e-0000-4000-8000-00000000000b"
PERM = "4f9a9c1e-0000-4000-8000-00000000000e"

NAMES = {TENANT: "Salon Lindenhof", OTHER_TENANT: "Werkstatt Nord"}


class AwayError(ServiceError):
    """A service that cannot answer now."""

    kind = Kind.UNAVAILABLE
    reason = "STORAGE_UNAVAILABLE"


class CaseUnknownError(ServiceError):
    """As calcom-sync says it."""

    kind = Kind.NOT_FOUND
    reason = "CASE_UNKNOWN"


class AppointmentUnknownError(ServiceError):
    """As calcom-sync says it."""

    kind = Kind.NOT_FOUND
    reason = "APPOINTMENT_UNKNOWN"


@dataclass
class FakePeers:
    """What they know; ``away`` names those that do not answer."""

    calls: list[telephony_pb2.Call] = field(default_factory=list)
    truth_cases: list[telephony_pb2.TruthCase] = field(default_factory=list)
    appointments: list[appointment_pb2.Appointment] = field(default_factory=list)
    callbacks: list[care_pb2.Callback] = field(default_factory=list)
    wishes: list[care_pb2.WaitlistEntry] = field(default_factory=list)
    messages: list[message_pb2.Message] = field(default_factory=list)
    cases: list[sync_pb2.SyncCase] = field(default_factory=list)
    days: dict[tuple[str, str], list[availability_pb2.DayEntry]] = field(default_factory=dict)
    days_asked: int = 0
    blockers: list[availability_pb2.Blocker] = field(default_factory=list)
    explained: list[availability_pb2.ExplainSlotRequest] = field(default_factory=list)
    retried: list[sync_pb2.RetrySyncRequest] = field(default_factory=list)
    verified: dict[str, sync_pb2.VerifySyncResponse] = field(default_factory=dict)
    """By appointment; calcom-sync knows no other."""
    branches: list[business_pb2.Branch] = field(
        default_factory=lambda: [
            business_pb2.Branch(branch_id=BRANCH, name="Mitte", time_zone="Europe/Berlin")
        ]
    )
    away: set[str] = field(default_factory=set)
    looked_at_by: list[str] = field(default_factory=list)
    searches: list[telephony_pb2.ListCallsRequest] = field(default_factory=list)
    operations: Operations = field(default_factory=Operations)
    customers: Known = field(default_factory=Known)
    team: Team = field(default_factory=lambda: Team(TENANT))

    def require(self, name: str) -> None:
        if name in self.away:
            raise AwayError("not now")

    def servicers(self) -> dict[str, Servicer]:
        # Each answers what the console asks for, and no more.
        registry = _Registry(self)  # type: ignore[abstract]
        availability = _Availability(self)  # type: ignore[abstract]
        booking = _Booking(self)  # type: ignore[abstract]
        sync, calls = _Sync(self), _Calls(self)  # type: ignore[abstract]
        return {
            "registry": Servicer(registry, staff_grpc.add_StaffRegistryServiceServicer_to_server, "registry"),
            "availability": Servicer(
                availability, availability_grpc.add_AvailabilityServiceServicer_to_server, "availability"
            ),
            "booking": Servicer(booking, booking_grpc.add_BookingServiceServicer_to_server, "booking"),
            "sync": Servicer(sync, sync_grpc.add_CalendarSyncServiceServicer_to_server, "sync"),
            "calls": Servicer(calls, telephony_grpc.add_CallServiceServicer_to_server, "calls"),
        }


class _Registry(TeamRpcs):
    def __init__(self, known: FakePeers) -> None:
        self._known, self.team, self.names = known, known.team, NAMES

    def reached(self) -> None:
        self._known.require("registry")

    @property
    def _branch_ids(self) -> list[str]:
        return [branch.branch_id for branch in self._known.branches]

    async def GetBusiness(
        self, request: staff_pb2.GetBusinessRequest, context: Context
    ) -> staff_pb2.GetBusinessResponse:
        self._known.require("registry")
        business = business_pb2.Business(
            tenant_id=request.tenant_id,
            name=NAMES.get(request.tenant_id, "Praxis Süd"),
            branches=self._known.branches,
            people=[
                business_pb2.Person(person_id=ANNA, key="anna", name="Anna", branch_ids=self._branch_ids),
                business_pb2.Person(person_id=ANNA_TOO, key="anna-2", name="Anna Beispiel"),
            ],
            services=[
                business_pb2.Service(
                    service_id=PERM,
                    name="Dauerwelle",
                    phases=[
                        business_pb2.Phase(name="Wickeln", kind=business_pb2.PHASE_KIND_ACTIVE, minutes=50),
                        business_pb2.Phase(
                            name="Einwirken", kind=business_pb2.PHASE_KIND_GAP_FREE, minutes=15
                        ),
                    ],
                )
            ],
        )
        return staff_pb2.GetBusinessResponse(business=business)


class _Availability(AvailabilityOperations, availability_grpc.AvailabilityServiceServicer):
    def __init__(self, known: FakePeers) -> None:
        self.operations = known.operations
        self._known = known

    def reached(self) -> None:
        self._known.require("availability")

    async def BatchGetDays(
        self, request: availability_pb2.BatchGetDaysRequest, context: Context
    ) -> availability_pb2.BatchGetDaysResponse:
        self._known.require("availability")
        self._known.days_asked += 1
        return availability_pb2.BatchGetDaysResponse(
            days=[
                availability_pb2.Day(
                    person_id=each.person_id,
                    date=each.date,
                    entries=self._known.days.get((each.person_id, each.date), []),
                )
                for each in request.days
            ]
        )

    async def ExplainSlot(
        self, request: availability_pb2.ExplainSlotRequest, context: Context
    ) -> availability_pb2.ExplainSlotResponse:
        self._known.require("availability")
        self._known.explained.append(request)
        return availability_pb2.ExplainSlotResponse(
            free=not self._known.blockers, blockers=self._known.blockers
        )


class _Booking(BookingOperations, CareRpcs, CustomerRpcs):
    def __init__(self, known: FakePeers) -> None:
        self.customers = known.customers
        self.operations = known.operations
        self._known = self.known = known

    def reached(self) -> None:
        self._known.require("booking")

    async def ListAppointments(
        self, request: booking_pb2.ListAppointmentsRequest, context: Context
    ) -> booking_pb2.ListAppointmentsResponse:
        self._known.require("booking")
        found = [
            each
            for each in self._known.appointments
            if each.tenant_id == request.tenant_id
            and request.start_time_min.seconds <= each.start_time.seconds < request.start_time_max.seconds
        ]
        return booking_pb2.ListAppointmentsResponse(appointments=found)


class _Sync(SyncOperations, sync_grpc.CalendarSyncServiceServicer):
    def __init__(self, known: FakePeers) -> None:
        self.operations = known.operations
        self._known = known

    def reached(self) -> None:
        self._known.require("sync")

    def _of(self, appointment_id: str) -> sync_pb2.VerifySyncResponse:
        if appointment_id not in self._known.verified:
            raise AppointmentUnknownError("there is no such appointment")
        return self._known.verified[appointment_id]

    async def ListSyncCases(
        self, request: sync_pb2.ListSyncCasesRequest, context: Context
    ) -> sync_pb2.ListSyncCasesResponse:
        self._known.require("sync")
        found = [
            each
            for each in self._known.cases
            if each.tenant_id == request.tenant_id
            and request.appointment_id in {"", each.appointment_id}
            and (request.with_closed or not each.HasField("close_time"))
        ]
        at = int(request.page_token or 0)
        size = min(request.page_size or 100, 500)
        token = str(at + size) if at + size < len(found) else ""
        return sync_pb2.ListSyncCasesResponse(cases=found[at : at + size], next_page_token=token)

    async def VerifySync(
        self, request: sync_pb2.VerifySyncRequest, context: Context
    ) -> sync_pb2.VerifySyncResponse:
        self._known.require("sync")
        return self._of(request.appointment_id)

    async def GetSyncState(
        self, request: sync_pb2.GetSyncStateRequest, context: Context
    ) -> sync_pb2.GetSyncStateResponse:
        self._known.require("sync")
        verified = self._of(request.appointment_id)
        phases = [each.phase for each in verified.phases]
        return sync_pb2.GetSyncStateResponse(state=verified.state, phases=phases)

    async def RetrySync(
        self, request: sync_pb2.RetrySyncRequest, context: Context
    ) -> sync_pb2.RetrySyncResponse:
        self._known.require("sync")
        self._of(request.appointment_id)
        self._known.retried.append(request)
        return sync_pb2.RetrySyncResponse(state=sync_pb2.APPOINTMENT_SYNC_STATE_PENDING)

    async def ResolveCase(
        self, request: sync_pb2.ResolveCaseRequest, context: Context
    ) -> sync_pb2.ResolveCaseResponse:
        self._known.require("sync")
        for case in self._known.cases:
            if (case.tenant_id, case.case_id) == (request.tenant_id, request.case_id):
                case.resolution, case.resolved_by = request.resolution, request.operator
                case.close_time.GetCurrentTime()
                return sync_pb2.ResolveCaseResponse(case=case)
        raise CaseUnknownError("no such case")

    async def GetBudget(
        self, request: sync_pb2.GetBudgetRequest, context: Context
    ) -> sync_pb2.GetBudgetResponse:
        self._known.require("sync")
        return sync_pb2.GetBudgetResponse(accounts=[sync_pb2.AccountBudget(tokens=42.7, waiting=3)])


class _Calls(CallOperations, CallRpcs):
    def __init__(self, known: FakePeers) -> None:
        self.operations = known.operations
        self._known = self.known = known

    def reached(self) -> None:
        self._known.require("calls")
