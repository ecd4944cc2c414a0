"""Run the proofs with full numbers on embedded servers: ``python run_proofs.py [--seed N] [settle] [speed] [drain]``; one
JSON line each."""

import argparse
import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict
from typing import Any

import proofs

from calcom_sync.migration import migrate
from chassis.testing import see_all_rows
from local_stack.databases import MigratedDatabases
from local_stack.embedded import EmbeddedPostgres, EmbeddedRedis

ENOUGH = proofs.Speed(together_s=1.2, one_by_one_s=4.0, one_s=1.0)
"""At most 0.30 of the sequential time, and 1.2 of one request's."""
PROOFS: dict[str, Callable[..., Awaitable[Any]]] = {
    "settle": proofs.settle,
    "speed": lambda database_url, redis_url, seed: proofs.speed(database_url, redis_url, good_enough=ENOUGH),
    "drain": lambda database_url, redis_url, seed: proofs.drain(database_url, redis_url),
}


def run(names: list[str], seed: int = 0) -> Iterator[tuple[str, dict[str, float]]]:
    """Each on an empty database and an empty Redis; its name and its figures."""
    logging.disable(logging.WARNING)
    see_all_rows()
    with EmbeddedPostgres() as postgres, EmbeddedRedis() as redis:
        databases = MigratedDatabases(postgres.url, run="proofs")
        for name in names or PROOFS:
            redis.empty()
            with databases("calcom_sync", migrate) as url:
                told = asyncio.run(_awaited(PROOFS[name](url, redis.url, seed=seed)))
            yield name, told


async def _awaited(proof: Awaitable[Any]) -> dict[str, float]:
    told = await proof
    derived = {
        name: getattr(told, name) for name, one in vars(type(told)).items() if isinstance(one, property)
    }
    return {**asdict(told), **derived}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("names", nargs="*", default=[])
    asked = parser.parse_args()
    for proof, told in run(asked.names, asked.seed):
        print(json.dumps({"proof": proof, **told}))
