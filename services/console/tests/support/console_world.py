"""Browsers and the people who sit before them."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import httpx
from argon2 import PasswordHasher
from console_peers import TENANT

from console.clients.passwords import Argon2Passwords
from console.domain.accounts import Account, Membership, Role
from console.storage.accounts import SqlAccounts
from console.storage.audit import AuditEntry, SqlAuditTrail

NOW = datetime(2025, 11, 24, 9, 0, tzinfo=UTC)
PASSWORD = "ein langes Passwort"
QUICK = Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass
class Browser:
    """Keeps cookies, sends forms as its pages hold them."""

    http: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=lambda: {"sec-fetch-site": "same-origin"})

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(path)

    async def sign_in(self, email: str, password: str = PASSWORD, then: str = "/today") -> httpx.Response:
        return await self.http.post(
            "/sign-in", data={"email": email, "password": password, "then": then}, headers=self.headers
        )

    async def send(self, page: str, action: str, **fields: str) -> httpx.Response:
        """A form that stands on a page, with that page's token."""
        token = re.search(r'name="csrf" value="([^"]+)"', (await self.get(page)).text)
        assert token, f"{page} holds no form"
        return await self.http.post(action, data={"csrf": token[1], **fields}, headers=self.headers)


async def add_account(
    pool: asyncpg.Pool,
    email: str,
    role: Role = Role.OWNER,
    tenant_id: str = TENANT,
    language: str = "de",
) -> Account:
    account = Account(uuid4(), email, "Kim Beispiel", language, (Membership(tenant_id, role),))
    await SqlAccounts(pool).put(account, QUICK.hash(PASSWORD))
    return account


async def deeds(pool: asyncpg.Pool, tenant_id: str = TENANT) -> list[AuditEntry]:
    """What was done in a business, the newest first, beside coming and going."""
    entries = await SqlAuditTrail(pool).latest(tenant_id)
    return [each for each in entries if not each.deed.action.startswith("sign_")]
