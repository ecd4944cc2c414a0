"""Lets function calls that are the same run once across replicas: a mark in Redis, and the answer left beside it."""

import asyncio
import itertools
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

from signals.metrics import Counter
from telephony_gateway.clients.shared import AWAY, SharedMemory, text_of
from telephony_gateway.domain.answers import Answer, Status

LOOK_EVERY_S = 0.02
LEAVING_S = 0.1
"""How long after the end of an execution its answer is looked for: it is left when its mark is known to be waited at."""
KEPT = timedelta(seconds=5)
"""How long an answer is there for twins. The same question after the answer was given is a new one."""
RUNS = timedelta(seconds=30)
"""Longer than any execution goes on."""
LEFT = timedelta(seconds=30)
"""How long an answer waits that came when nobody waited for it; what it offers is held longer than that."""
_KEPT_MS, _RUNS_MS = KEPT // timedelta(milliseconds=1), RUNS // timedelta(milliseconds=1)
OWN_MAX = 500
WAITED = "?"
"""Stands behind a mark's token where another replica waits for the answer."""
_WAIT = f"""
local holder = redis.call('GET', KEYS[1])
if holder and string.sub(holder, -1) ~= '{WAITED}' then redis.call('APPEND', KEYS[1], '{WAITED}') end
return holder
"""
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
        self._process, self._numbers = secrets.token_hex(8), itertools.count()

    async def leave(self, key: str, answer: Answer, *, call: str) -> None:
        """For this call, here or at another replica, if it asks the same next."""
        text = json.dumps([key, answer.as_json()])
        if await self._shared.ask(lambda redis: redis.set(_left_name(call), text, px=LEFT)) is None:
            self._left[call] = (self._seconds(), text)
            if len(self._left) > OWN_MAX:
                del self._left[next(iter(self._left))]

    def _left_here(self, call: str) -> str:
        at, text = self._left.pop(call, (0.0, ""))
        return text if self._seconds() - at < LEFT.total_seconds() else ""

    async def once(
        self, key: str, run: Execution, *, call: str, beside: Callable[[], object] | None = None
    ) -> Answer:
        """Run, unless an answer was left or another replica runs; then its answer. Whatever a call asks ends what was left for it: once
        it has gone on, that is not true any more. While Redis is away everybody runs by himself: every
        function is harmless to repeat, it only costs. ``beside`` is done in the moment in which Redis is asked."""
        here, mark, token = (
            self._left_here(call),
            f"gateway:twin:{key}",
            f"{self._process}.{next(self._numbers)}",
        )
        taking = self._shared.begin("GETDEL", _left_name(call))
        claiming = self._shared.begin("SET", mark, token, "NX", "PX", _RUNS_MS)
        if beside:
            beside()
        there, claimed = await taking, await claiming
        left = _left(here, key) or _left(there, key)
        if left:
            _picked_up.inc()
            if claimed is not AWAY and claimed:
                self._leave(mark, token, left)
            return left
        if claimed is AWAY or claimed:
            return await self._run(mark, token, run)
        holder = await self._shared.ask(lambda redis: redis.eval(_WAIT, 1, mark))
        # Gone between the two: he has finished, and ours is a new question.
        answer = await self._wait(mark, _token(holder)) if holder else None
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
            self._leave(mark, token, answer)

    def _leave(self, mark: str, token: str, answer: Answer | None) -> None:
        """Nobody waits for it: whoever asks for the answer asks Redis after that. None: there is none to be had."""
        self._shared.tell("GETDEL", mark, heard=partial(self._tell_who_waits, mark, token, answer))

    def _tell_who_waits(self, mark: str, token: str, answer: Answer | None, found: Any) -> None:  # noqa: ANN401 - any answer of Redis's
        if found is not AWAY and found and text_of(found) == f"{token}{WAITED}":
            text = json.dumps(answer.as_json()) if answer else ""
            self._shared.tell("SET", f"{mark}:{token}", text, "PX", _KEPT_MS)

    async def _wait(self, mark: str, holder: str) -> Answer | None:
        """The answer of whoever holds the mark; None where he failed or Redis is away."""
        gone_at = None
        while not self._shared.is_away:
            text = await self._shared.ask(lambda redis: redis.get(f"{mark}:{holder}"))
            if text is not None:
                return _answer(text) if text else None
            still = await self._shared.ask(lambda redis: redis.get(mark))
            if still is None or _token(still) != holder:
                gone_at = self._seconds() if gone_at is None else gone_at
                if self._seconds() - gone_at > LEAVING_S:
                    return None
            await asyncio.sleep(LOOK_EVERY_S)
        return None


def _token(mark: bytes | str) -> str:
    """Who holds a mark."""
    return text_of(mark).removesuffix(WAITED)


def _left_name(call: str) -> str:
    return f"gateway:left:{call}"


def _left(found: object, key: str) -> Answer | None:
    """The answer to this question; None where there is none, or one to another question."""
    if not isinstance(found, bytes | str) or not found:
        return None
    asked, fields = json.loads(found)
    return _read(fields) if asked == key else None


def _answer(text: bytes | str) -> Answer:
    return _read(json.loads(text))


def _read(fields: dict[str, Any]) -> Answer:
    return Answer(Status(fields.pop("status")), fields.pop("message"), details=fields)
