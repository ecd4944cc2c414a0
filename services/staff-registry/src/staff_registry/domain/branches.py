"""The rules for branches, and for their rooms and devices."""

from staff_registry.domain import rules
from staff_registry.domain.business import Branch, Resource
from staff_registry.domain.hours import dated_hours_faults, hours_faults
from staff_registry.domain.rules import Faults


def branch_faults(at: str, branch: Branch) -> Faults:
    """What is wrong with one branch."""
    yield from rules.slug(f"{at}.key", branch.key)
    yield from rules.name(f"{at}.name", branch.name)
    yield from rules.time_zone(f"{at}.time_zone", branch.time_zone)
    yield from rules.holiday_region(f"{at}.holiday_region", branch.holiday_region)
    for n, number in enumerate(branch.dialled_numbers):
        yield from rules.number(f"{at}.dialled_numbers[{n}]", number)
    if branch.retired and branch.dialled_numbers:
        yield f"{at}.dialled_numbers", "no numbers, since the branch is retired"
    yield from _offers(at, branch)
    yield from hours_faults(f"{at}.opening_hours", branch.opening_hours)
    yield from dated_hours_faults(f"{at}.dated_hours", branch.dated_hours)
    yield from _resources(f"{at}.resources", branch.resources)


def _offers(at: str, branch: Branch) -> Faults:
    yield from rules.within(f"{at}.slot_step_minutes", branch.slot_step_minutes, 5, 60)
    yield from rules.within(f"{at}.min_notice_minutes", branch.min_notice_minutes, 0, 7 * 24 * 60)
    yield from rules.within(f"{at}.horizon_days", branch.horizon_days, 1, rules.HORIZON_DAYS_MAX)
    yield from rules.within(f"{at}.hold_seconds", branch.hold_seconds, 30, 3600)


def _resources(at: str, resources: tuple[Resource, ...]) -> Faults:
    if len(resources) > 200:
        yield at, "at most 200"
        return
    for n, resource in enumerate(resources):
        yield from rules.slug(f"{at}[{n}].key", resource.key)
        yield from rules.name(f"{at}[{n}].name", resource.name)
        yield from rules.slug(f"{at}[{n}].group", resource.group)
