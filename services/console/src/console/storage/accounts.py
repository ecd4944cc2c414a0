"""Users in PostgreSQL."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis import rows
from chassis.postgres import Pool, reaching_storage
from console.domain.accounts import Account, Membership, Role

_ACCOUNT = """
SELECT a.account_id, a.email, a.name, a.language, a.password_hash, a.disabled_at,
       coalesce(array_agg(m.tenant_id::text ORDER BY m.position) FILTER (WHERE m.tenant_id IS NOT NULL), '{}') AS tenants,
       coalesce(array_agg(m.role ORDER BY m.position) FILTER (WHERE m.tenant_id IS NOT NULL), '{}') AS roles
  FROM account a LEFT JOIN membership m USING (account_id)
"""
_OPEN = "a.disabled_at IS NULL"


class SqlAccounts:
    """The tables account and membership."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def by_email(self, email: str) -> tuple[Account, str] | None:
        """See Accounts."""
        row = await self._row(f"{_ACCOUNT} WHERE a.email = $1 AND {_OPEN} GROUP BY a.account_id", email)
        return (_account(row), row["password_hash"]) if row else None

    async def by_id(self, account_id: UUID) -> Account | None:
        """See Accounts."""
        row = await self._row(
            f"{_ACCOUNT} WHERE a.account_id = $1 AND {_OPEN} GROUP BY a.account_id", account_id
        )
        return _account(row) if row else None

    async def put(self, account: Account, password_hash: str) -> None:
        """See Accounts."""
        with _all_memberships(), reaching_storage():
            async with self._pool.acquire() as connection, connection.transaction():
                account_id = await connection.fetchval(
                    """INSERT INTO account (account_id, email, name, language, password_hash) VALUES ($1, $2, $3, $4, $5)
                       ON CONFLICT (email) DO UPDATE SET name = EXCLUDED.name, language = EXCLUDED.language,
                           password_hash = EXCLUDED.password_hash, disabled_at = NULL, provider_subject = NULL
                       RETURNING account_id""",
                    account.account_id, account.email, account.name, account.language, password_hash,
                )  # fmt: skip
                await connection.execute("DELETE FROM session WHERE account_id = $1", account_id)
                await connection.execute("DELETE FROM membership WHERE account_id = $1", account_id)
                await connection.executemany(
                    "INSERT INTO membership (account_id, tenant_id, role, position) VALUES ($1, $2, $3, $4)",
                    [
                        (account_id, each.tenant_id, each.role.value, position)
                        for position, each in enumerate(account.memberships)
                    ],
                )

    async def bind(self, account_id: UUID, subject: str) -> bool:
        """See Accounts."""
        row = await self._row(
            "UPDATE account SET provider_subject = coalesce(provider_subject, $2) WHERE account_id = $1"
            " RETURNING provider_subject = $2 AS is_known_so",
            account_id, subject,
        )  # fmt: skip
        return bool(row and row["is_known_so"])

    async def change_password(self, account_id: UUID, password_hash: str, *, keep: bytes) -> None:
        """See Accounts."""
        with _all_memberships(), reaching_storage():
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(
                    "UPDATE account SET password_hash = $2 WHERE account_id = $1", account_id, password_hash
                )
                await connection.execute(
                    "DELETE FROM session WHERE account_id = $1 AND token_digest <> $2", account_id, keep
                )

    async def disable(self, email: str, now: datetime) -> bool:
        """Shut the account and end its sessions; repeating it is harmless. False: there is none."""
        with _all_memberships(), reaching_storage():
            async with self._pool.acquire() as connection, connection.transaction():
                account_id = await connection.fetchval(
                    "UPDATE account SET disabled_at = coalesce(disabled_at, $2) WHERE email = $1 RETURNING account_id",
                    email, now,
                )  # fmt: skip
                await connection.execute("DELETE FROM session WHERE account_id = $1", account_id)
        return account_id is not None

    async def enable(self, email: str) -> bool:
        """Open it again. False: there is none."""
        row = await self._row(
            "UPDATE account SET disabled_at = NULL WHERE email = $1 RETURNING account_id", email
        )
        return row is not None

    async def all(self) -> list[tuple[Account, datetime | None]]:
        """Everybody by address, and since when they are shut."""
        with _all_memberships(), reaching_storage():
            found = await self._pool.fetch(f"{_ACCOUNT} GROUP BY a.account_id ORDER BY a.email")
        return [(_account(row), row["disabled_at"]) for row in found]

    async def change_hash(self, account_id: UUID, password_hash: str) -> None:
        """See Accounts."""
        with _all_memberships(), reaching_storage():
            await self._pool.execute(
                "UPDATE account SET password_hash = $2 WHERE account_id = $1", account_id, password_hash
            )

    async def _row(self, statement: str, *values: object) -> Any:  # noqa: ANN401 - asyncpg's record
        with _all_memberships(), reaching_storage():
            return await self._pool.fetchrow(statement, *values)


def _all_memberships() -> AbstractContextManager[None]:
    return rows.of_everybody("somebody may work for several businesses, and signs in before one is known")


def _account(row: Any) -> Account:  # noqa: ANN401 - asyncpg's record
    memberships = tuple(
        Membership(tenant_id, Role(role))
        for tenant_id, role in zip(row["tenants"], row["roles"], strict=True)
    )
    return Account(row["account_id"], row["email"], row["name"], row["language"], memberships)
