"""Somebody is forgotten everywhere, whoever is killed at whatever place, and the certificate says what was done."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import asyncpg
import pytest

from booking.clients.registry import RegistryPolicies
from booking.domain.erasure import Erasure, StepName, is_unchanged
from booking.errors import PeerUnavailableError
from booking.storage.changes import SqlChanges
from booking.storage.erasures import SqlErasures
from booking.testing.availability import ScriptedAvailability
from booking.testing.calls import refused
from booking.testing.fuse import Fuse, Fused, KilledError
from booking.testing.registry import ScriptedRegistry
from booking.testing.samples import BRANCH, NUMBER, START, TENANT, a_request, an_option
from booking.usecases.change_appointment import ChangeAppointment
from booking.usecases.erase_everywhere import LEASE, LONGEST_PAUSE, EraseEverywhere
from chassis.eventlog import EventLog
from chassis.testing import SettableClock, serving
from rufbuch.booking.v1 import erasure_pb2, service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub


class Ledger:
    """The calls, elsewhere."""

    def __init__(self) -> None:
        self.calls = {"call_0001": NUMBER, "call_0009": "+493023125009"}
        self.is_away = False

    async def forget(self, tenant_id: UUID, number: str, call_ids: Sequence[str]) -> Mapping[str, int]:
        if self.is_away:
            raise PeerUnavailableError("telephony-gateway: UNAVAILABLE")
        gone = [each for each, whose in self.calls.items() if whose == number or each in call_ids]
        for each in gone:
            del self.calls[each]
        return {"call": len(gone)}


class Calendar:
    """The copies, elsewhere."""

    def __init__(self) -> None:
        self.unsettled: set[UUID] = set()
        self.forgotten: list[UUID] = []

    async def is_settled(self, tenant_id: UUID, appointment_id: UUID) -> bool:
        return appointment_id not in self.unsettled

    async def forget(self, tenant_id: UUID, customer_id: UUID) -> tuple[Mapping[str, int], Sequence[str]]:
        self.forgotten.append(customer_id)
        return {"appointment": 1}, ["uid-1"]


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
async def worker(
    pool: asyncpg.Pool, clock: SettableClock, ledger: Ledger, calendar: Calendar
) -> EraseEverywhere:
    # An operator is bound by no rule, so nobody is asked for any.
    async with serving(ScriptedRegistry().servicer()) as registry:  # type: ignore[abstract] # never asked
        events = EventLog(pool)
        change = ChangeAppointment(
            SqlChanges(pool, events), RegistryPolicies(registry, clock=clock), clock=clock
        )
        return EraseEverywhere(SqlErasures(pool, events), change, ledger, calendar, clock)


async def live(booking: "BookingServiceAsyncStub", availability: ScriptedAvailability) -> str:
    """An appointment, a callback; the customer's id."""
    availability.options["o-aaaaaaaa"] = an_option(START + timedelta(days=3))
    made = (await booking.BookAppointment(a_request())).appointment
    await booking.RequestCallback(
        service_pb2.RequestCallbackRequest(
            tenant_id=TENANT, branch_id=BRANCH, call_id="call_0005", phone_number=NUMBER, name="Anna Beispiel",
            topic="Anna Beispiel will reden", request_id="c",
        )
    )  # fmt: skip
    return made.customer.customer_id


async def begin(booking: "BookingServiceAsyncStub", *, cancel: bool = True) -> erasure_pb2.Erasure:
    request = erasure_pb2.BeginErasureRequest(
        tenant_id=TENANT, phone_number=NUMBER, operator="Kim", cancel_appointments=cancel
    )
    return (await booking.BeginErasure(request)).erasure


async def now(booking: "BookingServiceAsyncStub", begun: erasure_pb2.Erasure) -> erasure_pb2.Erasure:
    request = erasure_pb2.GetErasureRequest(tenant_id=TENANT, erasure_id=begun.erasure_id)
    return (await booking.GetErasure(request)).erasure


