"""The settings of messages, both ways."""

from rufbuch.staff.v1 import message_pb2
from staff_registry.domain.ids import Ids
from staff_registry.domain.messages import EmailAccount, Messages, MessageText, Reminder, SmsAccount


def messages_message(messages: Messages, ids: Ids | None = None) -> message_pb2.MessageSettings:
    """Secrets included. In a description branches have keys, and no ids."""
    return message_pb2.MessageSettings(
        channels=messages.channels,
        email=_email(messages.email) if messages.email else None,
        sms=_sms(messages.sms) if messages.sms else None,
        reminders=[
            message_pb2.Reminder(
                hours_before=each.hours_before,
                branch_key=each.branch_key,
                branch_id=str(ids.branch(each.branch_key)) if ids and each.branch_key else "",
            )
            for each in messages.reminders
        ],
        quiet_from=messages.quiet_from,
        quiet_until=messages.quiet_until,
        texts=[
            message_pb2.MessageText(
                language=each.language,
                kind=each.kind,
                channel=each.channel,
                text=each.text,
                subject=each.subject,
            )
            for each in messages.texts
        ],
    )


def _email(email: EmailAccount) -> message_pb2.EmailAccount:
    return message_pb2.EmailAccount(
        sender=email.sender,
        sender_name=email.sender_name,
        reply_to=email.reply_to,
        host=email.host,
        port=email.port,
        security=email.security,
        username=email.username,
        password=email.password,
    )


def _sms(sms: SmsAccount) -> message_pb2.SmsAccount:
    return message_pb2.SmsAccount(provider=sms.provider, url=sms.url, sender=sms.sender, key=sms.key)


def described_messages(message: message_pb2.MessageSettings) -> Messages:
    """What an operator describes; judged by the domain."""
    return Messages(
        channels=tuple(message.channels),
        email=_described_email(message.email) if message.HasField("email") else None,
        sms=SmsAccount(message.sms.provider, message.sms.url, message.sms.sender, message.sms.key)
        if message.HasField("sms")
        else None,
        reminders=tuple(Reminder(each.hours_before, each.branch_key) for each in message.reminders),
        quiet_from=message.quiet_from,
        quiet_until=message.quiet_until,
        texts=tuple(
            MessageText(each.language, each.kind, each.channel, each.text, each.subject)
            for each in message.texts
        ),
    )


def _described_email(message: message_pb2.EmailAccount) -> EmailAccount:
    return EmailAccount(
        sender=message.sender,
        sender_name=message.sender_name,
        reply_to=message.reply_to,
        host=message.host,
        port=message.port,
        security=message.security,
        username=message.username,
        password=message.password,
    )
