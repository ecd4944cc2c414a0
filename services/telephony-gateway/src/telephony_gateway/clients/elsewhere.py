"""Lets function calls that are the same run once across replicas: a mark in Redis, and the answer left beside it."""

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import redis.asyncio

from signals.metrics import Counter
from telephony_gateway.clients.shared import SharedMemory, text_of
from telephony_gateway.domain.answers import Answer, Status

LOOK_EVERY_S = 0.02
KEPT = timedelta(seconds=5)
"""How long an answer is there for twins. The same question after the answer was given is a new one."""
RUNS = timedelta(seconds=30)
"""Longer than any execution goes on."""
LEFT = timedelta(seconds=30)
"""How long an answer waits that came when nobody waited for it; what it offers is held longer than that."""
OWN_MAX = 500
_picked_up = Counter(
    "rufbuch_gateway_picked_up_total", "Answers that came late and were heard by a following call"
)
_shared_answers = Counter("rufbuch_gateway_twins_elsewhere_total", "Answers taken over from another replica")
Execution = Callable[[], Awaitable[Answer]]


class Replicas:
    """The other gateways, as far as they run the same function call just now."""

    def __init__(self, shared: SharedMemory, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._shared, self._seconds = shared, seconds
        self._left: dict[str, tuple[float, str]] = {}

    async def leave(self, key: str, answer: Answer) -> None:
        """For whoever asks the same next, here or at another replica."""
        text = json.dumps(answer.as_json())
        name = f"gateway:left:{key}"
        if await self._shared.ask(lambda redis: redis.set(name, text, px=LEFT)) is None:
            self._left[key] = (self._seconds(), text)
            if len(self._left) > OWN_MAX:
                del self._left[next(iter(self._left))]

    async def _take(self, key: str) -> Answer | None:
        at, text = self._left.pop(key, (0.0, ""))
        if text and self._seconds() - at < LEFT.total_seconds():
            return _answer(text)
        found = await self._shared.ask(lambda redis: redis.getdel(f"gateway:left:{key}"))
        return _answer(found) if found else None

    async def once(self, key: str, run: Execution) -> Answer:
        """Run, unless an answer was left or another replica runs; then its answer. While Redis is away everybody runs by himself: every
        function is harmless to repeat, it only costs."""
        left = await self._take(key)
        if left is not None:
            _picked_up.inc()
            return left
        mark, token = f"gateway:twin:{key}", secrets.token_hex(8)
        holder = await self._shared.ask(lambda redis: _claim(redis, mark, token))
        if holder is None or holder == token:
            return await self._run(mark, token, run)
        answer = await self._wait(mark, holder)
        if answer is not None:
            _shared_answers.inc()
            return answer
        return await run()

    async def _run(self, mark: str, token: str, run: Execution) -> Answer:
        answer = None
        try:
            answer = await run()
            return answer
        finally:
            text = json.dumps(answer.as_json()) if answer else ""
            await self._shared.ask(lambda redis: _leave(redis, mark, token, text))

    async def _wait(self, mark: str, holder: str) -> Answer | None:
        """The answer of whoever holds the mark; None where he failed or Redis is away."""
        while True:
            text = await self._shared.ask(lambda redis: redis.get(f"{mark}:{holder}"))
            if text:
                return _answer(text)
            still = await self._shared.ask(lambda redis: redis.get(mark))
            if still is None or text_of(still) != holder:
                # Between the two looks he may have finished.
                text = await self._shared.ask(lambda redis: redis.get(f"{mark}:{holder}"))
                return _answer(text) if text else None
            await asyncio.sleep(LOOK_EVERY_S)


async def _claim(client: redis.asyncio.Redis, mark: str, token: str) -> str:
    """Who runs: ours, or the token that was there before."""
    if await client.set(mark, token, nx=True, px=RUNS):
        return token
    before = await client.get(mark)
    # Gone between the two: he has finished, and ours is a new question.
    return text_of(before) if before else token


async def _leave(client: redis.asyncio.Redis, mark: str, token: str, text: str) -> bool:
    if text:
        await client.set(f"{mark}:{token}", text, px=KEPT)
    await client.delete(mark)
    return True


def _answer(text: bytes | str) -> Answer:
    fields = json.loads(text)
    return Answer(Status(fields.pop("status")), fields.pop("message"), details=fields)
