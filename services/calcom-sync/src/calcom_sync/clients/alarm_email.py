"""Tells of alarms by e-mail."""

import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from urllib.parse import unquote, urlsplit

import aiosmtplib

from calcom_sync.clients.alarm_words import subject_of, text_of
from calcom_sync.domain.notices import Delivery, Notice, Outcome

TIMEOUT_S = 20.0
"""For each step."""
SECURITY = {"smtp": "starttls", "smtps": "tls", "smtp+insecure": "none"}
_DEFAULT_PORTS = {"smtp": 587, "smtps": 465, "smtp+insecure": 25}


@dataclass(frozen=True)
class MailServer:
    """Where letters are handed in."""

    host: str
    port: int
    security: str
    username: str
    password: str

    @classmethod
    def of(cls, url: str) -> "MailServer":
        """``smtp://user:password@host:587`` (STARTTLS or nothing), ``smtps://`` (TLS), ``smtp+insecure://`` (neither).
        Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in SECURITY or not parts.hostname:
            raise ValueError("is smtp://user:password@host:port, smtps://… or smtp+insecure://…")
        return cls(
            parts.hostname, parts.port or _DEFAULT_PORTS[parts.scheme], SECURITY[parts.scheme],
            unquote(parts.username or ""), unquote(parts.password or ""),
        )  # fmt: skip


class AlarmEmail:
    """One channel."""

    def __init__(
        self, server: MailServer, *, sender: str, recipients: list[str], tls: ssl.SSLContext | None = None
    ) -> None:
        self._server, self._sender, self._recipients, self._tls = server, sender, recipients, tls

    async def send(self, notice: Notice) -> Delivery:
        """Until the server has the whole letter nothing was sent; after that only its answer tells."""
        letter = self._letter(notice).as_bytes(policy=SMTP_POLICY)
        client = self._client()
        handed_over = False
        try:
            await client.connect()
            await client.mail(self._sender)
            for recipient in self._recipients:
                await client.rcpt(recipient)
            handed_over = True
            answer = await client.data(letter)
        except aiosmtplib.SMTPResponseException as error:
            return Delivery(Outcome.NOT_SENT, f"{error.code} {error.message}")
        except (aiosmtplib.SMTPException, OSError) as error:
            return Delivery(Outcome.UNKNOWN if handed_over else Outcome.NOT_SENT, type(error).__name__)
        finally:
            client.close()
        return Delivery(Outcome.SENT, answer.message)

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username or None,
            password=server.password or None,
            timeout=TIMEOUT_S,
            use_tls=server.security == "tls",
            # True: a server without it is refused, so that nobody in between can take it away.
            start_tls=server.security == "starttls",
            tls_context=self._tls,
        )

    def _letter(self, notice: Notice) -> EmailMessage:
        letter = EmailMessage(policy=SMTP_POLICY)
        letter["From"] = self._sender
        letter["To"] = ", ".join(self._recipients)
        letter["Subject"] = subject_of(notice)
        # The same in every attempt: many mailboxes show a second one only once.
        letter["Message-ID"] = f"<{notice.notice_id}@{self._sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(text_of(notice))
        return letter
