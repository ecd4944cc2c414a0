"""How alarms go out: what of a mail server's troubles means that nothing was sent, and what the settings have to say."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from receivers import Mailbox

from calcom_sync.clients.alarm_email import AlarmEmail, MailServer
from calcom_sync.domain.alarms import AlarmKind
from calcom_sync.domain.notices import Channel, Outcome
from calcom_sync.usecases.watch import Watch
from calcom_sync.watch_settings import WatchSettings
from local_stack.embedded import free_port

HOUR = timedelta(hours=1)


async def test_a_mail_server_that_hangs_up_after_the_letter_leaves_it_unknown() -> None:
    mailbox = Mailbox()
    mailbox.hangs_up_after_data = True
    async with mailbox.serving() as port:
        assert await _sent(port) is Outcome.UNKNOWN
    assert len(mailbox.letters) == 1


async def test_a_mail_server_that_refuses_has_sent_nothing() -> None:
    mailbox = Mailbox()
    mailbox.data_says = "451 later"
    async with mailbox.serving() as port:
        assert await _sent(port) is Outcome.NOT_SENT
    assert await _sent(free_port()) is Outcome.NOT_SENT


async def test_a_mail_server_without_encryption_is_not_trusted() -> None:
    mailbox = Mailbox()
    async with mailbox.serving() as port:
        assert await _sent(port, "smtp") is Outcome.NOT_SENT
    assert mailbox.letters == []


async def _sent(port: int, scheme: str = "smtp+insecure") -> Outcome:
    email = AlarmEmail(
        MailServer.of(f"{scheme}://127.0.0.1:{port}"), sender="a@example.org", recipients=["b@example.org"]
    )
    watch = Watch(
        conditions=None, alarms=None, senders={Channel.EMAIL: email}, peers=[], pulse=None, lag_s=None, budgets=None,  # type: ignore[arg-type] # only the test is asked for
        clock=_Clock(), new_id=uuid.uuid4, repeat=HOUR, burst=1,
    )  # fmt: skip
    return (await watch.test())[Channel.EMAIL].outcome


class _Clock:
    def now(self) -> datetime:
        return datetime.fromisoformat("2027-03-01T08:00:00+00:00")


REQUIRED: dict[str, Any] = {"database_url": "postgresql://x/y", "grpc_port": 1, "metrics_port": 2}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"alarm_email_to": "a@example.org"}, "RUFBUCH_ALARM_EMAIL_FROM, RUFBUCH_ALARM_SMTP_URL"),
        ({"alarm_webhook_url": "https://example.org"}, "go together"),
        ({"alarm_webhook_secret": "x"}, "go together"),
        ({"alarm_webhook_url": "example.org", "alarm_webhook_secret": "x"}, "pattern"),
        ({"watch_metrics_urls": "gateway:9155"}, "no addresses"),
        (
            {"alarm_email_to": "a", "alarm_email_from": "b@example.org", "alarm_smtp_url": "smtp://x"},
            "e-mail addresses",
        ),
        (
            {
                "alarm_email_to": "a@example.org",
                "alarm_email_from": "b@example.org",
                "alarm_smtp_url": "mail",
            },
            "smtp://user",
        ),
    ],
)
def test_a_channel_that_is_half_set_up_is_refused_at_the_start(wrong: dict[str, Any], words: str) -> None:
    """SE-02 in reverse: an alarm that silently goes nowhere is worse than a service that does not start."""
    with pytest.raises(ValueError, match=words):
        WatchSettings(**REQUIRED | wrong)


def test_a_password_may_hold_any_character() -> None:
    server = MailServer.of("smtps://kim%40example.org:p%3A%2Fw@mail.example.org")
    assert (server.username, server.password, server.port, server.security) == (
        "kim@example.org", "p:/w", 465, "tls",
    )  # fmt: skip


def test_every_alarm_has_a_name_of_its_own() -> None:
    assert len({kind.value for kind in AlarmKind}) == len(AlarmKind)
