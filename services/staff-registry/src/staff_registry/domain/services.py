"""The rules for services and their phases."""

from collections.abc import Container

from staff_registry.domain import rules
from staff_registry.domain.business import Phase, PhaseKind, Service
from staff_registry.domain.hours import hours_faults
from staff_registry.domain.rules import Faults


def service_faults(at: str, service: Service, groups: Container[str]) -> Faults:
    """What is wrong with one service; ``groups`` are those of the rooms and devices that the branches have."""
    yield from rules.slug(f"{at}.key", service.key)
    yield from rules.name(f"{at}.name", service.name)
    yield from _synonyms(f"{at}.synonyms", service)
    yield from _phases(f"{at}.phases", service.phases)
    for n, phase in enumerate(service.phases):
        yield from _resource_groups(f"{at}.phases[{n}].resource_groups", phase, groups)
    yield from _price(at, service)
    yield from _when(at, service)
    yield from _booking_note(f"{at}.booking_note", service.booking_note)


def _booking_note(at: str, text: str) -> Faults:
    """It is spoken after the sentence that confirms."""
    yield from rules.note(at, text, chars_max=300)
    if text and text[-1] not in ".!?":
        yield at, "whole sentences, the last one with its full stop"


def _synonyms(at: str, service: Service) -> Faults:
    if len(service.synonyms) > 100:
        yield at, "at most 100 synonyms"
        return
    for n, synonym in enumerate(service.synonyms):
        yield from rules.name(f"{at}[{n}]", synonym)
    words = ((f"{at}[{n}]", synonym.casefold()) for n, synonym in enumerate(service.synonyms))
    yield from rules.unique(words, "a synonym")


def _phases(at: str, phases: tuple[Phase, ...]) -> Faults:
    if not 1 <= len(phases) <= 50:
        yield at, "1 to 50 phases"
        return
    for n, phase in enumerate(phases):
        yield from rules.name(f"{at}[{n}].name", phase.name)
        yield from rules.within(f"{at}[{n}].minutes", phase.minutes, 1, rules.PHASE_MINUTES_MAX)
        if phase.kind is None:
            yield f"{at}[{n}].kind", "ACTIVE, GAP_FREE or GAP_BLOCKED"
    # A service that began or ended without anybody would have another length than what is booked.
    for n, which in ((0, "first"), (len(phases) - 1, "last")):
        if phases[n].kind is not PhaseKind.ACTIVE:
            yield f"{at}[{n}].kind", f"ACTIVE, since it is the {which} phase"


def _resource_groups(at: str, phase: Phase, groups: Container[str]) -> Faults:
    for n, group in enumerate(phase.resource_groups):
        if group not in groups:
            yield f"{at}[{n}]", "the group of a resource of some branch"
    yield from rules.unique(
        ((f"{at}[{n}]", group) for n, group in enumerate(phase.resource_groups)), "a group"
    )


def _price(at: str, service: Service) -> Faults:
    if service.price_minor is not None or service.currency:
        yield from rules.price(at, service.price_minor or 0, service.currency, field="price_minor")


def _when(at: str, service: Service) -> Faults:
    yield from rules.buffers(at, service.buffer_before_minutes, service.buffer_after_minutes)
    yield from rules.maybe_within(
        f"{at}.min_notice_minutes", service.min_notice_minutes, 0, rules.NOTICE_MINUTES_MAX
    )
    yield from rules.maybe_within(f"{at}.horizon_days", service.horizon_days, 1, rules.HORIZON_DAYS_MAX)
    yield from hours_faults(f"{at}.start_windows", service.start_windows)
    yield from rules.within(f"{at}.daily_cap", service.daily_cap, 0, 1000)
