"""Brings the schema up to date: our tables, and the queue library's."""

import asyncio

from booking.storage import jobs
from chassis import postgres


def migrate(url: str) -> None:
    """Repeating it, or two at once, is harmless."""
    postgres.migrate(url, "booking")
    asyncio.run(jobs.install(url))
