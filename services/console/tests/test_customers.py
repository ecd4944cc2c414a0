"""One customer: a copy of what is stored, and forgetting her: by the owner, with the plan before the deed, and without her number
in any address or record."""

import json
import re
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from console_customers import ERASURE
from console_peers import OTHER_TENANT, TENANT, FakePeers
from console_samples import a_call, a_callback, an_appointment, stamp
from console_world import NOW, Browser, add_account, deeds

from console.domain.accounts import Role
from rufbuch.booking.v1 import appointment_pb2, erasure_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2

NUMBER, NAME, CUSTOMER = "+493023125042", "Erika Mustermann", "4f9a9c1e-0000-4000-8000-0000000000c1"
CERTIFICATE = '{"erasure_id":"e","sha256":"abc","steps":[]}'


def a_record(*appointments: appointment_pb2.Appointment) -> booking_pb2.ExportCustomerResponse:
    return booking_pb2.ExportCustomerResponse(
        customer=appointment_pb2.Customer(customer_id=CUSTOMER, name=NAME, phone_number=NUMBER),
        appointments=appointments, callbacks=[a_callback()],
    )  # fmt: skip


@pytest.fixture
def peers() -> FakePeers:
    """She has been there once, and nothing is ahead."""
    known = FakePeers(calls=[a_call()])
    past = an_appointment(start_time=stamp(NOW - timedelta(days=9)), call_id="call_1")
    past.state = appointment_pb2.APPOINTMENT_STATE_COMPLETED
    known.customers.records[TENANT, NUMBER] = a_record(past)
    return known


def comes_again(peers: FakePeers) -> None:
    peers.customers.records[TENANT, NUMBER].appointments.append(an_appointment())


async def planned(owner: Browser, number: str = NUMBER) -> str:
    answer = await owner.send("/customers", "/customers/plan", number=number)
    assert answer.status_code == 200
    return answer.text


async def erased(owner: Browser, plan: str, **fields: str) -> httpx.Response:
    """The form as it stands in a plan, with what is chosen in it."""
    etag = re.search(r'name="etag" value="([^"]+)"', plan)
    assert etag
    return await owner.send("/customers", "/customers/erase", number=NUMBER, etag=etag[1], **fields)


class TestPlan:
    async def test_what_is_stored_and_what_would_happen_is_told_and_nothing_happens(
        self, owner: Browser, peers: FakePeers
    ) -> None:
        page = await planned(owner, "0049 (30) 231250-42")
        assert f"Gespeichert zu {NUMBER}" in page
        for words in (NAME, "Termine: 1", "Rückrufe: 1", "Anrufe mit dieser Nummer: 1", "nicht rückgängig"):
            assert words in page
        assert "würde abgesagt" not in page
        assert peers.customers.begun == []

    async def test_whoever_only_called_can_be_forgotten_as_well(
        self, owner: Browser, peers: FakePeers
    ) -> None:
        peers.customers.records.clear()
        peers.callbacks = [a_callback(), a_callback(phone_number="+493023125043")]
        page = await planned(owner)
        assert "wurde nie ein Termin gebucht" in page
        assert "Rückrufe: 1" in page
        told = json.loads((await owner.send("/customers", "/customers/export", number=NUMBER)).text)
        assert [each["phoneNumber"] for each in told["booking"]["callbacks"]] == [NUMBER]
        answer = await erased(owner, page, sure="yes")
        assert answer.headers["location"].startswith(f"/customers/erasures/{ERASURE}")

    @pytest.mark.parametrize("number", ["", "030 23125042", "+0302312", "+49 30 nicht", "4930"])
    async def test_what_is_no_whole_number_is_said(self, owner: Browser, number: str) -> None:
        for action in ("plan", "export", "erase"):
            answer = await owner.send("/customers", f"/customers/{action}", number=number)
            assert (answer.status_code, "keine vollständige Nummer" in answer.text) == (400, True)


class TestExport:
    async def test_everything_is_in_one_file_and_whoever_took_it_is_written_down(
        self, owner: Browser, peers: FakePeers, pool: asyncpg.Pool
    ) -> None:
        answer = await owner.send("/customers", "/customers/export", number=NUMBER)
        told = json.loads(answer.text)
        assert "attachment" in answer.headers["content-disposition"]
        assert answer.headers["cache-control"] == "no-store"
        assert told["booking"]["customer"]["name"] == NAME
        assert [call["callId"] for call in told["calls"]] == ["call_1"]
        assert peers.looked_at_by == ["owner@example.org"]
        done = {(each.deed.action, each.deed.subject, each.outcome) for each in await deeds(pool)}
        assert ("export_customer", CUSTOMER, "done") in done


