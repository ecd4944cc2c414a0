"""The staff registry through a cache that its changes empty."""

import asyncio
import logging
import time as monotonic_clock
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import grpc

from rufbuch.staff.v1 import business_pb2, service_pb2, service_pb2_grpc
from signals.metrics import Gauge
from telephony_gateway.clients.faults import peer_error, reason_of
from telephony_gateway.domain.business import (
    BookableService,
    Colleague,
    DialledBranch,
    Hours,
    OtherBranch,
    Span,
)
from telephony_gateway.domain.sentence_texts import Text
from telephony_gateway.domain.sentences import Voice
from telephony_gateway.domain.workspaces import DEFAULT
from telephony_gateway.usecases.ports import NobodyDialled

if TYPE_CHECKING:
    from rufbuch.staff.v1.service_pb2_grpc import StaffRegistryServiceAsyncStub

FRESH_S = 60.0
"""How long an entry is used without asking while the stream of changes is broken."""
USABLE_S = 3600.0
"""How long an old entry is better than none while the registry is out of reach."""
RECONNECT_S = 1.0
DEFAULT_LANGUAGE = Voice("de")
"""Spoken where no business is known yet."""
_SERVICE = "rufbuch.staff.v1.StaffRegistryService"
HARMLESS_TO_REPEAT = (f"{_SERVICE}/ResolveDialledNumber", f"{_SERVICE}/GetBusiness")
_log = logging.getLogger(__name__)
_watching = Gauge("rufbuch_gateway_registry_watched", "1 while changes of the registry arrive")


@dataclass(frozen=True)
class _Entry:
    branch: DialledBranch
    read_at: float


