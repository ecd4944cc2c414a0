"""An operator who has one person listed twice."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from rufbuch.staff.v1 import business_pb2, resolution_pb2, service_pb2
from staff_registry.domain.business import Absence, Account, Business
from staff_registry.domain.ids import Ids
from staff_registry.usecases.saga import Saga
from staff_registry.wire.describing import request_for

if TYPE_CHECKING:
    from conftest import Running


def twice(salon: Business, *, accounts: tuple[str, str] = ("anna", "anna-zwei")) -> Business:
    """The salon with Anna listed a second time: another account at Cal.com unless the two are named alike."""
    anna = next(person for person in salon.people if person.key == "anna")
    user = accounts[1]
    again = replace(
        anna,
        key="anna-2",
        accounts=(Account("anna-2", user, f"{user}@example.org", "cal_test_second"),),
        absences=(Absence(datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 6, tzinfo=UTC)),),
    )
    first = replace(
        anna, accounts=(Account("anna", accounts[0], f"{accounts[0]}@example.org", "cal_test_one"),)
    )
    people = tuple(first if person.key == "anna" else person for person in salon.people)
    mappings = [
        replace(
            mapping, person_key="anna-2", account_key="anna-2", event_type_id=mapping.event_type_id + 5000
        )
        for mapping in salon.mappings
        if mapping.person_key == "anna"
    ][:3]
    return replace(salon, people=(*people, again), mappings=(*salon.mappings, *mappings)).canonical()


@dataclass
class Desk:
    """An operator's."""

    registry: "Running"
    business: business_pb2.Business

    def person(self, key: str) -> str:
        return str(Ids(self.business.key).person(key))

    @property
    def ids(self) -> dict[str, str]:
        return {
            "tenant_id": self.business.tenant_id,
            "person_id": self.person("anna"),
            "alias_person_id": self.person("anna-2"),
        }

    async def plan(self, kind: str = "Link") -> resolution_pb2.ResolutionPlan:
        request: Any = getattr(resolution_pb2, f"Plan{kind}Request")(**self.ids)
        return (await getattr(self.registry.stub, f"Plan{kind}")(request)).plan  # type: ignore[no-any-return] # by name

    async def apply(self, kind: str = "Link", **given: Any) -> resolution_pb2.Resolution:
        etag = given.pop("etag", None) or (await self.plan(kind)).etag
        request: Any = getattr(resolution_pb2, f"Apply{kind}Request")(
            **self.ids, etag=etag, **({"operator": "Olga"} | given)
        )
        return (await getattr(self.registry.stub, f"Apply{kind}")(request)).resolution  # type: ignore[no-any-return]

    async def undo(self, made: resolution_pb2.Resolution) -> resolution_pb2.Resolution:
        request = resolution_pb2.UndoResolutionRequest(
            tenant_id=made.tenant_id, resolution_id=made.resolution_id, operator="Olga"
        )
        return (await self.registry.stub.UndoResolution(request)).resolution

    async def get(self, made: resolution_pb2.Resolution) -> resolution_pb2.Resolution:
        request = resolution_pb2.GetResolutionRequest(
            tenant_id=made.tenant_id, resolution_id=made.resolution_id
        )
        return (await self.registry.stub.GetResolution(request)).resolution

    async def work(self, saga: Saga | None = None) -> None:
        """Until nothing is due any more."""
        self.registry.peers.heard[UUID(self.person("anna-2"))] = self.person("anna")
        while await (saga or self.registry.parts.saga).work_once():
            self.registry.clock.advance(timedelta(seconds=20))

    async def now(self) -> business_pb2.Business:
        request = service_pb2.GetBusinessRequest(tenant_id=self.business.tenant_id)
        return (await self.registry.stub.GetBusiness(request)).business

    async def anna(self) -> business_pb2.Person:
        return next(person for person in (await self.now()).people if person.key == "anna")

    async def duplicates(self) -> list[resolution_pb2.DuplicateCandidate]:
        request = resolution_pb2.FindDuplicatesRequest(tenant_id=self.business.tenant_id)
        return list((await self.registry.stub.FindDuplicates(request)).candidates)


async def seated(registry: "Running", business: Business) -> Desk:
    """An operator of a business."""
    imported = await registry.stub.ImportBusiness(request_for(business))
    return Desk(registry, imported.business)
