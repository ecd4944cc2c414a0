"""Rounds that come again and again, and outlive an absent database."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from opentelemetry.instrumentation.utils import suppress_instrumentation

from chassis.errors import StorageUnavailableError
from chassis.postgres import reaching_storage

_log = logging.getLogger(__name__)


async def every(pause_s: float, name: str, do: Callable[[], Awaitable[object]]) -> None:
    """Do it, wait, and do it again, until cancelled. A bug in it is loud."""
    while True:
        try:
            with suppress_instrumentation(), reaching_storage():
                await do()
        except StorageUnavailableError as error:
            _log.warning("a round failed", extra={"round": name, "error": str(error)})
        await asyncio.sleep(pause_s)
