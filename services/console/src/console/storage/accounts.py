"""Users in PostgreSQL."""

from typing import Any
from uuid import UUID

from chassis.postgres import Pool, reaching_storage
from console.domain.accounts import Account, Membership, Role

_ACCOUNT = """
SELECT a.account_id, a.email, a.name, a.language, a.password_hash,
       coalesce(array_agg(m.tenant_id::text ORDER BY m.position) FILTER (WHERE m.tenant_id IS NOT NULL), '{}') AS tenants,
       coalesce(array_agg(m.role ORDER BY m.position) FILTER (WHERE m.tenant_id IS NOT NULL), '{}') AS roles
  FROM account a LEFT JOIN membership m USING (account_id)
"""


class SqlAccounts:
    """The tables account and membership."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def by_email(self, email: str) -> tuple[Account, str] | None:
        """See Accounts."""
        row = await self._row(f"{_ACCOUNT} WHERE a.email = $1 GROUP BY a.account_id", email)
        return (_account(row), row["password_hash"]) if row else None

    async def by_id(self, account_id: UUID) -> Account | None:
        """See Accounts."""
        row = await self._row(f"{_ACCOUNT} WHERE a.account_id = $1 GROUP BY a.account_id", account_id)
        return _account(row) if row else None

    async def put(self, account: Account, password_hash: str) -> None:
        """See Accounts."""
        with reaching_storage():
            async with self._pool.acquire() as connection, connection.transaction():
                account_id = await connection.fetchval(
                    """INSERT INTO account (account_id, email, name, language, password_hash) VALUES ($1, $2, $3, $4, $5)
                       ON CONFLICT (email) DO UPDATE SET name = EXCLUDED.name, language = EXCLUDED.language,
                           password_hash = EXCLUDED.password_hash
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

    async def change_hash(self, account_id: UUID, password_hash: str) -> None:
        """See Accounts."""
        with reaching_storage():
            await self._pool.execute(
                "UPDATE account SET password_hash = $2 WHERE account_id = $1", account_id, password_hash
            )

    async def _row(self, statement: str, *values: object) -> Any:  # noqa: ANN401 - asyncpg's record
        with reaching_storage():
            return await self._pool.fetchrow(statement, *values)


def _account(row: Any) -> Account:  # noqa: ANN401 - asyncpg's record
    memberships = tuple(
        Membership(tenant_id, Role(role))
        for tenant_id, role in zip(row["tenants"], row["roles"], strict=True)
    )
    return Account(row["account_id"], row["email"], row["name"], row["language"], memberships)
