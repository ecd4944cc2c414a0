"""How replicas store booking's events once, and how the calendars in memory follow them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from availability import errors
from availability.clients.holidays import public_holidays
from availability.domain.ask import Ask, Verdict
from availability.domain.holds import ALPHABET, Held, Taking, group_of, new_option_id
from availability.domain.hours import DailySpan, WeeklyRule
from availability.domain.instants import Interval
from availability.domain.ledger import Busy
from availability.domain.search import at_wish
from availability.domain.service import Phase, PhaseKind
from availability.storage.busy import BusyTables
from availability.testing.salon import at, known
from availability.usecases.asking import busy_of
from availability.usecases.business import Branch, Business, OfferedService, Person, planned
from availability.usecases.calendars import BusyChange, Calendars
from availability.usecases.follow_busy import BusyEvent
from availability.usecases.following import StreamLostError
from availability.usecases.schedules import within_opening
from chassis import postgres
from chassis.errors import ServiceError
from local_stack.embedded import EmbeddedPostgres
from rufbuch.availability.v1 import service_pb2

WEEK = frozenset(range(1, 8))
HOUR = Phase(PhaseKind.ACTIVE, 60)


def taking(person: str, begin: float, end: float) -> Taking:
    return Taking(known(person), Interval.of(at(begin), at(end)))


def event(position: str, *takings: Taking, appointment: str = "one") -> BusyEvent:
    change = BusyChange(known("salon"), known(appointment), takings)
    return BusyEvent(position, at(7), "", (change,))


class TestTables:
    """What all replicas share."""

    @pytest.fixture
    def since(self) -> datetime:
        return at(0)

    async def test_an_event_is_stored_with_its_position(self, database_url: str, since: datetime) -> None:
        made = event("p1", taking("anna", 13, 14), taking("ben", 14, 15))
        async with postgres.pool(database_url) as pool:
            assert await BusyTables(pool).record("", made)
            stored = await BusyTables(pool).load(since)
        assert (stored.position, stored.changes) == ("p1", list(made.changes or ()))

    async def test_of_replicas_that_hear_the_same_event_one_stores_it(
        self, database_url: str, since: datetime
    ) -> None:
        async with postgres.pool(database_url) as pool, postgres.pool(database_url) as other:
            stored = [
                await BusyTables(each).record("", event("p1", taking("anna", 13, 14)))
                for each in (pool, other)
            ]
            assert stored == [True, False]

    async def test_a_replica_that_is_behind_undoes_nothing(self, database_url: str, since: datetime) -> None:
        async with postgres.pool(database_url) as pool:
            tables = BusyTables(pool)
            await tables.record("", event("p1", taking("anna", 13, 14)))
            await tables.record("p1", event("p2"))
            assert not await tables.record("", event("p1", taking("anna", 13, 14)))
            stored = await tables.load(since)
        assert (stored.position, stored.changes) == ("p2", [])

    async def test_what_is_over_is_not_loaded(self, database_url: str) -> None:
        async with postgres.pool(database_url) as pool:
            tables = BusyTables(pool)
            await tables.record("", event("p1", taking("anna", 13, 14)))
            assert (await tables.load(at(14))).changes == []

    async def test_time_that_is_nobodys_cannot_be_stored(self, database_url: str) -> None:
        """AV-19"""
        async with postgres.pool(database_url) as pool:
            with pytest.raises(asyncpg.NotNullViolationError):
                await pool.execute(
                    "INSERT INTO busy (tenant_id, appointment_id, ordinal, starts_at, ends_at, source)"
                    " VALUES (gen_random_uuid(), gen_random_uuid(), 0, $1, $2, 'appointment')",
                    at(13),
                    at(14),
                )

    async def test_a_database_that_is_away_is_waited_for(self, private_postgres: EmbeddedPostgres) -> None:
        postgres.migrate(private_postgres.url, "availability")
        async with postgres.pool(private_postgres.url) as pool:
            tables = BusyTables(pool)
            await tables.load(at(0))
            private_postgres.kill()
            with pytest.raises(StreamLostError):
                await tables.load(at(0))
            private_postgres.start()
            assert await tables.record("", event("p1"))


def branch(horizon_days: int = 30, region: str = "") -> Branch:
    return Branch(
        branch_id="branch", zone=ZoneInfo("Europe/Berlin"), holiday_region=region, step_min=15,
        notice=timedelta(), horizon=timedelta(days=horizon_days), hold=timedelta(minutes=5), opening=(),
    )  # fmt: skip


def business(*branches: Branch, absences: tuple[tuple[datetime, datetime], ...] = ()) -> Business:
    hours = (WeeklyRule(WEEK, DailySpan.of("09:00", "18:00")),)
    person = Person(
        known("anna"), "Anna", tuple(each.branch_id for each in branches), hours, absences, frozenset({"cut"})
    )
    service = OfferedService("cut", "Schnitt", (HOUR,))
    return Business(
        known("salon"),
        "de-DE",
        {each.branch_id: each for each in branches},
        {person.person_id: person},
        {"cut": service},
    )


class Diary:
    """One person's calendars, asked by the hour."""

    def __init__(self, here: Business) -> None:
        self.calendars, self.here = Calendars(public_holidays), here

    def verdict(
        self,
        hour: float,
        *,
        branch_id: str = "branch",
        now: datetime | None = None,
        besides: Mapping[str, Sequence[Busy]] = MappingProxyType({}),
    ) -> Verdict:
        now = now or at(7)
        place = self.here.branch(branch_id)
        calendar = self.calendars.branch(self.here, place, now)
        return at_wish(
            calendar,
            Ask(
                {
                    known("anna"): planned(
                        self.here, place, self.here.service("cut"), self.here.person(known("anna"))
                    )
                },
                now,
                besides=besides,
            ),
            at(hour),
        ).verdict

    def book(self, *spans: tuple[float, float], appointment: str = "one") -> None:
        takings = tuple(taking("anna", begin, end) for begin, end in spans)
        self.calendars.apply(BusyChange(known("salon"), appointment, takings))


