"""The original's cache of slot answers: two seconds, by the exact query."""

from datetime import datetime, timedelta
from typing import Any

LIFETIME = timedelta(seconds=2)


class SlotCache:
    """A fresh booking or reservation is invisible while an answer lives here."""

    def __init__(self) -> None:
        self._answers: dict[str, tuple[datetime, dict[str, Any]]] = {}

    def get(self, query: str, now: datetime) -> dict[str, Any] | None:
        at, answer = self._answers.get(query, (None, None))
        return answer if at is not None and now - at < LIFETIME else None

    def put(self, query: str, answer: dict[str, Any], now: datetime) -> None:
        self._answers = {key: kept for key, kept in self._answers.items() if now - kept[0] < LIFETIME}
        self._answers[query] = (now, answer)

    def clear(self) -> None:
        self._answers.clear()
