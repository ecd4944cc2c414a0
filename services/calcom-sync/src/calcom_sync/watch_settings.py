"""What the environment decides about the service's own watch."""

from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from calcom_sync.clients.alarm_email import MailServer
from chassis.settings import ServiceSettings

_URL = r"^(https?://.+)?$"


class WatchSettings(ServiceSettings):
    """Who is told of alarms, and what is watched. Without a channel alarms are only shown, by ``rufbuch doctor`` and as
    metrics."""

    alarm_email_to: str = ""
    """Addresses, separated by commas."""
    alarm_email_from: str = ""
    alarm_smtp_url: SecretStr = SecretStr("")
    """smtp://user:password@host:587 (STARTTLS), smtps://… (TLS), smtp+insecure://… (neither)."""
    alarm_webhook_url: str = Field(default="", pattern=_URL)
    alarm_webhook_secret: SecretStr = SecretStr("")
    """Signs what is sent there."""
    alarm_repeat_s: float = Field(default=14_400.0, ge=60)
    """How often something that stays wrong is told again."""
    heartbeat_url: str = Field(default="", pattern=_URL)
    """Called each minute in which the watch really ran; whoever is behind it alarms when the calls stay away."""
    watch_every_s: float = Field(default=15.0, gt=0, le=60)
    watch_metrics_urls: str = ""
    """/metrics of the other services, separated by commas; they are watched as well."""

    @property
    def recipients(self) -> list[str]:
        """Who gets e-mail."""
        return _listed(self.alarm_email_to)

    @property
    def watched(self) -> list[str]:
        """Whose metrics are read."""
        return _listed(self.watch_metrics_urls)

    @field_validator("watch_metrics_urls")
    @classmethod
    def _are_urls(cls, value: str) -> str:
        wrong = [one for one in _listed(value) if not one.startswith(("http://", "https://"))]
        if wrong:
            raise ValueError(f"these are no addresses of /metrics: {', '.join(wrong)}")
        return value

    @model_validator(mode="after")
    def _channels_are_whole(self) -> Self:
        parts = {
            "RUFBUCH_ALARM_EMAIL_TO": bool(self.recipients),
            "RUFBUCH_ALARM_EMAIL_FROM": bool(self.alarm_email_from),
            "RUFBUCH_ALARM_SMTP_URL": bool(self.alarm_smtp_url.get_secret_value()),
        }
        if len(set(parts.values())) > 1:
            missing = [name for name, given in parts.items() if not given]
            raise ValueError(f"alarms by e-mail also need {', '.join(missing)}")
        if any("@" not in one for one in [*self.recipients, *filter(None, [self.alarm_email_from])]):
            raise ValueError("RUFBUCH_ALARM_EMAIL_TO and RUFBUCH_ALARM_EMAIL_FROM are e-mail addresses")
        if self.recipients:
            MailServer.of(self.alarm_smtp_url.get_secret_value())
        if bool(self.alarm_webhook_url) != bool(self.alarm_webhook_secret.get_secret_value()):
            raise ValueError("RUFBUCH_ALARM_WEBHOOK_URL and RUFBUCH_ALARM_WEBHOOK_SECRET go together")
        return self


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]