class RegistryDirectory:
    """Who is dialled, answered from memory: businesses are read when the registry tells of them, before anybody calls
    them. One RPC where a number is not known yet."""

    def __init__(
        self, channel: grpc.aio.Channel, *, seconds: Callable[[], float] = monotonic_clock.monotonic
    ) -> None:
        self._stub: StaffRegistryServiceAsyncStub = service_pb2_grpc.StaffRegistryServiceStub(channel)
        self._seconds = seconds
        self._entries: dict[str, _Entry] = {}
        self._languages: dict[str, Voice] = {}
        self._position = ""
        self._is_watching = False
        self._changes = 0
        self._stale: dict[str, None] = {}
        self._is_stale = asyncio.Event()

    async def dialled(self, number: str) -> DialledBranch | NobodyDialled:
        """The branch behind a number. Raises PeerError where it is not known and cannot be asked for."""
        entry = self._entries.get(number)
        if entry and (self._is_watching or self._seconds() - entry.read_at < FRESH_S):
            return entry.branch
        changes = self._changes
        try:
            answer = await self._stub.ResolveDialledNumber(
                service_pb2.ResolveDialledNumberRequest(dialled_number=number)
            )
        except grpc.aio.AioRpcError as error:
            if reason_of(error) in {"NUMBER_UNKNOWN", "NUMBER_INVALID"}:
                self._entries.pop(number, None)
                return NobodyDialled()
            if entry and self._seconds() - entry.read_at < USABLE_S:
                return entry.branch
            raise peer_error("staff-registry", error) from error
        branch = read_branch(answer.business, answer.branch_id)
        if changes == self._changes:
            # Otherwise what was read may be what it was before the change.
            self._note(number, branch)
        return branch

    def language_of(self, number: str) -> Voice:
        """As it was when the business was last read; German where it never was."""
        return self._languages.get(number, DEFAULT_LANGUAGE)

    async def watch(self) -> None:
        """Read a business again whenever the registry says that it has changed; until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._refresh())
            while True:
                try:
                    await self._follow()
                except grpc.aio.AioRpcError as error:
                    if reason_of(error) == "POSITION_INVALID":
                        self._position = ""
                    _log.warning("the registry's changes are not heard", extra={"code": error.code().name})
                self._set_watching(is_watching=False)
                await asyncio.sleep(RECONNECT_S)

    async def _follow(self) -> None:
        stream = self._stub.WatchChanges(service_pb2.WatchChangesRequest(after=self._position))
        # Headers come when the stream stands: from here on no change is missed.
        await stream.initial_metadata()
        self._set_watching(is_watching=True)
        async for change in stream:
            self._forget(change.tenant_id)
            self._position = change.position

    async def _refresh(self) -> None:
        """Read what has changed, so that no caller waits for it; until cancelled."""
        while True:
            await self._is_stale.wait()
            tenant_id, changes = next(iter(self._stale)), self._changes
            try:
                answer = await self._stub.GetBusiness(service_pb2.GetBusinessRequest(tenant_id=tenant_id))
            except grpc.aio.AioRpcError as error:
                if reason_of(error) != "BUSINESS_UNKNOWN":
                    await asyncio.sleep(RECONNECT_S)
                    continue
            else:
                if changes != self._changes:
                    continue
                self._note_business(answer.business)
            self._stale.pop(tenant_id, None)
            if not self._stale:
                self._is_stale.clear()

    def _note_business(self, business: business_pb2.Business) -> None:
        for described in business.branches:
            branch = read_branch(business, described.branch_id)
            for number in described.dialled_numbers:
                self._note(number, branch)

    def _note(self, number: str, branch: DialledBranch) -> None:
        self._entries[number] = _Entry(branch, self._seconds())
        self._languages[number] = branch.language

    def _set_watching(self, *, is_watching: bool) -> None:
        if is_watching and not self._is_watching:
            # What was read while nobody listened may be old.
            for tenant_id in {entry.branch.tenant_id for entry in self._entries.values()}:
                self._forget(tenant_id)
        self._is_watching = is_watching
        _watching.set(is_watching)

    def _forget(self, tenant_id: str) -> None:
        self._changes += 1
        stale = [number for number, entry in self._entries.items() if entry.branch.tenant_id == tenant_id]
        for number in stale:
            del self._entries[number]
        self._stale[tenant_id] = None
        self._is_stale.set()


def read_branch(business: business_pb2.Business, branch_id: str) -> DialledBranch:
    """A branch as a conversation needs it."""
    branch = next(found for found in business.branches if found.branch_id == branch_id)
    people = [each for each in business.people if branch_id in each.branch_ids and not each.retired]
    return DialledBranch(
        tenant_id=business.tenant_id,
        branch_id=branch_id,
        business_name=business.name,
        language=_voice(business),
        zone=ZoneInfo(branch.time_zone),
        horizon_days=branch.horizon_days,
        opening_hours=tuple(_hours(hours) for hours in branch.opening_hours),
        services=tuple(
            _service(service, business.language) for service in business.services if not service.retired
        ),
        people=tuple(Colleague(p.person_id, p.name, frozenset(p.bookable_service_ids)) for p in people),
        dated_hours={
            date.fromisoformat(day.date): tuple(Span(*_clock(span)) for span in day.spans)
            for day in branch.dated_hours
        },
        holiday_region=branch.holiday_region,
        workspace=business.telephony_workspace or DEFAULT,
        others={
            other.branch_id: _other(business, other)
            for other in business.branches
            if other.branch_id != branch_id
        },
    )


def _other(business: business_pb2.Business, branch: business_pb2.Branch) -> OtherBranch:
    people = {p.person_id: p.name for p in business.people if branch.branch_id in p.branch_ids}
    return OtherBranch(branch.name, ZoneInfo(branch.time_zone), people)


def _voice(business: business_pb2.Business) -> Voice:
    own = {(each.language, each.name): Text(each.text, each.text_for_one) for each in business.sentences}
    return Voice(business.language, own)


def _service(service: business_pb2.Service, language: str) -> BookableService:
    return BookableService(
        service_id=service.service_id,
        name=service.name,
        synonyms=tuple(service.synonyms),
        minutes=sum(phase.minutes for phase in service.phases),
        price_minor=service.price_minor if service.HasField("price_minor") else None,
        currency=service.currency,
        note=service.booking_note,
        note_language=language.partition("-")[0].lower(),
    )


def _hours(hours: business_pb2.WeeklyHours) -> Hours:
    start, end = _clock(hours)
    return Hours(
        frozenset(hours.weekdays),
        start,
        end,
        date.fromisoformat(hours.valid_from) if hours.valid_from else date.min,
        date.fromisoformat(hours.valid_until) if hours.valid_until else date.max,
    )


def _clock(span: business_pb2.WeeklyHours | business_pb2.DaySpan) -> tuple[time, time | None]:
    return time.fromisoformat(span.start), None if span.end == "24:00" else time.fromisoformat(span.end)
