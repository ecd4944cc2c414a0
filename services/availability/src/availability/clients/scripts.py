"""Owns the running of one Lua script in bounded time: every fault of the store comes out as HoldsUnavailableError."""

import asyncio
import logging
from collections.abc import Sequence
from hashlib import sha1
from importlib import resources
from typing import Any, TypeAlias

from redis.asyncio import Redis, RedisCluster
from redis.exceptions import NoScriptError, RedisClusterException, RedisError, ResponseError

from availability.errors import HoldsUnavailableError
from chassis.deadlines import time_left_s
from redis_line import OneConnection
from signals.tracing import inner_span

_log = logging.getLogger(__name__)
_LUA = resources.files("availability.clients") / "lua"
_COMMON = (_LUA / "common.lua").read_text()


ScriptRunner: TypeAlias = Redis | RedisCluster


class Script:
    """One atomic operation on the holds."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._text = f"{_COMMON}\n{(_LUA / f'{name}.lua').read_text()}"
        self._sha = sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    async def run(
        self, redis: ScriptRunner, root: str, arguments: Sequence[str | int], *, timeout_s: float
    ) -> list[Any]:
        """The script's answer. Raises HoldsUnavailableError where there is none in time."""
        try:
            async with asyncio.timeout(time_left_s(timeout_s)):
                with inner_span(f"redis {self._name}"):
                    answer: list[Any] = await self._run(redis, root, arguments)
        except (RedisError, RedisClusterException, OSError, TimeoutError) as error:
            if type(error) is ResponseError:  # a fault in a script, or a server that is set up wrongly
                _log.exception("Redis refuses a script")
            raise HoldsUnavailableError(f"no answer about holds: {type(error).__name__}") from error
        return answer

    async def _run(self, redis: ScriptRunner, root: str, arguments: Sequence[str | int]) -> Any:  # noqa: ANN401 - what Lua returns
        try:
            if isinstance(redis, OneConnection):
                return await redis.send("EVALSHA", self._sha, 1, root, *arguments)
            return await redis.evalsha(self._sha, 1, root, *arguments)
        except NoScriptError:
            return await redis.eval(self._text, 1, root, *arguments)
