"""The rules for messages: what a business can set about them, and which words its own texts can use."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

from staff_registry.domain import rules
from staff_registry.domain.known import Known
from staff_registry.domain.messages import (
    CHANNELS,
    KINDS,
    PROVIDERS,
    SECURITIES,
    EmailAccount,
    Messages,
    MessageText,
    SmsAccount,
)
from staff_registry.domain.rules import Faults

PLACEHOLDERS = ("name", "business", "branch", "service", "person", "date", "time")
OF_A_CHANGE = ("old_date", "old_time")
REMINDER_HOURS_MAX = 14 * 24
EMAIL_CHARS_MAX, SMS_CHARS_MAX, SUBJECT_CHARS_MAX = 5000, 400, 150
_ADDRESS = (
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_HOST = r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
_SENDER = r"[A-Za-z0-9][A-Za-z0-9 .&-]{0,10}|\+?[1-9][0-9]{4,15}"
_CLOCK = r"(([01][0-9]|2[0-3]):[0-5][0-9])?"
_BRACES = re.compile(r"\{([a-z_]+)\}|[{}]")


def message_faults(messages: Messages, known: Known) -> Faults:
    """What is wrong with the settings of one business."""
    for n, channel in enumerate(messages.channels):
        yield from _one_of(f"messages.channels[{n}]", channel, CHANNELS)
    yield from rules.unique(
        ((f"messages.channels[{n}]", channel) for n, channel in enumerate(messages.channels)), "a channel"
    )
    for channel in ("email", "sms"):
        if channel in messages.channels and getattr(messages, channel) is None:
            yield f"messages.{channel}", f"how {channel} is sent, since it is among the channels"
    if messages.email:
        yield from _email("messages.email", messages.email)
    if messages.sms:
        yield from _sms("messages.sms", messages.sms)
    yield from _reminders(messages, known)
    yield from _texts(messages.texts)


def message_secrets_missing(messages: Messages) -> dict[str, str]:
    """Accounts that are used without their secret. For settings after merging, when "" means: none."""
    missing: dict[str, str] = {}
    email, sms = messages.email, messages.sms
    if "email" in messages.channels and email and email.username and not email.password:
        missing["messages.email.password"] = "the password of this user, since none is stored for this host"
    if "sms" in messages.channels and sms and not sms.key:
        missing["messages.sms.key"] = "the provider's key, since none is stored"
    return missing


def _one_of(path: str, word: str, words: tuple[str, ...]) -> Faults:
    if word not in words:
        yield path, f"one of {', '.join(words)}"


def _email(at: str, email: EmailAccount) -> Faults:
    yield from rules.form(f"{at}.sender", email.sender, _ADDRESS, "an e-mail address")
    yield from rules.name(f"{at}.sender_name", email.sender_name, chars_max=100)
    yield from rules.form(f"{at}.reply_to", email.reply_to, f"({_ADDRESS})?", "an e-mail address")
    yield from rules.form(f"{at}.host", email.host, _HOST, "the name of an SMTP server")
    yield from rules.within(f"{at}.port", email.port, 1, 65535)
    yield from _one_of(f"{at}.security", email.security, SECURITIES)
    yield from rules.note(f"{at}.username", email.username)
    yield from rules.secret(f"{at}.password", email.password)
    if email.username and email.security == "none":
        yield f"{at}.security", "starttls or tls, since a password is sent"


def _sms(at: str, sms: SmsAccount) -> Faults:
    yield from _one_of(f"{at}.provider", sms.provider, PROVIDERS)
    yield from rules.form(f"{at}.sender", sms.sender, _SENDER, "at most 11 letters and digits, or a number")
    yield from rules.secret(f"{at}.key", sms.key)
    if (sms.url or sms.provider == "webhook") and not _is_url(sms.url):
        yield f"{at}.url", "an http or https URL without a password in it"


def _is_url(url: str) -> bool:
    if len(url) > 500 or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in {"https", "http"} and bool(parts.hostname) and "@" not in parts.netloc and port != 0
    )


def _reminders(messages: Messages, known: Known) -> Faults:
    if len(messages.reminders) > 100:
        yield "messages.reminders", "at most 100"
        return
    for n, reminder in enumerate(messages.reminders):
        at = f"messages.reminders[{n}]"
        yield from rules.within(f"{at}.hours_before", reminder.hours_before, 0, REMINDER_HOURS_MAX)
        if reminder.branch_key:
            yield from rules.one_of(f"{at}.branch_key", reminder.branch_key, known.branches, "branch")
    scopes = ((f"messages.reminders[{n}]", each.branch_key) for n, each in enumerate(messages.reminders))
    yield from rules.unique(scopes, "a branch")
    for field in ("quiet_from", "quiet_until"):
        yield from rules.form(f"messages.{field}", getattr(messages, field), _CLOCK, "a time as HH:MM")
    if bool(messages.quiet_from) != bool(messages.quiet_until):
        yield "messages.quiet_until", "both ends of the night, or none"
    elif messages.quiet_from and messages.quiet_from == messages.quiet_until:
        yield "messages.quiet_until", "another time than quiet_from"


def _texts(texts: tuple[MessageText, ...]) -> Faults:
    if len(texts) > 100:
        yield "messages.texts", "at most 100"
        return
    yield from rules.unique(
        ((f"messages.texts[{n}]", text.place()) for n, text in enumerate(texts)),
        "a combination of language, kind and channel",
    )
    for n, text in enumerate(texts):
        yield from _text(f"messages.texts[{n}]", text)


def _text(at: str, text: MessageText) -> Faults:
    yield from rules.form(f"{at}.language", text.language, r"[a-z]{2,3}", "a language such as de")
    yield from _one_of(f"{at}.kind", text.kind, KINDS)
    yield from _one_of(f"{at}.channel", text.channel, CHANNELS)
    most = EMAIL_CHARS_MAX if text.channel == "email" else SMS_CHARS_MAX
    if not text.text.strip() or len(text.text) > most:
        yield f"{at}.text", f"a text of at most {most} characters"
    yield from rules.note(f"{at}.subject", text.subject, chars_max=SUBJECT_CHARS_MAX)
    if text.subject and text.channel != "email":
        yield f"{at}.subject", "none, since only e-mail has one"
    for field, words in (("text", text.text), ("subject", text.subject)):
        if not all(character in "\n\t" or _is_shown(character) for character in words):
            yield f"{at}.{field}", "no control characters"
        yield from _placeholders(f"{at}.{field}", words, text.kind)


def _is_shown(character: str) -> bool:
    # Joiners are parts of emoji, and of some scripts.
    return character in "\u200d\u200c" or unicodedata.category(character) not in {
        "Cc",
        "Cf",
        "Cs",
        "Zl",
        "Zp",
    }


def _placeholders(path: str, words: str, kind: str) -> Faults:
    allowed = PLACEHOLDERS + (OF_A_CHANGE if kind == "change" else ())
    listed = ", ".join(f"{{{each}}}" for each in allowed)
    for found in _unknown(words, allowed):
        yield path, f"only the placeholders {listed} (found {found})"


def _unknown(words: str, allowed: tuple[str, ...]) -> Iterator[str]:
    for match in _BRACES.finditer(words):
        if match[1] not in allowed:
            yield match[0]
