"""The team: what is mapped, who may be listed twice, and two rows that become one with the plan before the deed."""

import re
from typing import Any

import asyncpg
import pytest
from console_peers import ANNA, ANNA_TOO, PERM, FakePeers
from console_samples import stamp
from console_team import PLAN_ETAG
from console_world import NOW, Browser, add_account, deeds

from console.domain.accounts import Role
from rufbuch.staff.v1 import mappings_pb2, resolution_pb2

PLAN = f"/people/plan?kind=merge&stays={ANNA}&goes={ANNA_TOO}"
FORM = {"kind": "merge", "stays": ANNA, "goes": ANNA_TOO, "etag": PLAN_ETAG, "sure": "yes"}
OVERLAP = "overlap:one/other"


def a_candidate(**changes: Any) -> resolution_pb2.DuplicateCandidate:
    reason = resolution_pb2.DuplicateReason(
        kind=resolution_pb2.DUPLICATE_REASON_KIND_SAME_NUMBER, weight=61, detail="+493023125077"
    )
    values = {
        "person_id": ANNA, "person_key": "anna", "person_name": "Anna", "other_person_id": ANNA_TOO,
        "other_person_key": "anna-2", "other_person_name": "Anna Beispiel", "score": 91, "reasons": [reason],
        "advice": resolution_pb2.DUPLICATE_ADVICE_MERGE,
    }  # fmt: skip
    return resolution_pb2.DuplicateCandidate(**{**values, **changes})


def a_cell(state: str, person_id: str = ANNA, **more: Any) -> mappings_pb2.MappingCell:
    return mappings_pb2.MappingCell(
        service_id=PERM, person_id=person_id, state=mappings_pb2.MappingState.Value(f"MAPPING_STATE_{state}"),
        **more,
    )  # fmt: skip


def an_overlap(subject: str = OVERLAP) -> resolution_pb2.Conflict:
    return resolution_pb2.Conflict(
        subject=subject, kind=resolution_pb2.CONFLICT_KIND_OVERLAP, description="two overlap",
        choices=[resolution_pb2.CHOICE_KEEP_BOTH], start_time=stamp(NOW), end_time=stamp(NOW),
    )  # fmt: skip


async def entries(pool: asyncpg.Pool) -> list[tuple[str, str | None]]:
    return [(each.deed.action, each.outcome) for each in await deeds(pool)]


class TestMappings:
    async def test_holes_and_wrong_ones_are_counted_and_explained(
        self, owner: Browser, peers: FakePeers
    ) -> None:
        """SR-10: a person who is offered for nothing is seen without asking for a booking."""
        peers.team.matrix.MergeFrom(
            mappings_pb2.GetMappingMatrixResponse(
                calendar_sync=True,
                cells=[
                    a_cell("MISSING"),
                    a_cell(
                        "BROKEN", ANNA_TOO, event_type_id=4711, account_key="anna-cal", faults=["is hidden"]
                    ),
                ],
                capabilities=[mappings_pb2.Capability(person_id=ANNA_TOO, service_id=PERM, offered=True)],
            )
        )
        page = (await owner.get("/people")).text
        assert "Fehlende Veranstaltungsarten: 1." in page
        assert "fehlt: wird nicht angeboten" in page
        assert "is hidden" in page
        assert "Nr. 4711" in page
        assert "Konto anna-cal" in page
        assert peers.team.checks == [False]

    async def test_cal_com_is_asked_only_on_demand(self, owner: Browser, peers: FakePeers) -> None:
        await owner.get("/people?check=true")
        assert peers.team.checks == [True]

    async def test_a_long_list_has_pages(self, owner: Browser, peers: FakePeers) -> None:
        peers.team.candidates = [a_candidate(person_name=f"Anna {n}") for n in range(21)]
        first, second = [(await owner.get(f"/people?pairs={n}")).text for n in (1, 2)]
        assert "Anna 19 und" in first
        assert "Anna 20 und" not in first
        assert "Seite 1, 21 insgesamt" in first
        assert "Anna 20 und" in second

    async def test_what_cannot_be_read_is_said_and_the_page_stands(
        self, owner: Browser, peers: FakePeers
    ) -> None:
        await owner.get("/people")
        peers.away = {"registry"}
        page = (await owner.get("/people")).text
        assert page.count("antwortet gerade nicht") == 3
        assert "Niemand scheint doppelt" not in page


