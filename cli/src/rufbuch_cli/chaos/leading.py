"""What one replica alone may do: who does it, and who takes it over from a replica that was killed and stays away."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import httpx
import psutil
import psycopg

from calcom_sync.domain.request import PHASE_KEY
from local_stack.waiting import NotInTimeError, until
from rufbuch_cli.chaos.calling import under_load
from rufbuch_cli.chaos.playing import SERVICES, SPOILED_S, Played, World, judged, pause
from rufbuch_cli.chaos.rolling import BOOK_EVERY_S
from rufbuch_cli.installation import Running

LEADERS = {"calcom-sync": "hashtextextended('watch of calcom_sync', 0)"}
"""Service to the advisory lock that its one leader holds: the watch. Everything else is shared out row by row (SKIP LOCKED
and leases) or done by all in an order that the log gives, and has no leader."""
LOOK_EVERY_S = 0.1
TAKEN_OVER_WITHIN_S = 30.0
"""A follower looks every five seconds whether there is still a leader; the rest is for a busy machine."""
_HOLDERS = """
SELECT a.client_port FROM pg_locks l JOIN pg_stat_activity a USING (pid)
 WHERE l.locktype = 'advisory' AND l.granted AND l.database = a.datid AND l.objsubid = 1
   AND (l.classid::bigint << 32) | l.objid::bigint = """


@dataclass
class Holders:
    """Who has held a lock at each look, by the names of replicas; "" for one that is gone meanwhile."""

    names: dict[int, str]
    """By process; whoever starts one tells."""
    looks: list[tuple[str, ...]] = field(default_factory=list)
    _known: dict[int, str] = field(default_factory=dict)

    def note(self, ports: list[int]) -> None:
        """Their ends of the connections to PostgreSQL."""
        if set(ports) - self._known.keys():
            found = psutil.net_connections(kind="tcp")
            self._known |= {
                one.laddr[1]: self.names[one.pid] for one in found if one.laddr and one.pid in self.names
            }
        self.looks.append(tuple(self._known.get(port, "") for port in ports))

    @property
    def now(self) -> str:
        """Who holds it: "" while nobody does, or nobody who is known."""
        return ", ".join(self.looks[-1]) if self.looks else ""

    @property
    def most(self) -> int:
        """At one time."""
        return max((len(one) for one in self.looks), default=0)


@dataclass(frozen=True)
class Led:
    """One service's leader, killed."""

    service: str
    first: str
    """The replica that led, and was killed."""
    second: str
    """The one that took over; "" where none did in time."""
    seconds: float
    """From the one's end to the other's beginning."""
    after: str
    """Who leads when the first is there again."""
    holders: Holders


@dataclass(frozen=True)
class Taken:
    """What came of one replica of each service being killed in turn."""

    led: tuple[Led, ...]
    killed: tuple[str, ...]
    played: Played
    made_twice: int
    """Bookings at Cal.com."""


def take_over(world: World, *, callers: int) -> Taken:
    """One replica of each service killed with -9 and kept away for a while, under callers: where one leads, that one."""
    led, gone = [], []
    with under_load(world.running, callers=callers, book_every_s=BOOK_EVERY_S) as load:
        pause(SPOILED_S)
        for service in SERVICES:
            replicas = world.stack.replicas()[service]
            if service in LEADERS:
                one = _led(world, service, replicas)
                led.append(one)
                gone.append(one.first)
                continue
            with killed_for_a_while(world, replicas[0]):
                pause(SPOILED_S)
            gone.append(replicas[0])
        pause(SPOILED_S)
    played = judged("one replica of each service killed with -9", world, load)
    return Taken(tuple(led), tuple(gone), played, made_twice(world.running))


def _led(world: World, service: str, replicas: list[str]) -> Led:
    with watched(world, service, replicas) as holders:
        until(lambda: holders.now in replicas, within_s=TAKEN_OVER_WITHIN_S, what=f"a leader of {service}")
        first = holders.now
        others = [name for name in replicas if name != first]
        with killed_for_a_while(world, first):
            began = time.monotonic()
            with suppress(NotInTimeError):
                until(lambda: holders.now in others, within_s=TAKEN_OVER_WITHIN_S, what="another leader")
            took, second = time.monotonic() - began, holders.now
        holders.names[world.stack.states()[first].pid] = first
        # Long enough for whoever is back to look whether there is a leader.
        pause(2 * SPOILED_S)
    return Led(service, first, second, took, holders.now, holders)


@contextmanager
def killed_for_a_while(world: World, name: str) -> Iterator[None]:
    """kill -9, and nobody starts it again before the end; then it is ready again. Raises NotReadyError."""
    process = psutil.Process(world.stack.states()[name].pid)
    process.kill()
    world.stack.stop_program(name)
    psutil.wait_procs([process], timeout=10)
    try:
        yield
    finally:
        world.stack.start_program(name)


@contextmanager
def watched(world: World, service: str, replicas: list[str]) -> Iterator[Holders]:
    """Looks again and again who leads, until the end."""
    states, over = world.stack.states(), threading.Event()
    holders = Holders({states[name].pid: name for name in replicas})

    def look() -> None:
        with psycopg.connect(world.running["DATABASE_URL"], autocommit=True) as connection:
            while not over.wait(LOOK_EVERY_S):
                rows = connection.execute(_HOLDERS + LEADERS[service]).fetchall()
                holders.note([port for (port,) in rows])

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield holders
    finally:
        over.set()
        thread.join()


def made_twice(running: Running) -> int:
    """Bookings at Cal.com, called off or not, of a phase for which another one had been made: the other replica did what was
    done. What could be twice in PostgreSQL (messages, intents, alarms) is refused there."""
    answer = httpx.get(f"{running['CALCOM_BASE_URL']}/admin/bookings", timeout=20, trust_env=False)
    made = Counter(
        (booking.get("metadata") or {}).get(PHASE_KEY)
        for booking in answer.raise_for_status().json()
        # A booking that was moved is another one of the same phase.
        if not booking.get("rescheduledFromUid")
    )
    return sum(number - 1 for number in made.values())
