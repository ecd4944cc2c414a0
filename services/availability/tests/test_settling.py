"""How what is heard of a log is stored: several entries at once where they come fast, each once, and none left out."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import pytest

from availability.clients.holidays import public_holidays
from availability.domain.holds import Taking
from availability.domain.instants import Interval
from availability.storage.busy import BusyTables
from availability.testing.salon import at, known
from availability.usecases.calendars import BusyChange, Calendars
from availability.usecases.follow_busy import BusyEvent, BusyFollower
from availability.usecases.following import StreamHealth, StreamLostError, follow
from chassis import postgres
from chassis.testing import SettableClock


class TheEndError(Exception):
    """Nobody follows a log any further than this."""


@dataclass(frozen=True)
class Entry:
    position: str


class Played:
    """A log as it is followed: rounds of entries, "" a moment without one, and after each the stream is lost."""

    def __init__(self, *rounds: str) -> None:
        self.rounds, self.said = list(rounds), list[str]()

    async def watch(self, after: str) -> AsyncIterator[Entry | None]:
        self.said.append(f"after {after}")
        if not self.rounds:
            raise TheEndError
        for position in self.rounds.pop(0).split(" "):
            yield Entry(position) if position else None
        raise StreamLostError("cut")

    async def deal_with(self, entry: Entry) -> None:
        self.said.append(entry.position)

    async def settle(self) -> None:
        self.said.append("settled")

    async def follow(self, settle: Callable[[], Awaitable[None]] | None, *, settle_s: float = 60) -> str:
        """What was said, up to the end."""
        health = StreamHealth(SettableClock(at(7)))
        with pytest.raises(TheEndError):
            await follow(
                self.watch, self.deal_with, health, name="log", after="0", settle=settle, settle_s=settle_s
            )
        return ", ".join(self.said)


class TestFollowing:
    """When what was dealt with is settled."""

    async def test_what_comes_without_a_break_is_settled_together(self) -> None:
        log = Played("1 2 3  4  ")
        assert await log.follow(log.settle) == "after 0, 1, 2, 3, settled, 4, settled, after 4"

    async def test_without_a_break_it_is_settled_after_a_while(self) -> None:
        log = Played("1 2")
        assert await log.follow(log.settle, settle_s=0) == "after 0, 1, settled, 2, settled, after 2"

    async def test_what_was_not_settled_when_the_stream_was_lost_is_settled_then(self) -> None:
        """Booking may be away for longer than this process lives: what it does not find stored it would call free."""
        log = Played("1  2 3", "4 ")
        assert await log.follow(log.settle) == (
            "after 0, 1, settled, 2, 3, settled, after 3, 4, settled, after 4"
        )

    async def test_what_cannot_be_settled_then_either_is_heard_again(self) -> None:
        log, faults = Played("1  2 3", "2 3 "), [StreamLostError("the database is away"), None]

        async def settle() -> None:
            if fault := faults and faults.pop():
                raise fault
            await log.settle()

        assert await log.follow(settle) == "after 0, 1, settled, 2, 3, after 1, 2, 3, settled, after 3"

    async def test_what_could_not_be_settled_is_not_taken_for_settled_when_it_is_left_behind(self) -> None:
        """The follower has let go of it by then, and a second try would find nothing to store."""
        log, tries = Played("1 2 ", "1 2 "), list[str]()

        async def settle() -> None:
            tries.append("try")
            if len(tries) == 1:
                raise StreamLostError("the database is away")
            await log.settle()

        assert await log.follow(settle) == "after 0, 1, 2, after 0, 1, 2, settled, after 2"
        assert len(tries) == 2

    async def test_what_could_not_be_settled_is_heard_again(self) -> None:
        log, faults = Played("1 2  3 ", "1 2  3 "), [StreamLostError("the database is away")]

        async def settle() -> None:
            if faults:
                raise faults.pop()
            await log.settle()

        assert await log.follow(settle) == "after 0, 1, 2, after 0, 1, 2, settled, 3, settled, after 3"

    async def test_where_there_is_nothing_to_settle_each_entry_is_dealt_with_for_good(self) -> None:
        log = Played("1 2", "3")
        assert await log.follow(None) == "after 0, 1, 2, after 2, 3, after 3"


def event(number: int) -> BusyEvent:
    """Event n of a log: appointments are made, the second one is moved by the fourth, the third called off by the fifth."""
    appointment = {4: 2, 5: 3}.get(number, number)
    span = Interval.of(at(8 + number), at(9 + number))
    takings = () if number == 5 else (Taking(known("anna"), span),)
    return BusyEvent(str(number), at(7), "", (BusyChange(known("salon"), known(f"a{appointment}"), takings),))


def left_by(events: Iterable[BusyEvent]) -> list[tuple[str, Sequence[Taking]]]:
    """What is taken after all of them."""
    taken = {change.busy_id: change.takings for each in events for change in each.changes or ()}
    return sorted((busy_id, takings) for busy_id, takings in taken.items() if takings)


class Replica:
    """One of several that follow the same log into the same tables."""

    def __init__(self, tables: BusyTables) -> None:
        clock = SettableClock(at(7))
        self.follower = BusyFollower(
            tables, Calendars(public_holidays), clock, StreamHealth(clock), log="bookings"
        )
        self.heard = 0

    async def hear(self, upto: int, *, settle: bool = True) -> None:
        """Hear the events up to a number, and settle them unless it is killed before."""
        for number in range(self.heard + 1, upto + 1):
            self.follower.apply(event(number))
        self.heard = upto
        if settle:
            await self.follower.settle()

    async def start_again(self) -> None:
        """With what is stored."""
        self.follower = Replica(self.follower._store).follower  # type: ignore[arg-type] # the one it was given
        self.heard = int(await self.follower.load() or 0)


@pytest.fixture
async def tables(database_url: str) -> AsyncIterator[BusyTables]:
    async with postgres.pool(database_url) as pool:
        yield BusyTables(pool)


@pytest.mark.parametrize(
    "turns",
    [
        "a6",
        "a1 a2 a3 a4 a5 a6",
        "a6 b6",
        "a2 b6 a6",
        "a3 b1 b2 b3 b6 a6",
        "a2 b3 a5 b6 a6",
        "a4 b2 b5 a6 b6",
        "a1 b1 a3 b3 b6 a4 a6",
        "a2 b4 c3 c6 a6 b6",
    ],
)
async def test_replicas_in_whatever_turns_store_each_event_once(tables: BusyTables, turns: str) -> None:
    """Letters are replicas, and each settles what it has heard up to an event."""
    replicas = {name: Replica(tables) for name in "abc"}
    for turn in turns.split(" "):
        await replicas[turn[0]].hear(int(turn[1:]))
        stored = await tables.load(at(0))
        heard = max(each.heard for each in replicas.values())
        assert stored.position == str(heard)
        assert sorted((each.busy_id, each.takings) for each in stored.changes) == left_by(
            map(event, range(1, heard + 1))
        )


async def test_what_was_stored_though_the_answer_was_lost_is_stored_once(tables: BusyTables) -> None:
    replica = Replica(tables)
    await tables.record("", event(1), event(2), event(3))
    await replica.hear(5)
    stored = await tables.load(at(0))
    assert (stored.position, len(stored.changes)) == ("5", 2)


async def test_heard_twice_before_it_is_settled_it_is_stored_once(tables: BusyTables) -> None:
    replica = Replica(tables)
    await replica.hear(3, settle=False)
    replica.heard = 1
    await replica.hear(4)
    stored = await tables.load(at(0))
    assert (stored.position, [each.busy_id for each in stored.changes].count(known("a2"))) == ("4", 1)


async def test_a_replica_that_is_killed_before_it_settles_hears_all_of_it_again(tables: BusyTables) -> None:
    replica = Replica(tables)
    await replica.hear(2)
    await replica.hear(4, settle=False)
    await replica.start_again()
    assert replica.heard == 2
    await replica.hear(6)
    assert (await tables.load(at(0))).position == "6"


async def test_with_nothing_heard_there_is_nothing_to_store(tables: BusyTables) -> None:
    await Replica(tables).follower.settle()
    assert await tables.position() == ""


NO_TIME = Interval.of(at(12), at(12))
CANNOT_BE = {
    "takes no time": Taking(known("anna"), NO_TIME),
    "is nobody's": Taking("", Interval.of(at(12), at(13))),
}


@pytest.mark.parametrize("takes", CANNOT_BE.values(), ids=CANNOT_BE)
async def test_an_event_that_cannot_be_stored_holds_up_none_of_the_others(
    tables: BusyTables, takes: Taking
) -> None:
    """It ended the process, and at each start that of every replica."""
    replica, other = Replica(tables), Replica(tables)
    spoilt = replace(event(3), changes=(BusyChange(known("salon"), known("a3"), (takes,)),))
    for each in (replica, other):
        for one in (event(1), event(2), spoilt, event(4)):
            each.follower.apply(one)
        await each.follower.settle()
    replica.heard = 4
    await replica.hear(6)
    stored = await tables.load(at(0))
    assert stored.position == "6"
    assert sorted((each.busy_id, each.takings) for each in stored.changes) == left_by(
        event(number) for number in (1, 2, 4, 5, 6)
    )
