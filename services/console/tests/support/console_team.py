"""The registry as far as the console asks it about people and businesses."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc

from chassis.errors import Kind, ServiceError
from rufbuch.staff.v1 import mappings_pb2, queries_pb2, resolution_pb2
from rufbuch.staff.v1 import service_pb2_grpc as staff_grpc

Context = grpc.aio.ServicerContext[Any, Any]
PLAN_ETAG = "plan-1"
_KINDS = {True: resolution_pb2.RESOLUTION_KIND_LINK, False: resolution_pb2.RESOLUTION_KIND_MERGE}


class PlanOutdatedError(ServiceError):
    kind = Kind.ABORTED
    reason = "PLAN_OUTDATED"


class UnderWayError(ServiceError):
    kind = Kind.ABORTED
    reason = "RESOLUTION_UNDER_WAY"


class DecisionMissingError(ServiceError):
    kind = Kind.FAILED_PRECONDITION
    reason = "DECISION_MISSING"


class OtherKindError(ServiceError):
    kind = Kind.FAILED_PRECONDITION
    reason = "OTHER_KIND"


class NotUndoableError(ServiceError):
    kind = Kind.FAILED_PRECONDITION
    reason = "NOT_UNDOABLE"


class UnknownError(ServiceError):
    kind = Kind.NOT_FOUND
    reason = "RESOLUTION_UNKNOWN"


@dataclass
class Team:
    """Of one business; strangers' ids are unknown here."""

    tenant_id: str
    matrix: mappings_pb2.GetMappingMatrixResponse = field(
        default_factory=mappings_pb2.GetMappingMatrixResponse
    )
    checks: list[bool] = field(default_factory=list)
    candidates: list[resolution_pb2.DuplicateCandidate] = field(default_factory=list)
    different: list[resolution_pb2.MarkDifferentPeopleRequest] = field(default_factory=list)
    etag: str = PLAN_ETAG
    link: bool = False
    movements: list[resolution_pb2.Movement] = field(default_factory=list)
    conflicts: list[resolution_pb2.Conflict] = field(default_factory=list)
    resolutions: list[resolution_pb2.Resolution] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)

    def plan(self, request: Any, *, link: bool) -> resolution_pb2.ResolutionPlan:
        self.must_be_ours(request.tenant_id)
        running = [each for each in self.resolutions if each.state in {1, 3}]
        if running:
            raise UnderWayError("another is under way", resolution_id=running[0].resolution_id)
        if link is not self.link:
            raise OtherKindError("the other kind", kind="LINK" if self.link else "MERGE")
        return resolution_pb2.ResolutionPlan(
            kind=_KINDS[link], person_id=request.person_id, alias_person_id=request.alias_person_id,
            person_key="anna", alias_person_key="anna-2", etag=self.etag, movements=self.movements,
            conflicts=self.conflicts,
        )  # fmt: skip

    def apply(self, request: Any, *, link: bool) -> resolution_pb2.Resolution:
        plan = self.plan(request, link=link)
        if plan.etag != request.etag:
            raise PlanOutdatedError("plan again")
        decided = {each.subject: each.choice for each in request.decisions}
        missing = [each.subject for each in self.conflicts if decided.get(each.subject) not in each.choices]
        if missing:
            raise DecisionMissingError("to be decided", **dict.fromkeys(missing, "KEEP_BOTH"))
        begun = resolution_pb2.Resolution(
            resolution_id=f"resolution-{len(self.resolutions) + 1}", tenant_id=request.tenant_id,
            kind=plan.kind,
            state=resolution_pb2.RESOLUTION_STATE_APPLYING, person_id=request.person_id, alias_person_id=request.alias_person_id,
            operator=request.operator, decisions=request.decisions, plan=plan,
            steps=[resolution_pb2.ResolutionStep(name=name) for name in ("ANNOUNCE", "UNITE")],
        )  # fmt: skip
        self.resolutions.insert(0, begun)
        return begun

    def must_be_ours(self, tenant_id: str) -> None:
        if tenant_id != self.tenant_id:
            raise UnknownError("of another business")

    def one(self, request: Any) -> resolution_pb2.Resolution:
        for each in self.resolutions:
            if (each.tenant_id, each.resolution_id) == (request.tenant_id, request.resolution_id):
                return each
        raise UnknownError("no such resolution")

    def of(self, tenant_id: str) -> Sequence[resolution_pb2.Resolution]:
        return [each for each in self.resolutions if each.tenant_id == tenant_id]


