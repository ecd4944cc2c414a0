"""How far the service's own readers are behind its log."""

from datetime import datetime

from chassis.postgres import Pool
from signals.metrics import Gauge

_READERS = {"messages": "message_reader", "waitlist": "waitlist_stream"}
_lag = Gauge(
    "rufbuch_booking_event_lag_seconds",
    "Age of the oldest event that a reader has not taken in",
    {"consumer": tuple(_READERS)},
)


class SqlLag:
    """Reads the log and the positions; changes nothing."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def tell(self, now: datetime) -> None:
        """Set the metric."""
        for consumer, table in _READERS.items():
            oldest = await self._pool.fetchval(
                f"SELECT recorded_at FROM event, {table}"  # noqa: S608 - our own names
                # No zero in front of it: PostgreSQL reads such an xid8 as octal, and an 8 or a 9 in it ends the service.
                " WHERE (transaction_id, number) > (coalesce(nullif(split_part(position, '-', 1), ''), '0')::xid8,"
                " coalesce(nullif(split_part(position, '-', 2), ''), '0')::bigint)"
                " ORDER BY transaction_id, number LIMIT 1"
            )
            _lag.labels(consumer).set(max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)
