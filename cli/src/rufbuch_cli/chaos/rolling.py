"""A rolling restart under callers: every process of every service, as a cluster does it when all Deployments get a new image."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rufbuch_cli.chaos.calling import under_load
from rufbuch_cli.chaos.playing import BETWEEN_S, Played, World, judged, pause

AT_ONCE = 2
"""So many services at a time, of each one process: a cluster does all of them at a time, on more than two cores."""
BOOK_EVERY_S = 2.0
"""As fast as Cal.com's budget takes bookings in: more of them would measure how long it takes to make up for it, and a
restart that lasts longer would leave more to be made up for."""


@dataclass(frozen=True)
class Rolled:
    """What it took, and what callers heard meanwhile."""

    services: int
    processes: int
    seconds: float
    """Until the last process was ready again."""
    played: Played


def waves(replicas: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Who is restarted together: never two of one service, and the second of one when all others have had their turn, so
    that whoever calls it has found the first again."""
    depth = max((len(names) for names in replicas.values()), default=0)
    turns = [[names[number] for names in replicas.values() if number < len(names)] for number in range(depth)]
    return [turn[first : first + AT_ONCE] for turn in turns for first in range(0, len(turn), AT_ONCE)]


def roll(world: World, *, callers: int) -> Rolled:
    """Under callers; compared when all has settled. Raises NotReadyError."""
    replicas = world.stack.replicas()
    with under_load(world.running, callers=callers, book_every_s=BOOK_EVERY_S) as load:
        pause(BETWEEN_S)
        began = time.monotonic()
        for wave in waves(replicas):
            world.stack.restart_programs(wave)
        took = time.monotonic() - began
        pause(BETWEEN_S)
    played = judged("rolling restart", world, load)
    return Rolled(len(replicas), sum(map(len, replicas.values())), took, played)
