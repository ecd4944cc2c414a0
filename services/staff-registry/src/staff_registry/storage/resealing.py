"""Brings every stored secret under the first key, so that older keys can go."""

from chassis.postgres import Connection
from staff_registry.storage.sealing import Sealer
from staff_registry.usecases.reseal_secrets import Resealed

_PLACES = (
    ("tenant", "webhook_secret"),
    ("tenant", "smtp_password"),
    ("tenant", "sms_key"),
    ("calendar_account", "api_key"),
    ("resolution", "rows_before"),
)
"""Every column with secrets."""


async def reseal(connection: Connection, sealer: Sealer) -> Resealed:
    """Runs in the caller's transaction: all of them, or none. Raises SecretUnreadableError."""
    found = changed = 0
    for table, column in _PLACES:
        # The row itself is named, so that every table is treated alike.
        rows = await connection.fetch(f"SELECT ctid::text AS row, {column} FROM {table} WHERE {column} <> ''")  # noqa: S608 - our own names
        anew = [(row["row"], sealer.reseal(row[column])) for row in rows]
        found += len(rows)
        changes = [pair for pair, row in zip(anew, rows, strict=True) if pair[1] != row[column]]
        changed += len(changes)
        await connection.executemany(
            f"UPDATE {table} SET {column} = $2 WHERE ctid = $1::text::tid",  # noqa: S608 - our own names
            changes,
        )
    return Resealed(found, changed)
