"""The main job through the real processes: a phone call becomes an appointment, here and at Cal.com."""

import asyncio
import json
import os
import signal
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import httpx
import psycopg
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from journey_world import Caller, Whole, until, weekday

from local_stack.spans import spans_of_call
from rufbuch_cli.agreement import compare
from rufbuch_cli.trace import print_ledger
from sandbox.callers.retell import Retell

pytestmark = pytest.mark.processes

SERVICES = {
    "STAFF_REGISTRY": "rufbuch.staff.v1.StaffRegistryService",
    "AVAILABILITY": "rufbuch.availability.v1.AvailabilityService",
    "BOOKING": "rufbuch.booking.v1.BookingService",
    "CALCOM_SYNC": "rufbuch.calendarsync.v1.CalendarSyncService",
    "TELEPHONY_GATEWAY": "rufbuch.telephony.v1.CallService",
}


async def test_a_call_becomes_an_appointment_on_both_sides(whole: Whole, anna: Caller) -> None:
    checked = await anna.wish(weekday("Mittwoch", weeks=2), "15 Uhr")
    option = checked.body["options"][0]
    booked = await anna.ask("start_booking", option_id=option["option_id"], name="Erika Mustermann")
    await anna.hang_up()
    assert (checked.body["status"], booked.body["status"]) == ("available", "booked")
    agreement = await asyncio.to_thread(
        compare,
        whole.running,
        booking_database_url=whole.stack.installation.database_url("booking"),
        tenant_id=whole.tenant_id,
        appointment_id=booked.body["appointment_id"],
    )
    assert (agreement.phases, agreement.active, agreement.bookings, agreement.sync_state) == (
        6,
        4,
        4,
        "SYNCED",
    )
    assert (agreement.faults, agreement.in_parallel) == ((), True)


async def test_what_one_caller_holds_another_is_not_offered(anna: Caller, bert: Caller) -> None:
    """BK-01: between "ist frei" and the booking the time belongs to the first caller."""
    first = await anna.wish(weekday("Donnerstag", weeks=2), "10 Uhr", mitarbeiter="Anna")
    second = await bert.wish(weekday("Donnerstag", weeks=2), "10 Uhr", mitarbeiter="Anna")
    assert (first.body["status"], second.body["status"]) == ("available", "alternatives")
    assert first.body["options"][0]["start"] not in [option["start"] for option in second.body["options"]]
    booked = await anna.ask(
        "start_booking", option_id=first.body["options"][0]["option_id"], name="Kim Beispiel"
    )
    assert booked.body["status"] == "booked"


async def test_hanging_up_gives_the_time_back(anna: Caller, bert: Caller) -> None:
    await anna.wish(weekday("Donnerstag", weeks=3), "10 Uhr", mitarbeiter="Anna")
    await anna.hang_up()

    async def is_free_again() -> bool:
        again = await bert.wish(weekday("Donnerstag", weeks=3), "10 Uhr", mitarbeiter="Anna")
        return bool(again.body["status"] == "available")

    await until(is_free_again)


async def test_parallel_twins_of_a_booking_get_one_appointment(whole: Whole, anna: Caller) -> None:
    """BK-22: the model sends the booking twice, a second apart or at once."""
    checked = await anna.wish(weekday("Freitag", weeks=3), "10 Uhr", "Beratung")
    option_id = checked.body["options"][0]["option_id"]
    answers = await asyncio.gather(
        *(
            anna.ask("start_booking", option_id=option_id, name=f"Kim {spelling}")
            for spelling in ("Muster", "Mustr", "Muster")
        )
    )
    assert [answer.body["status"] for answer in answers] == ["booked"] * 3
    assert len({answer.body["appointment_id"] for answer in answers}) == 1


async def test_an_option_of_another_call_books_nothing(anna: Caller, bert: Caller) -> None:
    checked = await anna.wish(weekday("Freitag", weeks=3), "14 Uhr", "Beratung")
    stolen = await bert.ask(
        "start_booking", option_id=checked.body["options"][0]["option_id"], name="Kim Beispiel"
    )
    assert stolen.body["status"] == "need_option"


async def test_an_unsigned_call_is_refused_and_nothing_is_done(whole: Whole) -> None:
    """SE-01"""
    body = json.dumps({"name": "start_booking", "args": {}, "call": {"call_id": "call_unsigned"}})
    async with httpx.AsyncClient() as client:
        response = await client.post(
            f"{whole.running['GATEWAY_URL']}/retell/functions/start_booking", content=body
        )
    assert response.status_code == 401