class TeamRpcs(staff_grpc.StaffRegistryServiceServicer):
    """A part of the registry."""

    team: Team
    names: dict[str, str]

    def reached(self) -> None:
        """Raises where the registry is away."""

    async def GetMappingMatrix(self, request: Any, context: Context) -> mappings_pb2.GetMappingMatrixResponse:
        self.reached()
        self.team.checks.append(request.check)
        return self.team.matrix

    async def FindDuplicates(self, request: Any, context: Context) -> resolution_pb2.FindDuplicatesResponse:
        self.reached()
        mine = self.team.candidates if request.tenant_id == self.team.tenant_id else []
        return resolution_pb2.FindDuplicatesResponse(candidates=mine)

    async def MarkDifferentPeople(
        self, request: Any, context: Context
    ) -> resolution_pb2.MarkDifferentPeopleResponse:
        self.reached()
        self.team.must_be_ours(request.tenant_id)
        self.team.different.append(request)
        return resolution_pb2.MarkDifferentPeopleResponse()

    async def PlanMerge(self, request: Any, context: Context) -> resolution_pb2.PlanMergeResponse:
        self.reached()
        return resolution_pb2.PlanMergeResponse(plan=self.team.plan(request, link=False))

    async def PlanLink(self, request: Any, context: Context) -> resolution_pb2.PlanLinkResponse:
        self.reached()
        return resolution_pb2.PlanLinkResponse(plan=self.team.plan(request, link=True))

    async def ApplyMerge(self, request: Any, context: Context) -> resolution_pb2.ApplyMergeResponse:
        self.reached()
        return resolution_pb2.ApplyMergeResponse(resolution=self.team.apply(request, link=False))

    async def ApplyLink(self, request: Any, context: Context) -> resolution_pb2.ApplyLinkResponse:
        self.reached()
        return resolution_pb2.ApplyLinkResponse(resolution=self.team.apply(request, link=True))

    async def GetResolution(self, request: Any, context: Context) -> resolution_pb2.GetResolutionResponse:
        self.reached()
        return resolution_pb2.GetResolutionResponse(resolution=self.team.one(request))

    async def ListResolutions(self, request: Any, context: Context) -> resolution_pb2.ListResolutionsResponse:
        self.reached()
        return resolution_pb2.ListResolutionsResponse(resolutions=self.team.of(request.tenant_id))

    async def UndoResolution(self, request: Any, context: Context) -> resolution_pb2.UndoResolutionResponse:
        self.reached()
        found = self.team.one(request)
        if self.team.contradictions or found.state != resolution_pb2.RESOLUTION_STATE_APPLIED:
            against = self.team.contradictions or ["it is not applied"]
            raise NotUndoableError("contradicted", **{str(n): why for n, why in enumerate(against)})
        found.state = resolution_pb2.RESOLUTION_STATE_UNDOING
        return resolution_pb2.UndoResolutionResponse(resolution=found)

    async def BatchGetBusinessNames(
        self, request: Any, context: Context
    ) -> queries_pb2.BatchGetBusinessNamesResponse:
        self.reached()
        return queries_pb2.BatchGetBusinessNamesResponse(
            businesses=[
                queries_pb2.BusinessName(tenant_id=each, name=self.names[each])
                for each in request.tenant_ids
                if each in self.names
            ]
        )
