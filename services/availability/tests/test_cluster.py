"""Holds on a Redis Cluster."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import redis

from availability.clients.redis_holds import RedisHolds, connected
from availability.domain.holds import Caller, HoldRules, Scope
from availability.testing.replicas import SLOW_MACHINE_S
from availability.testing.salon import at, offer
from availability.usecases.ports import Claiming, Placing, Terms
from local_stack.embedded import EmbeddedRedis, free_port
from local_stack.redis import RedisFiles
from local_stack.waiting import until

SLOTS = range(16_384)


class ClusterFiles(RedisFiles):
    """One node of a cluster."""

    def command(self) -> list[str]:
        return [*super().command(), "--cluster-enabled", "yes"]


@pytest.fixture
def cluster_url() -> Iterator[str]:
    """A cluster of one node that owns all slots."""
    server = EmbeddedRedis()
    # A node's second port is its first plus 10,000; outgoing connections have those from 32,768 on.
    port = free_port(among=range(18_500, 22_700), beside=10_000)
    server.files = server._files = ClusterFiles(server.directory / "server", port, durable=False)
    with server, redis.Redis.from_url(server.url) as node:
        node.execute_command("CLUSTER ADDSLOTS", *SLOTS)
        until(
            lambda: node.execute_command("CLUSTER INFO")["cluster_state"] == "ok",
            within_s=10,
            what="the cluster's agreement with itself",
        )
        yield server.url.removesuffix("/0")


async def test_holds_work_on_a_cluster(cluster_url: str) -> None:
    scope, terms = Scope("tenant", "branch"), Terms(1, 1, timedelta(minutes=5), ["anna"])
    async with connected(cluster_url, cluster=True, timeout_s=SLOW_MACHINE_S) as cluster:
        holds = RedisHolds(cluster, HoldRules(), timeout_s=SLOW_MACHINE_S)
        placed = [
            await holds.place(scope, Caller(call), [offer(f"o-{call}", (10, 11))], terms, now=at(8))
            for call in ("a", "b")
        ]
        claim = await holds.claim(scope, "o-a", "a", again=False, now=at(8))
    assert [each.placing for each in placed] == [Placing.HELD, Placing.SHORT]
    assert claim.claiming is Claiming.CLAIMED
