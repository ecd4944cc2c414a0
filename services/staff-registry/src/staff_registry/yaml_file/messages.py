"""The part of the file that is about messages, both ways."""

from typing import Any

from staff_registry.domain.messages import (
    CHANNELS,
    KINDS,
    PROVIDERS,
    SECURITIES,
    EmailAccount,
    Messages,
    MessageText,
    Reminder,
    SmsAccount,
)
from staff_registry.yaml_file.reading import Node

PORT = 587
Block = dict[str, Any]


def described_messages(node: Node) -> Messages:
    """What the file says about messages. The secrets are given beside it."""
    fields = node.fields(
        channels="channels", email="email", sms="sms", reminders="reminders", quiet_from="quiet_from",
        quiet_until="quiet_until", texts="texts",
    )  # fmt: skip
    return Messages(
        channels=fields["channels"].each(lambda each: _word(each, CHANNELS)),
        email=fields["email"].block(_email, None),
        sms=fields["sms"].block(_sms, None),
        reminders=fields["reminders"].each(_reminder),
        quiet_from=fields["quiet_from"].text(""),
        quiet_until=fields["quiet_until"].text(""),
        texts=fields["texts"].each(_text),
    )


def _word(node: Node, words: tuple[str, ...], default: str | None = None) -> str:
    return node.choice({word: word for word in words}, default) or ""


def _email(node: Node) -> EmailAccount:
    fields = node.fields(
        sender="sender", sender_name="sender_name", reply_to="reply_to", host="host", port="port",
        security="security", username="username",
    )  # fmt: skip
    return EmailAccount(
        sender=fields["sender"].text(),
        sender_name=fields["sender_name"].text(),
        reply_to=fields["reply_to"].text(""),
        host=fields["host"].text(),
        port=fields["port"].whole(PORT),
        security=_word(fields["security"], SECURITIES, SECURITIES[0]),
        username=fields["username"].text(""),
    )


def _sms(node: Node) -> SmsAccount:
    fields = node.fields(provider="provider", url="url", sender="sender")
    return SmsAccount(_word(fields["provider"], PROVIDERS), fields["url"].text(""), fields["sender"].text())


def _reminder(node: Node) -> Reminder:
    fields = node.fields(hours_before="hours_before", branch="branch_key")
    return Reminder(fields["hours_before"].whole(), fields["branch"].text(""))


def _text(node: Node) -> MessageText:
    fields = node.fields(language="language", kind="kind", channel="channel", subject="subject", text="text")
    return MessageText(
        language=fields["language"].text(),
        kind=_word(fields["kind"], KINDS),
        channel=_word(fields["channel"], CHANNELS),
        text=fields["text"].text(),
        subject=fields["subject"].text(""),
    )


def rendered_messages(messages: Messages) -> Block:
    """The block of the file; without what is not said."""
    email, sms = messages.email, messages.sms
    block: Block = {
        "channels": list(messages.channels),
        "email": email
        and _said(
            sender=email.sender,
            sender_name=email.sender_name,
            reply_to=email.reply_to,
            host=email.host,
            port=email.port,
            security=email.security,
            username=email.username,
        ),
        "sms": sms and _said(provider=sms.provider, url=sms.url, sender=sms.sender),
        "reminders": [
            {"hours_before": each.hours_before} | _said(branch=each.branch_key) for each in messages.reminders
        ],
        "quiet_from": messages.quiet_from,
        "quiet_until": messages.quiet_until,
        "texts": [
            _said(
                language=each.language,
                kind=each.kind,
                channel=each.channel,
                subject=each.subject,
                text=each.text,
            )
            for each in messages.texts
        ],
    }
    return {name: value for name, value in block.items() if value or name == "channels"}


def _said(**fields: object) -> Block:
    return {name: value for name, value in fields.items() if value}
