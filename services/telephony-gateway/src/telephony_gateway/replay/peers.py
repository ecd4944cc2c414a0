"""The other services of a replay: they answer again what they must have answered then."""
# ruff: noqa: ARG002 - the arguments are those of the ports; a recording answers whatever is asked

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from telephony_gateway.domain.answers import Status
from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.envelope import Caller
from telephony_gateway.domain.session import Session, Window
from telephony_gateway.usecases.ports import (
    Appointment,
    AppointmentState,
    BookedDate,
    CallbackWish,
    Changed,
    Denial,
    Denied,
    FeeDue,
    Found,
    FoundSlot,
    KnownCustomer,
    NameRefusedError,
    OutcomeUnknownError,
    PeerUnavailableError,
    Refused,
    SearchOutcome,
    SlotWish,
    WaitingWish,
)

_OUTCOMES = {
    Status.AVAILABLE.value: SearchOutcome.AVAILABLE,
    Status.ALTERNATIVES.value: SearchOutcome.ALTERNATIVES,
    Status.CLOSED.value: SearchOutcome.CLOSED,
    Status.TOO_SOON.value: SearchOutcome.TOO_SOON,
    Status.TOO_FAR.value: SearchOutcome.TOO_FAR,
    Status.PAST.value: SearchOutcome.PAST,
}
_REFUSALS = {
    Status.TAKEN.value: Refused.TAKEN,
    Status.NEED_OPTION.value: Refused.OPTION_UNKNOWN,
    Status.NEED_NAME.value: Refused.NAME_INVALID,
}
_WHY = {"not_the_customer": Denial.NOT_YOURS, "state": Denial.STATE}


