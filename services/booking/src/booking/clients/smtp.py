"""Sends e-mail over SMTP."""

import ssl
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY

import aiosmtplib

from booking.domain.messages.message import Delivery, Outcome
from booking.domain.messages.setup import EmailAccount, Setup
from booking.domain.messages.wording import one_line
from booking.usecases.messages.ports import Parcel

TIMEOUT_S = 20.0
"""For each step; all in all bounded by whoever sends."""
FILE = "termin.ics"
HEADER_MAX = 250
_PERMANENT = 500
_FAILURES = (aiosmtplib.SMTPException, OSError, ValueError)


class SmtpCarrier:
    """The way out for e-mail."""

    def __init__(self, *, timeout_s: float = TIMEOUT_S, tls: ssl.SSLContext | None = None) -> None:
        """``tls``: whom to trust; None: whom this machine trusts."""
        self._timeout_s, self._tls = timeout_s, tls

    def repeat_within(self, setup: Setup) -> timedelta:  # noqa: ARG002 - of every server
        """Always: a second e-mail has the same Message-ID, which many mailboxes show once, and does less harm than none."""
        return timedelta.max

    async def send(self, parcel: Parcel, setup: Setup) -> Delivery:
        """Until the server has the whole message nothing was sent; after that only its answer tells."""
        account = setup.email
        if account is None:
            return Delivery(Outcome.REFUSED, "no e-mail account")
        letter = letter_of(parcel, account).as_bytes(policy=SMTP_POLICY)
        client = self._client(account)
        try:
            await client.connect()
            await client.mail(account.sender)
            refused = await self._recipient(client, parcel.address)
            if refused:
                return refused
            return await _data(client, letter)
        except _FAILURES as error:
            return Delivery(Outcome.NOT_SENT, _why(error))
        finally:
            client.close()

    def _client(self, account: EmailAccount) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=account.host,
            port=account.port,
            username=account.username or None,
            password=account.password or None,
            timeout=self._timeout_s,
            use_tls=account.security == "tls",
            # True: a server without it is refused, so that nobody in between can take it away.
            start_tls=account.security == "starttls",
            tls_context=self._tls,
        )

    async def _recipient(self, client: aiosmtplib.SMTP, address: str) -> Delivery | None:
        try:
            await client.rcpt(address)
        except aiosmtplib.SMTPResponseException as error:
            outcome = Outcome.REFUSED if error.code >= _PERMANENT else Outcome.NOT_SENT
            return Delivery(outcome, _why(error))
        return None


async def _data(client: aiosmtplib.SMTP, letter: bytes) -> Delivery:
    try:
        answer = await client.data(letter)
    except aiosmtplib.SMTPResponseException as error:
        outcome = Outcome.REFUSED if error.code >= _PERMANENT else Outcome.NOT_SENT
        return Delivery(outcome, _why(error))
    except _FAILURES as error:
        return Delivery(Outcome.UNKNOWN, _why(error))
    return Delivery(Outcome.SENT, receipt=one_line(answer.message)[:200])


def _why(error: Exception) -> str:
    return one_line(f"{type(error).__name__}: {error}")[:200]


def letter_of(parcel: Parcel, account: EmailAccount) -> EmailMessage:
    """The e-mail with its file. Its Message-ID is the same in every attempt."""
    domain = account.sender.rpartition("@")[2]
    letter = EmailMessage(policy=SMTP_POLICY)
    letter["From"] = Address(_header(account.sender_name), addr_spec=account.sender)
    letter["To"] = Address(_header(parcel.name), addr_spec=parcel.address)
    letter["Subject"] = _header(parcel.words.subject)
    letter["Message-ID"] = f"<{parcel.message_id}@{domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    if account.reply_to:
        letter["Reply-To"] = account.reply_to
    letter.set_content(parcel.words.text + "\n")
    if parcel.calendar:
        method, file = parcel.calendar
        letter.add_attachment(file.decode(), subtype="calendar", filename=FILE, params={"method": method})
    return letter


def _header(value: str) -> str:
    """One line of what a header can hold: a word without blanks cannot be folded, and servers refuse long lines."""
    return one_line(value)[:HEADER_MAX]
