"""Owns a run: a plan is played in a world, burst by burst, everything settles, and the oracle judges."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from oracle import facts as oracle_facts
from oracle.facts import Facts
from oracle.verdict import Verdict, judge
from simulated.callers import Caller
from simulated.clocks import virtual_seconds
from simulated.grpc_wire import BUGS
from simulated.others import Others
from simulated.plan import BURST_S, TROUBLES, Plan
from simulated.record import Record
from simulated.servers import Servers
from simulated.trouble import Trouble
from simulated.virtual_loop import VirtualLoop
from simulated.world import GATEWAY, World, made

PLANNED_TROUBLES = {name for name, _ in TROUBLES}


@dataclass
class Outcome:
    """What became of a plan."""

    plan: Plan
    record: Record
    facts: Facts
    verdict: Verdict
    bugs: list[str]
    """What services raised that they should not have, and services that ended by themselves."""
    figures: dict[str, Any]

    @property
    def holds(self) -> bool:
        """Whether all is as it should be."""
        return not self.verdict.violations and not self.bugs


async def play(world: World, plan: Plan) -> Record:
    """All of it."""
    record = Record()
    client = world.client("telephony_gateway", GATEWAY)
    trouble, others = Trouble(world, record), Others(world, record, world.quiet_client())
    trouble.begin(plan.rate)
    world.dice.on = plan.rate > 0
    for burst, gap in enumerate(plan.gaps):
        await _idle(world, gap)
        began = world.loop.time()
        async with asyncio.TaskGroup() as group:
            for entry in (one for one in plan.entries if one.burst == burst):
                if entry.kind == "call":
                    group.create_task(_later(entry.at_s, Caller(world, record, entry, client).play))
                elif entry.kind in PLANNED_TROUBLES:
                    group.create_task(_later(entry.at_s, partial(trouble.do, entry)))
                else:
                    group.create_task(_later(entry.at_s, partial(others.do, entry)))
        await asyncio.sleep(max(0.0, began + BURST_S - world.loop.time()))
    await trouble.end()
    return record


async def _later(after_s: float, do: Callable[[], Awaitable[None]]) -> None:
    await asyncio.sleep(after_s)
    await do()


async def _idle(world: World, hours: float) -> None:
    """Time passes in growing steps, and the services get to do what is due."""
    left, step = timedelta(hours=hours), timedelta(minutes=5)
    while left > timedelta():
        await world.leap(min(left, step))
        left -= min(left, step)
        step = min(2 * step, timedelta(hours=6))
        await asyncio.sleep(8)


def run(servers: Servers, plan: Plan) -> Outcome:
    """A world of its own for a plan."""
    loop = VirtualLoop(servers.ports)
    began, worked = time.perf_counter(), time.process_time()
    with virtual_seconds(), made(servers, loop, seed=plan.seed, rate=plan.rate, begins=plan.begins) as world:
        record = loop.run_until_complete(play(world, plan))
        loop.run_until_complete(world.settle())
        facts = loop.run_until_complete(_facts(world))
        bugs = [*BUGS, *world.supervisor.crashes]
        figures = _figures(world, plan, record)
        loop.end()
    verdict = judge(facts, record)
    figures |= {
        "real_s": round(time.perf_counter() - began, 1),
        "cpu_s": round(time.process_time() - worked, 1),
    }
    return Outcome(plan, record, facts, verdict, bugs, figures)


def _figures(world: World, plan: Plan, record: Record) -> dict[str, Any]:
    statuses = Counter(one.status or "not heard" for one in record.exchanges)
    return {
        "days": round((world.wall.now() - plan.begins) / timedelta(days=1), 1),
        "statuses": dict(statuses.most_common()),
        "faults": dict(world.dice.struck.most_common()),
        "messages": dict(world.dice.counts),
        "deeds": dict(Counter(one.kind for one in record.deeds)),
        "kills": world.supervisor.kills,
        "jumps": world.loop.jumps,
        "stalls": world.loop.stalls,
    }


async def _facts(world: World) -> Facts:
    async with world.quiet_client() as client:
        bookings = (await client.get("/admin/bookings")).json()
    facts = oracle_facts.gathered(world.database.admin_url, world.servers.memory, bookings)
    for known in world.known:
        facts.tenants[known.key] = known.tenant_id
        if known.synced:
            facts.synced_tenants.add(known.tenant_id)
        for person in known.business.people:
            facts.people[str(person.person_id)] = person.name
    facts.settled_at = world.wall.now()
    return facts