@pytest.fixture
def diary() -> Diary:
    return Diary(business(branch()))


class TestCalendars:
    """The read model in memory."""

    @pytest.mark.parametrize("asked_before", [True, False])
    def test_an_appointment_takes_its_time_whenever_it_is_heard_of(
        self, diary: Diary, asked_before: bool
    ) -> None:
        if asked_before:
            assert diary.verdict(13) is Verdict.FREE
        diary.book((13, 14))
        assert diary.verdict(13) is Verdict.FULL

    def test_hearing_of_it_twice_changes_nothing(self, diary: Diary) -> None:
        diary.book((13, 14))
        diary.book((13, 14))
        diary.book()
        assert diary.verdict(13) is Verdict.FREE

    def test_an_appointment_that_moved_takes_only_its_new_time(self, diary: Diary) -> None:
        """AV-14"""
        assert diary.verdict(13) is Verdict.FREE
        diary.book((13, 14))
        diary.book((15, 16))
        assert [diary.verdict(hour) for hour in (13, 15)] == [Verdict.FREE, Verdict.FULL]

    def test_a_person_is_taken_in_every_branch(self) -> None:
        one, other = branch(), replace(branch(), branch_id="other")
        diary = Diary(business(one, other))
        assert diary.verdict(13, branch_id="other") is Verdict.FREE
        diary.book((13, 14))
        assert [diary.verdict(13, branch_id=each) for each in ("branch", "other")] == [Verdict.FULL] * 2

    def test_the_next_day_has_its_own_calendar_up_to_the_horizon(self, diary: Diary) -> None:
        diary.book((13, 14), (24 * 31 + 13, 24 * 31 + 14))
        late = 24 * 31 + 13
        assert diary.verdict(late) is Verdict.TOO_FAR
        assert diary.verdict(late, now=at(7 + 48)) is Verdict.FULL

    def test_what_is_long_over_is_forgotten(self, diary: Diary) -> None:
        diary.book((13, 14))
        diary.verdict(13)
        diary.calendars.heard(at(7 + 72))
        diary.verdict(13, now=at(7 + 72))
        assert not any(diary.calendars._taken.values())
        diary.book()

    @pytest.mark.parametrize("heard_before", [True, False])
    def test_a_clock_that_jumps_ahead_and_back_forgets_nothing(
        self, diary: Diary, heard_before: bool
    ) -> None:
        """What is known here is not told again."""
        diary.book((13, 14), (37, 38))
        if heard_before:
            diary.calendars.heard(at(7))
        assert diary.verdict(37, now=at(7 + 24 * 20)) is Verdict.PAST
        assert [diary.verdict(hour) for hour in (13, 14, 37)] == [Verdict.FULL, Verdict.FREE, Verdict.FULL]

    def test_an_absence_takes_time(self) -> None:
        assert Diary(business(branch(), absences=((at(12), at(14)),))).verdict(13) is not Verdict.FREE

    def test_a_public_holiday_of_the_region_is_a_day_off(self) -> None:
        christmas = 24 * 31 + 13
        assert Diary(business(branch(60))).verdict(christmas) is Verdict.FREE
        assert Diary(business(branch(60, "DE-BE"))).verdict(christmas) is Verdict.CLOSED

    def test_what_others_hold_is_taken_for_one_question(self, diary: Diary) -> None:
        spans = [taking("anna", 13, 14), taking("anna", 15, 16), taking("gone", 9, 10)]
        held = busy_of((Held(*each, at(8)) for each in spans), diary.here)
        found = [diary.verdict(hour, besides=held) for hour in (13, 14, 15)]
        assert found == [Verdict.FULL, Verdict.FREE, Verdict.FULL]
        assert diary.verdict(13) is Verdict.FREE


