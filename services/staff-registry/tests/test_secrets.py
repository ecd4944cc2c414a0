"""Secrets at rest, and where they never are."""

import logging
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import ValidationError

from chassis.eventlog import EventLog
from chassis.postgres import Pool
from chassis.settings import load
from staff_registry.domain.business import Business
from staff_registry.domain.ids import Ids
from staff_registry.domain.messages import EmailAccount, Messages, SmsAccount
from staff_registry.settings import Settings
from staff_registry.storage.businesses import SqlBusinesses
from staff_registry.storage.sealing import Sealer, SecretUnreadableError
from staff_registry.usecases.import_business import import_business
from staff_registry.usecases.reseal_secrets import Resealed
from staff_registry.wire.describing import request_for

NOW = datetime(2025, 11, 24, 9, 0, tzinfo=UTC)
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def registry_with(keys: str, pool: Pool) -> SqlBusinesses:
    return SqlBusinesses(pool, EventLog(pool), Sealer(keys))


async def everything_in(pool: Pool) -> str:
    """Every row of every table, as text."""
    tables = await pool.fetch(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        " AND table_type = 'BASE TABLE'"
    )
    dumps = [await pool.fetch(f"SELECT t::text FROM {row['table_name']} t") for row in tables]
    return "\n".join(row["t"] for dump in dumps for row in dump)


async def test_secrets_are_encrypted_at_rest(
    pool: Pool, businesses: SqlBusinesses, sealer: Sealer, salon: Business
) -> None:
    await import_business(salon, imports=businesses, now=NOW)
    text = await everything_in(pool)
    assert "anna@example.org" in text  # the dump does reach the rows
    assert "cal_test_key" not in text
    assert "whsec" not in text
    token = await pool.fetchval("SELECT api_key FROM calendar_account WHERE key = 'anna'")
    assert sealer.unseal(token) == "cal_test_key_of_anna"


async def test_equal_secrets_look_different_at_rest(
    pool: Pool, businesses: SqlBusinesses, salon: Business
) -> None:
    people = tuple(
        replace(p, accounts=tuple(replace(a, api_key="cal_shared") for a in p.accounts)) for p in salon.people
    )
    await import_business(replace(salon, people=people), imports=businesses, now=NOW)
    tokens = [row["api_key"] for row in await pool.fetch("SELECT api_key FROM calendar_account")]
    assert len(set(tokens)) == 3


async def test_after_a_rotation_old_secrets_are_read_and_new_ones_written_with_the_new_key(
    pool: Pool, salon: Business
) -> None:
    tenant_id = Ids(salon.key).tenant
    await import_business(salon, imports=registry_with(OLD, pool), now=NOW)
    rotated = registry_with(f"{NEW},{OLD}", pool)
    found = await rotated.find_with_secrets(tenant_id)
    assert found
    assert found.business == salon.canonical()
    await import_business(replace(salon, name="Salon Neu"), imports=rotated, now=NOW)
    only_new = await registry_with(NEW, pool).find_with_secrets(tenant_id)
    assert only_new
    assert only_new.business.webhook_secret == salon.webhook_secret


async def test_after_resealing_the_old_key_can_go(pool: Pool, salon: Business) -> None:
    """Nobody is told, since nothing has changed; doing it again does nothing."""
    tenant_id = Ids(salon.key).tenant
    await import_business(with_message_secrets(salon), imports=registry_with(OLD, pool), now=NOW)
    before = await pool.fetchval("SELECT count(*) FROM event")
    rotated = registry_with(f"{NEW},{OLD}", pool)
    assert await rotated.reseal() == Resealed(secrets=6, resealed=6)
    assert await rotated.reseal() == Resealed(secrets=6, resealed=0)
    found = await registry_with(NEW, pool).find_with_secrets(tenant_id)
    assert found
    assert found.business == with_message_secrets(salon).canonical()
    assert found.revision == 1
    assert await pool.fetchval("SELECT count(*) FROM event") == before


