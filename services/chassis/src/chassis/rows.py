"""Whose rows the code that runs now may see: row level security in PostgreSQL asks, and shows nothing where nobody said.

Every table with an owner's column has the policy of row_security.sql. Who is meant goes with the task (a context variable), and
chassis.postgres tells each connection when it is taken.
"""

from contextlib import AbstractContextManager
from contextvars import ContextVar
from functools import lru_cache
from uuid import UUID

SETTING = "rufbuch.tenant"
NOBODY = ""
EVERYBODY = "*"
_LENGTH = 36
"""Of an id as it is written nearly always."""
_whose: ContextVar[str] = ContextVar("whose_rows", default=NOBODY)


def whose() -> str:
    """An owner's id, NOBODY or EVERYBODY."""
    return _whose.get()


def only_of(owner: UUID | str) -> AbstractContextManager[None]:
    """While inside, rows of one owner; of nobody where it is no id."""
    try:
        written = str(owner)
        return _Within(_known(written) if len(written) == _LENGTH else str(UUID(written)))
    except ValueError:
        return _Within(NOBODY)


def of_everybody(why: str) -> AbstractContextManager[None]:
    """While inside, all rows: for what is by its nature about all owners. ``why`` is for the reader of the code, and must be said."""
    if not why.strip():
        raise ValueError("say why the rows of all owners are needed")
    return _Within(EVERYBODY)


@lru_cache(maxsize=1024)
def _known(owner: str) -> str:
    """As PostgreSQL compares it: the same few owners with each request."""
    return str(UUID(owner))


class _Within:
    """Entered by every request, so it is no generator."""

    def __init__(self, whose_rows: str) -> None:
        self._whose_rows = whose_rows

    def __enter__(self) -> None:
        self._before = _whose.get()
        _whose.set(self._whose_rows)

    def __exit__(self, *_: object) -> None:
        # Not by the token: the end of a stream may run in another context than its beginning.
        _whose.set(self._before)