async def everything(pool: asyncpg.Pool) -> str:
    """All that the schema holds, in one text."""
    tables = await pool.fetch("SELECT relname FROM pg_stat_user_tables WHERE schemaname = current_schema()")
    return " ".join(
        [
            await pool.fetchval(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {row[0]} t")
            for row in tables
        ]
    )


async def test_everything_goes_and_the_certificate_names_nobody(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, worker: EraseEverywhere,
    ledger: Ledger, calendar: Calendar, pool: asyncpg.Pool,
) -> None:  # fmt: skip
    """SE-17"""
    customer = await live(booking, availability)
    begun = await begin(booking)
    assert await worker.work_once()
    done = await now(booking, begun)
    assert done.state == erasure_pb2.ERASURE_STATE_DONE
    assert [(step.name, dict(step.erased)) for step in done.steps][:3] == [
        ("appointments", {"cancelled": 1}), ("settled", {}), ("calls", {"call": 1}),
    ]  # fmt: skip
    assert (list(ledger.calls), calendar.forgotten) == (["call_0009"], [UUID(customer)])
    left = await everything(pool)
    assert not [each for each in ("Beispiel", NUMBER, "will reden") if each in left]
    said = json.loads(done.certificate)
    assert said["steps"][-1]["left_there"] == ["uid-1"]
    assert said["steps"][3]["erased"]["customer"] == 1
    assert "Kim" not in done.certificate
    assert is_unchanged(done.certificate)
    assert not is_unchanged(done.certificate.replace("uid-1", "uid-2"))


async def test_what_is_ahead_is_refused_unless_it_is_to_be_called_off(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, pool: asyncpg.Pool
) -> None:
    await live(booking, availability)
    request = erasure_pb2.BeginErasureRequest(tenant_id=TENANT, phone_number=NUMBER, operator="Kim")
    assert (await refused(booking.BeginErasure(request))).reason == "APPOINTMENTS_AHEAD"
    assert await pool.fetchval("SELECT count(*) FROM erasure") == 0


async def test_somebody_who_never_booked_is_forgotten_as_well(
    booking: "BookingServiceAsyncStub", worker: EraseEverywhere, pool: asyncpg.Pool
) -> None:
    await booking.RequestCallback(
        service_pb2.RequestCallbackRequest(
            tenant_id=TENANT, branch_id=BRANCH, call_id="call_0005", phone_number=NUMBER, name="Anna Beispiel",
            topic="Anna Beispiel will reden", request_id="c",
        )
    )  # fmt: skip
    begun = await begin(booking, cancel=False)
    assert await worker.work_once()
    assert (await now(booking, begun)).state == erasure_pb2.ERASURE_STATE_DONE
    left = await everything(pool)
    assert "Beispiel" not in left
    assert NUMBER not in left
    assert await pool.fetchval("SELECT count(*) FROM customer") == 0


async def test_two_who_ask_at_once_have_begun_one(
    booking: "BookingServiceAsyncStub", worker: EraseEverywhere
) -> None:
    first, second = await begin(booking), await begin(booking)
    assert first.erasure_id == second.erasure_id
    assert await worker.work_once()
    assert not await worker.work_once()
    assert (await begin(booking)).erasure_id != first.erasure_id, "later it is another one"


async def test_a_service_that_is_away_is_waited_for(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, worker: EraseEverywhere,
    ledger: Ledger, clock: SettableClock,
) -> None:  # fmt: skip
    await live(booking, availability)
    begun, ledger.is_away = await begin(booking), True
    assert await worker.work_once()
    waiting = await now(booking, begun)
    assert [step.last_error for step in waiting.steps if step.last_error] == [
        "telephony-gateway: UNAVAILABLE"
    ]
    assert not await worker.work_once(), "not before its pause is over"
    ledger.is_away = False
    clock.advance(LONGEST_PAUSE)
    assert await worker.work_once()
    assert (await now(booking, begun)).state == erasure_pb2.ERASURE_STATE_DONE


async def test_nothing_is_forgotten_before_cal_com_has_heard_of_the_cancellation(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, worker: EraseEverywhere,
    calendar: Calendar, clock: SettableClock, pool: asyncpg.Pool,
) -> None:  # fmt: skip
    """CS-05: a copy whose outcome is unknown is looked up by its attendee."""
    await live(booking, availability)
    calendar.unsettled = {await pool.fetchval("SELECT appointment_id FROM appointment")}
    begun = await begin(booking)
    assert await worker.work_once()
    assert (await now(booking, begun)).state == erasure_pb2.ERASURE_STATE_RUNNING
    assert NUMBER in await everything(pool)
    calendar.unsettled.clear()
    clock.advance(LONGEST_PAUSE)
    assert await worker.work_once()
    assert (await now(booking, begun)).state == erasure_pb2.ERASURE_STATE_DONE


async def test_killed_at_any_place_it_goes_on_where_it_was(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, worker: EraseEverywhere,
    clock: SettableClock, pool: asyncpg.Pool,
) -> None:  # fmt: skip
    """Before and after each thing that it does; the lease has to be over before another one takes it."""
    for place in count():
        fuse = Fuse()
        fused = replace(
            worker,
            erasures=Fused(worker.erasures, fuse),  # type: ignore[arg-type] # passes everything on
            calls=Fused(Ledger(), fuse),  # type: ignore[arg-type]
            copies=Fused(Calendar(), fuse),  # type: ignore[arg-type]
        )
        availability.options["o-aaaaaaaa"] = an_option(START + timedelta(days=3 + place))
        await booking.BookAppointment(a_request(request_id=f"r-{place}", call_id=f"call_{place:04}"))
        begun, fuse.left = await begin(booking), place
        try:
            await fused.work_once()
        except KilledError:
            clock.advance(LEASE)
            while await worker.work_once():
                clock.advance(LONGEST_PAUSE)
        else:
            assert place > 10, "it has been killed everywhere"
            break
        done = await now(booking, begun)
        assert done.state == erasure_pb2.ERASURE_STATE_DONE, place
        assert is_unchanged(done.certificate)
        assert NUMBER not in await everything(pool)


async def test_an_erasure_of_another_business_is_unknown(booking: "BookingServiceAsyncStub") -> None:
    """SE-09"""
    begun = await begin(booking)
    request = erasure_pb2.GetErasureRequest(tenant_id=BRANCH, erasure_id=begun.erasure_id)
    assert (await refused(booking.GetErasure(request))).reason == "ERASURE_UNKNOWN"


def test_the_steps_that_need_to_know_who_it_is_come_before_it_is_forgotten() -> None:
    order = [
        step.name
        for step in Erasure(uuid4(), uuid4(), NUMBER, None, "Kim", cancel_ahead=True, created_at=START).steps
    ]
    assert order.index(StepName.SETTLED) < order.index(StepName.CALLS) < order.index(StepName.CUSTOMER)
