"""When something that is wrong is told, told again, and called over."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_sync.domain.alarms import CALM_FOR, MEANINGS, About, Alarm, AlarmKind, Observed, changes
from calcom_sync.domain.notices import LONGEST_PAUSE, Channel, Notice
from calcom_sync.domain.peers import SHOWN_FOR, SILENT_AFTER, PeerHistory, Samples

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
REPEAT = timedelta(hours=4)
LOOK = timedelta(seconds=15)


class Desk:
    """Looks again and again, and keeps what comes of it."""

    def __init__(self) -> None:
        self.now, self.open, self.told = NOW, list[Alarm](), list[tuple[About, AlarmKind, str]]()
        self._ids = count(1)

    def look(self, *observed: Observed, after: timedelta = LOOK) -> None:
        self.now += after
        found = changes(
            self.open, observed, now=self.now, repeat=REPEAT, new_id=lambda: UUID(int=next(self._ids))
        )
        made = list(found)
        self.told += [(one.tell, one.alarm.kind, one.alarm.subject) for one in made if one.tell]
        self.open = [one.alarm for one in made if one.alarm.over_at is None]

    @property
    def abouts(self) -> list[About]:
        return [about for about, _, _ in self.told]


STUCK = Observed(AlarmKind.SYNC_STUCK, "salon", NOW, "4")


def test_what_stays_wrong_is_told_once() -> None:
    desk = Desk()
    for _ in range(100):
        desk.look(STUCK)
    assert desk.abouts == [About.RAISED]


def test_what_stays_wrong_for_hours_is_told_again() -> None:
    """OB-06: one message that is missed must not be all that there ever is."""
    desk = Desk()
    for _ in range(10):
        desk.look(STUCK, after=timedelta(hours=1))
    assert desk.abouts == [About.RAISED, About.STILL, About.STILL]


def test_what_is_well_again_is_told() -> None:
    desk = Desk()
    desk.look(STUCK)
    desk.look()
    desk.look(after=CALM_FOR)
    assert desk.abouts == [About.RAISED, About.OVER]
    assert desk.open == []


def test_what_flickers_is_one_alarm() -> None:
    desk = Desk()
    for _ in range(20):
        desk.look(STUCK)
        desk.look(after=CALM_FOR / 2)
    assert desk.abouts == [About.RAISED]


def test_every_business_has_its_own_alarm() -> None:
    desk = Desk()
    desk.look(STUCK, Observed(AlarmKind.SYNC_STUCK, "practice", NOW))
    assert [subject for _, _, subject in desk.told] == ["salon", "practice"]


@given(st.lists(st.tuples(st.sets(st.sampled_from(["a", "b"])), st.integers(1, 300)), max_size=60))
def test_raised_and_over_take_turns(looks: Sequence[tuple[set[str], int]]) -> None:
    desk = Desk()
    for wrong, seconds in looks:
        observed = [Observed(AlarmKind.EVENT_LAG, subject, NOW) for subject in sorted(wrong)]
        desk.look(*observed, after=timedelta(seconds=seconds))
    for subject in "ab":
        turns = [about for about, _, of in desk.told if of == subject and about is not About.STILL]
        assert turns == [About.RAISED, About.OVER] * (len(turns) // 2) + [About.RAISED] * (len(turns) % 2)
        assert (len(turns) % 2 == 1) == any(alarm.subject == subject for alarm in desk.open)


def test_every_alarm_says_what_it_means_in_two_languages() -> None:
    assert MEANINGS.keys() == set(AlarmKind)
    assert all(one.summary and one.summary_de for one in MEANINGS.values())


@pytest.mark.parametrize("attempts", [0, 1, 5, 40, 100_000])
def test_pauses_grow_and_have_an_end(attempts: int) -> None:
    notice = Notice(
        UUID(int=1), Channel.EMAIL, About.RAISED, AlarmKind.BUG, "", "", since=NOW, created_at=NOW, attempts=attempts
    )  # fmt: skip
    assert timedelta() < notice.pause() <= LONGEST_PAUSE


def samples(name: str, value: float, **labels: str) -> Samples:
    return {(name, frozenset(labels.items())): value}


CASES = "rufbuch_gateway_truth_cases_total"


def kinds(history: PeerHistory, now: datetime) -> list[AlarmKind]:
    return [one.kind for one in history.wrong(now)]


def test_a_difference_to_the_truth_is_an_alarm_for_a_while() -> None:
    history = PeerHistory("gateway")
    history.told(samples(CASES, 3, kind="booked_missing"), NOW)
    assert kinds(history, NOW) == []
    history.told(samples(CASES, 4, kind="booked_missing"), NOW + LOOK)
    assert kinds(history, NOW + LOOK) == [AlarmKind.TRUTH_DIFFERENCE]
    assert kinds(history, NOW + LOOK + SHOWN_FOR) == []


def test_a_new_process_counts_anew() -> None:
    history = PeerHistory("gateway")
    history.told(samples(CASES, 9, kind="booked_missing"), NOW)
    history.told(samples(CASES, 0, kind="booked_missing"), NOW + LOOK)
    assert kinds(history, NOW + LOOK) == []
    history.told(samples(CASES, 1, kind="booked_missing"), NOW + 2 * LOOK)
    assert kinds(history, NOW + 2 * LOOK) == [AlarmKind.TRUTH_DIFFERENCE]


def test_another_agent_than_the_one_that_is_meant_is_noticed() -> None:
    """OB-12: published, and not live: what is on the phone is what counts, not what was published."""
    history, name = PeerHistory("gateway"), "rufbuch_gateway_agent_calls_total"
    history.told(samples(name, 0, version="6", expected="false"), NOW)
    history.told(samples(name, 1, version="6", expected="false"), NOW + LOOK)
    (found,) = history.wrong(NOW + LOOK)
    assert (found.kind, found.detail) == (AlarmKind.UNEXPECTED_AGENT, "expected=false, version=6")


def test_who_is_silent_for_a_minute_is_down() -> None:
    history = PeerHistory("gateway")
    history.silent(NOW)
    assert kinds(history, NOW + SILENT_AFTER - LOOK) == []
    history.silent(NOW + SILENT_AFTER)
    assert kinds(history, NOW + SILENT_AFTER) == [AlarmKind.SERVICE_DOWN]
    history.told({}, NOW + SILENT_AFTER + LOOK)
    assert kinds(history, NOW + SILENT_AFTER + LOOK) == []


def test_a_level_has_to_last() -> None:
    history, name = PeerHistory("gateway"), "rufbuch_gateway_calls_silent"
    history.told(samples(name, 1), NOW)
    assert kinds(history, NOW + timedelta(minutes=29)) == []
    assert kinds(history, NOW + timedelta(minutes=30)) == [AlarmKind.CALLS_WITHOUT_END]
    history.told(samples(name, 0), NOW + timedelta(minutes=31))
    assert kinds(history, NOW + timedelta(minutes=31)) == []
