"""E-mail through a real SMTP server, and what of its troubles means that nothing was sent, or that nobody knows."""

import asyncio
import email
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from booking.clients.smtp import SmtpCarrier, letter_of
from booking.domain.booking import agree
from booking.domain.messages.calendar_file import Invitation, calendar_file
from booking.domain.messages.message import Channel, Outcome, Words
from booking.domain.messages.setup import EmailAccount, Setup
from booking.domain.wish import Wish
from booking.testing.samples import NOW, a_wish, an_option
from booking.usecases.messages.ports import Parcel
from local_stack.embedded import free_port

MESSAGE_ID = UUID("5f0d7c3e-43cb-4b4d-9d1f-6a3b8f6f1d11")
ACCOUNT = EmailAccount(
    "termine@salon.example.org", "Salon Müller & Söhne", "salon@example.org", "127.0.0.1", 0, "none", "", ""
)
PARCEL = Parcel(
    MESSAGE_ID, "erika@example.org", "Erika Müßig", Words("Ihr Termin 💇", "Guten Tag\n\nBis bald"), None
)


class Mailbox:
    """What a server has taken, and what it says."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipient_says = ""
        self.data_says = "250 taken as 4711"
        self.hangs_up_after_data = False

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient_says:
            return self.recipient_says
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data_says.startswith("250"):
            assert isinstance(envelope.content, bytes)
            letter = email.message_from_bytes(envelope.content, policy=default)
            assert isinstance(letter, EmailMessage)
            self.letters.append(letter)
        if self.hangs_up_after_data:
            assert server.transport
            server.transport.close()
        return self.data_says


@contextmanager
def serving(mailbox: Mailbox, **options: Any) -> Iterator[int]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


def setup_for(account: EmailAccount) -> Setup:
    return Setup("Salon", "de", MappingProxyType({}), MappingProxyType({}), (Channel.EMAIL,), email=account)


async def deliver(port: int, parcel: Parcel = PARCEL, **changed: object) -> tuple[Outcome, str]:
    account = replace(ACCOUNT, port=port, **changed)  # type: ignore[arg-type] # as named by the tests
    delivery = await SmtpCarrier(timeout_s=2).send(parcel, setup_for(account))
    return delivery.outcome, delivery.receipt or delivery.detail


async def test_a_letter_arrives_as_it_was_written(mailbox: Mailbox) -> None:
    with serving(mailbox) as port:
        assert await deliver(port) == (Outcome.SENT, "taken as 4711")
        assert await deliver(port) == (Outcome.SENT, "taken as 4711")
    first, second = mailbox.letters
    assert first["Subject"] == "Ihr Termin 💇"
    assert str(first["From"]) == "Salon Müller & Söhne <termine@salon.example.org>"
    assert str(first["To"]) == "Erika Müßig <erika@example.org>"
    assert first["Reply-To"] == "salon@example.org"
    assert first.get_content().splitlines() == ["Guten Tag", "", "Bis bald"]
    assert first["Message-ID"] == second["Message-ID"] == f"<{MESSAGE_ID}@salon.example.org>"


async def test_the_calendar_file_arrives_with_its_method(mailbox: Mailbox) -> None:
    wish: Wish = a_wish(customer_name="Zoë Ångström-Çelik")
    made = agree(wish, an_option(), now=NOW, new_id=lambda: MESSAGE_ID, calendar_domain="kunden.example.org")
    invitation = Invitation(MESSAGE_ID, ACCOUNT.sender, ACCOUNT.sender_name, PARCEL.address, "Mitte")
    file = calendar_file(made, invitation, stamp=NOW)
    with serving(mailbox) as port:
        await deliver(port, replace(PARCEL, calendar=("REQUEST", file)))
    (attachment,) = mailbox.letters[0].iter_attachments()
    assert attachment.get_content_type() == "text/calendar"
    assert attachment.get_param("method") == "REQUEST"
    content = attachment.get_content()
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert event["ATTENDEE"].params["CN"] == "Zoë Ångström-Çelik"
    assert event.decoded("DTSTART") == datetime(2025, 11, 26, 14, tzinfo=UTC)


async def test_nobody_listens(mailbox: Mailbox) -> None:
    assert (await deliver(free_port()))[0] is Outcome.NOT_SENT


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("450 greylisted", Outcome.NOT_SENT), ("550 no such user", Outcome.REFUSED)],
)
async def test_a_recipient_is_put_off_or_refused(mailbox: Mailbox, answer: str, outcome: Outcome) -> None:
    mailbox.recipient_says = answer
    with serving(mailbox) as port:
        assert (await deliver(port))[0] is outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("451 later", Outcome.NOT_SENT), ("554 spam", Outcome.REFUSED)],
)
async def test_a_letter_is_put_off_or_refused(mailbox: Mailbox, answer: str, outcome: Outcome) -> None:
    mailbox.data_says = answer
    with serving(mailbox) as port:
        assert (await deliver(port))[0] is outcome
    assert mailbox.letters == []


async def test_a_server_that_goes_after_it_has_the_letter_leaves_it_open(mailbox: Mailbox) -> None:
    """It has arrived here, and the sender cannot know: neither "sent" nor "not sent" would be true."""
    mailbox.hangs_up_after_data = True
    with serving(mailbox) as port:
        assert (await deliver(port))[0] is Outcome.UNKNOWN
    assert len(mailbox.letters) == 1


async def test_a_server_that_is_silent_after_it_has_the_letter_leaves_it_open() -> None:
    async with silent_after_data() as port:
        assert (await deliver(port))[0] is Outcome.UNKNOWN


async def test_a_server_that_never_greets_has_nothing() -> None:
    async with silent_after_data(greets=False) as port:
        account = replace(ACCOUNT, port=port)
        delivery = await SmtpCarrier(timeout_s=0.2).send(PARCEL, setup_for(account))
    assert delivery.outcome is Outcome.NOT_SENT


class silent_after_data:  # noqa: N801 - used as a function
    """A server that takes the letter and says nothing to it."""

    def __init__(self, *, greets: bool = True) -> None:
        self._greets, self._over = greets, asyncio.Event()

    async def __aenter__(self) -> int:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._over.wait()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._greets:
            writer.write(b"220 hello\r\n")
        answers = {b"EHLO": b"250 me", b"MAIL": b"250 ok", b"RCPT": b"250 ok", b"DATA": b"354 go on"}
        try:
            async for line in reader:
                answer = answers.get(line[:4].upper())
                if answer:
                    writer.write(answer + b"\r\n")
        finally:
            writer.close()
            self._over.set()


async def test_a_password_is_asked_for_and_a_wrong_one_sends_nothing(
    mailbox: Mailbox, tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password == b"right"
        return AuthResult(success=right)

    with serving(
        mailbox, tls_context=tls, require_starttls=True, authenticator=check, auth_required=True
    ) as port:
        account = replace(
            ACCOUNT, host="localhost", port=port, security="starttls", username="a", password="wrong"
        )
        carrier = SmtpCarrier(timeout_s=5, tls=trusting)
        wrong = await carrier.send(PARCEL, setup_for(account))
        right = await carrier.send(PARCEL, setup_for(replace(account, password="right")))
    assert (wrong.outcome, right.outcome) == (Outcome.NOT_SENT, Outcome.SENT)
    assert "wrong" not in wrong.detail
    assert len(mailbox.letters) == 1


async def test_a_server_that_offers_no_tls_where_it_is_wanted_gets_nothing(mailbox: Mailbox) -> None:
    with serving(mailbox) as port:
        assert (await deliver(port, security="starttls"))[0] is Outcome.NOT_SENT
    assert mailbox.letters == []


async def test_a_server_that_nobody_vouches_for_gets_nothing(mailbox: Mailbox, tls: ssl.SSLContext) -> None:
    with serving(mailbox, tls_context=tls) as port:
        assert (await deliver(port, host="localhost", security="starttls"))[0] is Outcome.NOT_SENT
    assert mailbox.letters == []


ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(name=ANYTHING, subject=ANYTHING, text=ANYTHING, sender=ANYTHING)
def test_whatever_is_in_a_letter_it_has_the_headers_that_we_gave_it(
    name: str, subject: str, text: str, sender: str
) -> None:
    """A name with a line break in it becomes no header, and no second recipient."""
    parcel = replace(PARCEL, name=name, words=Words(subject, text))
    raw = letter_of(parcel, replace(ACCOUNT, sender_name=sender)).as_bytes()
    read = email.message_from_bytes(raw, policy=default)
    assert set(read.keys()) == {
        "From", "To", "Subject", "Message-ID", "Auto-Submitted", "Reply-To", "Content-Type",
        "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip
    assert [each.addr_spec for each in read["To"].addresses] == [PARCEL.address]
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


def test_ten_thousand_characters_and_a_header_in_a_name() -> None:
    name = "Erika\r\nBcc: alle@example.org\r\n\r\n" + "x" * 10_000
    letter = letter_of(replace(PARCEL, name=name, words=Words(name, name)), ACCOUNT)
    read = email.message_from_bytes(letter.as_bytes(), policy=default)
    assert read["Bcc"] is None
    assert "Bcc: alle@example.org" in read["Subject"]
    assert all(len(line) <= 998 for line in letter.as_bytes().split(b"\r\n"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Of localhost, signed by itself: the files of the certificate and of its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(folder / "certificate.pem"), str(folder / "key.pem")


@pytest.fixture
def tls(certificate: tuple[str, str]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def trusting(certificate: tuple[str, str]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate[0])
