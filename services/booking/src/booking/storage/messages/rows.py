"""A message as a row."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

from booking.domain.messages.message import Channel, Kind, Message, MessageState, Words
from booking.storage.jobs import Reminder

MESSAGE = "message"
"""The kind of job."""
_DERIVED = {"words"}
COLUMNS = (*(field.name for field in fields(Message) if field.name not in _DERIVED), "subject", "text")
CHANGING = (
    "state",
    "due_time",
    "update_time",
    "attempts",
    "detail",
    "receipt",
    "revision",
    "subject",
    "text",
)
"""What is the same in all revisions is not written again."""


def to_row(message: Message) -> dict[str, Any]:
    """The values by column."""
    row = {field.name: getattr(message, field.name) for field in fields(Message)}
    words: Words = row.pop("words")
    channel = message.channel.value if message.channel else None
    return row | {
        "kind": message.kind.value,
        "channel": channel,
        "state": message.state.value,
        "subject": words.subject,
        "text": words.text,
    }


def message_from(row: Mapping[str, Any]) -> Message:
    """The message of a row."""
    plain = {field.name: row[field.name] for field in fields(Message) if field.name not in _DERIVED}
    return Message(
        **plain
        | {
            "kind": Kind(row["kind"]),
            "channel": Channel(row["channel"]) if row["channel"] else None,
            "state": MessageState(row["state"]),
            "words": Words(row["subject"], row["text"]),
        }
    )


def reminder_of(tenant_id: UUID, message_id: UUID) -> Reminder:
    """That the message may be due."""
    return Reminder(MESSAGE, f"{tenant_id}/{message_id}")


def reminded_of(thing: str) -> tuple[UUID, UUID]:
    """The other way round: tenant and message."""
    tenant_id, message_id = thing.split("/")
    return UUID(tenant_id), UUID(message_id)
