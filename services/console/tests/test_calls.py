"""Calls are looked for by what is known of them, and told from the first word to the last."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from console_peers import OTHER_TENANT, TENANT, FakePeers
from console_samples import a_call, stamp, struct
from console_world import NOW, Browser, add_account, deeds

from console.domain.accounts import Role
from console.pages.moments import moments_of
from rufbuch.telephony.v1 import service_pb2 as telephony_pb2

CASE = telephony_pb2.TruthCase(
    case_id="7", call_id="call_1", tenant_id=TENANT, kind="booked_missing", subject="a-1", find_time=stamp(NOW)
)  # fmt: skip


def said(words: str, *, seconds: int = 0, timed: bool = True, after: int = 0) -> telephony_pb2.Utterance:
    return telephony_pb2.Utterance(
        speaker=telephony_pb2.SPEAKER_CALLER, words=words, after_functions=after,
        say_time=stamp(NOW + timedelta(seconds=seconds)) if timed else None,
    )  # fmt: skip


async def test_what_is_looked_for_is_asked_as_it_was_written(owner: Browser, peers: FakePeers) -> None:
    await owner.get("/calls?number=030+%2F+23125042&outcome=booked&day=2025-03-30&untrue=true")
    (search,) = peers.searches
    assert (search.tenant_id, search.caller_number, search.outcome) == (TENANT, "030 / 23125042", "booked")
    assert search.untrue
    # The day on which the clock is put forward has 23 hours.
    assert search.start_time_min.ToDatetime(UTC) == datetime(2025, 3, 29, 23, 0, tzinfo=UTC)
    assert search.start_time_max.ToDatetime(UTC) == datetime(2025, 3, 30, 22, 0, tzinfo=UTC)


async def test_nothing_that_fits_and_nothing_at_all_are_told_apart(owner: Browser) -> None:
    assert "Noch kein Anruf." in (await owner.get("/calls")).text
    assert "Dazu passt kein Anruf." in (await owner.get("/calls?call=call_9")).text


async def test_what_is_no_number_is_said(owner: Browser) -> None:
    page = (await owner.get("/calls?number=abc")).text
    assert "Das ist keine Telefonnummer." in page
    assert 'value="abc"' in page


@pytest.mark.parametrize(
    "query",
    ["day=yesterday", "day=9999-12-31", "day=0001-01-01", "outcome=married", "day=&outcome=&number=&call="],
)
async def test_what_a_form_cannot_say_is_not_looked_for(owner: Browser, peers: FakePeers, query: str) -> None:
    assert (await owner.get(f"/calls?{query}")).status_code == 200
    assert peers.searches == [telephony_pb2.ListCallsRequest(tenant_id=TENANT, page_size=50)]


async def test_pages_keep_what_is_looked_for(owner: Browser, peers: FakePeers) -> None:
    peers.calls = [a_call(call_id=f"call_{n}", outcomes=["booked"]) for n in range(51)]
    first = (await owner.get("/calls?outcome=booked")).text
    assert "?outcome=booked&amp;page=50" in first
    assert "call_50" not in first
    assert "call_50" in (await owner.get("/calls?outcome=booked&page=50")).text


async def test_the_list_says_what_came_of_a_call_and_whether_it_was_true(
    owner: Browser, peers: FakePeers
) -> None:
    over = {"state": telephony_pb2.CALL_STATE_ENDED, "check_time": stamp(NOW)}
    peers.calls = [
        a_call(**over, outcomes=["booked", "callback_noted"], truth_case_count=1),
        a_call(**over, call_id="call_2"),
    ]
    page = (await owner.get("/calls")).text
    assert "gebucht, Rückruf versprochen" in page
    assert "stimmt nicht" in page
    assert "nichts davon" in page
    assert "geprüft" in page


def test_words_stand_where_they_were_said() -> None:
    """Also those of which Retell told no time: behind the function that was asked before them."""
    functions = [
        telephony_pb2.FunctionCall(name=name, receive_time=stamp(NOW + timedelta(seconds=at)))
        for name, at in (("get_context", 5), ("check_availability", 20))
    ]
    call = a_call(
        functions=functions,
        utterances=[
            said("zuerst", seconds=2), said("ohne Zeit, nach der ersten", timed=False, after=1),
            said("danach", seconds=12), said("zuletzt", timed=False, after=9), said("vor allem", timed=False),
        ],
    )  # fmt: skip
    told = [
        each.said.words if each.said else each.function and each.function.name for each in moments_of(call)
    ]
    assert told == [
        "vor allem", "zuerst", "get_context", "ohne Zeit, nach der ersten", "danach", "check_availability",
        "zuletzt",
    ]  # fmt: skip


async def test_a_timeline_has_words_functions_holds_sentences_the_trace_and_the_truth(
    owner: Browser, peers: FakePeers
) -> None:
    function = telephony_pb2.FunctionCall(
        name="check_availability", arguments=struct(datum="morgen"), trace_id="4bf92f", receive_time=stamp(NOW),
        answer=struct(
            status="available", message="Ja, das ist frei.",
            options=[{"spoken": "Dienstag, 15 Uhr", "staff": "Anna", "held_until": "2025-11-24T10:05:00+01:00"}],
        ),
    )  # fmt: skip
    peers.calls = [
        a_call(
            functions=[function], utterances=[said("Morgen um drei?")], truth_cases=[CASE], appointment_ids=["a-1"],
            state=telephony_pb2.CALL_STATE_ENDED,
        )
    ]  # fmt: skip
    page = (await owner.get("/calls/call_1")).text
    for words in (
        "Morgen um drei?", "Der Assistent fragt: check_availability", "Ja, das ist frei.",
        "Vorgemerkt: Dienstag, 15 Uhr", "bei Anna", "bis 10:05 Uhr", "4bf92f", "rufbuch trace call_1",
        "Als gebucht gesagt, aber es gibt den Termin nicht.", 'href="/sync/a-1"',
    ):  # fmt: skip
        assert words in page, words


async def test_words_that_may_not_be_seen_are_said_to_be_there(owner: Browser, peers: FakePeers) -> None:
    peers.calls = [a_call(utterances=[said("")])]
    assert "nur mit Namen und Nummern zu lesen" in (await owner.get("/calls/call_1")).text


async def test_a_difference_is_resolved_and_gone_from_today(
    owner: Browser, peers: FakePeers, pool: asyncpg.Pool
) -> None:
    case = telephony_pb2.TruthCase()
    case.CopyFrom(CASE)
    peers.truth_cases, peers.calls = [case], [a_call(truth_cases=[case])]
    assert "Als gebucht gesagt" in (await owner.get("/today")).text
    answer = await owner.send(
        "/calls/call_1", "/calls/call_1/cases/7/resolve", resolution="angerufen, neu gebucht"
    )
    assert "Vermerkt, dass sich jemand" in (await owner.get(answer.headers["location"])).text
    assert "Als gebucht gesagt" not in (await owner.get("/today")).text
    (entry,) = await deeds(pool)
    assert (entry.deed.action, entry.deed.words) == ("resolve_truth_case", "angerufen, neu gebucht")


async def test_a_call_that_cannot_be_read_leaves_the_rest_usable(owner: Browser, peers: FakePeers) -> None:
    peers.away = {"calls"}
    answer = await owner.get("/calls/call_1")
    assert answer.status_code == 503
    assert "ist deshalb nicht zu lesen" in answer.text
    assert 'href="/callbacks"' in answer.text
    assert "antwortet gerade nicht" in (await owner.get("/calls")).text


async def test_who_looks_at_a_stranger_s_call_is_not_noted_as_having_seen_it(
    owner: Browser, peers: FakePeers
) -> None:
    peers.calls = [a_call(tenant_id=OTHER_TENANT)]
    assert (await owner.get("/calls/call_1?personal=true")).status_code == 404
    assert peers.looked_at_by == []


async def test_support_finds_calls_and_sees_no_number(
    pool: asyncpg.Pool, browser: Browser, peers: FakePeers
) -> None:
    await add_account(pool, "help@example.org", Role.SUPPORT)
    await browser.sign_in("help@example.org")
    peers.calls = [a_call(truth_cases=[CASE])]
    assert "••••••••••42" in (await browser.get("/calls?number=030+23125042")).text
    page = (await browser.get("/calls/call_1")).text
    assert "personal=true" not in page
    assert "Als gebucht gesagt" in page
    assert (await browser.send("/today", "/calls/call_1/cases/7/resolve", resolution="x")).status_code == 403
