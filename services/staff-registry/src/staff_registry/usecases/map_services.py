"""The matrix of mappings, checked at Cal.com where that is wanted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from staff_registry.domain.business import Registered
from staff_registry.domain.ids import Ids
from staff_registry.domain.matrix import Cell, SpotOnAccount, Verdict, cells
from staff_registry.usecases.find_business import Businesses, find_business


class MappingChecks(Protocol):
    """Whoever can ask Cal.com about mappings."""

    async def verdicts(self, tenant_id: str) -> Mapping[tuple[str, int, str, str], Verdict]:
        """What Cal.com says, by service id, phase position, person id and account id. Raises CalendarUnavailableError."""
        ...


@dataclass(frozen=True)
class Matrix:
    """All cells of a business."""

    of: Registered
    cells: tuple[Cell, ...]
    checked: bool


async def mapping_matrix(
    tenant_id: str, *, check: bool, businesses: Businesses, checks: MappingChecks
) -> Matrix:
    """Raises BusinessUnknownError and, where it is to be checked, CalendarUnavailableError."""
    found = await find_business(tenant_id, businesses=businesses)
    business = found.business
    if not check or not business.calendar_sync:
        return Matrix(found, tuple(cells(business)), checked=False)
    ids = Ids(business.key)
    told = await checks.verdicts(tenant_id)
    verdicts: dict[SpotOnAccount, Verdict] = {}
    for cell in cells(business):
        place = (
            str(ids.service(cell.service_key)),
            cell.phase_position,
            str(ids.person(cell.person_key)),
            str(ids.account(cell.account_key)),
        )
        if place in told:
            spot = (cell.service_key, cell.phase_position, cell.person_key, cell.account_key)
            verdicts[spot] = told[place]
    return Matrix(found, tuple(cells(business, verdicts)), checked=True)
