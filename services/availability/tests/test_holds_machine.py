"""Random callers over the real Redis, beside a plain model: what is held, by whom, until when."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import combinations
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from redis.asyncio import Redis

from availability.clients.redis_holds import RedisHolds, connected
from availability.domain.holds import Caller, Held, HoldRules, Offer, Scope
from availability.testing.replicas import SLOW_MACHINE_S
from availability.testing.salon import at, offer
from availability.usecases.ports import Claiming, Placing, Terms
from chassis.testing import SettableClock

T = TypeVar("T")
SCOPE = Scope("tenant", "branch")
RULES = HoldRules(
    cap=timedelta(seconds=20),
    claimed=timedelta(seconds=8),
    remembered=timedelta(hours=2),
    per_call=3,
    per_number=4,
    patience=timedelta(seconds=12),
)
LASTING = timedelta(seconds=10)
PEOPLE = ("anna", "ben")
NUMBERS = {"a": "+493023125001", "b": "+493023125001", "c": "+493023125002", "d": ""}

calls = st.sampled_from(sorted(NUMBERS))
# Of one option, apart from each other; of several, overlapping in all ways, before midnight and after it.
spans = st.sets(st.integers(44, 52), min_size=1, max_size=3).map(
    lambda halves: [(half / 2, half / 2 + 0.5) for half in sorted(halves)]
)
says = st.fixed_dictionaries(dict.fromkeys(("whole", "promised", "only_held"), st.booleans()))
shapes = st.lists(st.tuples(st.sampled_from(PEOPLE), spans), min_size=1, max_size=5)


@dataclass
class Known:
    """An option as the model knows it."""

    offer: Offer
    call: str
    since: float
    until: float
    claimed: bool = False
    ended: bool = False
    promised: bool = False


@dataclass
class Model:
    """What the holds of one branch should be; seconds instead of instants."""

    now: float = 0
    options: dict[str, Known] = field(default_factory=dict)
    kept: dict[tuple[str, int], tuple[float, float]] = field(default_factory=dict)
    """By person and quarter of an hour: for how long it was kept without being booked, and when that was reckoned."""

    def live(self) -> list[Known]:
        return [known for known in self.options.values() if known.until > self.now]

    def unclaimed(self, call: str) -> list[Known]:
        return [known for known in self.live() if known.call == call and not known.claimed]

    def others(self, call: str, kept: Sequence[str] = ()) -> list[Known]:
        """What a call may not ignore."""
        return [
            known
            for known in self.live()
            if known.claimed or known.call != call or known.offer.option_id in kept
        ]

    def is_free(self, wanted: Offer, call: str, kept: Sequence[str] = ()) -> bool:
        return not any(overlap(wanted, known.offer) for known in self.others(call, kept))

    def level(self, quarter: tuple[str, int], at: float) -> float:
        level, reckoned = self.kept.get(quarter, (0, 0))
        return max(0, level - max(0, at - reckoned) / 3)

    def is_worn(self, wanted: Offer) -> bool:
        return any(self.level(each, self.now) >= RULES.patience.total_seconds() for each in quarters(wanted))

    def end(self, known: Known, at: float) -> None:
        """Nobody has booked it."""
        known.ended = True
        for each in () if known.promised else quarters(known.offer):
            reckoned = self.kept.get(each, (0, 0))[1]
            if at > reckoned:
                self.kept[each] = (self.level(each, at) + at - max(known.since, reckoned), at)
        known.until = at

    def lapse(self) -> None:
        """What is over is noticed with the next question."""
        over = [known for known in self.options.values() if known.until <= self.now and not known.ended]
        for known in sorted(over, key=lambda known: known.until):
            known.ended = True
            if not known.claimed:
                self.end(known, known.until)

    def allowance(self, call: str, wanted: int, kept: Sequence[str]) -> int:
        allowed = min(wanted, RULES.per_call)
        if not NUMBERS[call]:
            return allowed
        same = [each for each in NUMBERS if NUMBERS[each] == NUMBERS[call]]
        held = [known for each in same for known in self.unclaimed(each)]
        replaced = self.replaced(call, kept)
        return min(allowed, RULES.per_number - (len(held) - len(replaced)))

    def replaced(self, call: str, kept: Sequence[str]) -> list[Known]:
        """What a call lets go when it is offered something else."""
        return [known for known in self.unclaimed(call) if known.offer.option_id not in kept]

    def place(self, call: str, offers: list[Offer], terms: Terms) -> tuple[Placing, tuple[str, ...]]:
        allowed = self.allowance(call, terms.wanted, terms.kept)
        if allowed < (terms.wanted if terms.whole else 1):
            return Placing.LIMIT, ()
        free = [each for each in offers if self.is_free(each, call, terms.kept)]
        rested = [each for each in free if terms.promised or not self.is_worn(each)]
        chosen, enough = rested[:allowed], min(terms.at_least, allowed)
        if len(chosen) < enough and terms.whole and rested != free:
            return Placing.WORN, ()
        unkept = [] if chosen or terms.only_held else free[:allowed]
        if not unkept and len(chosen) < enough:
            return Placing.SHORT, ()
        for known in self.replaced(call, terms.kept):
            self.end(known, self.now)
        for each in chosen:
            until = self.now + LASTING.total_seconds()
            self.options[each.option_id] = Known(each, call, self.now, until, promised=terms.promised)
        for each in unkept:
            self.options[each.option_id] = Known(each, call, self.now, self.now, ended=True)
        placing = Placing.OFFERED if unkept else Placing.HELD
        return placing, tuple(each.option_id for each in chosen or unkept)

    def claim(self, call: str, option_id: str, *, again: bool) -> Claiming:
        known = self.options.get(option_id)
        if known is None or known.call != call:
            return Claiming.UNKNOWN
        live = known.until > self.now
        if live and known.claimed:
            return Claiming.CLAIMED
        if not live and not again:
            return Claiming.LAPSED
        if not live and not self.is_free(known.offer, call):
            return Claiming.TAKEN
        for other in self.unclaimed(call):
            if other is not known and overlap(other.offer, known.offer):
                self.end(other, self.now)
        known.claimed, known.ended = True, False
        known.since = known.since if live else self.now
        known.until = max(known.until, self.now + RULES.claimed.total_seconds())
        return Claiming.CLAIMED

    def extend(self, call: str) -> int:
        for known in self.unclaimed(call):
            longest = known.since + RULES.cap.total_seconds()
            known.until = max(known.until, min(self.now + LASTING.total_seconds(), longest))
        return len(self.unclaimed(call))

    def release(self, call: str, kept: Sequence[str]) -> int:
        released = self.replaced(call, kept)
        for known in released:
            self.end(known, self.now)
        return len(released)

    def vacate(self, gone: Offer, since: float) -> int:
        """An appointment that took what was offered has given it back."""
        over = [
            known
            for known in self.live()
            if known.claimed and known.since <= since and covers_some(known.offer, gone)
        ]
        for known in over:
            known.until, known.ended = self.now, True
        return len(over)


def quarters(offer: Offer) -> list[tuple[str, int]]:
    return [
        (taking.owner_id, quarter)
        for taking in offer.occupied
        for quarter in range(taking.interval.begin_min // 15, (taking.interval.end_min - 1) // 15 + 1)
    ]


def overlap(one: Offer, other: Offer) -> bool:
    return any(
        taking.owner_id == taken.owner_id and taking.interval.touches(taken.interval)
        for taking in one.occupied
        for taken in other.occupied
    )


def covers_some(one: Offer, other: Offer) -> bool:
    return any(
        taking.owner_id == taken.owner_id and taken.interval.within(taking.interval) == taken.interval
        for taking in one.occupied
        for taken in other.occupied
    )


def as_held(some: Iterable[Known]) -> list[Held]:
    """As it is told."""
    return sorted(
        Held(
            *taking,
            at(7) + timedelta(seconds=known.until),
            known.offer.occupied[0] if known.claimed else None,
        )
        for known in some
        for taking in known.offer.occupied
    )


class HoldsMachine(RuleBasedStateMachine):
    """Every step is done to Redis and to the model; both must answer alike."""

    redis_url: str

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.connection = connected(self.redis_url, cluster=False, timeout_s=SLOW_MACHINE_S)
        redis = self.do(self.connection.__aenter__())
        assert isinstance(redis, Redis)
        self.loop.run_until_complete(redis.flushall())
        self.holds = RedisHolds(redis, RULES, timeout_s=SLOW_MACHINE_S)
        self.clock = SettableClock(at(7))
        self.model = Model()
        self.made = 0

    def teardown(self) -> None:
        self.do(self.connection.__aexit__(None, None, None))
        self.loop.close()

    def do(self, step: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(step)

    def offers(self, shapes: list[tuple[str, list[tuple[float, float]]]]) -> list[Offer]:
        made = []
        for person, spans in shapes:
            self.made += 1
            made.append(offer(f"o-{self.made}", *spans, person=person))
        return made

    def being_booked(self, call: str, data: st.DataObject) -> tuple[str, ...]:
        own = sorted(each for each, known in self.model.options.items() if known.call == call) or ["o-0"]
        return tuple(data.draw(st.sets(st.sampled_from(own), max_size=2)))

    @rule(call=calls, shapes=shapes, numbers=st.tuples(*[st.integers(1, 4)] * 2), says=says, data=st.data())
    def place(self, call: str, shapes: Any, numbers: tuple[int, int], says: Any, data: st.DataObject) -> None:
        offers, (wanted, at_least) = self.offers(shapes), numbers
        if says["whole"]:
            wanted = at_least = len(offers)
        kept = self.being_booked(call, data)
        terms = Terms(wanted, min(at_least, wanted), LASTING, PEOPLE, kept=kept, **says)
        caller = Caller(call, NUMBERS[call])
        placed = self.do(self.holds.place(SCOPE, caller, offers, terms, now=self.clock.now()))
        assert (placed.placing, placed.options) == self.model.place(call, offers, terms)
        if placed.placing is Placing.SHORT:
            assert sorted(placed.taken) == as_held(self.model.others(call, kept))

    @rule(call=calls, data=st.data(), again=st.booleans())
    def claim(self, call: str, data: st.DataObject, again: bool) -> None:
        known = sorted(self.model.options) or ["o-0"]
        option_id = data.draw(st.sampled_from(known))
        claim = self.do(self.holds.claim(SCOPE, option_id, call, again=again, now=self.clock.now()))
        assert claim.claiming == self.model.claim(call, option_id, again=again)

    @rule(data=st.data(), again=st.booleans())
    def claim_own(self, data: st.DataObject, again: bool) -> None:
        if self.model.options:
            option_id = data.draw(st.sampled_from(sorted(self.model.options)))
            call = self.model.options[option_id].call
            claim = self.do(self.holds.claim(SCOPE, option_id, call, again=again, now=self.clock.now()))
            assert claim.claiming == self.model.claim(call, option_id, again=again)

    @rule(call=calls)
    def extend(self, call: str) -> None:
        extension = self.do(self.holds.extend(SCOPE, call, lasting=LASTING, now=self.clock.now()))
        assert extension.count == self.model.extend(call)
        ends = [known.until for known in self.model.unclaimed(call)]
        expected = at(7) + timedelta(seconds=min(ends)) if ends else None
        assert extension.expires == expected

    @rule(call=calls, data=st.data())
    def release(self, call: str, data: st.DataObject) -> None:
        kept = self.being_booked(call, data)
        released = self.do(self.holds.release(SCOPE, call, kept=kept, now=self.clock.now()))
        assert released == self.model.release(call, kept)

    @rule(data=st.data(), ago=st.integers(0, 12))
    def vacate(self, data: st.DataObject, ago: int) -> None:
        claimed = sorted(each for each, known in self.model.options.items() if known.claimed)
        if claimed:
            gone, since = self.model.options[data.draw(st.sampled_from(claimed))].offer, self.model.now - ago
            instant = at(7) + timedelta(seconds=since)
            vacated = self.holds.vacate(SCOPE, gone.occupied, since=instant, now=self.clock.now())
            assert self.do(vacated) == self.model.vacate(gone, since)

    @rule(seconds=st.sampled_from([1, 4, 9, 10, 30]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))
        self.model.now += seconds
        # The questions after this step end what is over.
        self.model.lapse()

    @invariant()
    def what_is_taken_is_what_is_live(self) -> None:
        for call in ("", "a"):
            taken = self.do(self.holds.taken(SCOPE, PEOPLE, ignoring_call=call, now=self.clock.now()))
            assert sorted(taken) == as_held(self.model.others(call))

    @invariant()
    def no_two_callers_hold_the_same_minute_of_a_person(self) -> None:
        for one, other in combinations(self.model.live(), 2):
            assert one.call == other.call or not overlap(one.offer, other.offer)

    @invariant()
    def what_is_claimed_overlaps_nothing(self) -> None:
        claimed = [known for known in self.model.live() if known.claimed]
        for one, other in combinations(claimed, 2):
            assert not overlap(one.offer, other.offer)


@pytest.mark.timeout(300)
def test_redis_and_the_model_agree_on_every_step(redis_url: str) -> None:
    """BK-01, BK-02, BK-03, AV-20, AV-28"""
    machine = type("HoldsMachineHere", (HoldsMachine,), {"redis_url": redis_url})
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=checks
        ),
    )
