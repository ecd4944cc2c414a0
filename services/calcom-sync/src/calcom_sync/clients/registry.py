"""The staff registry: how businesses are set up, remembered for a while."""

import asyncio
import logging
from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import grpc

from calcom_sync.domain.setup import Account, Setup, Spot, Target, WhenCancelled
from calcom_sync.usecases.ports import Clock, SetupUnavailableError
from chassis.grpc_client import fault_of
from rufbuch.staff.v1 import business_pb2, service_pb2

if TYPE_CHECKING:
    from rufbuch.staff.v1 import service_pb2_grpc

FRESH_FOR = timedelta(seconds=60)
RECONNECT_S = 1.0
SILENT_S = 5.0
"""For how long a registry that did not answer is not asked about what is only old: each job would wait for it, and use that then."""
_SILENT = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}
_THERE = {business_pb2.CANCELLED_THERE_CASE: WhenCancelled.CASE}
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Remembered:
    setup: Setup
    at: datetime
    change: int
    """How many changes of the business had been heard of when it was asked about: what it says may be older than the next."""


class RegistryDirectory:
    """Implements the port Directory."""

    def __init__(self, stub: "service_pb2_grpc.StaffRegistryServiceAsyncStub", clock: Clock) -> None:
        self._stub, self._clock = stub, clock
        self._remembered: dict[UUID, _Remembered] = {}
        self._changes: Counter[UUID] = Counter()
        self._silent_until = 0.0

    async def setup(self, tenant_id: UUID) -> Setup | None:
        """None: there is no such business. Raises SetupUnavailableError where nothing is known and nobody answers, and where what
        is said of it cannot be read: what was known before is not true any more."""
        known, now, change = self._remembered.get(tenant_id), self._clock.now(), self._changes[tenant_id]
        if known and known.change == change and (now - known.at < FRESH_FOR or self._is_silent()):
            return known.setup
        try:
            setup = await self._fetch(tenant_id)
        except grpc.aio.AioRpcError as error:
            return self._without_answer(error, known)
        except (ValueError, LookupError, OverflowError) as error:
            # In the way of nobody else: jobs, passes and the log of all businesses go on.
            _log.exception("a business cannot be read", extra={"tenant": str(tenant_id)})
            raise SetupUnavailableError("what the registry says of it cannot be read") from error
        self._remembered[tenant_id] = _Remembered(setup, now, change)
        return setup

    async def tenants(self) -> list[UUID]:
        """All businesses. Raises SetupUnavailableError."""
        found: list[UUID] = []
        token = ""
        while True:
            request = service_pb2.ListBusinessesRequest(page_size=500, page_token=token)
            try:
                page = await self._stub.ListBusinesses(request)
            except grpc.aio.AioRpcError as error:
                raise SetupUnavailableError(error.code().name) from error
            found += [UUID(one) for one in page.tenant_ids]
            token = page.next_page_token
            if not token:
                return found

    def forget(self, tenant_id: UUID) -> None:
        """Ask again next time; what is remembered serves only while the registry does not answer."""
        self._changes[tenant_id] += 1

    def _without_answer(self, error: grpc.aio.AioRpcError, known: _Remembered | None) -> Setup | None:
        if error.code() is grpc.StatusCode.NOT_FOUND:
            return None
        if error.code() in _SILENT:
            self._silent_until = asyncio.get_running_loop().time() + SILENT_S
        if known is None:
            raise SetupUnavailableError(error.code().name) from error
        return known.setup

    def _is_silent(self) -> bool:
        return asyncio.get_running_loop().time() < self._silent_until

    async def _fetch(self, tenant_id: UUID) -> Setup:
        text = str(tenant_id)
        business, calendar = await asyncio.gather(
            self._stub.GetBusiness(service_pb2.GetBusinessRequest(tenant_id=text)),
            self._stub.GetCalendarSetup(service_pb2.GetCalendarSetupRequest(tenant_id=text)),
        )
        return setup_of(business, calendar)

    async def watch(self) -> None:
        """Forget businesses as they change, until cancelled."""
        after = ""
        while True:
            try:
                async for change in self._stub.WatchChanges(service_pb2.WatchChangesRequest(after=after)):
                    self.forget(UUID(change.tenant_id))
                    after = change.position
            except grpc.aio.AioRpcError as error:
                fault = fault_of(error)
                _log.warning("the registry's changes are out of reach", extra={"code": fault.code.name})
                if fault.reason == "POSITION_INVALID":
                    after = ""
            await asyncio.sleep(RECONNECT_S)


def setup_of(
    business: service_pb2.GetBusinessResponse, calendar: service_pb2.GetCalendarSetupResponse
) -> Setup:
    """What the registry says, in our words."""
    told = business.business
    accounts = {
        UUID(one.account_id): Account(UUID(one.account_id), one.username, one.api_key, UUID(one.person_id))
        for one in calendar.accounts
        if one.api_key
    }
    targets, others = _targets(calendar.mappings, accounts)
    return Setup(
        calendar_sync=told.calendar_sync,
        language=told.language.split("-")[0].lower(),
        zones={UUID(branch.branch_id): branch.time_zone for branch in told.branches},
        accounts=accounts,
        keyless=[UUID(one.account_id) for one in calendar.accounts if not one.api_key],
        targets=targets,
        others=others,
        webhook_secret=calendar.webhook_secret,
        when_cancelled=_THERE.get(told.calendar_terms.cancelled_there, WhenCancelled.CANCEL),
        mirror_holds=told.calendar_terms.mirror_holds,
        live_after=timedelta(minutes=told.calendar_terms.live_check_after_minutes) or None,
        phases=_phases(told),
        aliases={UUID(alias): UUID(person.person_id) for person in told.people for alias in person.alias_ids},
    )


def _targets(
    mappings: Iterable[business_pb2.Mapping], accounts: Container[UUID]
) -> tuple[dict[Spot, Target], list[tuple[Spot, Target]]]:
    """Where each phase goes, and what else is mapped. Of several mappings of a phase, on accounts of one human, the first
    counts whose account can be used: always the same, since the registry tells them in one order."""
    told = [
        (
            Spot(UUID(one.service_id), one.phase_position, UUID(one.person_id)),
            Target(UUID(one.account_id), one.event_type_id),
        )
        for one in mappings
    ]
    targets: dict[Spot, Target] = {}
    for spot, target in sorted(told, key=lambda one: one[1].account_id not in accounts):
        targets.setdefault(spot, target)
    return targets, [one for one in told if targets[one[0]] != one[1]]


def _phases(business: business_pb2.Business) -> dict[Spot, timedelta]:
    """How long each active phase takes, for each person who does the service."""
    own = {
        (person.person_id, one.service_id, one.phase_position): one.minutes
        for person in business.people
        for one in person.phase_minutes
    }
    return {
        Spot(UUID(service.service_id), position, UUID(person.person_id)): timedelta(
            minutes=own.get((person.person_id, service.service_id, position), phase.minutes)
        )
        for person in business.people
        for service in business.services
        if service.service_id in person.service_ids
        for position, phase in enumerate(service.phases)
        if phase.kind == business_pb2.PHASE_KIND_ACTIVE
    }
