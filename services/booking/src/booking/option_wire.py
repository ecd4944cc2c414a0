"""Options as availability writes them."""

import logging

from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp

from booking.domain.identifiers import known_id
from booking.domain.option import (
    ClaimedOption,
    Occupant,
    OccupantKind,
    Occupied,
    PhaseKind,
    PlannedPhase,
    Span,
)
from booking.domain.wish import Voucher
from booking.instants import instant
from rufbuch.availability.v1 import service_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2

_KINDS = {
    service_pb2.PHASE_KIND_ACTIVE: PhaseKind.ACTIVE,
    service_pb2.PHASE_KIND_GAP_FREE: PhaseKind.GAP_FREE,
    service_pb2.PHASE_KIND_GAP_BLOCKED: PhaseKind.GAP_BLOCKED,
}
_log = logging.getLogger(__name__)


def voucher_of(request: booking_pb2.BookAppointmentRequest) -> Voucher | None:
    """A voucher for the option that is asked for; None where it is none, or one for something else: then the option is
    claimed, and availability has the last word."""
    try:
        voucher = service_pb2.Voucher.FromString(request.voucher)
        # Ids may be sent in capitals.
        if _named(voucher) != (
            request.tenant_id.lower(), request.branch_id.lower(), request.option_id, request.call_id,
        ):  # fmt: skip
            return None
        option = option_of(voucher.option, voucher.service_name)
        return Voucher(option, instant(voucher.valid_until_time))
    except (DecodeError, ValueError, KeyError, OverflowError):
        _log.warning(
            "a voucher cannot be read, its option is claimed", extra={"option_id": request.option_id}
        )
        return None


def _named(voucher: service_pb2.Voucher) -> tuple[str, str, str, str]:
    option = voucher.option
    return voucher.tenant_id, option.branch_id, option.option_id, voucher.call_id


def option_of(option: service_pb2.Option, service_name: str) -> ClaimedOption:
    """What is to be committed. Raises ValueError where it does not fit together."""
    return ClaimedOption(
        branch_id=known_id(option.branch_id),
        service_id=known_id(option.service_id),
        service_name=service_name,
        person_id=known_id(option.person_id),
        span=span_of(option.start_time, option.end_time),
        phases=tuple(
            PlannedPhase(
                phase.name,
                _KINDS[phase.kind],
                span_of(phase.start_time, phase.end_time),
                known_id(phase.person_id or option.person_id),
                known_id(phase.service_id or option.service_id),
            )
            for phase in sorted(option.phases, key=lambda phase: phase.position)
        ),
        occupied=tuple(map(occupied_of, option.occupied)),
        service_ids=tuple(map(known_id, option.service_ids)),
    )


def occupied_of(taken: service_pb2.OccupiedInterval) -> Occupied:
    """What an option takes, in our words."""
    is_person = bool(taken.person_id)
    kind = OccupantKind.PERSON if is_person else OccupantKind.RESOURCE
    occupant = Occupant(kind, known_id(taken.person_id if is_person else taken.resource_id))
    return Occupied(occupant, span_of(taken.start_time, taken.end_time))


def span_of(start: Timestamp, end: Timestamp) -> Span:
    """A span, in our words."""
    return Span(instant(start), instant(end))
