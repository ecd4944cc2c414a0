"""The rules for services and their phases."""

from staff_registry.domain import rules
from staff_registry.domain.business import Phase, PhaseKind, Service
from staff_registry.domain.rules import Faults

_PRICE_MAX = 100_000_00


def service_faults(at: str, service: Service) -> Faults:
    """What is wrong with one service."""
    yield from rules.slug(f"{at}.key", service.key)
    yield from rules.name(f"{at}.name", service.name)
    yield from _synonyms(f"{at}.synonyms", service)
    yield from _phases(f"{at}.phases", service.phases)
    yield from _price(at, service)


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
        yield from rules.within(f"{at}[{n}].minutes", phase.minutes, 1, 600)
        if phase.kind is None:
            yield f"{at}[{n}].kind", "ACTIVE, GAP_FREE or GAP_BLOCKED"
    # A service that began or ended without anybody would have another length than what is booked.
    for n, which in ((0, "first"), (len(phases) - 1, "last")):
        if phases[n].kind is not PhaseKind.ACTIVE:
            yield f"{at}[{n}].kind", f"ACTIVE, since it is the {which} phase"


def _price(at: str, service: Service) -> Faults:
    if service.price_minor is not None:
        yield from rules.within(f"{at}.price_minor", service.price_minor, 0, _PRICE_MAX)
    if service.price_minor is not None or service.currency:
        yield from rules.form(f"{at}.currency", service.currency, r"[A-Z]{3}", "an ISO 4217 code such as EUR")