@dataclass
class RecordedPeers:
    """All ports at once. ``answer`` is what was answered to the function that is being replayed."""

    branch: DialledBranch
    min_notice_minutes: int
    answer: Mapping[str, Any] = field(default_factory=dict)
    known: dict[str, Appointment] = field(default_factory=dict)

    def _status(self) -> str:
        """As recorded; raises where a peer did not answer then."""
        status = str(self.answer.get("status", ""))
        if status == Status.PENDING.value or self.answer.get("error") in {"unconfirmed", "timeout"}:
            raise OutcomeUnknownError("as recorded")
        if status == Status.ERROR.value:
            raise PeerUnavailableError("as recorded")
        return status

    async def search(self, branch: DialledBranch, caller: Caller, wish: SlotWish) -> Found:
        """The options that were offered."""
        slots = tuple(self._slot(option) for option in self.answer.get("options", ()))
        status = self._status()
        if status == Status.OFFERED.value:
            exact = slots and wish.start in {None, slots[0].start}
            outcome = SearchOutcome.AVAILABLE if exact else SearchOutcome.ALTERNATIVES
        else:
            outcome = _OUTCOMES.get(status, SearchOutcome.UNAVAILABLE)
        held = all(slot.held_until for slot in slots)
        return Found(outcome, slots, held, self.min_notice_minutes, self.branch.horizon_days)

    def _slot(self, option: Mapping[str, Any]) -> FoundSlot:
        held = option.get("held_until")
        return FoundSlot(
            option["option_id"],
            datetime.fromisoformat(option["start"]),
            datetime.fromisoformat(option["end"]),
            self._person_id(option["staff"]),
            self._service_id(option["service"]),
            datetime.fromisoformat(held) if held else None,
        )

    def _person_id(self, name: str) -> str:
        return next((one.person_id for one in self.branch.people if one.name == name), "")

    def _service_id(self, name: str) -> str:
        return next((one.service_id for one in self.branch.services if one.name == name), "")

    async def book(
        self,
        branch: DialledBranch,
        caller: Caller,
        *,
        option_id: str,
        name: str,
        email: str = "",
        voucher: bytes = b"",
    ) -> Appointment | Refused:
        """The appointment that was made, or the refusal."""
        status = self._status()
        if status in _REFUSALS:
            return _REFUSALS[status]
        return self._note(self.answer)

    async def book_series(
        self, branch: DialledBranch, caller: Caller, *, option_id: str, name: str, weeks: int, dates: int
    ) -> tuple[BookedDate, ...] | Refused:
        """What became of each date."""
        first = await self.book(branch, caller, option_id=option_id, name=name)
        if isinstance(first, Refused):
            return first
        others = iter(self._slot(option) for option in self.answer.get("options", ()))
        return tuple(self._date(told, first, others) for told in self.answer.get("series", ()))

    def _date(self, told: Mapping[str, Any], first: Appointment, others: Iterator[FoundSlot]) -> BookedDate:
        start = datetime.fromisoformat(told["start"])
        if told["status"] == "not_booked":
            return BookedDate(start, None, told["reason"], next(others, None))
        state = AppointmentState.BOOKED if told["status"] == "booked" else AppointmentState.CANCELLED
        made = replace(first, appointment_id=told["appointment_id"], start=start, state=state)
        self.known.setdefault(made.appointment_id, made)
        return BookedDate(start, made)

    def _note(self, described: Mapping[str, Any]) -> Appointment:
        made = Appointment(
            str(described["appointment_id"]),
            (self._service_id(described["service"]),),
            described["service"],
            self._person_id(described["staff"]),
            datetime.fromisoformat(described["start"]),
            booked_for=str(described.get("customer_name", "")),
            written_by=str(described.get("confirmation", "")),
        )
        self.known.setdefault(made.appointment_id, made)
        return made

    async def of_caller(
        self, branch: DialledBranch, caller: Caller, *, since: datetime
    ) -> tuple[Appointment, ...]:
        """What the answers of the call show of the caller's appointments."""
        if self.answer.get("status") == Status.ERROR.value:
            self._status()
        for described in self.answer.get("appointments", ()):
            self._note(described)
        if self.answer.get("status") == Status.CANCELLED.value:
            self._note(self.answer)
        return tuple(sorted(self.known.values(), key=lambda one: (one.start, one.appointment_id)))

    async def exists(self, branch: DialledBranch, appointment_id: str) -> bool:
        """As the refusal tells."""
        return self._status() == Status.DENIED.value

    async def move_terms(
        self, branch: DialledBranch, caller: Caller, appointment_id: str
    ) -> Denied | FeeDue | None:
        """As recorded of what was offered, or not."""
        return self._denied() or (self._fee_due() if self.answer.get("options") else None)

    async def cancel(
        self, branch: DialledBranch, caller: Caller, appointment_id: str, *, reason: str, fee_agreed: int
    ) -> Changed | Denied | FeeDue:
        """As recorded."""
        refused = self._denied() or self._fee_due()
        if refused:
            return refused
        gone = replace(self._note(self.answer), state=AppointmentState.CANCELLED)
        self.known[gone.appointment_id] = gone
        return Changed(gone)

    async def move(
        self, branch: DialledBranch, caller: Caller, appointment_id: str, *, option_id: str, fee_agreed: int
    ) -> Changed | Denied | Refused | FeeDue:
        """As recorded."""
        refused = self._denied() or self._fee_due()
        if refused or self._status() == Status.TAKEN.value:
            return refused or Refused.TAKEN
        self.known.pop(appointment_id, None)
        return Changed(self._note(self.answer))

    def _fee_due(self) -> FeeDue | None:
        """What the answer asks about."""
        if "fee_minor" not in self.answer:
            return None
        return FeeDue(int(self.answer["fee_minor"]), str(self.answer.get("fee_currency", "")))

    def _denied(self) -> Denied | None:
        if self._status() == Status.NOT_FOUND.value:
            return Denied(Denial.UNKNOWN)
        if self._status() != Status.DENIED.value:
            return None
        rule, limit = str(self.answer.get("rule", "")), str(self.answer.get("limit", ""))
        return Denied(_WHY.get(rule, Denial.POLICY), rule, limit)

    async def customer(self, branch: DialledBranch, number: str) -> KnownCustomer | None:
        """What was told of the caller."""
        name = str(self.answer.get("customer_name", ""))
        service = self._service_id(str(self.answer.get("usual_service", "")))
        person = self._person_id(str(self.answer.get("usual_staff", "")))
        return KnownCustomer(name, None, service, person)

    async def offers(self, branch: DialledBranch, number: str) -> tuple[FoundSlot, ...]:
        """What the caller was greeted with; what a search was answered with stands among its options."""
        greeted = self.answer.get("status") == Status.OK.value
        return tuple(map(self._slot, self.answer.get("options", ()))) if greeted else ()

    async def note_callback(self, branch: DialledBranch, caller: Caller, wish: CallbackWish) -> datetime:
        """Until when it was planned."""
        self._status()
        return datetime.fromisoformat(self.answer["due"])

    async def join_waitlist(self, branch: DialledBranch, caller: Caller, wish: WaitingWish) -> Window:
        """The window that was stored."""
        if self._status() == Status.NEED_NAME.value:
            raise NameRefusedError("as recorded")
        return Window(
            datetime.fromisoformat(self.answer["window_start"]),
            datetime.fromisoformat(self.answer["window_end"]),
        )

    async def of(self, tenant_id: str, call_id: str) -> Session:
        """Nobody else has notes of a replay."""
        return Session()

    async def keep(self, tenant_id: str, call_id: str, session: Session) -> None:
        """The one who replays keeps the session himself."""
