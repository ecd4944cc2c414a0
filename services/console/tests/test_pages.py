"""What operators see and do, and what they do not."""

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from console_peers import OTHER_TENANT, TENANT, FakePeers
from console_samples import CALLBACK, a_call, a_callback, an_appointment, stamp
from console_world import NOW, Browser, add_account

from console.domain.accounts import Role
from console.pages import texts
from console.pages.texts import LANGUAGES, words_of
from console.storage.audit import SqlAuditTrail
from rufbuch.booking.v1 import appointment_pb2, care_pb2
from rufbuch.calendarsync.v1 import service_pb2 as sync_pb2
from rufbuch.telephony.v1 import service_pb2 as telephony_pb2

FILES = Path(texts.__file__).parents[1] / "texts"
EVIL = "<script>alert(1)</script>"


async def test_today_shows_who_is_on_the_phone_what_is_booked_and_what_needs_somebody(
    owner: Browser, peers: FakePeers
) -> None:
    peers.calls, peers.appointments, peers.callbacks = [a_call()], [an_appointment()], [a_callback()]
    peers.cases = [
        sync_pb2.SyncCase(
            case_id="c", tenant_id=TENANT, appointment_id="a", kind="taken", open_time=stamp(NOW),
            appointment_start_time=stamp(datetime(2026, 1, 13, 8, 30, tzinfo=UTC)),
        )
    ]  # fmt: skip
    page = (await owner.get("/today")).text
    assert "Anruf von ••••••••••42" in page
    assert "15:00–17:00" in page
    assert "bei Anna" in page
    assert "Erika Mustermann" in page
    assert "Farbe besprechen" in page
    assert "Fall beim Abgleich" in page
    for address in ("/today", "/sync"):
        assert "Termin 13.01.2026, 09:30" in (await owner.get(address)).text


async def test_many_of_one_kind_do_not_push_away_what_comes_after(owner: Browser, peers: FakePeers) -> None:
    peers.cases = [
        sync_pb2.SyncCase(case_id=str(number), tenant_id=TENANT, kind="taken", open_time=stamp(NOW))
        for number in range(9)
    ]
    at_once, found, further = (await owner.get("/today")).text.partition("Weitere zeigen (6)")
    assert found
    assert (at_once.count("Fall beim Abgleich"), further.count("Fall beim Abgleich")) == (3, 6)


async def test_the_menu_says_where_one_is_also_where_that_is_further_away(owner: Browser) -> None:
    assert "<summary>Mehr</summary>" in (await owner.get("/today")).text
    assert '<summary class="here">Abgleich</summary>' in (await owner.get("/sync")).text


async def test_the_day_is_the_business_s_own(owner: Browser, peers: FakePeers) -> None:
    """Midnight in Berlin is eleven in the evening in UTC."""
    last_night = datetime(2025, 11, 23, 23, 0, tzinfo=UTC)
    peers.appointments = [
        an_appointment(service_name="Heute früh", start_time=stamp(last_night)),
        an_appointment(service_name="Gestern spät", start_time=stamp(last_night - timedelta(minutes=1))),
    ]
    page = (await owner.get("/today")).text
    assert "Heute früh" in page
    assert "Gestern spät" not in page


async def test_a_service_that_is_away_is_said_to_be_and_the_rest_is_shown(
    owner: Browser, peers: FakePeers
) -> None:
    """Not knowing is not the same as nothing being there (OB-07)."""
    peers.appointments, peers.away = [an_appointment()], {"calls", "sync"}
    page = (await owner.get("/today")).text
    assert "Dauerwelle" in page
    assert "antwortet gerade nicht" in page
    assert "Im Moment braucht nichts jemanden." not in page
    assert "Gerade spricht niemand." not in page


async def test_nothing_of_another_business_is_shown(owner: Browser, peers: FakePeers) -> None:
    peers.calls = [a_call(tenant_id=OTHER_TENANT)]
    peers.callbacks = [a_callback(tenant_id=OTHER_TENANT)]
    page = (await owner.get("/today")).text
    assert "Farbe besprechen" not in page
    assert "call_1" not in page
    assert (await owner.get("/calls/call_1")).status_code == 404


async def test_a_callback_is_resolved_and_written_down(
    owner: Browser, peers: FakePeers, pool: asyncpg.Pool
) -> None:
    peers.callbacks = [a_callback()]
    answer = await owner.send("/callbacks", f"/callbacks/{CALLBACK}/resolve", resolution="angerufen")
    assert answer.headers["location"] == "/callbacks?said=resolve_callback"
    assert peers.callbacks[0].resolved_by == "owner@example.org"
    assert peers.callbacks[0].resolution == "angerufen"
    (entry,) = await SqlAuditTrail(pool).latest(TENANT)
    assert (entry.deed.action, entry.deed.subject, entry.outcome) == ("resolve_callback", CALLBACK, "done")


