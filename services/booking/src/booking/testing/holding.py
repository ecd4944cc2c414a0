"""An availability with holds, for the waiting list: hours of one or more people, free unless busy or held."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from booking.domain.option import PhaseKind
from booking.errors import OptionUnknownError, SlotTakenError
from booking.instants import timestamp
from booking.testing.availability import ScriptedAvailability, claimed, option_to_wire
from booking.testing.samples import PERSON, an_option
from chassis.clock import Clock
from chassis.errors import Kind, ServiceError
from rufbuch.availability.v1 import service_pb2

HOUR = timedelta(hours=1)
HOLD = timedelta(minutes=5)
Slot = tuple[UUID, datetime]
"""An hour of a person."""


class PersonUnknownError(ServiceError):
    """As availability says it."""

    kind = Kind.NOT_FOUND
    reason = "PERSON_UNKNOWN"


@dataclass
class Hold:
    """What an option stands for, and until when it is held."""

    owner: str
    slot: Slot
    until: datetime
    claimed: bool = False


class HoldingAvailability(ScriptedAvailability):
    """Everything takes an hour. Speaks the part of the contract that the waiting list needs; expiry by the clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.hours: list[Slot] = []
        """That somebody works."""
        self.busy: dict[Slot, str] = {}
        """Taken by appointments, by their ids."""
        self.unheard: dict[Slot, str] = {}
        """Taken by appointments that have given their time back, of which it has not heard."""
        self.holds: dict[str, Hold] = {}
        self.left: set[UUID] = set()
        """People whom the business no longer has."""
        self.notice = timedelta()
        """How long before its start a slot can still be found; what was promised is kept (DECISIONS 34)."""
        self._number = 0

    async def SearchSlots(self, request: service_pb2.SearchSlotsRequest, context: Any) -> Any:  # noqa: ANN401, ARG002, N802 - named by the contract
        """See the contract."""
        self._must_answer()
        free = [
            slot
            for slot in sorted(self.hours, key=lambda slot: (slot[1], slot[0]))
            if request.person_id in {"", str(slot[0])}
            and self.is_free(slot, request.call_id)
            and self._is_in_time(slot)
        ]
        for window in request.windows:
            start, end = window.start_time.ToDatetime(UTC), window.end_time.ToDatetime(UTC)
            if inside := [slot for slot in free if start <= slot[1] < end]:
                return self._found(service_pb2.SEARCH_OUTCOME_AVAILABLE, request.call_id, inside[0])
        begin = min((window.start_time.ToDatetime(UTC) for window in request.windows), default=None)
        if begin and (later := [slot for slot in free if slot[1].date() >= begin.date()]):
            return self._found(service_pb2.SEARCH_OUTCOME_ALTERNATIVES, request.call_id, later[0])
        return service_pb2.SearchSlotsResponse(outcome=service_pb2.SEARCH_OUTCOME_UNAVAILABLE)

    def _found(
        self, outcome: service_pb2.SearchOutcome.ValueType, owner: str, slot: Slot
    ) -> service_pb2.SearchSlotsResponse:
        return service_pb2.SearchSlotsResponse(
            outcome=outcome, options=[self._hold(owner, slot)], hold_state=service_pb2.HOLD_STATE_HELD
        )

    async def HoldOptions(self, request: service_pb2.HoldOptionsRequest, context: Any) -> Any:  # noqa: ANN401, ARG002, N802 - named by the contract
        """See the contract; of one slot."""
        self._must_answer()
        (wanted,) = request.slots
        slot = (UUID(wanted.person_id or str(PERSON)), wanted.start_time.ToDatetime(UTC))
        if slot[0] in self.left:
            raise PersonUnknownError("nobody of that id works here")
        if slot not in self.hours or not self.is_free(slot, request.call_id):
            raise SlotTakenError("somebody else has it")
        if not (request.promised or self._is_in_time(slot)):
            raise SlotTakenError("too soon by now")
        return service_pb2.HoldOptionsResponse(options=[self._hold(request.call_id, slot)])

    async def ReleaseHolds(self, request: service_pb2.ReleaseHoldsRequest, context: Any) -> Any:  # noqa: ANN401, ARG002, N802 - named by the contract
        """See the contract."""
        self._must_answer()
        return service_pb2.ReleaseHoldsResponse(released=self._release(request.call_id))

    async def ExplainSlot(self, request: service_pb2.ExplainSlotRequest, context: Any) -> Any:  # noqa: ANN401, ARG002, N802 - named by the contract
        """See the contract; of appointments only."""
        self._must_answer()
        slot = (UUID(request.person_id), request.start_time.ToDatetime(UTC))
        known = self.unheard.get(slot) or self.busy.get(slot)
        blockers = [service_pb2.Blocker(appointment_id=known)] if known else []
        if self.holders(slot):
            blockers.append(service_pb2.Blocker(kind=service_pb2.BLOCKER_KIND_HOLD))
        return service_pb2.ExplainSlotResponse(free=not blockers, blockers=blockers)

    async def ClaimOption(self, request: service_pb2.ClaimOptionRequest, context: Any) -> Any:  # noqa: ANN401, ARG002, N802 - named by the contract
        """See the contract."""
        self._must_answer()
        hold = self.holds.get(request.option_id)
        if hold is None or hold.owner != request.call_id:
            raise OptionUnknownError("never offered to this call")
        if not self._lives(hold) and not self.is_free(hold.slot, hold.owner):
            raise SlotTakenError("somebody else has it")
        if not hold.claimed:
            hold.claimed, hold.until = True, max(hold.until, self._clock.now() + HOLD)
        return claimed(request.option_id, self._option(hold.slot))

    def is_free(self, slot: Slot, owner: str = "") -> bool:
        """Whether an owner could have it."""
        held = (each for each in self.holds.values() if each.slot == slot and self._lives(each))
        others = any(each.owner != owner or each.claimed for each in held)
        return not (others or slot in self.busy or slot in self.unheard)

    def holders(self, slot: Slot) -> list[str]:
        """Who holds it."""
        return [each.owner for each in self.holds.values() if each.slot == slot and self._lives(each)]

    def end_claimed(self) -> None:
        """As if all that was claimed had been so long ago."""
        for each in self.holds.values():
            each.until = self._clock.now() if each.claimed else each.until

    def lose(self) -> None:
        """As if the store of the holds had been emptied."""
        self.holds.clear()

    def _hold(self, owner: str, slot: Slot) -> service_pb2.Option:
        self._release(owner)
        self._number += 1
        option_id, until = f"o-{self._number:08d}", self._clock.now() + HOLD
        self.holds[option_id] = Hold(owner, slot, until)
        option = option_to_wire(option_id, self._option(slot))
        option.hold_expire_time.CopyFrom(timestamp(until))
        return option

    def _is_in_time(self, slot: Slot) -> bool:
        return slot[1] - self._clock.now() >= self.notice

    def _release(self, owner: str) -> int:
        ours = [each for each in self.holds.values() if each.owner == owner and not each.claimed]
        live = sum(map(self._lives, ours))
        for each in ours:
            each.until = self._clock.now()
        return live

    def _lives(self, hold: Hold) -> bool:
        return hold.until > self._clock.now()

    @staticmethod
    def _option(slot: Slot) -> Any:  # noqa: ANN401 - an option of the samples
        return an_option(slot[1], [(PhaseKind.ACTIVE, 60)], slot[0])

    def _must_answer(self) -> None:
        if self.refusal:
            raise self.refusal
