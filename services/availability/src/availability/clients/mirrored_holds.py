"""Owns the telling of what is held to whoever shows it outside: behind the answers, and never more important than they."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import grpc

from availability.domain.holds import Caller, Held, Offer, Scope, Taking
from availability.domain.service import PhaseKind
from availability.stamps import stamp
from availability.usecases.business import Business
from availability.usecases.ports import Claim, Extension, Holds, Placement, Placing, Terms
from rufbuch.calendarsync.v1 import service_pb2, service_pb2_grpc
from signals.metrics import Counter

if TYPE_CHECKING:
    from rufbuch.calendarsync.v1.service_pb2_grpc import CalendarSyncServiceAsyncStub

WAITING_MAX = 1000
DEADLINE_S = 1.0
_log = logging.getLogger(__name__)
_told = Counter(
    "rufbuch_availability_holds_told",
    "What was held, told to be shown outside",
    {"outcome": ("told", "dropped", "lost")},
)


class HoldTeller:
    """Tells calendar-sync what calls hold. What comes too fast, or while it is away, is lost; holds end by themselves."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: CalendarSyncServiceAsyncStub = service_pb2_grpc.CalendarSyncServiceStub(channel)
        self._waiting: asyncio.Queue[service_pb2.MirrorHoldsRequest] = asyncio.Queue(WAITING_MAX)

    def tell(self, request: service_pb2.MirrorHoldsRequest) -> None:
        """Soon; nobody waits for it."""
        try:
            self._waiting.put_nowait(request)
        except asyncio.QueueFull:
            _told.labels("dropped").inc()

    async def run(self) -> None:
        """One after the other, for as long as the replica lives."""
        while True:
            request = await self._waiting.get()
            try:
                await self._stub.MirrorHolds(request, timeout=DEADLINE_S)
            except grpc.aio.AioRpcError as error:
                _told.labels("lost").inc()
                _log.info("what is held was not told", extra={"code": error.code().name})
            else:
                _told.labels("told").inc()


class MirroredHolds:
    """Implements usecases.ports.Holds over another one, and tells what changes of businesses that want it."""

    def __init__(self, holds: Holds, teller: HoldTeller, known: Callable[[str], Business | None]) -> None:
        self._holds, self._teller, self._known = holds, teller, known

    async def taken(
        self,
        scope: Scope,
        owners: Sequence[str],
        *,
        ignoring_call: str,
        kept: Sequence[str] = (),
        moved: Sequence[Taking] = (),
        now: datetime,
    ) -> tuple[Held, ...]:
        """See Holds."""
        return await self._holds.taken(
            scope, owners, ignoring_call=ignoring_call, kept=kept, moved=moved, now=now
        )

    async def place(
        self, scope: Scope, caller: Caller, offers: Sequence[Offer], terms: Terms, *, now: datetime
    ) -> Placement:
        """See Holds."""
        placement = await self._holds.place(scope, caller, offers, terms, now=now)
        if placement.expires and self._wants(scope):
            held = [offer for offer in offers if offer.option_id in placement.options]
            self._tell(scope, caller.call_id, now, placement.expires, _phases(held))
        elif placement.placing is Placing.OFFERED and self._wants(scope):
            self._tell(scope, caller.call_id, now, None)
        return placement

    async def extend(self, scope: Scope, call_id: str, *, lasting: timedelta, now: datetime) -> Extension:
        """See Holds."""
        extension = await self._holds.extend(scope, call_id, lasting=lasting, now=now)
        if extension.expires and self._wants(scope):
            self._tell(scope, call_id, now, extension.expires)
        return extension

    async def release(self, scope: Scope, call_id: str, *, kept: Sequence[str] = (), now: datetime) -> int:
        """See Holds."""
        released = await self._holds.release(scope, call_id, kept=kept, now=now)
        if self._wants(scope):
            self._tell(scope, call_id, now, None)
        return released

    async def claim(
        self,
        scope: Scope,
        option_id: str,
        call_id: str,
        *,
        again: bool,
        moved: Sequence[Taking] = (),
        now: datetime,
    ) -> Claim:
        """See Holds. What is claimed stays shown until its booking is."""
        return await self._holds.claim(scope, option_id, call_id, again=again, moved=moved, now=now)

    def _wants(self, scope: Scope) -> bool:
        business = self._known(scope.tenant_id)
        return business is not None and business.mirrors_holds

    def _tell(
        self,
        scope: Scope,
        call_id: str,
        now: datetime,
        expires: datetime | None,
        phases: Iterable[service_pb2.HeldPhase] = (),
    ) -> None:
        self._teller.tell(
            service_pb2.MirrorHoldsRequest(
                tenant_id=scope.tenant_id,
                call_id=call_id,
                as_of_time=stamp(now),
                expire_time=stamp(expires) if expires else None,
                phases=phases,
            )
        )


def _phases(offers: Iterable[Offer]) -> Iterator[service_pb2.HeldPhase]:
    """Those in which somebody is needed, each by its place in its own service."""
    for offer in offers:
        for _, leg in groupby(offer.phases, lambda phase: phase.leg):
            for position, phase in enumerate(leg):
                if phase.kind is PhaseKind.ACTIVE:
                    yield service_pb2.HeldPhase(
                        service_id=phase.service_id,
                        phase_position=position,
                        person_id=phase.person_id,
                        start_time=stamp(phase.start),
                        end_time=stamp(phase.end),
                    )
