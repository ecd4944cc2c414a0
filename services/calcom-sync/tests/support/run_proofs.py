"""Run the proofs with full numbers on embedded servers: ``python run_proofs.py [settle] [speed] [drain]``; one JSON line each."""

import asyncio
import json
import logging
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict
from typing import Any

import proofs

from calcom_sync.migration import migrate
from local_stack.databases import MigratedDatabases
from local_stack.embedded import EmbeddedPostgres, EmbeddedRedis

PROOFS: dict[str, Callable[[str, str], Awaitable[Any]]] = {
    "settle": proofs.settle,
    "speed": proofs.speed,
    "drain": proofs.drain,
}


def run(names: list[str]) -> Iterator[tuple[str, dict[str, float]]]:
    """Each on an empty database and an empty Redis; its name and its figures."""
    logging.disable(logging.WARNING)
    with EmbeddedPostgres() as postgres, EmbeddedRedis() as redis:
        databases = MigratedDatabases(postgres.url, run="proofs")
        for name in names or PROOFS:
            redis.empty()
            with databases("calcom_sync", migrate) as url:
                told = asyncio.run(_awaited(PROOFS[name](url, redis.url)))
            yield name, told


async def _awaited(proof: Awaitable[Any]) -> dict[str, float]:
    told = await proof
    derived = {
        name: getattr(told, name) for name, one in vars(type(told)).items() if isinstance(one, property)
    }
    return {**asdict(told), **derived}


if __name__ == "__main__":
    for proof, told in run(sys.argv[1:]):
        print(json.dumps({"proof": proof, **told}))