class TestErasing:
    async def test_what_was_planned_begins_and_the_certificate_is_shown_at_the_end(
        self, owner: Browser, peers: FakePeers, pool: asyncpg.Pool
    ) -> None:
        answer = await erased(owner, await planned(owner), sure="yes")
        page = f"/customers/erasures/{ERASURE}"
        assert answer.headers["location"] == f"{page}?said=erase_customer"
        running = (await owner.get(page)).text
        assert 'hx-trigger="every 2s"' in running
        assert "Bescheinigung" not in running
        found = peers.customers.erasures[TENANT, ERASURE]
        found.state, found.certificate = erasure_pb2.ERASURE_STATE_DONE, CERTIFICATE
        found.finish_time.FromDatetime(NOW)
        found.steps[2].erased["call"] = 3
        found.steps[2].done_time.FromDatetime(NOW)
        done = (await owner.get(page)).text
        assert "getan (3)" in done
        assert "&#34;sha256&#34;: &#34;abc&#34;" in done
        assert (await owner.get(f"{page}/certificate")).text == CERTIFICATE
        entries = {(each.deed.action, each.deed.subject, each.outcome) for each in await deeds(pool)}
        assert ("erase_customer", CUSTOMER, "done") in entries
        assert peers.customers.begun[0].operator == "owner@example.org"

    async def test_nothing_of_the_person_is_kept_here_or_stands_in_an_address(
        self, owner: Browser, pool: asyncpg.Pool
    ) -> None:
        """SE-17"""
        answers = [await erased(owner, await planned(owner), sure="yes")]
        await owner.send("/customers", "/customers/export", number=NUMBER)
        tables = await pool.fetch(
            "SELECT relname FROM pg_stat_user_tables WHERE schemaname = current_schema()"
        )
        assert tables
        for (table,) in tables:
            rows = str(await pool.fetch(f'SELECT t::text FROM "{table}" t'))
            assert NUMBER not in rows, table
            assert NAME not in rows, table
        assert all("23125" not in answer.headers["location"] for answer in answers)

    async def test_without_the_confirmation_nothing_happens(self, owner: Browser, peers: FakePeers) -> None:
        answer = await erased(owner, await planned(owner))
        assert (answer.status_code, "Bitte bestätigen Sie" in answer.text) == (409, True)
        assert peers.customers.begun == []

    async def test_what_is_ahead_is_named_and_called_off_only_when_that_is_confirmed_too(
        self, owner: Browser, peers: FakePeers
    ) -> None:
        comes_again(peers)
        page = await planned(owner)
        assert "24.11.2025, 15:00 · Dauerwelle" in page
        refused = await erased(owner, page, sure="yes")
        assert "Es stehen noch Termine bevor" in refused.text
        assert peers.customers.begun == []
        assert (await erased(owner, page, sure="yes", cancel="yes")).status_code == 303
        assert peers.customers.begun[0].cancel_appointments

    async def test_a_plan_of_before_is_not_done_and_the_plan_of_now_is_shown(
        self, owner: Browser, peers: FakePeers, pool: asyncpg.Pool
    ) -> None:
        """She books while the owner reads."""
        page = await planned(owner)
        comes_again(peers)
        answer = await erased(owner, page, sure="yes", cancel="yes")
        assert answer.status_code == 409
        assert "hat sich etwas geändert. Geschehen ist nichts." in answer.text
        assert "24.11.2025, 15:00 · Dauerwelle" in answer.text
        assert peers.customers.begun == []
        assert {each.deed.action for each in await deeds(pool)} == {"look_up_customer"}

    async def test_what_is_booked_in_the_last_moment_is_not_called_off_unseen(
        self, owner: Browser, peers: FakePeers, pool: asyncpg.Pool
    ) -> None:
        page = await planned(owner)
        peers.customers.books_meanwhile = True
        answer = await erased(owner, page, sure="yes")
        assert (answer.status_code, "Geschehen ist nichts" in answer.text) == (409, True)
        begun = [each for each in await deeds(pool) if each.deed.action == "erase_customer"]
        assert ["ahead" in str(each.outcome) for each in begun] == [True]
        assert NUMBER not in str(begun)

    @pytest.mark.parametrize("away", ["booking", "calls"])
    async def test_where_a_service_is_away_nothing_is_said_to_be_stored_or_begun(
        self, owner: Browser, peers: FakePeers, away: str
    ) -> None:
        page = await planned(owner)
        peers.away = {away}
        assert (await owner.send("/customers", "/customers/plan", number=NUMBER)).status_code == 503
        assert (await erased(owner, page, sure="yes")).status_code == 503
        assert peers.customers.begun == []


class TestWhoMay:
    @pytest.mark.parametrize("role", [Role.STAFF, Role.SUPPORT])
    async def test_nobody_but_an_owner(
        self, pool: asyncpg.Pool, browser: Browser, peers: FakePeers, role: Role
    ) -> None:
        await add_account(pool, "somebody@example.org", role)
        await browser.sign_in("somebody@example.org")
        assert 'href="/customers"' not in (await browser.get("/today")).text
        for path in (
            "/customers",
            f"/customers/erasures/{ERASURE}",
            f"/customers/erasures/{ERASURE}/certificate",
        ):
            assert (await browser.get(path)).status_code == 403, path
        form: dict[str, Any] = {"number": NUMBER, "etag": "x", "sure": "yes", "cancel": "yes"}
        for action in ("plan", "export", "erase"):
            answer = await browser.send("/today", f"/customers/{action}", **form)
            assert answer.status_code == 403, action
            assert NAME not in answer.text
        assert (peers.customers.begun, peers.looked_at_by) == ([], [])

    async def test_an_owner_finds_it_in_the_menu(self, owner: Browser) -> None:
        assert 'href="/customers"' in (await owner.get("/today")).text

    async def test_a_form_of_another_site_erases_nobody(self, owner: Browser, peers: FakePeers) -> None:
        page = await planned(owner)
        owner.headers = {"sec-fetch-site": "cross-site"}
        assert (await erased(owner, page, sure="yes")).status_code == 403
        owner.headers = {"sec-fetch-site": "same-origin"}
        without = await owner.http.post(
            "/customers/erase", data={"number": NUMBER, "sure": "yes"}, headers=owner.headers
        )
        assert without.status_code == 403
        assert peers.customers.begun == []

    async def test_another_businesses_erasure_is_not_found(self, owner: Browser, peers: FakePeers) -> None:
        peers.customers.erasures[OTHER_TENANT, ERASURE] = erasure_pb2.Erasure(
            tenant_id=OTHER_TENANT, certificate=CERTIFICATE
        )
        for path in (f"/customers/erasures/{ERASURE}", f"/customers/erasures/{ERASURE}/certificate"):
            assert (await owner.get(path)).status_code == 404
