"""One execution for function calls that are the same and go on at the same time; all of them get its answer."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from telephony_gateway.domain.answers import Answer
from telephony_gateway.domain.arguments import said
from telephony_gateway.http_api import metrics

Execution = Callable[[], Awaitable[Answer]]


class Elsewhere(Protocol):
    """The other replicas; see clients.elsewhere."""

    async def once(self, key: str, run: Execution) -> Answer:
        """Run, unless another replica does; then its answer."""
        ...


class Twins:
    """Inside this process by a table of what runs, across replicas through ``elsewhere``."""

    def __init__(self, elsewhere: Elsewhere) -> None:
        self._elsewhere = elsewhere
        self._running: dict[str, asyncio.Task[Answer]] = {}

    async def once(self, key: str, run: Execution) -> Answer:
        """The answer of the one execution. Whoever waits may give up: the execution goes on for the others."""
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._run(key, run))
            self._running[key] = task
            task.add_done_callback(_look_at)
        else:
            metrics.twins.labels("here").inc()
        return await asyncio.shield(task)

    async def _run(self, key: str, run: Execution) -> Answer:
        try:
            return await self._elsewhere.once(key, run)
        finally:
            del self._running[key]


def twin_key(tenant_id: str, call_id: str, name: str, arguments: Mapping[str, Any]) -> str:
    """Equal for function calls that mean the same."""
    words = json.dumps([tenant_id, call_id, name, said(arguments)], sort_keys=True, default=str)
    return hashlib.sha256(words.encode()).hexdigest()


def _look_at(task: asyncio.Task[Answer]) -> None:
    # Where nobody waits any more, nobody else would; asyncio complains about errors that nobody has seen.
    if not task.cancelled():
        task.exception()
