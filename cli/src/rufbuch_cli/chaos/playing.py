"""What is done to the processes and the lines, one after the other, while callers call."""

import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from local_stack.accounts import server_account, temporary_directory
from local_stack.offsets import claimed_offset
from local_stack.ports import PortsTakenError
from local_stack.readiness import NotReadyError
from local_stack.rufbuch import rufbuch_programs
from local_stack.settings import LocalSettings
from local_stack.stack import Stack, Table
from rufbuch_cli.chaos.calling import Load, under_load
from rufbuch_cli.chaos.comparing import Compared, compare
from rufbuch_cli.chaos.detours import detours
from rufbuch_cli.chaos.full_disk import NoDiskError, full, small_disk
from rufbuch_cli.chaos.proxy import Line, Lines
from rufbuch_cli.installation import Running
from rufbuch_cli.outages.breaking import How, Outage, away
from rufbuch_cli.salon import import_salon

STARTS_MAX = 3
SPOILED_S = 4.0
BETWEEN_S = 1.5
SERVICES = ("staff-registry", "availability", "booking", "calcom-sync", "telephony-gateway")
SERVERS = ("redis", "postgres", "calcom")


@dataclass(frozen=True)
class World:
    """A whole installation whose lines can be spoiled."""

    stack: Stack
    running: Running
    lines: Lines
    disk: Path | None = None
    """PostgreSQL's own, if it has one."""


@dataclass(frozen=True)
class Blow:
    """One thing that is done to it; when it returns, all is as before."""

    name: str
    strike: Callable[[World], None]


@dataclass(frozen=True)
class Played:
    """What came of it."""

    name: str
    statuses: Counter[str]
    slowest_s: float
    compared: Compared
    failures: tuple[str, ...]
    """Function calls without an answer."""


def pause(seconds: float) -> None:
    """Let callers call."""
    threading.Event().wait(seconds)


def killed(name: str) -> Blow:
    """kill -9; the supervisor starts it again."""

    def strike(world: World) -> None:
        program = psutil.Process(world.stack.states()[name].pid)
        for process in [*program.children(recursive=True), program]:
            process.kill()
        psutil.wait_procs([program], timeout=10)
        world.stack.wait_ready()

    return Blow(f"{name} killed with -9", strike)


def gone(name: str, how: How) -> Blow:
    """Stopped and started, or SIGSTOP and SIGCONT."""

    def strike(world: World) -> None:
        with away(world.stack, Outage(name, how)):
            pause(SPOILED_S)
        world.stack.wait_ready()

    return Blow(f"{name} {how.value}", strike)


def spoiled(name: str, line: Line) -> Blow:
    """The line to it."""

    def strike(world: World) -> None:
        with world.lines.spoiled(name, line):
            pause(SPOILED_S)
        world.stack.wait_ready()

    return Blow(f"the line to {name} {line.value}", strike)


def every_blow() -> list[Blow]:
    """All of them."""
    programs = (*SERVICES, *SERVERS)
    broken = (Line.CUT, Line.RESET, Line.HALF_OPEN, Line.SLOW)
    return [
        *(killed(name) for name in programs),
        *(gone(name, how) for name in programs for how in How),
        *(spoiled(name, line) for name in (*SERVERS, *SERVICES[:4]) for line in broken),
    ]


@contextmanager
def _scratch() -> Iterator[Path]:
    """A directory that PostgreSQL's account can enter, so that its data lie inside."""
    directory = temporary_directory(server_account())
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def world(*, replicas: int = 1, disk: bool = False, programs: Table = rufbuch_programs) -> Iterator[World]:
    """An installation of its own with the reference salon, PostgreSQL on a disk of its own if asked for; for the main
    thread only. Raises NoDiskError, NotReadyError."""
    with ExitStack() as kept:
        ours = _started(kept, replicas, disk=disk, programs=programs)
        import_salon(ours.running)
        yield ours


def _started(kept: ExitStack, replicas: int, *, disk: bool, programs: Table) -> World:
    """At other ports where somebody's outgoing connection has got one of them between the look and the start."""
    for attempt in range(1, STARTS_MAX + 1):
        with ExitStack() as trying:
            try:
                ours = _entered(trying, replicas, disk=disk, programs=programs)
            except (NotReadyError, PortsTakenError):
                if attempt == STARTS_MAX:
                    raise
                continue
            kept.push(trying.pop_all())
            return ours
    raise AssertionError("the last attempt returns or raises")


def _entered(trying: ExitStack, replicas: int, *, disk: bool, programs: Table) -> World:
    enter = trying.enter_context
    scratch, offset, (made, lines) = enter(_scratch()), enter(claimed_offset()), enter(detours())
    # Nothing of the environment: what is played is what is in this checkout.
    state = scratch / ".rufbuch"
    place = enter(small_disk(state / "postgres")) if disk else None
    settings = LocalSettings.model_construct(state_dir=state, port_offset=offset, replicas=replicas)
    # Where a service has several addresses its lines are its own: gRPC's list goes past a single proxy.
    straight = replicas > 1 or programs is not rufbuch_programs
    table: Table = programs if straight else made.table
    stack = enter(Stack(settings, table=table))
    return World(stack, Running(stack.installation.environment(), state), lines, place)


def disk_full(*, callers: int) -> Played:
    """PostgreSQL without space for some seconds, on an installation of its own. Raises NoDiskError."""

    def strike(ours: World) -> None:
        if ours.disk is None:
            raise NoDiskError("PostgreSQL has no disk of its own")
        with full(ours.disk):
            pause(2 * SPOILED_S)
        ours.stack.wait_ready()

    with world(disk=True) as ours:
        return play(ours, Blow("PostgreSQL's disk full", strike), callers=callers)


def play(world: World, blow: Blow, *, callers: int = 4, book_every_s: float = 0.0) -> Played:
    """Under callers; compared when all has settled."""
    with under_load(world.running, callers=callers, book_every_s=book_every_s) as load:
        pause(BETWEEN_S)
        blow.strike(world)
        pause(BETWEEN_S)
    return judged(blow.name, world, load)


def judged(name: str, world: World, load: Load) -> Played:
    """What everybody heard, beside what is so."""
    heard = load.heard
    return Played(
        name,
        Counter(each.status for each in heard),
        max((each.seconds for each in heard), default=0.0),
        compare(world.running, load.stories),
        tuple(f"{each.function}: {each.status} {each.detail} {each.body}" for each in heard if each.failed),
    )
