"""The two ways in which rows get into a table."""

from collections.abc import Iterable

from chassis.postgres import Connection

Row = tuple[object, ...]


async def insert(connection: Connection, table: str, columns: str, rows: Iterable[Row]) -> None:
    """Put rows there; ``columns`` are separated by commas. Table and columns are names of ours, never input."""
    await connection.executemany(_insert(table, columns), rows)


async def upsert(connection: Connection, table: str, columns: str, rows: Iterable[Row], *, key: str) -> None:
    """Put rows there, or change those that have the same values in the columns of ``key``."""
    changed = ", ".join(
        f"{column} = excluded.{column}" for column in _names(columns) if column not in _names(key)
    )
    statement = f"{_insert(table, columns)} ON CONFLICT ({key}) DO UPDATE SET {changed}"
    await connection.executemany(statement, rows)


def _insert(table: str, columns: str) -> str:
    places = ", ".join(f"${n}" for n in range(1, columns.count(",") + 2))
    return f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 - our own names


def _names(columns: str) -> list[str]:
    return [column.strip() for column in columns.split(",")]
