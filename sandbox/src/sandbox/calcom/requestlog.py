"""A bounded record of requests and webhook deliveries, for counting and for concurrency checks."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.calcom.times import iso_millis

KEPT = 10_000


@dataclass(slots=True)
class Entry:
    """One request. The order numbers come from one sequence of starts and ends, so overlap shows without a clock."""

    method: str
    path: str
    caller: str | None
    started: datetime
    started_order: int
    faults: list[str] = field(default_factory=list)
    status: int | None = None
    ended: datetime | None = None
    ended_order: int | None = None

    def report(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "path": self.path,
            "caller": self.caller,
            "status": self.status,
            "faults": self.faults,
            "startedAt": iso_millis(self.started),
            "endedAt": iso_millis(self.ended) if self.ended else None,
            "startedOrder": self.started_order,
            "endedOrder": self.ended_order,
        }


class RequestLog:
    """The last KEPT requests and deliveries of this process."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._deliveries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._order = 0

    def begin(self, method: str, path: str, caller: str | None, now: datetime) -> Entry:
        entry = Entry(method, path, caller, now, self._next())
        self._entries.append(entry)
        return entry

    def end(self, entry: Entry, status: int, now: datetime) -> None:
        entry.status, entry.ended, entry.ended_order = status, now, self._next()

    def delivered(self, trigger: str, url: str, uid: str, status: int | None, now: datetime) -> None:
        """`status` None: the receiver could not be reached."""
        delivery = {"triggerEvent": trigger, "url": url, "uid": uid, "status": status, "at": iso_millis(now)}
        self._deliveries.append(delivery)

    def requests(self) -> list[dict[str, Any]]:
        return [entry.report() for entry in self._entries]

    def deliveries(self) -> list[dict[str, Any]]:
        return list(self._deliveries)

    def clear(self) -> None:
        self._entries.clear()
        self._deliveries.clear()

    def _next(self) -> int:
        self._order += 1
        return self._order
