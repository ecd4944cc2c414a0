"""What a business sends to its customers: over which channels, when, and in which words."""

from dataclasses import dataclass, field, replace

CHANNELS = ("email", "sms")
KINDS = ("confirmation", "change", "cancellation", "reminder")
SECURITIES = ("starttls", "tls", "none")
PROVIDERS = ("seven", "webhook")


@dataclass(frozen=True)
class EmailAccount:
    """How e-mail is sent. ``password`` "" means: keep what is stored, as long as host and user are the same."""

    sender: str
    sender_name: str
    reply_to: str
    """"" means: answers go to the sender."""
    host: str
    port: int
    security: str
    """One of SECURITIES."""
    username: str
    """"" means: no login."""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class SmsAccount:
    """How SMS are sent. ``key`` "" means: keep what is stored, as long as provider and URL are the same."""

    provider: str
    """One of PROVIDERS."""
    url: str
    """"" means: the provider's own; a webhook has none."""
    sender: str
    key: str = field(default="", repr=False)


@dataclass(frozen=True)
class Reminder:
    """So many hours before the start; ``branch_key`` "" means every branch that has none of its own. 0: none."""

    hours_before: int
    branch_key: str = ""


@dataclass(frozen=True)
class MessageText:
    """The business's own words for one kind of message in one language. ``subject`` is for e-mail alone."""

    language: str
    kind: str
    """One of KINDS."""
    channel: str
    """One of CHANNELS."""
    text: str
    subject: str = ""
    """"" means: the usual one."""

    def place(self) -> tuple[str, str, str]:
        """Which text it stands for."""
        return self.language, self.kind, self.channel


@dataclass(frozen=True)
class Messages:
    """Without channels nothing is sent."""

    channels: tuple[str, ...] = ()
    """The first that reaches the customer is taken."""
    email: EmailAccount | None = None
    sms: SmsAccount | None = None
    reminders: tuple[Reminder, ...] = ()
    quiet_from: str = ""
    """HH:MM in the branch's zone: reminders wait from here on, over midnight where it is later than the end."""
    quiet_until: str = ""
    texts: tuple[MessageText, ...] = ()

    def canonical(self) -> "Messages":
        """The same with what has no order of its own in one fixed order."""
        return replace(
            self,
            reminders=tuple(sorted(self.reminders, key=lambda each: each.branch_key)),
            texts=tuple(sorted(self.texts, key=MessageText.place)),
        )

    def without_secrets(self) -> "Messages":
        """What everybody may know."""
        return replace(
            self,
            email=self.email and replace(self.email, password=""),
            sms=self.sms and replace(self.sms, key=""),
        )

    def with_secrets_of(self, stored: "Messages") -> "Messages":
        """The same with the secrets that were left out, where they are still for the same account."""
        email, sms = self.email, self.sms
        if (
            email
            and stored.email
            and (email.host, email.username) == (stored.email.host, stored.email.username)
        ):
            email = replace(email, password=email.password or stored.email.password)
        if sms and stored.sms and (sms.provider, sms.url) == (stored.sms.provider, stored.sms.url):
            sms = replace(sms, key=sms.key or stored.sms.key)
        return replace(self, email=email, sms=sms)
