"""Whatever happens in whatever order, and wherever the work is killed: no wish is lost, none is passed over in silence, and
no time is promised to two."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, timedelta

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking import migration
from booking.instants import timestamp
from booking.testing.fuse import KilledError
from booking.testing.holding import HoldingAvailability
from booking.testing.registry import ScriptedRegistry
from booking.testing.samples import NOW, PERSON
from booking.testing.waiting import BOOKED, OFFERED, TEN, WAITING, WaitingSalon, open_salon
from chassis import postgres
from chassis.testing import SettableClock
from local_stack.databases import MigratedDatabases
from rufbuch.booking.v1 import appointment_pb2, care_pb2

HOURS = [TEN.replace(hour=hour) for hour in (10, 11)]
PEOPLE = range(1, 6)
PLACES_MAX = 30
"""More places to be killed at than the work of one step has."""

steps = st.one_of(
    st.tuples(st.just("join"), st.sampled_from(PEOPLE), st.sampled_from([0, 1, 2])),
    st.tuples(st.just("leave"), st.sampled_from(PEOPLE)),
    st.tuples(st.just("cancel"), st.sampled_from([0, 1])),
    st.tuples(st.just("book"), st.sampled_from([0, 1]), st.sampled_from(PEOPLE)),
    st.tuples(st.just("accept"), st.sampled_from(PEOPLE)),
    st.tuples(st.just("decline"), st.sampled_from(PEOPLE)),
    st.tuples(st.just("wait"), st.sampled_from([1, 16, 31])),
    st.tuples(st.just("lose the holds")),
    st.tuples(st.just("kill"), st.integers(0, PLACES_MAX)),
)


@dataclass
class Story:
    """One salon in which two hours are taken, and what happens in it."""

    salon: WaitingSalon
    taken: dict[int, appointment_pb2.Appointment] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)

    async def begin(self) -> None:
        self.salon.availability.hours = [(PERSON, hour) for hour in HOURS]
        for number, hour in enumerate(HOURS):
            self.taken[number] = await self.salon.book(hour, who=60 + number)

    async def go_on(self, step: tuple[object, ...]) -> None:
        """One step, the work that it makes, and a look at all that has to hold."""
        name, *arguments = step
        self.salon.clock.advance(timedelta(seconds=1))
        # What is refused for a good reason changes nothing; what must hold is looked at below.
        with suppress(grpc.aio.AioRpcError, KilledError):
            await getattr(self, str(name).replace(" ", "_"))(*arguments)
        if name == "kill":
            return
        with suppress(KilledError):
            await self.salon.do_what_is_due()
        self.salon.fuse.left = None
        await self.salon.do_what_is_due()
        await self._look()

    async def join(self, who: int, window: int) -> None:
        """For one of the hours, or for both."""
        start, end = (HOURS[0], HOURS[-1]) if window == 2 else (HOURS[window], HOURS[window])
        entry = await self.salon.join(
            who,
            request_id=f"join {who} {window} {self.salon.clock.now()}",
            window_start_time=timestamp(start),
            window_end_time=timestamp(end + timedelta(minutes=1)),
        )
        self.joined.add(entry.waitlist_entry_id)

    async def leave(self, who: int) -> None:
        for entry in await self._of(who, WAITING, OFFERED):
            await self.salon.leave(entry.waitlist_entry_id, operator="Kim")

    async def cancel(self, number: int) -> None:
        made = self.taken.pop(number, None)
        if made:
            await self.salon.cancel(made)

    async def book(self, number: int, who: int) -> None:
        if number not in self.taken and self.salon.availability.is_free((PERSON, HOURS[number])):
            self.taken[number] = await self.salon.book(HOURS[number], who=who)

    async def accept(self, who: int) -> None:
        for entry in await self._of(who, OFFERED):
            start = entry.offer.start_time.ToDatetime(UTC)
            made = await self.salon.book_option(
                entry.offer.option_id, who=who, call_id=f"call {self.salon.clock.now()}"
            )
            self.taken[HOURS.index(start)] = made

    async def decline(self, who: int) -> None:
        for entry in await self._of(who, OFFERED):
            await self.salon.resolve(entry.offer.callback_id)

    async def wait(self, minutes: int) -> None:
        await self.salon.after(timedelta(minutes=minutes))

    async def lose_the_holds(self) -> None:
        self.salon.availability.lose()
        await self.salon.after(timedelta(minutes=2))

    async def kill(self, places: int) -> None:
        """The work of the next step that makes any."""
        self.salon.fuse.left = places

    async def _of(self, who: int, *states: int) -> list[care_pb2.WaitlistEntry]:
        found = await self.salon.entries(phone_number=f"+4930231250{who:02d}")
        return [entry for entry in found if entry.state in states]

    async def _look(self) -> None:
        entries = await self.salon.entries()
        assert {entry.waitlist_entry_id for entry in entries} == self.joined
        offered = [entry for entry in entries if entry.state == OFFERED]
        starts = [entry.offer.start_time.ToDatetime(UTC) for entry in offered]
        assert len(set(starts)) == len(starts), "one time is held for two"
        for start in starts:
            assert len(self.salon.availability.holders((PERSON, start))) == 1
            assert (PERSON, start) not in self.salon.availability.busy
        cases = await self.salon.callbacks(state=care_pb2.CALLBACK_STATE_OPEN)
        assert {case.callback_id for case in cases} == {entry.offer.callback_id for entry in offered}
        booked = {entry.appointment_id for entry in entries if entry.state == BOOKED}
        assert "" not in booked
        assert await self.salon.pool.fetchval(_GAPS_IN_HISTORY) == 0
        assert await self.salon.pool.fetchval(_PASSED_OVER_IN_SILENCE) == 0
        assert await self.salon.pool.fetchval(_OPEN_WITHOUT_AN_ENTRY) == 0


_GAPS_IN_HISTORY = """
SELECT count(*) FROM waitlist_entry w
 WHERE w.version <> (SELECT count(*) FROM waitlist_change c WHERE c.waitlist_entry_id = w.waitlist_entry_id)
    OR w.state <> (SELECT c.state_after FROM waitlist_change c
                    WHERE c.waitlist_entry_id = w.waitlist_entry_id ORDER BY c.version DESC LIMIT 1)
    OR w.version <> (SELECT count(*) FROM event e WHERE e.kind = 'waitlist_entry_changed'
                        AND e.payload->>'waitlist_entry_id' = w.waitlist_entry_id::text)