async def test_a_stale_signature_is_refused(whole: Whole, anna: Caller) -> None:
    old = Retell(
        whole.running["GATEWAY_URL"], whole.running["RETELL_API_KEY"], anna.retell.client,
        now=lambda: datetime.now(UTC) - timedelta(minutes=6),
    )  # fmt: skip
    assert (await old.function(anna.line, "get_context", {})).status_code == 401


async def test_a_trace_leads_from_the_call_to_cal_com(whole: Whole, anna: Caller) -> None:
    checked = await anna.wish(weekday("Mittwoch", weeks=3), "9 Uhr")
    await anna.ask("start_booking", option_id=checked.body["options"][0]["option_id"], name="Kim Beispiel")

    async def is_traced_to_the_end() -> bool:
        spans = await asyncio.to_thread(spans_of_call, whole.running.state_dir, anna.line.call_id)
        posts = sum(1 for span in spans if (span.service, span.name) == ("calcom-sync", "POST"))
        return posts == 4 and "availability" in {span.service for span in spans}

    await until(is_traced_to_the_end)
    spans = spans_of_call(whole.running.state_dir, anna.line.call_id)
    assert {span.service for span in spans} >= {"telephony-gateway", "availability", "booking", "calcom-sync"}
    assert any(span.name.startswith("redis ") for span in spans)
    assert any((span.service, span.name) == ("booking", "SELECT") for span in spans)


async def test_the_ledger_knows_the_call(
    whole: Whole, anna: Caller, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await anna.wish(weekday("Freitag", weeks=2), "9 Uhr", "Beratung")

    async def is_written() -> bool:
        # What was asked is written first, and what was answered behind the answer.
        await asyncio.to_thread(print_ledger, whole.running, anna.line.call_id)
        return answer.body["message"] in capsys.readouterr().out

    await until(is_written)


def look_at(address: str, service: str) -> tuple[list[str], int]:
    """The services that reflection lists, and the health of one."""
    with grpc.insecure_channel(address) as channel:
        names = list(ProtoReflectionDescriptorDatabase(channel).get_services())
        stub: Any = health_pb2_grpc.HealthStub(channel)
        return names, int(stub.Check(health_pb2.HealthCheckRequest(service=service)).status)


async def until_serving(whole: Whole, variable: str) -> None:
    address, service = whole.running[f"{variable}_ADDRESS"], SERVICES[variable]

    async def is_serving() -> bool:
        try:
            names, status = await asyncio.to_thread(look_at, address, service)
        except grpc.RpcError:
            return False
        return service in names and status == int(health_pb2.HealthCheckResponse.SERVING)

    await until(is_serving, within_s=40)


@pytest.mark.parametrize("variable", SERVICES)
async def test_every_grpc_service_has_reflection_and_health(whole: Whole, variable: str) -> None:
    await until_serving(whole, variable)


@pytest.mark.parametrize(
    "killed", ["telephony-gateway", "staff-registry", "availability", "booking", "calcom-sync"]
)
async def test_a_killed_service_comes_back_and_the_call_goes_on(
    whole: Whole, anna: Caller, killed: str
) -> None:
    """Killed between the offer and the booking: the hold, the option and the appointment outlive the process."""
    day = {
        "telephony-gateway": "9",
        "staff-registry": "10",
        "availability": "11",
        "booking": "12",
        "calcom-sync": "13",
    }[killed]
    checked = await anna.wish(weekday("Dienstag", weeks=5), f"{day} Uhr", "Beratung")
    option_id = checked.body["options"][0]["option_id"]
    os.kill(whole.stack.states()[killed].pid, signal.SIGKILL)
    answers: list[str] = []

    async def is_booked() -> bool:
        try:
            reply = await anna.ask("start_booking", option_id=option_id, name="Kim Beispiel")
        except httpx.TransportError:
            return False
        answers.append(reply.body["status"])
        return answers[-1] == "booked"

    await until(is_booked, within_s=40)
    assert set(answers) <= {"booked", "pending", "error"}
    await until_serving(whole, killed.upper().replace("-", "_"))


async def test_no_time_is_taken_twice(whole: Whole) -> None:
    """After all the journeys: a query over the occupied intervals, past our own code."""
    query = (
        "SELECT count(*) FROM booking.occupancy a JOIN booking.occupancy b"
        " ON a.appointment_id < b.appointment_id AND a.span && b.span"
    )
    with psycopg.connect(whole.running["DATABASE_URL"]) as connection:
        assert connection.execute(query).fetchone() == (0,)
