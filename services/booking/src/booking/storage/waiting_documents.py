"""The form of a waiting wish as a JSON document: in events, and as queries answer."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from booking.domain.waiting import WaitingEntry, WaitingOffer, WaitingState, WaitingWish

SELECT_ENTRIES = """
    SELECT to_jsonb(w) || jsonb_build_object(
        'customer_id', (SELECT c.customer_id FROM customer c
                         WHERE c.tenant_id = w.tenant_id AND c.known_by = w.phone_number),
        'offer', (SELECT jsonb_build_object(
                             'option_id', o.option_id, 'person_id', o.person_id, 'start_time', o.start_time,
                             'end_time', o.end_time, 'expire_time', o.expire_time, 'callback_id', o.callback_id)
                    FROM waitlist_offer o
                   WHERE o.tenant_id = w.tenant_id AND o.waitlist_entry_id = w.waitlist_entry_id AND o.state = 'open'
                     AND w.state = 'offered')
    ) AS document
    FROM waitlist_entry w
"""
"""Reads what ``entry_from`` understands; a WHERE may follow."""


def to_entry_document(entry: WaitingEntry) -> dict[str, Any]:
    """The entry as JSON can hold it; keys are the columns, but for the offer."""
    wish = entry.wish
    return {
        "tenant_id": str(wish.tenant_id),
        "waitlist_entry_id": str(entry.entry_id),
        "branch_id": str(wish.branch_id),
        "service_id": str(wish.service_id),
        "person_id": str(wish.person_id) if wish.person_id else None,
        "call_id": entry.call_id,
        "phone_number": wish.phone_number,
        "customer_name": entry.customer_name,
        "window_start": wish.window_start.isoformat(),
        "window_end": wish.window_end.isoformat(),
        "state": entry.state.value,
        "version": entry.version,
        "unanswered": entry.unanswered,
        "appointment_id": str(entry.appointment_id) if entry.appointment_id else None,
        "customer_id": str(entry.customer_id) if entry.customer_id else None,
        "create_time": entry.create_time.isoformat(),
        "offer": _offer(entry.offer) if entry.offer else None,
    }


def entry_from(document: dict[str, Any] | str) -> WaitingEntry:
    """What ``to_entry_document`` made, or the database with ``SELECT_ENTRIES``."""
    row: dict[str, Any] = json.loads(document) if isinstance(document, str) else document
    wish = WaitingWish(
        tenant_id=UUID(row["tenant_id"]),
        branch_id=UUID(row["branch_id"]),
        service_id=UUID(row["service_id"]),
        person_id=_id(row["person_id"]),
        phone_number=row["phone_number"],
        window_start=_instant(row["window_start"]),
        window_end=_instant(row["window_end"]),
    )
    return WaitingEntry(
        entry_id=UUID(row["waitlist_entry_id"]),
        wish=wish,
        customer_name=row["customer_name"],
        call_id=row["call_id"],
        create_time=_instant(row["create_time"]),
        state=WaitingState(row["state"]),
        version=row["version"],
        unanswered=row["unanswered"],
        appointment_id=_id(row["appointment_id"]),
        customer_id=_id(row["customer_id"]),
        offer=_offer_from(row["offer"]) if row["offer"] else None,
    )


def _offer(offer: WaitingOffer) -> dict[str, str]:
    return {
        "option_id": offer.option_id,
        "person_id": str(offer.person_id),
        "start_time": offer.start_time.isoformat(),
        "end_time": offer.end_time.isoformat(),
        "expire_time": offer.expire_time.isoformat(),
        "callback_id": str(offer.callback_id),
    }


def _offer_from(row: dict[str, str]) -> WaitingOffer:
    return WaitingOffer(
        row["option_id"],
        UUID(row["person_id"]),
        _instant(row["start_time"]),
        _instant(row["end_time"]),
        _instant(row["expire_time"]),
        UUID(row["callback_id"]),
    )


def _id(written: str | None) -> UUID | None:
    return UUID(written) if written else None


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)
