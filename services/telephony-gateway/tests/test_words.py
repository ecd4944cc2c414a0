"""What was said in a call: kept for a while, shown to those who may see it, on the record."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from gateway_world import CALLER, World
from hypothesis import given
from hypothesis import strategies as st

from rufbuch.telephony.v1 import service_pb2
from telephony_gateway.domain.utterances import Utterance, utterances
from telephony_gateway.settings import Settings
from telephony_gateway.storage.retention import OldCalls

if TYPE_CHECKING:
    from rufbuch.telephony.v1.service_pb2_grpc import CallServiceAsyncStub

START = datetime(2025, 11, 24, 9, 0, tzinfo=UTC)
TALK = {
    "start_timestamp": START.timestamp() * 1000,
    "transcript_with_tool_calls": [
        {
            "role": "agent",
            "content": "Salon Lindenhof, guten Tag.",
            "words": [{"word": "Salon", "start": 0.5}],
        },
        {"role": "user", "content": "Mustermann hier.", "words": [{"word": "Mustermann", "start": 3.25}]},
        {"role": "tool_call_invocation", "tool_call_id": "t1", "name": "get_context", "arguments": "{}"},
        {"role": "tool_call_result", "tool_call_id": "t1", "content": "{}"},
        {"role": "agent", "content": "Was kann ich für Sie tun?"},
    ],
}
SAID = [
    Utterance("agent", "Salon Lindenhof, guten Tag.", START + timedelta(seconds=0.5), 0),
    Utterance("user", "Mustermann hier.", START + timedelta(seconds=3.25), 0),
    Utterance("agent", "Was kann ich für Sie tun?", None, 1),
]


async def hang_up(world: World, **talk: Any) -> None:
    await world.phone.event("call_ended", **{**TALK, **talk})
    await world.phone.gateway.ledger.flush()


def of(world: World, *, personal: bool) -> service_pb2.GetCallRequest:
    return service_pb2.GetCallRequest(
        call_id=world.phone.call["call_id"], with_personal_data=personal, operator="kim@example.org"
    )


def test_words_are_read_with_their_time_and_with_what_was_asked_before() -> None:
    assert utterances(TALK) == SAID


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["role", "content", "words", "start", "agent"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.fixed_dictionaries({"start_timestamp": anything, "transcript_with_tool_calls": anything}))
def test_a_strange_transcript_is_no_trouble(call: dict[str, Any]) -> None:
    for each in utterances(call):
        assert each.role in {"agent", "user"}
        assert each.words


async def test_words_are_shown_only_with_personal_data(world: World, ledger: "CallServiceAsyncStub") -> None:
    """SE-05: a name may stand anywhere in what somebody says, so nothing of it is shown with names masked."""
    await hang_up(world)
    masked = (await ledger.GetCall(of(world, personal=False))).call
    assert "Mustermann" not in str(masked)
    assert [each.words for each in masked.utterances] == ["", "", ""]
    shown = (await ledger.GetCall(of(world, personal=True))).call
    assert [each.words for each in shown.utterances] == [each.words for each in SAID]
    assert shown.utterances[1].speaker == service_pb2.SPEAKER_CALLER
    assert shown.utterances[1].say_time.ToDatetime(UTC) == SAID[1].at
    assert not shown.utterances[2].HasField("say_time")
    assert await world.pool.fetchval("SELECT count(*) FROM disclosure") == 1


async def test_an_end_that_is_told_twice_says_nothing_twice(world: World) -> None:
    await hang_up(world)
    await hang_up(world)
    assert await world.pool.fetchval("SELECT count(*) FROM utterance") == 3


async def test_a_business_that_wants_no_words_kept_has_none(world: World) -> None:
    await hang_up(world, data_storage_setting="basic_attributes_only")
    assert await world.pool.fetchval("SELECT count(*) FROM utterance") == 0


async def test_where_words_are_not_to_be_kept_they_are_only_judged(
    settings: Settings, world_with: Callable[[Settings], AbstractAsyncContextManager[World]]
) -> None:
    async with world_with(settings.model_copy(update={"words_retention_days": 0})) as world:
        said = {"role": "agent", "content": "Ihr Termin ist gebucht."}
        await hang_up(world, transcript_with_tool_calls=[said])
        assert await world.pool.fetchval("SELECT count(*) FROM utterance") == 0
        assert await world.pool.fetchval("SELECT kind FROM truth_case") == "claimed_booked"


async def test_words_go_sooner_than_the_call(world: World) -> None:
    """SE-17"""
    await hang_up(world)
    old = OldCalls(world.pool, timedelta(days=90), words_kept=timedelta(days=14))
    left = []
    for after in (timedelta(days=14), timedelta(seconds=1)):
        world.phone.clock.advance(after)
        await old.forget(now=world.phone.clock.now())
        left.append(await world.pool.fetchval("SELECT count(*) FROM utterance"))
    assert left == [3, 0]
    assert await world.pool.fetchval("SELECT count(*) FROM call") == 1


async def test_whoever_is_forgotten_is_shown_her_words_before_and_leaves_none(
    world: World, ledger: "CallServiceAsyncStub"
) -> None:
    await hang_up(world)
    tenant_id = str(await world.pool.fetchval("SELECT tenant_id FROM call"))
    asked = service_pb2.ExportCallerRequest(
        tenant_id=tenant_id, phone_number=CALLER, operator="kim@example.org"
    )
    (call,) = (await ledger.ExportCaller(asked)).calls
    assert [each.words for each in call.utterances] == [each.words for each in SAID]
    forgotten = service_pb2.ForgetCallerRequest(tenant_id=tenant_id, phone_number=CALLER)
    assert (await ledger.ForgetCaller(forgotten)).erased["utterance"] == len(SAID)
    assert await world.pool.fetchval("SELECT count(*) FROM utterance") == 0
