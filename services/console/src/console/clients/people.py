"""People: what of them is mapped, who may be listed twice, and making two rows one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from console.clients.peers import Peers
from rufbuch.staff.v1 import mappings_pb2, resolution_pb2

LOOKED_UP_S = 20.0
"""Asking Cal.com about every mapping takes longer than reading a page may."""
BEGUN_S = 10.0
"""Planning and beginning ask three services; what takes longer would be said to be away though it happens."""


@dataclass(frozen=True)
class Pair:
    """Two rows; ``stays`` keeps its id, the other becomes another name of it."""

    tenant_id: str
    stays: str
    goes: str
    link: bool


class People:
    """StaffRegistryService, one business at a time."""

    def __init__(self, peers: Peers) -> None:
        self._stub = peers.registry

    async def matrix(self, tenant_id: str, *, check: bool) -> mappings_pb2.GetMappingMatrixResponse:
        """Every cell; ``check`` has Cal.com asked about those that are mapped."""
        request = mappings_pb2.GetMappingMatrixRequest(tenant_id=tenant_id, check=check)
        return await self._stub.GetMappingMatrix(request, timeout=LOOKED_UP_S if check else None)

    async def duplicates(self, tenant_id: str) -> Sequence[resolution_pb2.DuplicateCandidate]:
        """The likeliest first."""
        request = resolution_pb2.FindDuplicatesRequest(tenant_id=tenant_id)
        return (await self._stub.FindDuplicates(request)).candidates

    async def different(self, tenant_id: str, one: str, other: str, *, operator: str) -> None:
        """Two rows are two humans."""
        await self._stub.MarkDifferentPeople(
            resolution_pb2.MarkDifferentPeopleRequest(
                tenant_id=tenant_id, person_id=one, other_person_id=other, operator=operator
            )
        )

    async def plan(self, pair: Pair) -> resolution_pb2.ResolutionPlan:
        """What would happen; changes nothing."""
        ids = {"tenant_id": pair.tenant_id, "person_id": pair.stays, "alias_person_id": pair.goes}
        if pair.link:
            linking = resolution_pb2.PlanLinkRequest(**ids)
            return (await self._stub.PlanLink(linking, timeout=BEGUN_S)).plan
        merging = resolution_pb2.PlanMergeRequest(**ids)
        return (await self._stub.PlanMerge(merging, timeout=BEGUN_S)).plan

    async def apply(
        self,
        pair: Pair,
        *,
        etag: str,
        decisions: Mapping[str, "resolution_pb2.Choice.ValueType"],
        operator: str,
    ) -> resolution_pb2.Resolution:
        """Begin what was planned."""
        made = [
            resolution_pb2.Decision(subject=subject, choice=choice) for subject, choice in decisions.items()
        ]
        if pair.link:
            linking = resolution_pb2.ApplyLinkRequest(
                tenant_id=pair.tenant_id, person_id=pair.stays, alias_person_id=pair.goes, etag=etag,
                decisions=made, operator=operator,
            )  # fmt: skip
            return (await self._stub.ApplyLink(linking, timeout=BEGUN_S)).resolution
        merging = resolution_pb2.ApplyMergeRequest(
            tenant_id=pair.tenant_id, person_id=pair.stays, alias_person_id=pair.goes, etag=etag,
            decisions=made, operator=operator,
        )  # fmt: skip
        return (await self._stub.ApplyMerge(merging, timeout=BEGUN_S)).resolution

    async def resolutions(self, tenant_id: str) -> Sequence[resolution_pb2.Resolution]:
        """The last first; at most 500."""
        request = resolution_pb2.ListResolutionsRequest(tenant_id=tenant_id)
        return (await self._stub.ListResolutions(request)).resolutions

    async def resolution(self, tenant_id: str, resolution_id: str) -> resolution_pb2.Resolution:
        """How far it is."""
        request = resolution_pb2.GetResolutionRequest(tenant_id=tenant_id, resolution_id=resolution_id)
        return (await self._stub.GetResolution(request)).resolution

    async def undo(self, tenant_id: str, resolution_id: str, *, operator: str) -> resolution_pb2.Resolution:
        """Begin to take it back."""
        request = resolution_pb2.UndoResolutionRequest(
            tenant_id=tenant_id, resolution_id=resolution_id, operator=operator
        )
        return (await self._stub.UndoResolution(request, timeout=BEGUN_S)).resolution
