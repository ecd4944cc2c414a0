"""The form of a callback as a JSON document: in events, and as queries answer."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from booking.domain.callback import Callback, CallbackState, Priority


def to_callback_document(callback: Callback) -> dict[str, Any]:
    """The callback as JSON can hold it; keys are the columns."""
    return {
        "callback_id": str(callback.callback_id),
        "tenant_id": str(callback.tenant_id),
        "branch_id": str(callback.branch_id),
        "call_id": callback.call_id,
        "phone_number": callback.phone_number,
        "name": callback.name,
        "topic": callback.topic,
        "priority": callback.priority.value,
        "state": callback.state.value,
        "due_time": callback.due_time.isoformat(),
        "create_time": callback.create_time.isoformat(),
        "appointment_id": str(callback.appointment_id) if callback.appointment_id else None,
        "resolved_by": callback.resolved_by,
        "resolution": callback.resolution,
        "assigned_to": callback.assigned_to,
        "waitlist_entry_id": str(callback.waitlist_entry_id) if callback.waitlist_entry_id else None,
        "version": callback.version,
    }


def callback_from(document: dict[str, Any] | str) -> Callback:
    """What ``to_callback_document`` made, or the database by ``to_jsonb``."""
    entry: dict[str, Any] = json.loads(document) if isinstance(document, str) else document
    return Callback(
        callback_id=UUID(entry["callback_id"]),
        tenant_id=UUID(entry["tenant_id"]),
        branch_id=UUID(entry["branch_id"]),
        call_id=entry["call_id"],
        phone_number=entry["phone_number"],
        name=entry["name"],
        topic=entry["topic"],
        priority=Priority(entry["priority"]),
        state=CallbackState(entry["state"]),
        due_time=_instant(entry["due_time"]),
        create_time=_instant(entry["create_time"]),
        appointment_id=UUID(entry["appointment_id"]) if entry["appointment_id"] else None,
        resolved_by=entry["resolved_by"],
        resolution=entry["resolution"],
        # Rows and events that are older than these say nothing of them.
        assigned_to=entry.get("assigned_to") or "",
        waitlist_entry_id=UUID(entry["waitlist_entry_id"]) if entry.get("waitlist_entry_id") else None,
        version=entry.get("version") or 1,
    )


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)
