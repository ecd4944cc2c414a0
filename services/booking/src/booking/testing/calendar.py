"""An availability with one person's calendar, in which starts are free or not; what is offered can be claimed."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from booking.domain.option import PhaseKind
from booking.errors import AvailabilityUnavailableError, SlotTakenError
from booking.instants import timestamp
from booking.testing.availability import ScriptedAvailability, option_to_wire
from booking.testing.samples import PERSON, SERVICE, an_option
from chassis.errors import Kind, ServiceError
from rufbuch.availability.v1 import service_pb2


class BranchUnknownError(ServiceError):
    """Availability's own."""

    kind, reason = Kind.NOT_FOUND, "BRANCH_UNKNOWN"


class ServiceUnknownError(ServiceError):
    """Availability's own."""

    kind, reason = Kind.NOT_FOUND, "SERVICE_UNKNOWN"


class PersonUnknownError(ServiceError):
    """Availability's own."""

    kind, reason = Kind.NOT_FOUND, "PERSON_UNKNOWN"


HOUR = ((PhaseKind.ACTIVE, 60),)
_STEP = timedelta(minutes=60)


class ScriptedCalendar(ScriptedAvailability):
    """Every start is free but for ``blocked``; what is not free has the next free hour as its alternative."""

    def __init__(self) -> None:
        super().__init__()
        self.blocked: dict[datetime, service_pb2.BlockerKind.ValueType] = {}
        self.searched: list[datetime] = []
        self.fails_at: datetime | None = None
        """The search for this start gets no answer."""
        self.meanwhile: dict[datetime, Callable[[], Awaitable[None]]] = {}
        """What happens, once, while a start is looked for."""
        self.held: list[list[datetime]] = []
        self.holds_work = self.says_why = True
        self.people = {PERSON}
        self.known: set[tuple[str, str]] | None = None
        """Tenants and branches; None: whichever is asked about."""

    def offer(self, start: datetime) -> str:
        """A start as an option that can be claimed."""
        option_id = f"o-{start:%y%m%d%H%M}"
        self.options[option_id] = an_option(start, HOUR)
        return option_id

    def _must_know(self, request: Any) -> None:  # noqa: ANN401 - any request
        if self.known is not None and (request.tenant_id, request.branch_id) not in self.known:
            raise BranchUnknownError("there is no such branch")

    async def ClaimOption(  # noqa: N802
        self,
        request: service_pb2.ClaimOptionRequest,
        context: Any,  # noqa: ANN401
    ) -> service_pb2.ClaimOptionResponse:
        """See the contract."""
        self._must_know(request)
        return await super().ClaimOption(request, context)

    async def SearchSlots(  # noqa: N802 - named by the contract
        self,
        request: service_pb2.SearchSlotsRequest,
        context: Any,  # noqa: ARG002, ANN401 - as the generated code has it
    ) -> service_pb2.SearchSlotsResponse:
        """See the contract."""
        start = _instant(request.start_time)
        self.searched.append(start)
        if start in self.meanwhile:
            await self.meanwhile.pop(start)()
        if start == self.fails_at:
            raise AvailabilityUnavailableError("gone for a moment")
        if start not in self.blocked:
            return _found(service_pb2.SEARCH_OUTCOME_AVAILABLE, self._option(start))
        other = start + _STEP
        while other in self.blocked or timestamp(other) in request.excluded_start_times:
            other += _STEP
        return _found(service_pb2.SEARCH_OUTCOME_ALTERNATIVES, self._option(other))

    async def ExplainSlot(  # noqa: N802
        self,
        request: service_pb2.ExplainSlotRequest,
        context: Any,  # noqa: ARG002, ANN401
    ) -> service_pb2.ExplainSlotResponse:
        """See the contract."""
        kind = self.blocked.get(_instant(request.start_time)) if self.says_why else None
        return service_pb2.ExplainSlotResponse(
            free=kind is None, blockers=[service_pb2.Blocker(kind=kind)] if kind else []
        )

    async def HoldOptions(  # noqa: N802
        self,
        request: service_pb2.HoldOptionsRequest,
        context: Any,  # noqa: ARG002, ANN401
    ) -> service_pb2.HoldOptionsResponse:
        """See the contract."""
        if not self.holds_work:
            raise SlotTakenError("not all of these starts are free")
        starts = [_instant(slot.start_time) for slot in request.slots]
        self.held.append(starts)
        return service_pb2.HoldOptionsResponse(options=[self._option(start, held=True) for start in starts])

    async def PlanSlot(  # noqa: N802
        self,
        request: service_pb2.PlanSlotRequest,
        context: Any,  # noqa: ARG002, ANN401
    ) -> service_pb2.PlanSlotResponse:
        """See the contract."""
        self._must_know(request)
        if request.service_id != str(SERVICE):
            raise ServiceUnknownError("there is no such service")
        if UUID(request.person_id) not in self.people:
            raise PersonUnknownError("there is no such person")
        option = an_option(_instant(request.start_time), HOUR, UUID(request.person_id))
        return service_pb2.PlanSlotResponse(
            option=option_to_wire("", option), service_name=option.service_name
        )

    def _option(self, start: datetime, *, held: bool = False) -> service_pb2.Option:
        option_id = self.offer(start)
        made = option_to_wire(option_id, an_option(start, HOUR, PERSON))
        if held:
            made.hold_expire_time.CopyFrom(timestamp(start))
        return made


def _found(
    outcome: service_pb2.SearchOutcome.ValueType, option: service_pb2.Option
) -> service_pb2.SearchSlotsResponse:
    return service_pb2.SearchSlotsResponse(outcome=outcome, options=[option])


def _instant(sent: Timestamp) -> datetime:
    return sent.ToDatetime(UTC)
