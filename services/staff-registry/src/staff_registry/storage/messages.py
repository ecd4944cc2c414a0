"""The settings of messages as one value and two sealed secrets."""

import json
from dataclasses import asdict, replace
from typing import Any

from staff_registry.domain.messages import EmailAccount, Messages, MessageText, Reminder, SmsAccount
from staff_registry.storage.rows import Row
from staff_registry.storage.sealing import Sealer

COLUMNS = "messages, smtp_password, sms_key"


def messages_row(messages: Messages | None, sealer: Sealer) -> Row:
    """The values of COLUMNS."""
    if messages is None:
        return None, "", ""
    password = messages.email.password if messages.email else ""
    key = messages.sms.key if messages.sms else ""
    open_part = json.dumps(asdict(messages.without_secrets()))
    return open_part, sealer.seal(password), sealer.seal(key)


def messages_from(stored: str | None, smtp_password: str, sms_key: str) -> Messages | None:
    """The other way round; the secrets unsealed, or "" where they are not wanted."""
    if stored is None:
        return None
    entry: dict[str, Any] = json.loads(stored)
    email, sms = entry["email"], entry["sms"]
    return Messages(
        channels=tuple(entry["channels"]),
        email=replace(EmailAccount(**email), password=smtp_password) if email else None,
        sms=replace(SmsAccount(**sms), key=sms_key) if sms else None,
        reminders=tuple(Reminder(**each) for each in entry["reminders"]),
        quiet_from=entry["quiet_from"],
        quiet_until=entry["quiet_until"],
        texts=tuple(MessageText(**each) for each in entry["texts"]),
    )