@pytest.mark.parametrize(
    ("region", "day"),
    [
        ("DE-BE", date(2026, 3, 8)),
        ("DE-BY", date(2026, 1, 6)),
        ("AT-9", date(2026, 10, 26)),
        ("CH-ZH", date(2026, 8, 1)),
        ("DE", date(2026, 10, 3)),
    ],
)
def test_regions_have_their_own_holidays(region: str, day: date) -> None:
    assert day in public_holidays(region, range(2026, 2027))


def test_a_holiday_of_one_region_is_none_of_another() -> None:
    assert date(2026, 1, 6) not in public_holidays("DE-BE", range(2026, 2027))


@pytest.mark.parametrize(
    ("region", "instead"),
    [("DE-QQ", "DE"), ("AT-99", "AT"), ("DE-", "DE"), ("QQ", ""), ("QQ-BE", ""), ("Bayern", ""), ("-", "")],
)
def test_a_region_that_nobody_knows_stops_no_branch(
    region: str, instead: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What is known of it counts, and the log says once that it is not all."""
    years = range(2026, 2027)
    assert public_holidays(region, years) == (public_holidays(instead, years) if instead else frozenset())
    public_holidays(region, range(2027, 2028))
    errors = [each for each in caplog.records if each.levelname == "ERROR"]
    assert len(errors) == (region != "DE-")
    assert Diary(business(branch(60, region))).verdict(13) is Verdict.FREE


def test_nobody_is_booked_while_the_branch_is_closed() -> None:
    person = [WeeklyRule(frozenset({1, 2}), DailySpan.of("08:00", "20:00"))]
    opening = [
        WeeklyRule(frozenset({2, 3}), DailySpan.of("09:00", "12:00")),
        WeeklyRule(frozenset({2, 3}), DailySpan.of("13:00", "18:00")),
    ]
    tuesday = frozenset({2})
    assert within_opening(person, opening) == (
        WeeklyRule(tuesday, DailySpan.of("09:00", "12:00")),
        WeeklyRule(tuesday, DailySpan.of("13:00", "18:00")),
    )
    assert within_opening(person, ()) == tuple(person)


def test_branches_that_share_people_share_their_holds() -> None:
    people = [("b", "c"), ("c", "d"), ("a",), ("e", "f")]
    assert [group_of(branch_id, people) for branch_id in "abcdefg"] == ["a", "b", "b", "b", "e", "e", "g"]


def test_an_option_id_has_nothing_that_is_confused_when_it_is_repeated() -> None:
    made = new_option_id(lambda limit: limit - 1)
    assert made == "o-zzzzzzzz"
    assert not set(ALPHABET) & set("0o1il")


def test_every_reason_is_in_the_api() -> None:
    reasons = {each.reason for each in ServiceError.__subclasses__() if each.__module__ == errors.__name__}
    assert len(reasons) > 8
    assert {f"ERROR_REASON_{reason}" for reason in reasons} <= set(service_pb2.ErrorReason.keys())
