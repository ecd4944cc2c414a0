"""Brings the schema up to date: our tables, and the queue library's."""

import asyncio

from calcom_sync.storage import queue
from chassis import postgres


def migrate(url: str) -> None:
    """Repeating it, or two at once, is harmless."""
    postgres.migrate(url, "calcom_sync")
    asyncio.run(queue.install(url))
