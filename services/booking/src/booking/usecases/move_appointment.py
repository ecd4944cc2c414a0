"""Move an appointment to another time, once for each wish; if anything fails the old time stands."""

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from booking.domain.appointment import Appointment
from booking.domain.booking import move
from booking.domain.change import Change, Moved, MoveOrder, Order
from booking.domain.option import ClaimedOption
from booking.domain.policy import Fee
from booking.errors import SlotTakenError
from booking.usecases.change_appointment import ATTEMPTS, Changes, Policies, rules_for, standing_for
from booking.usecases.claim_options import Options
from chassis.clock import Clock
from chassis.errors import ServiceError


class Moves(Protocol):
    """Where moves are kept, and the answers to wishes."""

    async def answer_to(self, order: MoveOrder) -> Moved | None:
        """What the request_id was answered with, or the same call for the same option and appointment.

        Raises RequestIdReusedError where the request_id was used for something else.
        """
        ...

    async def commit(
        self, order: MoveOrder, before: Appointment, moved: Moved, change: Change
    ) -> Moved | None:
        """Give the old time back and keep the new one, in one transaction; the move as it was kept.

        None: somebody else has changed the appointment, or answered the wish. Raises SlotTakenError.
        """
        ...


class MoveAppointment:
    """The use case. The new time is claimed before the old one is touched (BK-19)."""

    def __init__(
        self,
        options: Options,
        changes: Changes,
        moves: Moves,
        policies: Policies,
        *,
        clock: Clock,
        new_id: Callable[[], UUID],
    ) -> None:
        self._options, self._changes, self._moves, self._policies = options, changes, moves, policies
        self._clock, self._new_id = clock, new_id

    async def __call__(self, order: MoveOrder) -> Moved:
        """Move exactly the appointment that is named (BK-17). Raises as BookAppointment and ChangeAppointment."""
        return await self._moves.answer_to(order) or await self._move(order)

    async def fee_of(self, order: Order) -> Fee:
        """What moving would cost now. Raises as ``__call__`` where it is forbidden."""
        return (await self._allowed(order))[1]

    async def _move(self, order: MoveOrder) -> Moved:
        try:
            before, fee = await self._allowed(order.order)
            option = await self._options.claim(order.offer)
            for _ in range(ATTEMPTS):
                moved = await self._commit(order, before, option, fee)
                if moved:
                    return moved
                before, fee = await self._allowed(order.order)
        except ServiceError:
            # A twin may have been faster: it is moved, or the time is taken, by this very wish.
            answer = await self._moves.answer_to(order)
            if answer is None:
                raise
            return answer
        raise SlotTakenError("this call has the option for another appointment")

    async def _allowed(self, order: Order) -> tuple[Appointment, Fee]:
        now = self._clock.now()
        before = (await standing_for(self._changes, order, now)).appointment
        # Refused here where the state forbids it, before anything is claimed.
        before.give_way(before.appointment_id, now)
        order.must_know(before)
        rules = await rules_for(self._policies, order, before)
        fee = rules.move(before, now=now)
        order.must_agree_to(fee)
        return before, fee

    async def _commit(
        self, order: MoveOrder, before: Appointment, option: ClaimedOption, fee: Fee
    ) -> Moved | None:
        now = self._clock.now()
        previous, successor = move(before, option, order.offer.call_id, now=now, new_id=self._new_id)
        moved = Moved(previous, successor, fee, repeated=False)
        change = Change(order.order.actor, order.order.reason, now, fee)
        return await self._moves.commit(order, before, moved, change)