class TestDuplicates:
    async def test_the_score_comes_with_its_reasons(self, owner: Browser, peers: FakePeers) -> None:
        peers.team.candidates = [a_candidate()]
        page = (await owner.get("/people")).text
        assert "91 von 100 Punkten" in page
        assert "gleiche Telefonnummer" in page
        assert "+493023125077" in page
        assert f'href="{PLAN.replace("&", "&amp;")}"' in page

    async def test_support_sees_the_reason_but_not_the_number(
        self, pool: asyncpg.Pool, browser: Browser, peers: FakePeers
    ) -> None:
        await add_account(pool, "help@example.org", Role.SUPPORT)
        await browser.sign_in("help@example.org")
        peers.team.candidates = [a_candidate()]
        page = (await browser.get("/people")).text
        assert "gleiche Telefonnummer" in page
        assert "+493023125077" not in page

    async def test_two_people_are_noted_as_two(
        self, owner: Browser, peers: FakePeers, pool: asyncpg.Pool
    ) -> None:
        answer = await owner.send("/people", "/people/different", one=ANNA, other=ANNA_TOO)
        assert "Vermerkt: das sind zwei Menschen." in (await owner.get(answer.headers["location"])).text
        (request,) = peers.team.different
        assert (request.person_id, request.operator) == (ANNA, "owner@example.org")
        assert await entries(pool) == [("different_people", "done")]


class TestPlan:
    async def test_the_plan_says_in_words_what_will_happen_and_changes_nothing(
        self, owner: Browser, peers: FakePeers
    ) -> None:
        peers.team.movements = [
            resolution_pb2.Movement(what="appointments", staying=3, going=14),
            resolution_pb2.Movement(what="policies", staying=1, going=0),
        ]
        page = (await owner.get(PLAN)).text
        assert "Das ist der Plan. Noch ist nichts geschehen." in page
        assert "Aus zwei Einträgen wird einer: Anna." in page
        assert "Termine insgesamt" in page
        assert "Eigene Regeln" not in page
        assert peers.team.resolutions == []

    async def test_two_accounts_are_linked_also_where_merging_was_asked_for(
        self, owner: Browser, peers: FakePeers
    ) -> None:
        """SR-04."""
        peers.team.link = True
        led = await owner.get(PLAN)
        page = (await owner.get(led.headers["location"])).text
        assert "Deshalb werden sie verknüpft, nicht zusammengelegt." in page
        assert "Jetzt verknüpfen" in page

    async def test_another_resolution_under_way_is_shown(self, owner: Browser, peers: FakePeers) -> None:
        peers.team.resolutions = [
            resolution_pb2.Resolution(
                resolution_id="resolution-9", state=resolution_pb2.RESOLUTION_STATE_APPLYING
            )
        ]
        answer = await owner.get(PLAN)
        assert answer.status_code == 409
        assert "/people/resolutions/resolution-9" in answer.text

    async def test_without_its_peers_no_plan_is_made_up(self, owner: Browser, peers: FakePeers) -> None:
        await owner.get("/people")
        peers.away = {"registry"}
        answer = await owner.get(PLAN)
        assert answer.status_code == 503
        assert "ist deshalb nicht zu lesen" in answer.text
        assert 'href="/people"' in answer.text


