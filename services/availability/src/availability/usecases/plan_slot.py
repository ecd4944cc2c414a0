"""Owns the plan of one start as it would be carried out, whether it is free or not: for somebody who knowingly overbooks."""

from datetime import datetime

from availability.domain.ask import Option
from availability.domain.holds import Offer, Taking
from availability.domain.instants import to_minute, to_minute_up
from availability.errors import WishInvalidError
from availability.usecases.business import planned
from availability.usecases.businesses import Businesses
from availability.usecases.offering import phases_of
from availability.usecases.plans import Part, Plan


class PlanSlot:
    """The use case. It looks at no calendar and holds nothing; rooms and devices are not looked for."""

    def __init__(self, businesses: Businesses) -> None:
        self._businesses = businesses

    async def __call__(
        self, tenant_id: str, branch_id: str, service_id: str, person_id: str, start: datetime
    ) -> Offer:
        """What the start would take. Raises BranchUnknownError, ServiceUnknownError, PersonUnknownError, WishInvalidError
        (not on a whole minute, or nothing that the person does there), RegistryUnavailableError."""
        business = await self._businesses.get(tenant_id)
        branch, service = business.branch(branch_id), business.service(service_id)
        person = business.person(person_id)
        if to_minute(start) != to_minute_up(start):
            raise WishInvalidError("a start is on a whole minute", field="start_time")
        if not business.candidates(branch_id, service_id, person_id):
            raise WishInvalidError("the person does not do this in this branch", field="person_id")
        option = Option(person.person_id, planned(business, branch, service, person), to_minute(start))
        return Offer(
            option_id="",
            branch_id=branch_id,
            service_id=service_id,
            service_name=service.name,
            person_id=person.person_id,
            start=option.start,
            end=option.end,
            phases=phases_of(Plan((Part(service, option),))),
            occupied=tuple(Taking(person.person_id, interval) for interval in option.occupied),
            service_ids=(service_id,),
        )