async def test_a_callback_of_another_business_cannot_be_resolved(
    owner: Browser, peers: FakePeers, pool: asyncpg.Pool
) -> None:
    peers.callbacks = [a_callback(tenant_id=OTHER_TENANT)]
    await owner.send("/today", f"/callbacks/{CALLBACK}/resolve", resolution="angerufen")
    assert peers.callbacks[0].state == care_pb2.CALLBACK_STATE_OPEN
    (entry,) = await SqlAuditTrail(pool).latest(TENANT)
    assert entry.outcome != "done"


@pytest.mark.parametrize("csrf", ["", "falsch"])
async def test_a_change_without_the_pages_own_token_is_refused(
    owner: Browser, peers: FakePeers, csrf: str
) -> None:
    peers.callbacks = [a_callback()]
    answer = await owner.http.post(f"/callbacks/{CALLBACK}/resolve", data={"csrf": csrf, "resolution": "x"})
    assert answer.status_code == 403
    assert peers.callbacks[0].state == care_pb2.CALLBACK_STATE_OPEN


async def test_a_change_from_another_site_is_refused(owner: Browser, peers: FakePeers) -> None:
    peers.callbacks = [a_callback()]
    owner.headers = {"sec-fetch-site": "cross-site"}
    answer = await owner.send("/callbacks", f"/callbacks/{CALLBACK}/resolve", resolution="x")
    assert answer.status_code == 403
    assert peers.callbacks[0].state == care_pb2.CALLBACK_STATE_OPEN


async def test_support_sees_no_names_and_takes_care_of_no_callback(
    pool: asyncpg.Pool, browser: Browser, peers: FakePeers
) -> None:
    await add_account(pool, "help@example.org", Role.SUPPORT)
    await browser.sign_in("help@example.org")
    peers.callbacks, peers.appointments, peers.calls = [a_callback()], [an_appointment()], [a_call()]
    for path in ("/callbacks", "/today", "/calls/call_1"):
        page = (await browser.get(path)).text
        assert "+493023125042" not in page, path
        assert "Erika Mustermann" not in page, path
        assert "Farbe besprechen" not in page, path
    assert (await browser.get("/calls/call_1?personal=true")).status_code == 403
    refused = await browser.send("/today", f"/callbacks/{CALLBACK}/resolve", resolution="x")
    assert refused.status_code == 403


async def test_a_call_is_told_from_the_first_word_to_the_last(owner: Browser, peers: FakePeers) -> None:
    wrong = telephony_pb2.TruthCase(kind="booked_missing", find_time=stamp(NOW + timedelta(minutes=3)))
    ended = telephony_pb2.CallEvent(name="call_ended", receive_time=stamp(NOW + timedelta(minutes=2)))
    peers.calls = [a_call(events=[ended], truth_cases=[wrong])]
    page = (await owner.get("/calls/call_1")).text
    order = [page.index(words) for words in ("check_availability", "aufgelegt", "Das stimmt nicht")]
    assert order == sorted(order)
    assert "Ja, Dienstag, 15 Uhr ist frei." in page
    assert "Vorgemerkt: Dienstag, 15 Uhr" in page


async def test_who_looks_at_names_and_numbers_is_written_down_where_they_are_kept(
    owner: Browser, peers: FakePeers
) -> None:
    peers.calls = [a_call()]
    await owner.get("/calls/call_1?personal=true")
    assert peers.looked_at_by == ["owner@example.org"]


async def test_what_callers_say_is_never_taken_for_our_page(owner: Browser, peers: FakePeers) -> None:
    peers.callbacks = [a_callback(name=EVIL, topic=EVIL)]
    peers.calls = [a_call(caller_number=EVIL)]
    peers.appointments = [an_appointment(customer=appointment_pb2.Customer(name=EVIL))]
    for path in ("/today", "/callbacks", "/calls", "/calls/call_1"):
        assert EVIL not in (await owner.get(path)).text, path


async def test_a_page_speaks_the_language_of_its_reader(
    pool: asyncpg.Pool, browser: Browser, peers: FakePeers
) -> None:
    await add_account(pool, "english@example.org", language="en")
    await browser.sign_in("english@example.org")
    page = (await browser.get("/today")).text
    assert '<html lang="en">' in page
    assert "Nothing needs anybody at the moment." in page


def test_both_languages_have_the_same_words() -> None:
    german, english = (words_of(language) for language in LANGUAGES)
    assert german.keys() == english.keys()
    for key, words in german.items():
        assert sorted(_gaps(words)) == sorted(_gaps(english[key])), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_stand_in_two_files(language: str) -> None:
    """Which of the two would be shown is a matter of chance."""
    keys = [
        f"{table}.{key}"
        for file in FILES.glob(f"{language}*.toml")
        for table, words in tomllib.loads(file.read_text(encoding="utf-8")).items()
        for key in words
    ]
    assert len(keys) == len(set(keys)), [key for key in keys if keys.count(key) > 1]


def _gaps(words: str) -> list[str]:
    return [part.split("}")[0] for part in words.split("{")[1:]]


async def test_an_unknown_page_is_a_page_too(owner: Browser) -> None:
    answer = await owner.get("/nowhere")
    assert answer.status_code == 404
    assert "Zurück zu Heute" in answer.text
