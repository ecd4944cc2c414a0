"""Owns the businesses that are called: two salons whose calendars are kept at Cal.com, and a practice with rooms."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from rufbuch_cli.calcom_setup import Account, CalcomSetup, accounts_of
from staff_registry.samples import PHYSIOTHERAPY, SALON
from staff_registry.wire.describing import import_request

TWIN = """
  - key: clara-s
    name: Clara S.
    branches: [mitte]
    services: [damenhaarschnitt, herrenhaarschnitt, gloss, dauerwelle]
    working_hours:
      - {days: [tue, wed], start: "09:00", end: "14:00"}
    accounts:
      - {key: clara-s, username: clara-second, email: clara.s@example.org}
"""
"""The same human once more, as salons have it: another row with another account."""


@dataclass(frozen=True)
class Known:
    """A business, as those who make the world know it."""

    key: str
    text: str
    dialled: str
    language: str
    synced: bool
    described: Any
    """What was imported; those who plan the staff change it and import it again."""
    business: Any
    accounts: tuple[Account, ...]
    secret: str

    @property
    def tenant_id(self) -> str:
        """Its id."""
        return str(self.business.tenant_id)


def _studio(text: str) -> str:
    """A second salon, in English, with other people and numbers."""
    for old, new in (
        ("salon-lindenhof", "northside-studio"), ("Salon Lindenhof", "Northside Studio"), ("de-DE", "en-GB"),
        ("+493023125100", "+493023125400"), ("name: Anna", "name: Grace"), ("name: Ben", "name: Oliver"),
        ("name: Clara", "name: Sophie"), ("-lindenhof", "-northside"), ("anna@example", "grace@example"),
        ("ben@example", "oliver@example"), ("clara@example", "sophie@example"), ("cancel_cutoff_minutes: 1440", "cancel_cutoff_minutes: 60"),
        ("move_cutoff_minutes: 240", "move_cutoff_minutes: 60"),
    ):  # fmt: skip
        text = text.replace(old, new)
    return text


def texts() -> list[tuple[str, str, str]]:
    """Text, dialled number and language of each."""
    salon = SALON.read_text(encoding="utf-8")
    return [
        (salon.rstrip() + TWIN, "+493023125100", "de"),
        (_studio(salon), "+493023125400", "en"),
        (PHYSIOTHERAPY.read_text(encoding="utf-8"), "+493023125200", "de"),
    ]


def key_of(name: str, seed: int) -> str:
    """A key that is worth nothing anywhere else."""
    return "cal_" + hashlib.sha256(f"{seed} {name}".encode()).hexdigest()[:32]


@dataclass
class Setup:
    """Makes Cal.com and the registry know them."""

    client: httpx.Client
    webhooks: str
    seed: int

    def all(self, register: Callable[[Any], Any]) -> list[Known]:
        """Every business, made ready."""
        return [self._one(number, *each, register) for number, each in enumerate(texts())]

    def _one(
        self, number: int, text: str, dialled: str, language: str, register: Callable[[Any], Any]
    ) -> Known:
        bare = import_request(text).business
        keys = {
            account.key: key_of(f"{number} {account.key}", self.seed)
            for person in bare.people
            for account in person.accounts
        }
        accounts, secret = accounts_of(bare, keys), key_of(f"{number} webhook", self.seed)
        calcom = CalcomSetup(self.client)
        calcom.users(accounts)
        mappings = calcom.mappings(bare, accounts)
        described = import_request(
            text, api_keys=keys, mappings=mappings, webhook_secret=secret if accounts else ""
        )
        business = register(described.business)
        for account in accounts:
            calcom.webhook(account, f"{self.webhooks}/calcom/webhook/{business.tenant_id}", secret)
        return Known(
            bare.key,
            text,
            dialled,
            language,
            bool(bare.calendar_sync),
            described.business,
            business,
            tuple(accounts),
            secret,
        )
