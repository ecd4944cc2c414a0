"""Sessions and wrong passwords in PostgreSQL."""

import hashlib
from contextlib import AbstractContextManager
from datetime import datetime

from chassis import rows
from chassis.postgres import Pool, reaching_storage
from console.domain.sessions import Session

_NOTE = """
WITH earlier AS (
    SELECT failed_at FROM sign_in_failure WHERE email_digest = $1 AND failed_at > $2
     ORDER BY failed_at DESC LIMIT $4
),
noted AS (
    INSERT INTO sign_in_failure (email_digest, failed_at)
    SELECT $1, $3 WHERE (SELECT count(*) FROM earlier) < $4
)
SELECT failed_at FROM earlier ORDER BY failed_at
"""


class SqlSessions:
    """The table session."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def add(self, session: Session) -> None:
        """See Sessions."""
        await self._do(
            """INSERT INTO session (token_digest, account_id, tenant_id, csrf_token, created_at, seen_at)
               VALUES ($1, $2, $3, $4, $5, $6)""",
            session.token_digest, session.account_id, session.tenant_id, session.csrf_token, session.created_at,
            session.seen_at,
        )  # fmt: skip

    async def get(self, token_digest: bytes) -> Session | None:
        """See Sessions."""
        with _all_sessions(), reaching_storage():
            row = await self._pool.fetchrow(
                """SELECT token_digest, account_id, tenant_id::text, csrf_token, created_at, seen_at
                     FROM session WHERE token_digest = $1""",
                token_digest,
            )
        return Session(**dict(row)) if row else None

    async def touch(self, token_digest: bytes, now: datetime) -> None:
        """See Sessions; written at most once a minute, since every page and every live event comes by here."""
        await self._do(
            """UPDATE session SET seen_at = $2
                WHERE token_digest = $1 AND seen_at < $2::timestamptz - interval '1 minute'""",
            token_digest,
            now,
        )

    async def look_at(self, token_digest: bytes, tenant_id: str) -> None:
        """See Sessions."""
        await self._do("UPDATE session SET tenant_id = $2 WHERE token_digest = $1", token_digest, tenant_id)

    async def end(self, token_digest: bytes) -> None:
        """See Sessions."""
        await self._do("DELETE FROM session WHERE token_digest = $1", token_digest)

    async def forget(self, *, seen_before: datetime, created_before: datetime) -> None:
        """See Sessions."""
        await self._do(
            "DELETE FROM session WHERE seen_at < $1 OR created_at < $2", seen_before, created_before
        )

    async def _do(self, statement: str, *values: object) -> None:
        with _all_sessions(), reaching_storage():
            await self._pool.execute(statement, *values)


def _all_sessions() -> AbstractContextManager[None]:
    return rows.of_everybody("a session is found by its token, and says which business is looked at")


class SqlAttempts:
    """The table sign_in_failure; addresses are digested, since anybody may type anything there."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def begin(self, email: str, *, since: datetime, now: datetime, attempts_max: int) -> list[datetime]:
        """See Attempts."""
        key = _digest(email)
        with reaching_storage():
            async with self._pool.acquire() as connection, connection.transaction():
                # A statement of its own: the next one must see what the attempts before this one have written.
                await connection.execute(
                    "SELECT pg_advisory_xact_lock($1)", int.from_bytes(key[:8], "big", signed=True)
                )
                earlier = await connection.fetch(_NOTE, key, since, now, attempts_max)
        return [row["failed_at"] for row in earlier]

    async def succeeded(self, email: str) -> None:
        """See Attempts."""
        with reaching_storage():
            await self._pool.execute("DELETE FROM sign_in_failure WHERE email_digest = $1", _digest(email))

    async def forget(self, *, before: datetime) -> None:
        """See Attempts."""
        with reaching_storage():
            await self._pool.execute("DELETE FROM sign_in_failure WHERE failed_at < $1", before)


def _digest(email: str) -> bytes:
    return hashlib.sha256(email.encode()).digest()
