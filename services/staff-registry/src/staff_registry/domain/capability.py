"""Who can be offered for what. Whoever is able to do a service but cannot be booked for it is not offered."""

from collections.abc import Mapping

from staff_registry.domain.business import Business, Service


def bookable_service_keys(business: Business) -> Mapping[str, tuple[str, ...]]:
    """For each person's key, what can be offered with her, in the order of the services.

    She has to be able to do it; and where appointments are copied to Cal.com, every active phase needs a mapping of hers.
    Neither she nor the service may be retired.
    """
    mapped = {(m.person_key, m.service_key, m.phase_position) for m in business.mappings}

    def is_bookable(person_key: str, service: Service) -> bool:
        needed = {(person_key, service.key, position) for position in service.active_positions()}
        return not business.calendar_sync or needed <= mapped

    return {
        person.key: tuple(
            service.key
            for service in business.services
            if service.key in person.service_keys and is_bookable(person.key, service) and not service.retired
            if not person.retired
        )
        for person in business.people
    }
