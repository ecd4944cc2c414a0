"""Businesses in PostgreSQL: the ports of the use cases."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from chassis.eventlog import EventLog
from chassis.postgres import Connection, Pool
from staff_registry.domain.business import Registered
from staff_registry.domain.ids import Ids
from staff_registry.errors import ResolutionUnderWayError
from staff_registry.storage.reading import read_business
from staff_registry.storage.records import read_records, write_record
from staff_registry.storage.resealing import reseal
from staff_registry.storage.sealing import Sealer
from staff_registry.storage.writing import write_business
from staff_registry.usecases.import_business import Record
from staff_registry.usecases.list_changes import Recorded
from staff_registry.usecases.reseal_secrets import Resealed
from staff_registry.usecases.resolve_number import Dialled

CHANGED = "business_changed"
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('staff_registry.import', 0))"


class SqlBusinesses:
    """The schema of this service."""

    def __init__(self, pool: Pool, events: EventLog, sealer: Sealer) -> None:
        self._pool, self._events, self._sealer = pool, events, sealer

    async def find(self, tenant_id: UUID) -> Registered | None:
        """The business without its secrets, which are not even decrypted."""
        async with self._pool.acquire() as connection:
            return await read_business(connection, tenant_id, None)

    async def find_with_secrets(self, tenant_id: UUID) -> Registered | None:
        """The business with its secrets."""
        async with self._pool.acquire() as connection:
            return await read_business(connection, tenant_id, self._sealer)

    async def branch_of(self, number: str) -> Dialled | None:
        """The branch that has the number."""
        row = await self._pool.fetchrow(
            "SELECT tenant_id, branch_id FROM dialled_number WHERE number = $1", number
        )
        return Dialled(row["tenant_id"], row["branch_id"]) if row else None

    async def keys_after(self, key: str, *, limit: int) -> Sequence[str]:
        """The next keys in their order."""
        rows = await self._pool.fetch(
            "SELECT key FROM tenant WHERE key > $1 ORDER BY key LIMIT $2", key, limit
        )
        return [row["key"] for row in rows]

    async def names_of(self, tenant_ids: Sequence[UUID]) -> Mapping[UUID, tuple[str, str]]:
        """Key and name of those that are known."""
        rows = await self._pool.fetch(
            "SELECT tenant_id, key, name FROM tenant WHERE tenant_id = ANY($1)", list(tenant_ids)
        )
        return {row["tenant_id"]: (row["key"], row["name"]) for row in rows}

    @asynccontextmanager
    async def begin(self) -> AsyncIterator["SqlImport"]:
        """A transaction beside which no other import runs."""
        async with self._pool.acquire() as connection, connection.transaction():
            # Imports are rare and short. One lock for all, not one a business, so that two businesses that exchange
            # numbers cannot wait for each other.
            await connection.execute(_ONE_AT_A_TIME)
            yield SqlImport(connection, self._events, self._sealer)
        await self._events.wake()

    async def records(self, tenant_id: UUID, *, before: int, limit: int) -> Sequence[Recorded]:
        """Who has changed what, below a revision, the newest first."""
        return await read_records(self._pool, tenant_id, before=before, limit=limit)

    async def reseal(self) -> Resealed:
        """Every secret under the first key; no import runs beside."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_ONE_AT_A_TIME)
            return await reseal(connection, self._sealer)

    async def check_secrets(self) -> None:
        """Raise unless the keys in the settings fit what is stored."""
        token = await self._pool.fetchval(
            "SELECT api_key FROM calendar_account WHERE api_key <> ''"
            " UNION ALL SELECT webhook_secret FROM tenant WHERE webhook_secret <> ''"
            " UNION ALL SELECT smtp_password FROM tenant WHERE smtp_password <> ''"
            " UNION ALL SELECT sms_key FROM tenant WHERE sms_key <> '' LIMIT 1"
        )
        self._sealer.unseal(token or "")


class SqlImport:
    """An import under way."""

    def __init__(self, connection: Connection, events: EventLog, sealer: Sealer) -> None:
        self._connection, self._events, self._sealer = connection, events, sealer

    async def stored(self, tenant_key: str) -> Registered | None:
        """The business with its secrets."""
        return await read_business(self._connection, Ids(tenant_key).tenant, self._sealer)

    async def stored_as(self, tenant_id: UUID) -> Registered | None:
        """The business with its secrets."""
        return await read_business(self._connection, tenant_id, self._sealer)

    async def taken(self, numbers: Sequence[str], *, but_by: str) -> str | None:
        """The first of the numbers that another business has."""
        found: str | None = await self._connection.fetchval(
            "SELECT number FROM dialled_number WHERE number = ANY($1) AND tenant_id <> $2 ORDER BY number LIMIT 1",
            list(numbers), Ids(but_by).tenant,
        )  # fmt: skip
        return found

    async def store(self, registered: Registered, record: Record) -> None:
        """Write the business, and record and event in the same transaction. Raises ResolutionUnderWayError while two of
        its rows are being made one: what was planned would not be what is done."""
        other = await self.under_way(Ids(registered.business.key).tenant)
        if other:
            raise ResolutionUnderWayError(
                "two rows of the business are being made one, try again in a moment", resolution_id=str(other)
            )
        await self.store_united(registered, record)

    async def under_way(self, tenant_id: UUID) -> UUID | None:
        """A resolution of the business that is not finished."""
        found: UUID | None = await self._connection.fetchval(
            "SELECT resolution_id FROM resolution WHERE tenant_id = $1 AND due_at IS NOT NULL", tenant_id
        )
        return found

    async def store_united(self, registered: Registered, record: Record) -> None:
        """The same for the resolution that is under way."""
        tenant_id = Ids(registered.business.key).tenant
        await write_business(self._connection, registered, self._sealer, now=record.at)
        await write_record(self._connection, tenant_id, registered.revision, record)
        await self._events.append(self._connection, CHANGED, {"tenant_id": str(tenant_id)}, now=record.at)
