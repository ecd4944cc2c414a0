"""How long each page takes, the first time and again and again, asked from another process than the one that makes it."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx

from console.testing.addresses import addresses

AGAIN = 20
TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Taken:
    """Milliseconds of one page, whole with its body; ``first`` is the very first request for it."""

    address: str
    status: int
    first: float
    again: tuple[float, ...]
    kilobytes: float

    @property
    def slowest(self) -> float:
        """Of all of them, the first included."""
        return max(self.first, *self.again)

    @property
    def median(self) -> float:
        """Of those after the first."""
        return sorted(self.again)[len(self.again) // 2]


async def signed_in(base_url: str, email: str, password: str) -> httpx.AsyncClient:
    """A browser without a screen. Raises RuntimeError where the console does not let it in."""
    http = httpx.AsyncClient(base_url=base_url, timeout=TIMEOUT_S)
    answer = await http.post("/sign-in", data={"email": email, "password": password, "then": "/calls"})
    if answer.status_code != httpx.codes.SEE_OTHER:
        raise RuntimeError(f"the sign-in answered {answer.status_code}")
    return http


async def measure(
    http: httpx.AsyncClient, examples: Mapping[str, str], *, again: int = AGAIN
) -> Sequence[Taken]:
    """Every page in every form: once each, and then all of them again and again."""
    asked = addresses(examples)
    first = {address: await _timed(http, address) for address in asked}
    rest: dict[str, list[float]] = {address: [] for address in asked}
    for _ in range(again):
        for address in asked:
            rest[address].append((await _timed(http, address))[0])
            await asyncio.sleep(0)
    return [
        Taken(address, status, taken, tuple(rest[address]), size / 1024)
        for address, (taken, status, size) in first.items()
    ]


async def _timed(http: httpx.AsyncClient, address: str) -> tuple[float, int, int]:
    began = time.perf_counter()
    answer = await http.get(address)
    return (time.perf_counter() - began) * 1000, answer.status_code, len(answer.content)
