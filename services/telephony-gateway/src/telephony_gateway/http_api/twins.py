"""One execution for function calls that are the same and go on at the same time; all of them get its answer."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.arguments import said
from telephony_gateway.http_api import metrics
from telephony_gateway.usecases.ports import PeerError

Execution = Callable[[], Awaitable[Answer]]
Beside = Callable[[], object]


class Elsewhere(Protocol):
    """The other replicas, and the answers that came when nobody waited any more; see clients.elsewhere."""

    async def once(self, key: str, run: Execution, *, call: str, beside: Beside | None = None) -> Answer:
        """Run, unless another replica does; then its answer. An answer that was left to the same question is taken instead,
        one to another is gone. ``beside`` is done in the moment in which the others are asked."""
        ...

    async def leave(self, key: str, answer: Answer, *, call: str) -> None:
        """Nobody has heard it: the call does, if it asks the same next."""
        ...


@dataclass
class _Running:
    call: str
    changes: bool
    task: asyncio.Task[Answer]
    waiting: int = 0


class Twins:
    """Inside this process by a table of what runs, across replicas through ``elsewhere``."""

    def __init__(self, elsewhere: Elsewhere) -> None:
        self._elsewhere = elsewhere
        self._running: dict[str, _Running] = {}

    @property
    def running(self) -> int:
        """How many executions there are."""
        return len(self._running)

    async def once(
        self, key: str, run: Execution, *, call: str, changes: bool, beside: Beside | None = None
    ) -> Answer:
        """The answer of the one execution; ``call`` tells calls apart, of whichever tenant. Whoever waits may give up: the execution goes on for the others, and for
        whoever asks again. One that changes nothing ends when nobody waits and its call asks for something else."""
        self._end_what_is_overtaken(key, call)
        left_alone = self._running.get(key)
        if left_alone and not left_alone.waiting:
            answer = await _outcome(left_alone)
            if answer is not None:
                return answer
        running = self._running.get(key)
        if running is None:
            task = asyncio.create_task(self._run(key, run, beside))
            running = self._running[key] = _Running(call, changes, task)
            running.task.add_done_callback(_look_at)
        else:
            metrics.twins.labels("here").inc()
        return await _heard(running)

    async def end(self) -> None:
        """Give up what still goes on; nobody waits for it."""
        tasks = [running.task for running in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, key: str, run: Execution, beside: Beside | None) -> Answer:
        try:
            call = self._running[key].call
            answer = await self._elsewhere.once(key, run, call=call, beside=beside)
            if not self._running[key].waiting and answer.status is not Status.PENDING:
                await self._elsewhere.leave(key, answer, call=call)
            return answer
        finally:
            del self._running[key]

    def _end_what_is_overtaken(self, key: str, call: str) -> None:
        """What is late would replace the times that are kept for the newer wish, and what was noted of it."""
        for other, running in list(self._running.items()):
            overtaken = other != key and running.call == call and not running.changes
            if overtaken and not running.waiting:
                running.task.cancel()


_encoded = json.JSONEncoder(sort_keys=True, default=str).encode


def twin_key(tenant_id: str, call_id: str, name: str, arguments: Mapping[str, Any]) -> str:
    """Equal for function calls that mean the same."""
    words = _encoded([tenant_id, call_id, name, said(arguments)])
    return hashlib.sha256(words.encode()).hexdigest()


async def _heard(running: _Running) -> Answer:
    running.waiting += 1
    try:
        return await asyncio.shield(running.task)
    finally:
        running.waiting -= 1


async def _outcome(running: _Running) -> Answer | None:
    """What became of an execution whose own caller has been told to wait; None where it is not known, or nothing."""
    try:
        answer = await _heard(running)
    except PeerError:
        return None
    except asyncio.CancelledError:
        if running.task.cancelled():
            return None
        raise
    return None if answer.status is Status.PENDING else answer


def _look_at(task: asyncio.Task[Answer]) -> None:
    # Where nobody waits any more, nobody else would; asyncio complains about errors that nobody has seen.
    if not task.cancelled():
        task.exception()
