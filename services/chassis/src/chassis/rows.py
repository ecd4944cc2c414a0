"""Whose rows the code that runs now may see: row level security in PostgreSQL asks, and shows nothing where nobody said.

Every table with an owner's column has the policy of row_security.sql. Who is meant goes with the task (a context variable), and
chassis.postgres tells each connection when it is taken.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from uuid import UUID

SETTING = "rufbuch.tenant"
NOBODY = ""
EVERYBODY = "*"
_whose: ContextVar[str] = ContextVar("whose_rows", default=NOBODY)


def whose() -> str:
    """An owner's id, NOBODY or EVERYBODY."""
    return _whose.get()


def only_of(owner: UUID | str) -> AbstractContextManager[None]:
    """While inside, rows of one owner; of nobody where it is no id."""
    try:
        return _within(str(UUID(str(owner))))
    except ValueError:
        return _within(NOBODY)


def of_everybody(why: str) -> AbstractContextManager[None]:
    """While inside, all rows: for what is by its nature about all owners. ``why`` is for the reader of the code, and must be said."""
    if not why.strip():
        raise ValueError("say why the rows of all owners are needed")
    return _within(EVERYBODY)


@contextmanager
def _within(whose_rows: str) -> Iterator[None]:
    before = _whose.get()
    _whose.set(whose_rows)
    try:
        yield
    finally:
        # Not by the token: the end of a stream may run in another context than its beginning.
        _whose.set(before)
