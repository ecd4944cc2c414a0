"""What it means when the database is out of reach."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from booking.errors import StorageUnavailableError

_OUT_OF_REACH = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    # What asyncpg itself says of a connection that is gone, or that went in the middle of an answer.
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


@contextmanager
def reaching_storage() -> Iterator[None]:
    """Turn a lost connection into StorageUnavailableError; everything else stays what it is."""
    try:
        yield
    except _OUT_OF_REACH as error:
        if isinstance(error, ValueError | TypeError):
            # asyncpg's word for an argument that does not fit: our bug.
            raise
        raise StorageUnavailableError(f"the database does not answer: {type(error).__name__}") from error
