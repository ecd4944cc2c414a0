"""Asks the staff registry for the rules and the facts of businesses, and keeps them for a while."""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

import grpc

from booking.domain.business import BusinessFacts
from booking.domain.policy import Fee, FeeTier, Policy
from booking.errors import RegistryUnavailableError, RequestInvalidError
from chassis.clock import Clock
from chassis.grpc_client import fault_of
from rufbuch.staff.v1 import business_pb2, service_pb2, service_pb2_grpc

if TYPE_CHECKING:
    from rufbuch.staff.v1.service_pb2_grpc import StaffRegistryServiceAsyncStub

DEADLINE_S = 1.0
_log = logging.getLogger(__name__)
GET_BUSINESS = "rufbuch.staff.v1.StaffRegistryService/GetBusiness"
"""Harmless to repeat."""
FRESH_FOR = timedelta(seconds=30)


@dataclass(frozen=True)
class _Known:
    """What is kept of a business; nothing of one that has gone."""

    policies: tuple[Policy, ...] = ()
    facts: BusinessFacts | None = field(default_factory=BusinessFacts)
    """None: they cannot be read here, so that nothing is known of them."""


class RegistryPolicies:
    """The ports of changing, moving, of series and of the waiting list over gRPC."""

    def __init__(self, channel: grpc.aio.Channel, *, clock: Clock) -> None:
        self._stub: StaffRegistryServiceAsyncStub = service_pb2_grpc.StaffRegistryServiceStub(channel)
        self._clock = clock
        self._known: dict[UUID, tuple[datetime, _Known]] = {}

    async def of(self, tenant_id: UUID) -> tuple[Policy, ...]:
        """See ``Policies``."""
        return (await self._business(tenant_id)).policies

    async def zone_of(self, tenant_id: UUID, branch_id: UUID) -> ZoneInfo:
        """See ``Zones``. Raises RequestInvalidError where there is no such branch."""
        zones = (await self.facts(tenant_id)).branches
        if branch_id not in zones:
            raise RequestInvalidError("branch_id", "the business has no such branch")
        return zones[branch_id]

    async def facts(self, tenant_id: UUID) -> BusinessFacts:
        """See ``Businesses``."""
        facts = (await self._business(tenant_id)).facts
        if facts is None:
            raise RegistryUnavailableError("what the registry says of the business cannot be read here")
        return facts

    async def _business(self, tenant_id: UUID) -> _Known:
        now = self._clock.now()
        known = self._known.get(tenant_id)
        if known and now - known[0] < FRESH_FOR:
            return known[1]
        business = await self._ask(tenant_id)
        self._known[tenant_id] = (now, business)
        return business

    async def _ask(self, tenant_id: UUID) -> _Known:
        try:
            answer = await self._stub.GetBusiness(service_pb2.GetBusinessRequest(tenant_id=str(tenant_id)))
        except grpc.aio.AioRpcError as error:
            fault = fault_of(error)
            if fault.reason == "BUSINESS_UNKNOWN":
                # It has gone and its rules with it; its appointments can still be called off.
                return _Known()
            raise RegistryUnavailableError(f"the registry does not answer: {fault.code.name}") from error
        return _Known(tuple(map(_policy, answer.business.policies)), _facts_if_any(answer.business))


def _facts_if_any(business: business_pb2.Business) -> BusinessFacts | None:
    try:
        return _facts(business)
    except (ValueError, KeyError):
        # A zone that is unknown here, say: its appointments can still be moved and called off.
        _log.exception("a business that cannot be read", extra={"tenant_id": business.tenant_id})
        return None


def _facts(business: business_pb2.Business) -> BusinessFacts:
    return BusinessFacts(
        language=business.language,
        branches={UUID(branch.branch_id): ZoneInfo(branch.time_zone) for branch in business.branches},
        services={UUID(service.service_id): service.name for service in business.services},
        people={UUID(person.person_id): person.name for person in business.people},
    )


def _policy(policy: business_pb2.Policy) -> Policy:
    has = policy.HasField
    return Policy(
        branch_id=_id(policy.branch_id),
        service_id=_id(policy.service_id),
        person_id=_id(policy.person_id),
        cancel_cutoff=_minutes(policy.cancel_cutoff_minutes) if has("cancel_cutoff_minutes") else None,
        move_cutoff=_minutes(policy.move_cutoff_minutes) if has("move_cutoff_minutes") else None,
        fee_tiers=tuple(
            FeeTier(_minutes(tier.minutes_before), Fee(tier.fee_minor, tier.currency))
            for tier in policy.fee_tiers
        ),
        moves_max=policy.moves_max if has("moves_max") else None,
        cancellations_per_month_max=policy.cancellations_per_month_max
        if has("cancellations_per_month_max")
        else None,
    )


def _id(written: str) -> UUID | None:
    return UUID(written) if written else None


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)
