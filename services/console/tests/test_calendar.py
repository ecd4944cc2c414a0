"""Days are drawn as they are, and what blocks a time is said."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from console_peers import ANNA, BRANCH, PERM, FakePeers
from console_samples import an_appointment, stamp
from console_world import NOW, Browser
from hypothesis import given
from hypothesis import strategies as st

from console.domain.drawing import Span, frame_around, span_on
from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.booking.v1 import appointment_pb2
from rufbuch.staff.v1 import business_pb2

BERLIN = ZoneInfo("Europe/Berlin")


def entry(kind: str, start: datetime, minutes: int, appointment_id: str = "") -> availability_pb2.DayEntry:
    return availability_pb2.DayEntry(
        kind=availability_pb2.DayEntryKind.Value(f"DAY_ENTRY_KIND_{kind}"), start_time=stamp(start),
        end_time=stamp(start + timedelta(minutes=minutes)), appointment_id=appointment_id,
    )  # fmt: skip


def phase(kind: str, start: datetime, minutes: int, name: str) -> appointment_pb2.AppointmentPhase:
    return appointment_pb2.AppointmentPhase(
        kind=appointment_pb2.PhaseKind.Value(f"PHASE_KIND_{kind}"), person_id=ANNA, name=name,
        start_time=stamp(start), end_time=stamp(start + timedelta(minutes=minutes)),
    )  # fmt: skip


async def test_an_appointment_is_drawn_with_its_gaps(owner: Browser, peers: FakePeers) -> None:
    gap = NOW + timedelta(minutes=50)
    peers.appointments = [
        an_appointment(
            start_time=stamp(NOW), end_time=stamp(NOW + timedelta(minutes=70)),
            phases=[phase("ACTIVE", NOW, 50, "Wickeln"), phase("GAP_FREE", gap, 15, "Einwirken")],
        )
    ]  # fmt: skip
    peers.days[ANNA, "2025-11-24"] = [
        entry("WORKING", NOW, 480),
        entry("APPOINTMENT", NOW, 50, "a-1"),
        entry("HOLD", NOW, 50),
        entry("HOLD", NOW + timedelta(hours=3), 45),
        entry("EXTERNAL", NOW + timedelta(hours=5), 30),
    ]
    page = (await owner.get("/calendar?day=2025-11-24")).text
    assert "Dauerwelle, Wickeln" in page
    assert "Einwirkzeit, frei für andere" in page
    assert "13:00–13:45" in page
    for kind, count in {"working": 1, "appointment": 1, "gap": 1, "hold": 1, "external": 1}.items():
        assert page.count(f'<rect class="{kind}"') == count, kind
    assert "außerhalb belegt" in page


async def test_absences_and_what_is_busy_outside_are_drawn(owner: Browser, peers: FakePeers) -> None:
    peers.days[ANNA, "2025-11-24"] = [
        entry("WORKING", NOW, 480),
        entry("ABSENCE", NOW, 60),
        entry("EXTERNAL", NOW, 30),
    ]
    page = (await owner.get("/calendar?day=2025-11-24")).text
    assert '<rect class="absence"' in page
    assert '<rect class="external"' in page
    assert "abwesend" in page


async def test_a_day_gone_by_still_has_its_appointments(owner: Browser, peers: FakePeers) -> None:
    """Availability forgets it; booking does not."""
    before = NOW - timedelta(days=30)
    peers.appointments = [
        an_appointment(start_time=stamp(before), phases=[phase("ACTIVE", before, 50, "Wickeln")]),
        an_appointment(
            appointment_id="a-2", start_time=stamp(before), service_name="Abgesagtes",
            state=appointment_pb2.APPOINTMENT_STATE_CANCELLED, phases=[phase("ACTIVE", before, 50, "Wickeln")],
        ),
    ]  # fmt: skip
    page = (await owner.get("/calendar?day=2025-10-25")).text
    assert "Dauerwelle, Wickeln" in page
    assert "Abgesagtes" not in page
    assert "sind nur noch die Termine bekannt" in page


async def test_every_time_leads_to_why_it_is_not_free_by_mouse_and_by_keyboard(
    owner: Browser, peers: FakePeers
) -> None:
    peers.days[ANNA, "2025-11-24"] = [entry("WORKING", NOW, 480), entry("EXTERNAL", NOW, 30)]
    page = (await owner.get("/calendar?day=2025-11-24")).text
    at_ten = f"/calendar/why?person={ANNA}&amp;branch={BRANCH}&amp;when=2025-11-24T10:00"
    assert f'<a href="{at_ten}" tabindex="-1"><rect class="ask"' in page
    assert f'<li><a href="{at_ten}"' in page
    peers.blockers = [availability_pb2.Blocker(person_id=ANNA, words="Anna ist außerhalb belegt.")]
    why = (await owner.get(at_ten.replace("&amp;", "&"))).text
    assert "Anna ist außerhalb belegt." in why
    assert peers.explained[0].service_id == PERM


@pytest.mark.parametrize("when", ["", "morgen", "0001-01-01T00:00", "9999-12-31T23:59", "1999-12-31T12:00"])
async def test_what_is_no_time_is_not_asked_about(owner: Browser, peers: FakePeers, when: str) -> None:
    answer = await owner.get(f"/calendar/why?service={PERM}&when={when}")
    assert answer.status_code == 200
    assert ("Das ist kein Zeitpunkt." in answer.text) is bool(when)
    assert peers.explained == []


async def test_all_columns_are_asked_for_at_once(owner: Browser, peers: FakePeers) -> None:
    """One question for a week, not one for each day."""
    await owner.get(f"/calendar?day=2025-11-26&person={ANNA}")
    assert peers.days_asked == 1


async def test_a_week_of_one_person_has_seven_days(owner: Browser, peers: FakePeers) -> None:
    page = (await owner.get(f"/calendar?day=2025-11-26&person={ANNA}")).text
    assert page.count("<svg") == 7
    assert "Montag, 24. November" in page
    assert "Sonntag, 30. November" in page


async def test_an_unknown_person_or_branch_is_not_found(owner: Browser) -> None:
    assert (await owner.get("/calendar?person=nobody")).status_code == 404
    assert (await owner.get("/calendar?branch=nowhere")).status_code == 404


async def test_a_calendar_that_cannot_be_read_is_not_an_empty_one(owner: Browser, peers: FakePeers) -> None:
    peers.away = {"availability"}
    assert "antwortet gerade nicht" in (await owner.get("/calendar")).text


async def test_why_a_time_is_not_free_is_asked_in_the_branchs_own_time(
    owner: Browser, peers: FakePeers
) -> None:
    """AV-24."""
    peers.blockers = [availability_pb2.Blocker(person_id=ANNA, words="Anna ist im Urlaub.")]
    page = (await owner.get(f"/calendar/why?service={PERM}&when=2025-11-26T15:00")).text
    assert "Diese Zeit ist nicht frei." in page
    assert "Anna ist im Urlaub." in page
    (request,) = peers.explained
    assert request.start_time.ToDatetime(tzinfo=UTC) == datetime(2025, 11, 26, 14, 0, tzinfo=UTC)
    assert (request.branch_id, request.language) == (BRANCH, "de")


async def test_a_branch_elsewhere_is_shown_and_asked_about_in_its_own_time(
    owner: Browser, peers: FakePeers
) -> None:
    """The business begins with a branch in Berlin."""
    london = "4f9a9c1e-0000-4000-8000-0000000000bb"
    peers.branches.append(business_pb2.Branch(branch_id=london, name="Camden", time_zone="Europe/London"))
    late = datetime(2025, 11, 24, 23, 15, tzinfo=UTC)  # past midnight in Berlin
    peers.appointments = [
        an_appointment(
            start_time=stamp(late), end_time=stamp(late + timedelta(minutes=30)),
            phases=[phase("ACTIVE", late, 30, "Wickeln")],
        )
    ]  # fmt: skip
    peers.days[ANNA, "2025-11-24"] = [
        entry("WORKING", NOW, 480),
        entry("HOLD", NOW + timedelta(hours=3), 45),
        entry("APPOINTMENT", late, 30, "a-1"),
    ]
    page = (await owner.get(f"/calendar?day=2025-11-24&branch={london}")).text
    assert "<time>12:00–12:45</time>" in page
    assert "<time>23:15–23:45</time>" in page
    assert f"/calendar/why?person={ANNA}&amp;branch={london}&amp;when=2025-11-24T12:00" in page
    assert "<time>13:00–13:45</time>" in (await owner.get("/calendar?day=2025-11-24")).text
    await owner.get(f"/calendar/why?service={PERM}&branch={london}&when=2025-11-24T12:00")
    (request,) = peers.explained
    assert request.start_time.ToDatetime(tzinfo=UTC) == NOW + timedelta(hours=3)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1999-12-31", "2200-01-01", "morgen"])
async def test_a_day_that_no_page_is_about_is_told_to_be_malformed(owner: Browser, day: str) -> None:
    answer = await owner.get(f"/calendar?day={day}")
    assert answer.status_code == 400
    assert "nicht die Form" in answer.text


@pytest.mark.parametrize("day", ["2000-01-01", "2199-12-31"])
async def test_the_outermost_days_are_shown(owner: Browser, day: str) -> None:
    assert (await owner.get(f"/calendar?day={day}&person={ANNA}")).status_code == 200


@pytest.mark.parametrize(
    ("day", "length"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
)
def test_a_whole_day_fills_the_whole_column_also_when_the_clock_is_changed(day: date, length: int) -> None:
    start = datetime.combine(day, datetime.min.time(), tzinfo=BERLIN).astimezone(UTC)
    assert span_on(day, start, start + timedelta(hours=length), BERLIN) == Span(0, 1440)


spans = st.builds(
    lambda start, length: Span(start, min(1440, start + length)), st.integers(0, 1439), st.integers(1, 1440)
)


@given(st.lists(spans, min_size=1, max_size=20))
def test_everything_lies_inside_the_frame(known: list[Span]) -> None:
    frame = frame_around(known)
    for span in known:
        assert 0 <= frame.top(span) <= 100
        assert 0 < frame.height(span) <= 100
        assert frame.top(span) + frame.height(span) <= 100.001