class TestApplying:
    async def test_a_merge_begins_as_it_was_planned_and_is_written_down(
        self, owner: Browser, peers: FakePeers, pool: asyncpg.Pool
    ) -> None:
        answer = await owner.send(PLAN, "/people/apply", **FORM)
        page = (await owner.get(answer.headers["location"])).text
        assert "Das Zusammenlegen hat begonnen." in page
        assert "Die Termine beider in einem Zug zusammenführen" in page
        (begun,) = peers.team.resolutions
        assert (begun.person_id, begun.alias_person_id) == (ANNA, ANNA_TOO)
        assert begun.operator == "owner@example.org"
        assert await entries(pool) == [("merge_people", "done")]

    @pytest.mark.parametrize(
        "state", [resolution_pb2.RESOLUTION_STATE_APPLYING, resolution_pb2.RESOLUTION_STATE_APPLIED]
    )
    async def test_a_double_click_begins_once(
        self, owner: Browser, peers: FakePeers, state: "resolution_pb2.ResolutionState.ValueType"
    ) -> None:
        await owner.send(PLAN, "/people/apply", **FORM)
        peers.team.resolutions[0].state = state
        # Once it is done, the row that went is unknown, or the plan another one.
        peers.team.etag = "plan-2" if state == resolution_pb2.RESOLUTION_STATE_APPLIED else PLAN_ETAG
        again = await owner.send("/people", "/people/apply", **FORM)
        assert again.headers["location"] == "/people/resolutions/resolution-1?said=begun_already"
        assert len(peers.team.resolutions) == 1

    async def test_a_plan_of_before_is_not_applied_and_the_plan_of_now_is_shown(
        self, owner: Browser, peers: FakePeers, pool: asyncpg.Pool
    ) -> None:
        peers.team.etag = "plan-2"
        answer = await owner.send(PLAN, "/people/apply", **FORM)
        assert answer.status_code == 409
        assert "hat sich etwas geändert. Geschehen ist nichts." in answer.text
        assert 'name="etag" value="plan-2"' in answer.text
        assert peers.team.resolutions == []
        ((action, outcome),) = await entries(pool)
        assert (action, outcome != "done") == ("merge_people", True)

    async def test_what_contradicts_itself_is_decided_by_a_person(
        self, owner: Browser, peers: FakePeers
    ) -> None:
        peers.team.conflicts = [an_overlap()]
        page = (await owner.get(PLAN)).text
        assert "Montag, 24. November, 10:00 bis 10:00 Uhr" in page
        assert not re.search(r'type="radio"[^>]*checked', page)
        undecided = await owner.send(PLAN, "/people/apply", **FORM)
        assert "Etwas ist noch nicht entschieden." in undecided.text
        assert peers.team.resolutions == []
        await owner.send(PLAN, "/people/apply", together="CHOICE_KEEP_BOTH", **FORM)
        (decision,) = peers.team.resolutions[0].decisions
        assert (decision.subject, decision.choice) == (OVERLAP, resolution_pb2.CHOICE_KEEP_BOTH)

    async def test_a_thousand_appointments_at_the_same_time_are_one_decision(
        self, owner: Browser, peers: FakePeers
    ) -> None:
        """A form has at most a thousand fields: with one for each of them nothing could be merged at all."""
        peers.team.conflicts = [an_overlap(f"overlap:one/{number}") for number in range(1100)]
        page = (await owner.get(PLAN)).text
        assert page.count('type="radio"') == 1
        assert "zur selben Zeit: 1100" in page
        assert "und 1080 weitere" in page
        await owner.send(PLAN, "/people/apply", together="CHOICE_KEEP_BOTH", **FORM)
        assert len(peers.team.resolutions[0].decisions) == 1100
        said = (await owner.get("/people/resolutions/resolution-1")).text
        assert "Termine zur selben Zeit, beide behalten: 1100" in said

    async def test_what_was_chosen_stays_chosen_where_something_is_missing(
        self, owner: Browser, peers: FakePeers
    ) -> None:
        policy = resolution_pb2.Conflict(
            subject="policy:hours", kind=resolution_pb2.CONFLICT_KIND_POLICY, description="two rules",
            choices=[resolution_pb2.CHOICE_KEEP_STAYING, resolution_pb2.CHOICE_KEEP_GOING],
        )  # fmt: skip
        peers.team.conflicts = [an_overlap(), policy]
        again = await owner.send(
            PLAN, "/people/apply", together="CHOICE_KEEP_BOTH", **{"decision:policy:hours": "made up"}, **FORM
        )
        assert "Etwas ist noch nicht entschieden." in again.text
        assert re.findall(r'name="([^"]*)"[^>]*checked', again.text) == ["together"]

    async def test_nothing_is_chosen_beforehand_in_a_plan_that_nobody_has_read(
        self, owner: Browser, peers: FakePeers
    ) -> None:
        peers.team.conflicts = [an_overlap()]
        peers.team.etag = "plan-2"
        answer = await owner.send(PLAN, "/people/apply", together="CHOICE_KEEP_BOTH", **FORM)
        assert "hat sich etwas geändert. Geschehen ist nichts." in answer.text
        assert not re.search(r'type="radio"[^>]*checked', answer.text)

    async def test_without_the_confirmation_nothing_happens(self, owner: Browser, peers: FakePeers) -> None:
        answer = await owner.send(PLAN, "/people/apply", **{**FORM, "sure": ""})
        assert "Bitte bestätigen Sie" in answer.text
        assert peers.team.resolutions == []

    async def test_staff_see_the_team_and_merge_nobody(
        self, pool: asyncpg.Pool, browser: Browser, peers: FakePeers
    ) -> None:
        await add_account(pool, "staff@example.org", Role.STAFF)
        await browser.sign_in("staff@example.org")
        peers.team.candidates = [a_candidate()]
        assert "91 von 100 Punkten" in (await browser.get("/people")).text
        assert (await browser.get(PLAN)).status_code == 403
        for action in ("/people/apply", "/people/different", "/people/resolutions/resolution-1/undo"):
            assert (await browser.send("/today", action, **FORM)).status_code == 403, action
        assert peers.team.resolutions == []


