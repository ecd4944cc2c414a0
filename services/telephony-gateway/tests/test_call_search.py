"""Calls are found by number, id, outcome and day, and a business finds only its own."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from gateway_world import CALLER, World
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.grpc_client import fault_of
from rufbuch.telephony.v1 import service_pb2
from telephony_gateway.domain.searching import written_number

if TYPE_CHECKING:
    from rufbuch.telephony.v1.service_pb2_grpc import CallServiceAsyncStub

OURS, OTHERS = str(uuid.UUID(int=71)), str(uuid.UUID(int=72))
NOON = datetime(2025, 11, 24, 11, 0, tzinfo=UTC)


async def note(
    world: World, call_id: str, *outcomes: str, tenant_id: str = OURS, caller: str = CALLER, hours: int = 0
) -> None:
    at = NOON + timedelta(hours=hours)
    await world.pool.execute(
        "INSERT INTO call (call_id, tenant_id, dialled_number, caller_number, first_heard_at)"
        " VALUES ($1, $2, '', $3, $4)",
        call_id, tenant_id, caller, at,
    )  # fmt: skip
    for outcome in outcomes:
        await world.pool.execute(
            "INSERT INTO call_outcome VALUES ($1, $2, $3, $4)", call_id, outcome, tenant_id, at
        )


async def found(ledger: "CallServiceAsyncStub", **filters: Any) -> list[str]:
    request = service_pb2.ListCallsRequest(**{"tenant_id": OURS, **filters})
    return [call.call_id for call in (await ledger.ListCalls(request)).calls]


def stamp(instant: datetime) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(instant)
    return made


@pytest.mark.parametrize(
    "spelling",
    ["+493023125042", "030 23125042", "030/23125-042", "0049 30 231 25 042", " (030) 23 12 50 42 "],
)
def test_a_number_is_read_in_any_spelling(spelling: str) -> None:
    assert written_number(spelling) == CALLER


@pytest.mark.parametrize("nonsense", ["", "abc", "1", "++49", "0" * 40])
def test_what_is_no_number_is_none(nonsense: str) -> None:
    assert written_number(nonsense) == ""


async def test_calls_are_found_by_what_came_of_them(world: World, ledger: "CallServiceAsyncStub") -> None:
    await note(world, "call_1", "booked", "cancelled")
    await note(world, "call_2", "callback_noted", hours=1)
    await note(world, "call_3", hours=2)
    await note(world, "call_4", "booked", tenant_id=OTHERS, hours=3)
    assert await found(ledger) == ["call_3", "call_2", "call_1"]
    assert await found(ledger, outcome="booked") == ["call_1"]
    assert await found(ledger, outcome="nothing") == ["call_3"]
    (call,) = (await ledger.ListCalls(service_pb2.ListCallsRequest(tenant_id=OURS, call_id="call_1"))).calls
    assert list(call.outcomes) == ["booked", "cancelled"]


async def test_calls_are_found_by_number_id_and_day(world: World, ledger: "CallServiceAsyncStub") -> None:
    await note(world, "call_1")
    await note(world, "call_2", caller="+493023125077", hours=24)
    await note(world, "call_3", tenant_id=OTHERS)
    assert await found(ledger, caller_number="030 23125042") == ["call_1"]
    assert await found(ledger, call_id="call_2") == ["call_2"]
    assert await found(ledger, call_id="call_3") == []
    until = stamp(NOON + timedelta(hours=24))
    assert await found(ledger, start_time_max=until) == ["call_1"]
    assert await found(ledger, start_time_min=until) == ["call_2"]
    assert await found(ledger, tenant_id="no id at all") == []


@pytest.mark.parametrize("outcome", ["", "booked"])
async def test_pages_of_a_search_leave_nothing_out(
    world: World, ledger: "CallServiceAsyncStub", outcome: str
) -> None:
    for n in range(5):
        # Two at the same instant: the page may end between them.
        await note(world, f"call_{n}", "booked", hours=n // 2)
    token, seen = "", list[str]()
    while not seen or token:
        page = await ledger.ListCalls(
            service_pb2.ListCallsRequest(tenant_id=OURS, outcome=outcome, page_size=2, page_token=token)
        )
        seen += [call.call_id for call in page.calls]
        token = page.next_page_token
    assert seen == [f"call_{n}" for n in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    ("filters", "reason"),
    [({"caller_number": "abc"}, "NUMBER_INVALID"), ({"outcome": "married"}, "OUTCOME_INVALID")],
)
async def test_what_cannot_be_looked_for_is_said(
    ledger: "CallServiceAsyncStub", filters: dict[str, str], reason: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await found(ledger, **filters)
    assert fault_of(refused.value).reason == reason


async def test_what_a_call_was_answered_is_what_came_of_it(
    world: World, ledger: "CallServiceAsyncStub"
) -> None:
    await world.phone.function("start_booking", {"option_id": "o-abcd2345", "name": "Erika Mustermann"})
    await world.phone.function("list_services")
    await world.phone.gateway.ledger.flush()
    tenant_id = str(await world.pool.fetchval("SELECT tenant_id FROM call"))
    assert await found(ledger, tenant_id=tenant_id, outcome="booked") == [world.phone.call["call_id"]]


async def test_a_call_of_another_business_is_unknown_and_nobody_is_noted_as_having_seen_it(
    world: World, ledger: "CallServiceAsyncStub"
) -> None:
    await note(world, "call_1", tenant_id=OTHERS)
    request = service_pb2.GetCallRequest(
        call_id="call_1", tenant_id=OURS, with_personal_data=True, operator="kim@example.org"
    )
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ledger.GetCall(request)
    assert fault_of(refused.value).reason == "CALL_UNKNOWN"
    assert await world.pool.fetchval("SELECT count(*) FROM disclosure") == 0


class TestCases:
    async def case(self, world: World) -> str:
        await note(world, "call_1")
        number = await world.pool.fetchval(
            "INSERT INTO truth_case (call_id, tenant_id, kind, subject, found_at)"
            " VALUES ('call_1', $1, 'booked_missing', 'x', $2) RETURNING case_id",
            OURS, NOON,
        )  # fmt: skip
        return str(number)

    def resolving(self, case_id: str, **changes: str) -> service_pb2.ResolveTruthCaseRequest:
        values = {"tenant_id": OURS, "case_id": case_id, "operator": "kim", "resolution": "angerufen"}
        return service_pb2.ResolveTruthCaseRequest(**{**values, **changes})

    async def test_what_a_person_has_looked_at_is_not_asked_for_again(
        self, world: World, ledger: "CallServiceAsyncStub"
    ) -> None:
        case_id = await self.case(world)
        assert await found(ledger, untrue=True) == ["call_1"]
        for _ in range(2):
            case = (await ledger.ResolveTruthCase(self.resolving(case_id))).case
            assert (case.resolved_by, case.resolution) == ("kim", "angerufen")
        open_ones = service_pb2.ListTruthCasesRequest(tenant_id=OURS, unresolved=True)
        assert list((await ledger.ListTruthCases(open_ones)).cases) == []
        assert (
            len((await ledger.ListTruthCases(service_pb2.ListTruthCasesRequest(tenant_id=OURS))).cases) == 1
        )

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"operator": "somebody else"}, "CASE_RESOLVED"),
            ({"tenant_id": OTHERS}, "CASE_UNKNOWN"),
            ({"tenant_id": "x"}, "CASE_UNKNOWN"),
            ({"case_id": "x"}, "CASE_UNKNOWN"),
            ({"operator": " "}, "OPERATOR_MISSING"),
        ],
    )
    async def test_strangers_and_latecomers_are_refused(
        self, world: World, ledger: "CallServiceAsyncStub", changes: dict[str, str], reason: str
    ) -> None:
        case_id = await self.case(world)
        await ledger.ResolveTruthCase(self.resolving(case_id))
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await ledger.ResolveTruthCase(self.resolving(**{"case_id": case_id, **changes}))
        assert fault_of(refused.value).reason == reason