"""
_PASSED_OVER_IN_SILENCE = """
SELECT count(*) FROM waitlist_look l JOIN waitlist_entry younger USING (tenant_id, waitlist_entry_id)
  JOIN waitlist_vacancy v ON v.vacancy_id = l.vacancy_id
  JOIN waitlist_entry older ON older.tenant_id = younger.tenant_id AND older.place < younger.place
 WHERE l.outcome = 'offered' AND older.version = 1 AND older.create_time < l.looked_at
   AND older.window_start < v.end_time AND older.window_end > v.start_time
   AND NOT EXISTS (SELECT 1 FROM waitlist_look o
                    WHERE o.vacancy_id = l.vacancy_id AND o.waitlist_entry_id = older.waitlist_entry_id)
"""
"""Wishes that have waited all the time, fit by their window, and were not looked at when a younger one was offered it."""
_OPEN_WITHOUT_AN_ENTRY = """
SELECT count(*) FROM waitlist_offer o JOIN waitlist_entry w USING (tenant_id, waitlist_entry_id)
 WHERE o.state = 'open' AND w.state <> 'offered' OR o.state = 'preparing'
    OR (o.state = 'open') <> EXISTS (SELECT 1 FROM waitlist_taken t WHERE t.offer_id = o.offer_id)
"""


@asynccontextmanager
async def begun(url: str) -> AsyncIterator[Story]:
    clock = SettableClock(NOW)
    holding = HoldingAvailability(clock)  # type: ignore[abstract] # the other RPCs answer UNIMPLEMENTED
    registry = ScriptedRegistry()  # type: ignore[abstract] # the other RPCs answer UNIMPLEMENTED
    async with (
        postgres.pool(url, connections_max=4) as pool,
        open_salon(pool, clock, holding, registry) as salon,
    ):
        story = Story(salon)
        await story.begin()
        yield story


def test_no_wish_is_lost_none_is_passed_over_and_no_time_is_promised_twice(
    migrated_database: MigratedDatabases,
) -> None:
    @settings(max_examples=10, deadline=None)
    @given(st.lists(steps, min_size=4, max_size=14))
    def holds_for(story: list[tuple[object, ...]]) -> None:
        async def play(url: str) -> None:
            async with begun(url) as told:
                for step in (("join", 1, 0), ("join", 2, 2), *story, ("wait", 1)):
                    await told.go_on(step)

        with migrated_database("booking", migration.migrate) as url:
            asyncio.run(play(url))

    holds_for()


@pytest.mark.parametrize("places", range(0, PLACES_MAX, 2))
def test_killed_at_any_place_nothing_is_lost_and_nothing_done_twice(
    migrated_database: MigratedDatabases, places: int
) -> None:
    """Taking in the event, looking, holding, offering: each before it, and after it without anybody hearing of it."""

    async def play(url: str) -> None:
        async with begun(url) as told:
            for who in (1, 2):
                await told.go_on(("join", who, 0))
            await told.go_on(("kill", places))
            await told.go_on(("cancel", 0))
            assert await told.salon.states() == [OFFERED, WAITING]
            await told.go_on(("kill", places))
            await told.go_on(("decline", 1))
            assert await told.salon.states() == [WAITING, OFFERED]
            assert len(await told.salon.callbacks()) == 2

    with migrated_database("booking", migration.migrate) as url:
        asyncio.run(play(url))