class TestUndoing:
    async def applied(self, owner: Browser, peers: FakePeers) -> str:
        await owner.send(PLAN, "/people/apply", **FORM)
        peers.team.resolutions[0].state = resolution_pb2.RESOLUTION_STATE_APPLIED
        return "/people/resolutions/resolution-1"

    async def test_a_merge_is_taken_back_once(
        self, owner: Browser, peers: FakePeers, pool: asyncpg.Pool
    ) -> None:
        page = await self.applied(owner, peers)
        assert "sind ein Eintrag" in (await owner.get(page)).text
        first = await owner.send(page, f"{page}/undo")
        assert first.headers["location"] == f"{page}?said=undo_resolution"
        again = await owner.send("/people", f"{page}/undo")
        assert again.headers["location"] == f"{page}?said=begun_already"
        assert ("undo_resolution", "done") in await entries(pool)

    async def test_what_contradicts_it_is_said(self, owner: Browser, peers: FakePeers) -> None:
        page = await self.applied(owner, peers)
        peers.team.contradictions = ["appointment 7 was moved since"]
        answer = await owner.send(page, f"{page}/undo")
        assert answer.status_code == 409
        assert "appointment 7 was moved since" in answer.text
        assert peers.team.resolutions[0].state == resolution_pb2.RESOLUTION_STATE_APPLIED

    async def test_what_goes_on_is_looked_at_again_by_itself(self, owner: Browser, peers: FakePeers) -> None:
        page = await self.applied(owner, peers)
        assert "hx-trigger" not in (await owner.get(page)).text
        peers.team.resolutions[0].state = resolution_pb2.RESOLUTION_STATE_APPLYING
        assert 'hx-trigger="every 2s"' in (await owner.get(page)).text
