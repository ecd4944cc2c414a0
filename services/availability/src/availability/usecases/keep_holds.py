"""Owns how long a call keeps its holds: they live on while it does, and end when it ends."""

from collections.abc import Sequence

from availability.errors import BranchUnknownError
from availability.usecases.businesses import Businesses
from availability.usecases.ports import Extension, Holds
from chassis.clock import Clock


class KeepHolds:
    """The two use cases of a call's life."""

    def __init__(self, businesses: Businesses, holds: Holds, clock: Clock) -> None:
        self._businesses, self._holds, self._clock = businesses, holds, clock

    async def extend(self, tenant_id: str, branch_id: str, call_id: str) -> Extension:
        """Let the call's unclaimed holds last; nothing where the branch or the call is unknown.

        Raises HoldsUnavailableError, RegistryUnavailableError.
        """
        try:
            business = await self._businesses.get(tenant_id)
            branch = business.branch(branch_id)
        except BranchUnknownError:
            return Extension(0)
        scope = business.scope(branch_id)
        return await self._holds.extend(scope, call_id, lasting=branch.hold, now=self._clock.now())

    async def release(self, tenant_id: str, branch_id: str, call_id: str, *, kept: Sequence[str] = ()) -> int:
        """End the call's unclaimed holds, but for options that are being booked; how many there were. Raises as extend()."""
        try:
            business = await self._businesses.get(tenant_id)
            scope = business.scope(business.branch(branch_id).branch_id)
        except BranchUnknownError:
            return 0
        return await self._holds.release(scope, call_id, kept=kept, now=self._clock.now())
