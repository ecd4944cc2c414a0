"""Nobody keeps a salon's whole day, whoever calls, however often, and under whatever number: a time that was kept for too long
for callers who did not book it is offered without being held."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from availability.clients.redis_holds import RedisHolds
from availability.domain.holds import Caller, Offer, Scope
from availability.testing.answers import changed, reason
from availability.testing.peers import RegistryPeer
from availability.testing.replicas import Running
from availability.testing.salon import at, known, offer, salon, search, stamp
from availability.usecases.ports import Claiming, Placement, Placing, Terms
from chassis.testing import SettableClock
from rufbuch.availability.v1 import service_pb2 as pb

MINUTE = timedelta(minutes=1)
LASTING = 5 * MINUTE
DAY = [(hour, hour + 1) for hour in range(9, 18)]


@dataclass
class Phones:
    """As many lines as it takes, each call under a number of its own or none."""

    holds: RedisHolds
    scope: Scope
    clock: SettableClock
    made: int = field(default=0)

    async def ask(
        self,
        call: str,
        *spans: tuple[float, float],
        wanted: int = 1,
        number: str = "",
        promised: bool = False,
        only_held: bool = False,
    ) -> Placement:
        offers: list[Offer] = []
        for span in spans:
            self.made += 1
            offers.append(offer(f"o-{self.made}", span))
        terms = Terms(wanted, 1, LASTING, ["anna"], promised=promised, only_held=only_held)
        return await self.holds.place(self.scope, Caller(call, number), offers, terms, now=self.clock.now())

    async def claim(self, call: str, placed: Placement, *, again: bool = False) -> Claiming:
        option = placed.options[0]
        claim = await self.holds.claim(self.scope, option, call, again=again, now=self.clock.now())
        return claim.claiming

    async def release(self, call: str) -> None:
        await self.holds.release(self.scope, call, now=self.clock.now())

    async def kept(self) -> int:
        """Hours of the day that are held just now."""
        taken = await self.holds.taken(self.scope, ["anna"], ignoring_call="", now=self.clock.now())
        return len({each.interval for each in taken})


@pytest.fixture
def phones(holds: RedisHolds, scope: Scope, clock: SettableClock) -> Phones:
    return Phones(holds, scope, clock)


async def attack(phones: Phones, minute: int) -> None:
    """Lines that ask for every hour anew each minute: numbers withheld, and changing with each call."""
    for line, span in enumerate(DAY):
        withheld = line % 2 == 0
        call = f"line-{line}" if withheld else f"call-{minute}-{line}"
        if not withheld:
            await phones.release(f"call-{minute - 1}-{line}")
        await phones.ask(call, span, number="" if withheld else f"+49302312{5000 + minute * 10 + line}")
        await phones.holds.extend(phones.scope, call, lasting=LASTING, now=phones.clock.now())


async def test_nobody_keeps_a_whole_day_for_more_than_a_while(phones: Phones) -> None:
    """Four hours of it: a burst keeps all for half an hour; after that a third of the time is the most."""
    kept = []
    for minute in range(240):
        await attack(phones, minute)
        kept.append(await phones.kept())
        phones.clock.advance(MINUTE)
    assert kept[:5] == [len(DAY)] * 5
    assert all(0 in kept[minute : minute + 5] for minute in range(30, 235))
    for hour in (kept[60:120], kept[120:180], kept[180:240]):
        assert sum(hour) <= 0.35 * len(DAY) * 60


async def test_whoever_calls_meanwhile_is_offered_the_time_and_has_it_when_she_says_yes(
    phones: Phones,
) -> None:
    for minute in range(34):
        await attack(phones, minute)
        phones.clock.advance(MINUTE)
    placed = await phones.ask("erika", (10, 11), number="+493023125042")
    assert (placed.placing, placed.expires) == (Placing.OFFERED, None)
    assert await phones.claim("erika", placed, again=True) is Claiming.CLAIMED
    assert await phones.kept() == 1


async def test_what_is_offered_without_being_held_goes_to_the_first_who_says_yes(phones: Phones) -> None:
    for minute in range(34):
        await attack(phones, minute)
        phones.clock.advance(MINUTE)
    offers = {call: await phones.ask(call, (10, 11)) for call in ("erika", "kim")}
    assert await phones.claim("kim", offers["kim"]) is Claiming.LAPSED
    assert await phones.claim("kim", offers["kim"], again=True) is Claiming.CLAIMED
    assert await phones.claim("erika", offers["erika"], again=True) is Claiming.TAKEN


async def test_a_busy_monday_of_one_person_is_no_attack(phones: Phones) -> None:
    """Twelve callers an hour hear three times each and think for three minutes, most of them at the same hours; half of them
    book. All that they hear is held."""
    free = [*DAY]
    for caller in range(12):
        call = f"caller-{caller}"
        spans = [*free[:1], *free[-2:]]
        placed = await phones.ask(call, *spans, wanted=3)
        assert (placed.placing, len(placed.options)) == (Placing.HELD, len(spans))
        phones.clock.advance(3 * MINUTE)
        if caller % 2:
            assert await phones.claim(call, placed) is Claiming.CLAIMED
            free.pop(0)
        await phones.release(call)
        phones.clock.advance(2 * MINUTE)


async def test_as_many_callers_at_once_as_there_are_times_hold_them_all(phones: Phones) -> None:
    placed = await asyncio.gather(*(phones.ask(f"c-{n}", span) for n, span in enumerate(DAY)))
    assert {each.placing for each in placed} == {Placing.HELD}


async def test_what_is_booked_was_not_kept_in_vain(phones: Phones) -> None:
    """A day on which all is booked, cancelled and booked again."""
    for _ in range(6):
        placed = await phones.ask("a", (10, 11))
        phones.clock.advance(4 * MINUTE)
        assert await phones.claim("a", placed) is Claiming.CLAIMED
        phones.clock.advance(3 * MINUTE)
    assert (await phones.ask("a", (10, 11))).placing is Placing.HELD


async def test_options_of_one_call_that_overlap_are_kept_once(phones: Phones) -> None:
    for call in ("a", "b", "c"):
        await phones.ask(call, (10, 11), (10.25, 11.25), (10.5, 11.5), wanted=3)
        phones.clock.advance(LASTING)
    assert (await phones.ask("d", (10.5, 11.5))).placing is Placing.HELD


async def test_other_times_are_preferred_to_what_cannot_be_held(phones: Phones) -> None:
    for _ in range(6):
        await phones.ask("a", (10, 11))
        phones.clock.advance(LASTING)
    placed = await phones.ask("b", (10, 11), (11, 12), (13, 14), wanted=2)
    assert (placed.placing, placed.options) == (Placing.HELD, ("o-8", "o-9"))
    await phones.release("b")
    assert (await phones.ask("b", (10.5, 11.5))).placing is Placing.OFFERED
    phones.clock.advance(30 * MINUTE)
    assert (await phones.ask("b", (10, 11))).placing is Placing.HELD


async def test_where_only_what_is_held_is_of_use_a_time_that_was_kept_too_long_changes_nothing(
    phones: Phones,
) -> None:
    for _ in range(6):
        await phones.ask("a", (10, 11))
        phones.clock.advance(LASTING)
    await phones.ask("b", (13, 14))
    assert await phones.ask("b", (10, 11), only_held=True) == Placement(Placing.SHORT)
    assert await phones.kept() == 1
    placed = await phones.ask("b", (10, 11), (11, 12), only_held=True)
    assert (placed.placing, placed.options) == (Placing.HELD, ("o-10",))


async def test_what_the_waiting_list_has_promised_is_held_for_as_long_as_it_takes(phones: Phones) -> None:
    for _ in range(30):
        assert (await phones.ask("wait-1", (10, 11), promised=True)).placing is Placing.HELD
        phones.clock.advance(2 * MINUTE)
    await phones.release("wait-1")
    assert (await phones.ask("a", (10, 11))).placing is Placing.HELD


async def test_a_search_says_that_it_does_not_hold_and_what_it_names_can_be_claimed(
    service: Running, clock: SettableClock
) -> None:
    asked = search(at(13), person_id=known("anna"))
    for call in range(6):
        asked.call_id = f"c-{call}"
        await service.stub.SearchSlots(asked)
        clock.advance(LASTING)
    asked.call_id = "erika"
    found = await service.stub.SearchSlots(asked)
    assert (found.outcome, found.hold_state) == (pb.SEARCH_OUTCOME_AVAILABLE, pb.HOLD_STATE_NOT_KEPT)
    assert not found.options[0].HasField("hold_expire_time")
    ours = {"tenant_id": known("salon"), "branch_id": known("branch"), "call_id": "erika"}
    claim = pb.ClaimOptionRequest(option_id=found.options[0].option_id, **ours)
    assert (await service.stub.ClaimOption(claim)).option.start_time == stamp(at(13))


@pytest.mark.parametrize("others", [1, 3, 6])
@pytest.mark.parametrize("max_options", [1, 3])
async def test_a_start_that_some_can_only_be_offered_for_is_held_with_another(
    service: Running, registry: RegistryPeer, clock: SettableClock, others: int, max_options: int
) -> None:
    """However many of them would be asked first."""
    *worn, rested = people = ["anna", "ben", "cleo", "dora", "emil", "fritz", "gina"][: others + 1]
    await changed(service, registry, salon(people))
    for call in range(6):
        for person in worn:
            await service.stub.SearchSlots(
                search(at(13), person_id=known(person), call_id=f"c-{call}-{person}")
            )
        clock.advance(LASTING)
    found = await service.stub.SearchSlots(search(at(13), call_id="erika", max_options=max_options))
    assert (found.outcome, found.hold_state) == (pb.SEARCH_OUTCOME_AVAILABLE, pb.HOLD_STATE_HELD)
    assert [each.person_id for each in found.options] == [known(rested)]


async def test_of_a_window_as_much_is_held_as_is_wanted_where_some_is_held_and_some_was_kept_too_long(
    service: Running, clock: SettableClock
) -> None:
    worn = search(at(13), person_id=known("anna"))
    for call in range(6):
        worn.call_id = f"c-{call}"
        await service.stub.SearchSlots(worn)
        clock.advance(LASTING)
    await service.stub.SearchSlots(search(at(11), person_id=known("anna"), call_id="kim"))
    window = pb.TimeWindow(start_time=stamp(at(11)), end_time=stamp(at(17)))
    asked = search(windows=[window], person_id=known("anna"), call_id="erika")
    found = await service.stub.SearchSlots(asked)
    assert found.hold_state == pb.HOLD_STATE_HELD
    assert [each.start_time for each in found.options] == [stamp(at(hour)) for hour in (12, 14, 14.5)]


async def test_what_is_wanted_as_a_whole_is_refused_by_name(service: Running, clock: SettableClock) -> None:
    slot = pb.WantedSlot(service_id=known("cut"), person_id=known("anna"), start_time=stamp(at(13)))

    def wanted(call_id: str, *, promised: bool = False) -> pb.HoldOptionsRequest:
        return pb.HoldOptionsRequest(
            tenant_id=known("salon"), branch_id=known("branch"), call_id=call_id, slots=[slot], promised=promised
        )  # fmt: skip

    for call in range(6):
        await service.stub.HoldOptions(wanted(f"c-{call}"))
        clock.advance(LASTING)
    assert await reason(service.stub.HoldOptions(wanted("c-9"))) == "KEPT_TOO_LONG"
    assert len((await service.stub.HoldOptions(wanted("wait", promised=True))).options) == 1