async def test_resealing_with_a_key_that_does_not_fit_changes_nothing(pool: Pool, salon: Business) -> None:
    await import_business(salon, imports=registry_with(OLD, pool), now=NOW)
    await pool.execute(
        "UPDATE calendar_account SET api_key = $1 WHERE key = 'anna'",
        Sealer(Fernet.generate_key().decode()).seal("x"),
    )
    before = await everything_in(pool)
    with pytest.raises(SecretUnreadableError):
        await registry_with(f"{NEW},{OLD}", pool).reseal()
    assert await everything_in(pool) == before


async def test_every_column_with_a_token_is_resealed(pool: Pool, salon: Business) -> None:
    """A secret that was forgotten would be lost with the old key."""
    await import_business(with_message_secrets(salon), imports=registry_with(OLD, pool), now=NOW)
    tokens = set(re.findall(r"gAAAA[\w-]+=*", await everything_in(pool)))
    await registry_with(f"{NEW},{OLD}", pool).reseal()
    assert not tokens & set(re.findall(r"gAAAA[\w-]+=*", await everything_in(pool)))
    assert len(tokens) == 6


def with_message_secrets(salon: Business) -> Business:
    email = EmailAccount("a@example.org", "A", "", "mail.example.org", 587, "starttls", "a", "smtp_secret")
    return replace(salon, messages=Messages(email=email, sms=SmsAccount("seven", "", "Salon", "sms_secret")))


async def test_with_a_wrong_key_the_business_is_told_but_the_service_is_not_ready(
    pool: Pool, salon: Business
) -> None:
    await registry_with(NEW, pool).check_secrets()  # nothing stored, nothing wrong
    await import_business(salon, imports=registry_with(OLD, pool), now=NOW)
    wrong = registry_with(NEW, pool)
    assert await wrong.find(Ids(salon.key).tenant)
    with pytest.raises(SecretUnreadableError):
        await wrong.check_secrets()
    with pytest.raises(SecretUnreadableError):  # rather than lose what is stored
        await import_business(salon.without_secrets(), imports=wrong, now=NOW)


async def test_no_log_holds_a_secret(
    registry: Any, salon: Business, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="staff_registry")
    await registry.stub.ImportBusiness(request_for(salon))
    logged = str([vars(record) for record in caplog.records])
    assert "imported" in logged
    assert "cal_test_key" not in logged
    assert "Anna" not in logged


def test_no_representation_holds_a_secret(salon: Business) -> None:
    assert "anna@example.org" in repr(salon)
    assert "cal_test_key" not in repr(salon)
    assert "whsec" not in repr(salon)


@pytest.mark.parametrize(
    "keys",
    ["", "short", OLD[:-2], f"{OLD},", f"{OLD};{NEW}", "ä" * 44],
    # Names that every process of a test run agrees on; the keys are random.
    ids=["empty", "short", "cut", "one too few", "wrong separator", "no base64"],
)
def test_a_malformed_key_ends_the_start_without_being_quoted(
    keys: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUFBUCH_DATABASE_URL", "postgresql://nowhere")
    monkeypatch.setenv("RUFBUCH_SECRETS_KEY", keys)
    with pytest.raises(SystemExit):
        load(Settings)
    told = capsys.readouterr().err
    assert told.startswith("RUFBUCH_SECRETS_KEY: ")
    assert OLD[:20] not in told


def test_not_even_the_settings_own_error_quotes_a_key() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"database_url": "postgresql://nowhere", "secrets_key": OLD[:-2]})
    assert OLD[:20] not in str(caught.value)


def test_keys_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUFBUCH_DATABASE_URL", "postgresql://nowhere")
    monkeypatch.setenv("RUFBUCH_SECRETS_KEY", f"{NEW}, {OLD}")
    settings = load(Settings)
    assert OLD not in repr(settings)
    assert Sealer(settings.secrets_key.get_secret_value()).unseal(Sealer(OLD).seal("x")) == "x"
