"""Callbacks, the waiting list and messages: seen, handed over, ended, sent again."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from console_peers import ANNA, PERM, TENANT, FakePeers
from console_samples import CALLBACK, a_callback, stamp
from console_world import NOW, Browser, add_account, deeds

from console.clients.care import SHOWN
from console.domain.accounts import Role
from rufbuch.booking.v1 import care_pb2, message_pb2

WISH = "4f9a9c1e-0000-4000-8000-0000000000f1"
MESSAGE = "4f9a9c1e-0000-4000-8000-0000000000e5"


def a_wish(**changes: Any) -> care_pb2.WaitlistEntry:
    values = {
        "waitlist_entry_id": WISH, "tenant_id": TENANT, "service_id": PERM, "person_id": ANNA,
        "window_start_time": stamp(NOW + timedelta(days=3)), "window_end_time": stamp(NOW + timedelta(days=4)),
        "state": care_pb2.WAITLIST_STATE_WAITING, "create_time": stamp(NOW), "phone_number": "+493023125042",
        "customer_name": "Erika Mustermann",
    }  # fmt: skip
    return care_pb2.WaitlistEntry(**{**values, **changes})


def a_message(**changes: Any) -> message_pb2.Message:
    values = {
        "message_id": MESSAGE, "tenant_id": TENANT, "appointment_id": "a-1", "create_time": stamp(NOW),
        "kind": message_pb2.MESSAGE_KIND_CONFIRMATION, "channel": message_pb2.MESSAGE_CHANNEL_EMAIL,
        "address": "erika@example.org", "state": message_pb2.MESSAGE_STATE_FAILED, "attempts": 5,
        "update_time": stamp(NOW), "detail": "550 erika@example.org is unknown", "text": "Liebe Frau Mustermann",
    }  # fmt: skip
    return message_pb2.Message(**{**values, **changes})


async def done(pool: asyncpg.Pool) -> list[tuple[str, str, str]]:
    return [(each.deed.action, each.deed.subject, each.deed.words) for each in await deeds(pool)]


class TestCallbacks:
    async def test_somebody_takes_care_of_it_and_it_stays_on_the_page(
        self, owner: Browser, peers: FakePeers, pool: asyncpg.Pool
    ) -> None:
        """What somebody has taken over is not done: it was gone from the page and from today."""
        peers.callbacks = [a_callback()]
        answer = await owner.send("/callbacks", f"/callbacks/{CALLBACK}/assign", assignee=" Anna ")
        page = (await owner.get(answer.headers["location"])).text
        assert "Vermerkt, wer sich um den Rückruf kümmert." in page
        assert "Anna kümmert sich." in page
        assert "Farbe besprechen" in page
        assert "Anna kümmert sich." in (await owner.get("/today")).text
        assert await done(pool) == [("assign_callback", CALLBACK, "Anna")]

    async def test_it_is_handed_back_to_everybody(
        self, owner: Browser, peers: FakePeers, pool: asyncpg.Pool
    ) -> None:
        peers.callbacks = [a_callback(state=care_pb2.CALLBACK_STATE_IN_PROGRESS, assigned_to="Anna")]
        await owner.send("/callbacks", f"/callbacks/{CALLBACK}/assign", assignee=" ")
        assert peers.callbacks[0].state == care_pb2.CALLBACK_STATE_OPEN
        assert await done(pool) == [("unassign_callback", CALLBACK, "")]
        health = (await owner.get("/health")).text
        assert "Rückruf zurückgegeben" in health
        assert "Rückruf übernommen" not in health

    async def test_health_says_who_did_what_and_what_was_written_only_to_those_who_may_read_it(
        self, owner: Browser, peers: FakePeers, pool: asyncpg.Pool
    ) -> None:
        """What is written about a callback is about a customer."""
        peers.callbacks = [a_callback()]
        await owner.send(
            "/callbacks", f"/callbacks/{CALLBACK}/resolve", resolution="Frau Beispiel kommt morgen"
        )
        page = (await owner.get("/health")).text
        assert "Kim Beispiel</span><span>Rückruf erledigt" in page
        assert "Frau Beispiel kommt morgen" in page
        await add_account(pool, "support@example.org", Role.SUPPORT)
        await owner.sign_in("support@example.org")
        page = (await owner.get("/health")).text
        assert "Rückruf erledigt" in page
        assert "Frau Beispiel" not in page

    async def test_what_somebody_did_whose_account_is_gone_is_still_told(
        self, owner: Browser, peers: FakePeers, pool: asyncpg.Pool
    ) -> None:
        peers.callbacks = [a_callback()]
        await owner.send("/callbacks", f"/callbacks/{CALLBACK}/assign", assignee="Anna")
        await add_account(pool, "later@example.org")
        await pool.execute("DELETE FROM account WHERE email = 'owner@example.org'")
        await owner.sign_in("later@example.org")
        assert "unbekannt</span><span>Rückruf übernommen" in (await owner.get("/health")).text

    async def test_what_is_done_is_shown_on_demand(self, owner: Browser, peers: FakePeers) -> None:
        peers.callbacks = [
            a_callback(state=care_pb2.CALLBACK_STATE_RESOLVED, resolved_by="kim", resolution="kommt morgen")
        ]
        assert "kommt morgen" not in (await owner.get("/callbacks")).text
        assert "kommt morgen" in (await owner.get("/callbacks?show=done")).text

    async def test_a_long_list_has_pages(self, owner: Browser, peers: FakePeers) -> None:
        peers.callbacks = [a_callback(callback_id=f"c-{n}", topic=f"Thema {n}.") for n in range(SHOWN + 1)]
        first = (await owner.get("/callbacks")).text
        assert f"Thema {SHOWN - 1}." in first
        assert f"Thema {SHOWN}." not in first
        assert f"/callbacks?show=open&amp;page={SHOWN}" in first
        assert f"Thema {SHOWN}." in (await owner.get(f"/callbacks?show=open&page={SHOWN}")).text


class TestWaitingList:
    async def test_who_waits_and_what_is_held_is_seen(self, owner: Browser, peers: FakePeers) -> None:
        offer = care_pb2.WaitlistOffer(
            person_id=ANNA,
            start_time=stamp(NOW + timedelta(days=3)),
            expire_time=stamp(NOW + timedelta(hours=4)),
        )
        peers.wishes = [
            a_wish(),
            a_wish(state=care_pb2.WAITLIST_STATE_OFFERED, offer=offer, customer_name="Max Beispiel"),
        ]
        page = (await owner.get("/callbacks/waiting")).text
        assert "Erika Mustermann:" in page
        assert "Vorgemerkt: 27.11.2025, 10:00 bei Anna." in page
        assert "Bis 24.11.2025, 14:00 muss jemand anrufen" in page

    async def test_an_entry_is_ended_with_a_reason_and_written_down(
        self, owner: Browser, peers: FakePeers, pool: asyncpg.Pool
    ) -> None:
        peers.wishes = [a_wish()]
        answer = await owner.send(
            "/callbacks/waiting", f"/callbacks/waiting/{WISH}/leave", reason="kommt woanders unter"
        )
        page = (await owner.get(answer.headers["location"])).text
        assert "Der Eintrag auf der Warteliste ist beendet." in page
        assert "Erika Mustermann" not in page
        assert "Erika Mustermann" in (await owner.get("/callbacks/waiting?show=withdrawn")).text
        assert await done(pool) == [("leave_waitlist", WISH, "kommt woanders unter")]

    async def test_nobody_waiting_is_said(self, owner: Browser) -> None:
        page = (await owner.get("/callbacks/waiting")).text
        assert "Gerade wartet niemand auf eine freie Zeit." in page

    async def test_a_list_that_cannot_be_read_is_not_an_empty_one(
        self, owner: Browser, peers: FakePeers
    ) -> None:
        peers.away = {"booking"}
        page = (await owner.get("/callbacks/waiting")).text
        assert "antwortet gerade nicht" in page
        assert "Gerade wartet niemand" not in page


class TestMessages:
    async def test_what_failed_is_on_today_and_can_be_sent_again(
        self, owner: Browser, peers: FakePeers, pool: asyncpg.Pool
    ) -> None:
        peers.messages = [a_message()]
        assert "Bestätigung an einen Kunden" in (await owner.get("/today")).text
        answer = await owner.send("/messages", f"/messages/{MESSAGE}/retry")
        page = (await owner.get(answer.headers["location"])).text
        assert "Die Nachricht wird noch einmal gesendet." in page
        assert peers.messages[0].state == message_pb2.MESSAGE_STATE_PENDING
        assert await done(pool) == [("retry_message", MESSAGE, "")]

    async def test_a_message_that_may_have_arrived_is_not_sent_again_unwarned(
        self, owner: Browser, peers: FakePeers
    ) -> None:
        peers.messages = [a_message(state=message_pb2.MESSAGE_STATE_UNKNOWN)]
        assert "dann kommt sie zweimal" in (await owner.get("/messages?show=unknown")).text

    @pytest.mark.parametrize(("show", "seen"), [("failed", True), ("sent", False), ("", True)])
    async def test_one_state_is_looked_at(
        self, owner: Browser, peers: FakePeers, show: str, *, seen: bool
    ) -> None:
        peers.messages = [a_message()]
        assert ("erika@example.org" in (await owner.get(f"/messages?show={show}")).text) is seen

    async def test_support_sees_that_something_failed_but_not_to_whom(
        self, pool: asyncpg.Pool, browser: Browser, peers: FakePeers
    ) -> None:
        await add_account(pool, "help@example.org", Role.SUPPORT)
        await browser.sign_in("help@example.org")
        peers.messages, peers.wishes = [a_message()], [a_wish()]
        page = (await browser.get("/messages")).text
        assert "550 ••• is unknown" in page
        for path in ("/messages", "/callbacks/waiting"):
            told = (await browser.get(path)).text
            for secret in ("erika@example.org", "Mustermann", "+493023125042"):
                assert secret not in told, path
        assert (await browser.send("/today", f"/messages/{MESSAGE}/retry")).status_code == 403
