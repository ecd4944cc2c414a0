"""What is counted is drawn, said and listed; what is stuck is seen while it happens; and the doctor speaks."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from console_peers import ANNA, TENANT, FakePeers
from console_samples import an_appointment, stamp
from console_world import NOW, Browser

from chassis.testing import SettableClock
from console.pages.charts import Chart, Series
from console.testing.addresses import paths
from rufbuch.availability.v1 import operations_pb2 as availability_pb2
from rufbuch.booking.v1 import appointment_pb2
from rufbuch.booking.v1 import operations_pb2 as booking_pb2
from rufbuch.calendarsync.v1 import operations_pb2 as sync_pb2
from rufbuch.calendarsync.v1 import service_pb2 as cases_pb2
from rufbuch.telephony.v1 import operations_pb2 as calls_pb2

STUCK = "4f9a9c1e-0000-4000-8000-0000000000a7"


def a_chart(title: str = "Anrufe & Termine") -> Chart:
    series = (Series("good", "gebucht", (3, 0)), Series("rest", "<ohne>", (1, 0)))
    return Chart("calls", title, "Vier <Anrufe>.", ("24.11.", "25.11."), series)


def test_a_drawing_needs_no_script_and_no_style_of_its_own_and_says_what_it_shows() -> None:
    drawn = ET.fromstring(str(a_chart().svg))
    names = [element.tag.rsplit("}", 1)[-1] for element in drawn.iter()]
    assert not {"script", "style", "defs"} & set(names)
    assert not [element for element in drawn.iter() if element.get("style")]
    assert drawn.get("role") == "img"
    title = next(element for element in drawn.iter() if element.get("id") == drawn.get("aria-labelledby"))
    assert title.text == "Anrufe & Termine. Vier <Anrufe>."


def test_the_same_figures_stand_in_a_table_without_empty_days() -> None:
    assert a_chart().rows == [("24.11.", (3, 1))]


def winding(past: datetime) -> appointment_pb2.AppointmentPhase:
    return appointment_pb2.AppointmentPhase(
        kind=appointment_pb2.PHASE_KIND_ACTIVE, person_id=ANNA, name="Wickeln", start_time=stamp(past),
        end_time=stamp(past + timedelta(minutes=50)),
    )  # fmt: skip


def stuck() -> sync_pb2.UnsettledAppointment:
    return sync_pb2.UnsettledAppointment(
        appointment_id=STUCK, start_time=stamp(NOW + timedelta(days=1)), wanted=True, unknown=2, copies=4,
        since_time=stamp(NOW - timedelta(minutes=3)), next_try_time=stamp(NOW + timedelta(seconds=30)),
        last_error="500 Internal Server Error",
    )  # fmt: skip


async def test_what_is_stuck_is_seen_before_there_is_a_case_and_mended_from_the_list(
    owner: Browser, peers: FakePeers
) -> None:
    """OB-01: an operator sees it while it fails."""
    peers.operations.unsettled = [stuck()]
    peers.verified[STUCK] = cases_pb2.VerifySyncResponse()
    page = (await owner.get("/today")).text
    assert f'href="/sync/{STUCK}"' in page
    assert "Im Moment braucht nichts jemanden." not in page
    listed = (await owner.get("/sync")).text
    assert "2 unklar" in listed
    assert "500 Internal Server Error" in listed
    await owner.send("/sync", f"/sync/{STUCK}/retry")
    assert peers.retried[0].appointment_id == STUCK


async def test_what_is_stuck_and_has_a_case_is_told_once(owner: Browser, peers: FakePeers) -> None:
    peers.operations.unsettled = [stuck()]
    peers.cases = [
        cases_pb2.SyncCase(
            case_id="c", tenant_id=TENANT, appointment_id=STUCK, kind="taken", open_time=stamp(NOW)
        )
    ]
    assert (await owner.get("/today")).text.count(f'href="/sync/{STUCK}"') == 1


async def test_what_only_waits_for_its_turn_is_no_trouble(owner: Browser, peers: FakePeers) -> None:
    peers.operations.unsettled = [sync_pb2.UnsettledAppointment(appointment_id=STUCK, pending=4, copies=4)]
    assert "Im Moment braucht nichts jemanden." in (await owner.get("/today")).text


async def test_how_often_an_error_was_none_is_said(owner: Browser, peers: FakePeers) -> None:
    peers.operations.sync_days = [
        sync_pb2.SyncDay(date="2025-11-24", synced=40, failed=1, error_was_none=3, was_absent=1)
    ]
    page = (await owner.get("/sync")).text
    assert "In den letzten 30 Tagen war 4-mal unklar" in page
    assert "3-mal (75 %) war der Fehler keiner" in page
    assert page.count("<svg") == 2


async def test_calls_and_appointments_of_the_last_days_are_drawn_and_remembered_for_a_minute(
    owner: Browser, peers: FakePeers, clock: SettableClock
) -> None:
    peers.operations.call_days = [calls_pb2.CallDay(date="2025-11-23", calls=12, booked=7)]
    peers.operations.booking_days = [booking_pb2.BookingDay(date="2025-11-23", booked=8, cancelled=1)]
    page = (await owner.get("/today/figures")).text
    assert "In den letzten 14 Tagen 12 Anrufe, davon 7 mit einem Termin." in page
    assert "9 Termine vereinbart, 1 davon abgesagt" in page
    await owner.get("/today/figures")
    assert peers.operations.asked.count("booking figures") == 1
    clock.advance(timedelta(minutes=2))
    await owner.get("/today/figures")
    assert peers.operations.asked.count("booking figures") == 2


async def test_figures_that_cannot_be_read_are_not_none(owner: Browser, peers: FakePeers) -> None:
    peers.away = {"booking"}
    page = (await owner.get("/today/figures")).text
    assert "antwortet gerade nicht" in page


async def test_health_says_who_hears_of_whom_and_what_came_last(owner: Browser, peers: FakePeers) -> None:
    told = peers.operations
    told.streams = [
        availability_pb2.StreamStatus(stream="bookings", connected=True, lag_seconds=0.2),
        availability_pb2.StreamStatus(stream="calendars", connected=True, lag_seconds=300),
    ]
    told.lags = [
        booking_pb2.ReaderLag(reader="calcom-sync", waiting=7, oldest_time=stamp(NOW - timedelta(minutes=5)))
    ]
    told.call_status = calls_pb2.GetCallStatusResponse(
        webhook_time=stamp(NOW - timedelta(hours=2)), agent_version=6, expected_agent_version=7, build="b-1"
    )
    told.sync_status = sync_pb2.GetSyncStatusResponse(
        webhook_time=stamp(NOW - timedelta(minutes=20)), refused_webhook_time=stamp(NOW), held_times=3, reserved_times=2,
    )  # fmt: skip
    page = (await owner.get("/health")).text
    for words in (
        "auf dem neuesten Stand", "seit 300 s nichts gehört", "7 ungelesen", "vor 2 Stunden", "6, erwartet wird 7",
        "vor 20 Minuten", "2 von 3", "Telefonie b-1",
    ):  # fmt: skip
        assert words in page, words


async def test_cal_com_is_asked_only_when_somebody_wants_it(owner: Browser, peers: FakePeers) -> None:
    peers.operations.accounts = [
        cases_pb2.AccountCheck(username="anna", faults=["its key is refused"]),
        cases_pb2.AccountCheck(username="ben"),
    ]
    await owner.get("/health")
    assert "accounts" not in peers.operations.asked
    page = (await owner.get("/health?check=true")).text
    assert "its key is refused" in page
    assert "Schlüssel gilt" in page


@pytest.mark.parametrize("away", ["availability", "booking", "sync", "calls"])
async def test_health_never_says_that_all_is_well_where_something_cannot_be_asked(
    owner: Browser, peers: FakePeers, away: str
) -> None:
    """OB-07."""
    peers.away = {away}
    answer = await owner.get("/health")
    assert answer.status_code == 200
    assert "antwortet gerade nicht" in answer.text


async def test_days_that_are_over_are_drawn_from_what_was_booked(owner: Browser, peers: FakePeers) -> None:
    """Availability forgets them; an empty day would be untrue."""
    past = NOW - timedelta(days=10)
    peers.appointments = [
        an_appointment(
            start_time=stamp(past), end_time=stamp(past + timedelta(minutes=50)),
            state=appointment_pb2.APPOINTMENT_STATE_COMPLETED, phases=[winding(past)],
        ),
        an_appointment(
            appointment_id="a-2", start_time=stamp(past), end_time=stamp(past + timedelta(minutes=50)),
            state=appointment_pb2.APPOINTMENT_STATE_CANCELLED, phases=[winding(past)], service_name="Nicht mehr",
        ),
    ]  # fmt: skip
    day = past.astimezone(UTC).date().isoformat()
    page = (await owner.get(f"/calendar?day={day}&person={ANNA}")).text
    assert "Dauerwelle, Wickeln" in page
    assert "Nicht mehr" not in page


PAGES = [path for path in paths() if "{" not in path]


@pytest.mark.parametrize("away", ["booking", "sync", "calls", "availability"])
async def test_no_page_falls_with_the_service_behind_it(owner: Browser, peers: FakePeers, away: str) -> None:
    """OB-07: not knowing is not the same as nothing being there, and not the same as a fault of the page."""
    peers.away = {away}
    for path in PAGES:
        assert (await owner.get(path)).status_code in {200, 404}, path
