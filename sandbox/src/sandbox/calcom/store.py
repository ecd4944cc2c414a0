"""The state: records in memory, written through to one SQLite file, and the past of every booking."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from sandbox.calcom.model import Booking, EventType, Record, Reservation, Schedule, User, Webhook

R = TypeVar("R", bound=Record)
Row = tuple[str, str, str]

# An update keeps its row's place, so that everything is read back in the order in which it was made.
_UPSERT = "INSERT INTO document VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body"


class DuplicateKeyError(Exception):
    """An accepted booking with the same host, start and end exists."""


class Journal:
    """One table of JSON documents. Every write is one committed transaction; without a path nothing is kept."""

    def __init__(self, path: Path | None) -> None:
        self._db = _open(path) if path else None

    def rows(self, kind: str) -> list[str]:
        if self._db is None:
            return []
        found = self._db.execute("SELECT body FROM document WHERE kind = ? ORDER BY rowid", (kind,))
        return [body for (body,) in found]

    def write(self, rows: Iterable[Row]) -> None:
        if self._db is not None:
            with self._db:
                self._db.executemany(_UPSERT, rows)

    def delete(self, kind: str, ids: Iterable[str]) -> None:
        if self._db is not None:
            with self._db:
                keys = [(kind, id_) for id_ in ids]
                self._db.executemany("DELETE FROM document WHERE kind = ? AND id = ?", keys)

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # One event loop uses it, but it may run in another thread than the one that built the app.
    db = sqlite3.connect(path, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    with db:
        db.execute(
            "CREATE TABLE IF NOT EXISTS document (kind TEXT, id TEXT, body TEXT, PRIMARY KEY (kind, id))"
        )
    return db


class Shelf(Generic[R]):
    """All records of one kind, by their key."""

    def __init__(self, journal: Journal, model: type[R], key: str) -> None:
        self._journal, self._kind, self._key = journal, model.__name__, key
        loaded = [model.model_validate_json(body) for body in journal.rows(self._kind)]
        self._records: dict[str, R] = {self.key_of(record): record for record in loaded}

    def key_of(self, record: R) -> str:
        return str(getattr(record, self._key))

    def get(self, key: object) -> R | None:
        return self._records.get(str(key))

    def all(self) -> list[R]:
        return list(self._records.values())

    def put(self, *records: R) -> None:
        self._journal.write((self._kind, self.key_of(record), record.model_dump_json()) for record in records)
        self._records.update({self.key_of(record): record for record in records})

    def remove(self, *keys: str) -> None:
        self._journal.delete(self._kind, keys)
        for key in keys:
            self._records.pop(key, None)

    def clear(self) -> None:
        self.remove(*list(self._records))


class Bookings(Shelf[Booking]):
    """Bookings, the unique key of the accepted ones, and each one's earlier states."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal, Booking, "uid")
        self._keys = {record.idempotency_key for record in self.all() if record.idempotency_key}
        self._history = {record.uid: [(record.created_at, record)] for record in self.all()}
        self._of_host: dict[int, dict[str, Booking]] = {}
        self._index(*self.all())

    def of_host(self, host_id: int) -> list[Booking]:
        """Those of one host, for whoever asks often: her bookings are few beside all."""
        return list(self._of_host.get(host_id, {}).values())

    def remove(self, *keys: str) -> None:
        for booking in filter(None, map(self.get, keys)):
            self._of_host[booking.host_id].pop(booking.uid, None)
        super().remove(*keys)

    def _index(self, *records: Booking) -> None:
        for record in records:
            self._of_host.setdefault(record.host_id, {})[record.uid] = record

    def put(self, *records: Booking) -> None:
        """All or nothing; raises DuplicateKeyError if a new key is taken by a booking not among `records`."""
        freed = {old.idempotency_key for record in records if (old := self.get(record.uid))}
        wanted = {record.idempotency_key for record in records if record.idempotency_key}
        if wanted & (self._keys - freed):
            raise DuplicateKeyError
        super().put(*records)
        self._index(*records)
        self._keys = (self._keys - freed) | wanted
        for record in records:
            self._history.setdefault(record.uid, []).append((record.updated_at, record))

    def clear(self) -> None:
        super().clear()
        self._keys.clear()
        self._history.clear()

    def as_of(self, instant: datetime) -> list[Booking]:
        """What a reader saw at `instant`: a lagging read replica."""
        seen = ([record for at, record in past if at <= instant] for past in self._history.values())
        return [states[-1] for states in seen if states]


class Counter(Record):
    name: str
    value: int


class Store:
    """Everything that outlives a restart."""

    def __init__(self, path: Path | None) -> None:
        self._journal = Journal(path)
        self.users = Shelf(self._journal, User, "username")
        self.schedules = Shelf(self._journal, Schedule, "id")
        self.event_types = Shelf(self._journal, EventType, "id")
        self.webhooks = Shelf(self._journal, Webhook, "id")
        self.reservations = Shelf(self._journal, Reservation, "uid")
        self.bookings = Bookings(self._journal)
        self._counters = Shelf(self._journal, Counter, "name")

    def next_number(self, name: str, first: int = 1) -> int:
        """Never given twice, not even after a deletion or a restart."""
        counter = self._counters.get(name)
        value = counter.value + 1 if counter else first
        self._counters.put(Counter(name=name, value=value))
        return value

    def user(self, user_id: int) -> User:
        return next(user for user in self.users.all() if user.id == user_id)

    def user_by_key(self, api_key: str) -> User | None:
        return next((user for user in self.users.all() if user.api_key == api_key), None)

    def schedule_of(self, user: User) -> Schedule:
        schedule = self.schedules.get(user.schedule_id)
        if schedule is None:
            raise LookupError(f"user {user.username} has no schedule {user.schedule_id}")
        return schedule

    def forget_bookings(self) -> None:
        self.bookings.clear()
        self.reservations.clear()

    def forget_everything(self) -> None:
        """Numbers go on counting, so that an id from before never means something new."""
        self.forget_bookings()
        for shelf in (self.users, self.schedules, self.event_types, self.webhooks):
            shelf.clear()

    def close(self) -> None:
        self._journal.close()
