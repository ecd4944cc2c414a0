"""The RPCs about people who are listed twice."""

from typing import Any

import grpc

from chassis.clock import Clock
from rufbuch.staff.v1 import resolution_pb2
from staff_registry.domain.resolution import Kind, Resolution
from staff_registry.usecases.duplicates import Verdicts, find_duplicates, mark_different
from staff_registry.usecases.find_business import Businesses
from staff_registry.usecases.resolve import Resolver, Wish
from staff_registry.wire.resolutions import (
    candidate_message,
    decisions_of,
    plan_message,
    resolution_message,
)

Context = grpc.aio.ServicerContext[Any, Any]
Planning = resolution_pb2.PlanMergeRequest | resolution_pb2.PlanLinkRequest
Applying = resolution_pb2.ApplyMergeRequest | resolution_pb2.ApplyLinkRequest


class ResolutionRpcs:
    """A part of StaffRegistryService."""

    _businesses: Businesses
    _verdicts: Verdicts
    _resolver: Resolver
    _clock: Clock

    async def FindDuplicates(
        self, request: resolution_pb2.FindDuplicatesRequest, context: Context
    ) -> resolution_pb2.FindDuplicatesResponse:
        """Who may be listed twice."""
        found, candidates = await find_duplicates(
            request.tenant_id, businesses=self._businesses, verdicts=self._verdicts
        )
        return resolution_pb2.FindDuplicatesResponse(
            candidates=[candidate_message(each, found) for each in candidates]
        )

    async def MarkDifferentPeople(
        self, request: resolution_pb2.MarkDifferentPeopleRequest, context: Context
    ) -> resolution_pb2.MarkDifferentPeopleResponse:
        """Two rows are two humans."""
        await mark_different(
            request.tenant_id,
            (request.person_id, request.other_person_id),
            request.operator,
            businesses=self._businesses,
            verdicts=self._verdicts,
            now=self._clock.now(),
        )
        return resolution_pb2.MarkDifferentPeopleResponse()

    async def PlanMerge(
        self, request: resolution_pb2.PlanMergeRequest, context: Context
    ) -> resolution_pb2.PlanMergeResponse:
        """What merging would do."""
        return resolution_pb2.PlanMergeResponse(plan=await self._planned(request, Kind.MERGE))

    async def ApplyMerge(
        self, request: resolution_pb2.ApplyMergeRequest, context: Context
    ) -> resolution_pb2.ApplyMergeResponse:
        """Begin it."""
        begun = await self._apply(request, Kind.MERGE)
        return resolution_pb2.ApplyMergeResponse(resolution=resolution_message(begun))

    async def PlanLink(
        self, request: resolution_pb2.PlanLinkRequest, context: Context
    ) -> resolution_pb2.PlanLinkResponse:
        """What linking would do."""
        return resolution_pb2.PlanLinkResponse(plan=await self._planned(request, Kind.LINK))

    async def ApplyLink(
        self, request: resolution_pb2.ApplyLinkRequest, context: Context
    ) -> resolution_pb2.ApplyLinkResponse:
        """Begin it."""
        begun = await self._apply(request, Kind.LINK)
        return resolution_pb2.ApplyLinkResponse(resolution=resolution_message(begun))

    async def GetResolution(
        self, request: resolution_pb2.GetResolutionRequest, context: Context
    ) -> resolution_pb2.GetResolutionResponse:
        """How far it is."""
        found = await self._resolver.find(request.tenant_id, request.resolution_id)
        return resolution_pb2.GetResolutionResponse(resolution=resolution_message(found))

    async def ListResolutions(
        self, request: resolution_pb2.ListResolutionsRequest, context: Context
    ) -> resolution_pb2.ListResolutionsResponse:
        """All of them."""
        found = await self._resolver.listed(request.tenant_id)
        return resolution_pb2.ListResolutionsResponse(resolutions=map(resolution_message, found))

    async def UndoResolution(
        self, request: resolution_pb2.UndoResolutionRequest, context: Context
    ) -> resolution_pb2.UndoResolutionResponse:
        """Begin to take it back."""
        undoing = await self._resolver.undo(
            request.tenant_id, request.resolution_id, operator=request.operator, now=self._clock.now()
        )
        return resolution_pb2.UndoResolutionResponse(resolution=resolution_message(undoing))

    async def _planned(self, request: Planning, kind: Kind) -> resolution_pb2.ResolutionPlan:
        return plan_message(await self._resolver.plan(_wish(request, kind)))

    async def _apply(self, request: Applying, kind: Kind) -> Resolution:
        return await self._resolver.apply(
            _wish(request, kind),
            etag=request.etag,
            decisions=decisions_of(request.decisions),
            operator=request.operator,
            now=self._clock.now(),
        )


def _wish(request: Planning | Applying, kind: Kind) -> Wish:
    return Wish(request.tenant_id, request.person_id, request.alias_person_id, kind)
