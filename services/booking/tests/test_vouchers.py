"""What availability vouches for is booked at once, and claimed behind the answer; whatever else comes is claimed first."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import asyncpg
import grpc
import pytest

from booking.domain.option import ClaimedOption
from booking.domain.wish import Offer, Voucher
from booking.errors import AvailabilityUnavailableError, SlotTakenError
from booking.instants import timestamp
from booking.testing.availability import ScriptedAvailability, option_to_wire
from booking.testing.calls import refused
from booking.testing.memory import MemoryBookings
from booking.testing.samples import NOW, START, TENANT, a_request, a_wish, an_option
from booking.usecases.book_appointment import BookAppointment
from booking.usecases.claim_options import TOGETHER, WAITING_MAX, ClaimAfterwards, claiming_afterwards
from chassis.testing import SettableClock
from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.booking.v1 import appointment_pb2, service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

OPTION, ANOTHER = "o-aaaaaaaa", "o-bbbbbbbb"
VALID = timedelta(seconds=45)


def a_voucher(valid_until: datetime = NOW + VALID, **changed: str) -> availability_pb2.Voucher:
    request = a_request()
    words = {"tenant_id": request.tenant_id, "call_id": request.call_id, "option_id": OPTION} | changed
    option = option_to_wire(words["option_id"], an_option())
    option.branch_id = words.get("branch_id", option.branch_id)
    return availability_pb2.Voucher(
        tenant_id=words["tenant_id"], call_id=words["call_id"], option=option,
        service_name="Dauerwelle", valid_until_time=timestamp(valid_until),
    )  # fmt: skip


def vouched(voucher: bytes | None = None, **changed: str) -> service_pb2.BookAppointmentRequest:
    request = a_request(**changed)
    request.voucher = a_voucher().SerializeToString() if voucher is None else voucher
    return request


async def appointments(pool: asyncpg.Pool) -> int:
    return int(await pool.fetchval("SELECT count(*) FROM appointment"))


def what_it_takes(made: appointment_pb2.Appointment) -> object:
    """All but which one it is, and when."""
    begin = made.start_time.seconds
    phases = [
        (each.position, each.name, each.kind, each.person_id, each.service_id, each.end_time.seconds - begin)
        for each in made.phases
    ]
    taken = [
        (each.person_id, each.start_time.seconds - begin, each.end_time.seconds - begin)
        for each in made.occupied
    ]
    return made.branch_id, made.service_id, made.service_name, made.person_id, phases, taken


async def test_what_is_vouched_for_becomes_what_a_claim_would_have_made_of_it(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    availability.silent = True
    made = (await booking.BookAppointment(vouched())).appointment
    availability.silent = False

    availability.options[ANOTHER] = an_option(START + timedelta(days=1))
    claimed = (await booking.BookAppointment(a_request(option_id=ANOTHER, request_id="2"))).appointment

    assert what_it_takes(made) == what_it_takes(claimed)


async def test_an_id_in_capitals_is_the_id_that_was_vouched_for(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    availability.silent = True
    tenant = "abababab-abab-4bab-8bab-abababababab"
    voucher = a_voucher(tenant_id=tenant).SerializeToString()

    made = await booking.BookAppointment(vouched(voucher, tenant_id=tenant.upper()))

    assert made.appointment.tenant_id == tenant


async def test_it_is_claimed_behind_the_answer_once(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    """The hold stands until every replica has seen the appointment, though the call lets go what it held."""
    answer = await booking.BookAppointment(vouched())
    again = await booking.BookAppointment(vouched())
    await asyncio.wait_for(availability.asked.wait(), 10)

    assert again.repeated_answer
    assert again.appointment == answer.appointment
    assert [(claim.option_id, claim.call_id) for claim in availability.claims] == [(OPTION, "call_0001")]


@pytest.mark.parametrize("refusal", [SlotTakenError("taken"), AvailabilityUnavailableError("away")], ids=str)
async def test_an_appointment_stands_whatever_becomes_of_the_claim_behind_it(
    booking: "BookingServiceAsyncStub",
    pool: asyncpg.Pool,
    availability: ScriptedAvailability,
    refusal: SlotTakenError | AvailabilityUnavailableError,
) -> None:
    availability.refusal = refusal

    answer = await booking.BookAppointment(vouched())
    await asyncio.wait_for(availability.asked.wait(), 10)

    assert (await booking.BookAppointment(vouched())).appointment == answer.appointment
    assert await appointments(pool) == 1


@pytest.mark.parametrize(
    "voucher",
    [
        b"",
        b"\xff\xff not one",
        a_voucher(NOW).SerializeToString(),
        a_voucher(NOW + timedelta(minutes=2)).SerializeToString(),
        a_voucher(call_id="call_0002").SerializeToString(),
        a_voucher(option_id=ANOTHER).SerializeToString(),
        a_voucher(tenant_id="99999999-9999-4999-8999-999999999999").SerializeToString(),
        a_voucher(branch_id="99999999-9999-4999-8999-999999999999").SerializeToString(),
        availability_pb2.Voucher(
            tenant_id=TENANT, call_id="call_0001", option=availability_pb2.Option(option_id=OPTION)
        ).SerializeToString(),
    ],
    ids=["none", "garbled", "over", "of another clock", "other call", "other option", "other business", "other branch", "empty"],
)  # fmt: skip
async def test_what_is_not_vouched_for_is_claimed_first(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool, availability: ScriptedAvailability, voucher: bytes
) -> None:
    availability.refusal = SlotTakenError("somebody else has it")

    fault = await refused(booking.BookAppointment(vouched(voucher)))

    assert (fault.code, fault.reason) == (grpc.StatusCode.ABORTED, "SLOT_TAKEN")
    assert await appointments(pool) == 0


def _without_phases(voucher: availability_pb2.Voucher) -> None:
    del voucher.option.phases[:]


def _on_half_a_minute(voucher: availability_pb2.Voucher) -> None:
    voucher.option.start_time.seconds += 30


def _nobody(voucher: availability_pb2.Voucher) -> None:
    voucher.option.person_id = "Anna"


def _of_no_kind(voucher: availability_pb2.Voucher) -> None:
    voucher.option.phases[0].kind = availability_pb2.PHASE_KIND_UNSPECIFIED


def _beyond_any_calendar(voucher: availability_pb2.Voucher) -> None:
    voucher.valid_until_time.seconds = 10**15


@pytest.mark.parametrize(
    "spoil", [_without_phases, _on_half_a_minute, _nobody, _of_no_kind, _beyond_any_calendar]
)
async def test_a_voucher_that_does_not_fit_together_is_none(
    booking: "BookingServiceAsyncStub",
    availability: ScriptedAvailability,
    spoil: Callable[[availability_pb2.Voucher], None],
) -> None:
    voucher = a_voucher()
    spoil(voucher)

    answer = await booking.BookAppointment(vouched(voucher.SerializeToString()))

    assert answer.appointment.start_time == timestamp(START)
    assert len(availability.claims) == 1


async def test_a_party_is_claimed_first_all_of_it(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    availability.options[ANOTHER] = an_option(START + timedelta(days=1))
    request = vouched()
    request.more_option_ids.append(ANOTHER)

    await booking.BookAppointment(request)

    assert [claim.option_id for claim in availability.claims] == [OPTION, ANOTHER]


async def test_a_voucher_does_not_take_a_time_that_is_booked(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool
) -> None:
    """BK-01: the commit has the last word."""
    await booking.BookAppointment(vouched())
    other = a_voucher(call_id="call_0002", option_id=ANOTHER).SerializeToString()

    fault = await refused(
        booking.BookAppointment(vouched(other, call_id="call_0002", option_id=ANOTHER, request_id="2"))
    )

    assert fault.reason == "SLOT_TAKEN"
    assert await appointments(pool) == 1


async def test_a_start_that_has_passed_is_not_booked_on_a_voucher(
    booking: "BookingServiceAsyncStub", clock: SettableClock
) -> None:
    """BK-27."""
    clock.set(START)
    late = a_voucher(START + VALID).SerializeToString()

    fault = await refused(booking.BookAppointment(vouched(late)))

    assert fault.metadata == {"outcome": "PAST"}


class Slow:
    """Claims that are let go by hand."""

    def __init__(self) -> None:
        self.claimed: list[str] = []
        self.at_once = self.most_at_once = 0
        self.go = asyncio.Event()
        self.faults: dict[str, Exception] = {}

    async def claim(self, offer: Offer) -> ClaimedOption:
        raise AssertionError(f"{offer} is vouched for")

    async def keep(self, offers: Sequence[Offer]) -> Sequence[BaseException | None]:
        self.at_once += len(offers)
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.go.wait()
        self.at_once -= len(offers)
        self.claimed += [offer.option_id for offer in offers]
        return [self.faults.get(offer.option_id) for offer in offers]


def offers(count: int) -> list[Offer]:
    return [Offer(uuid.UUID(TENANT), uuid.UUID(TENANT), f"o-{number}", "call") for number in range(count)]


async def test_one_claim_that_fails_does_not_keep_the_others() -> None:
    slow = Slow()
    slow.go.set()
    slow.faults = {"o-1": SlotTakenError("taken"), "o-2": RuntimeError("a bug")}
    claims = ClaimAfterwards(slow)

    for offer in offers(5):
        claims.add(offer)
    await claims.settle()

    assert sorted(slow.claimed) == ["o-0", "o-1", "o-2", "o-3", "o-4"]


async def test_so_many_claims_are_under_way_at_once_and_so_many_wait() -> None:
    slow = Slow()
    claims = ClaimAfterwards(slow)
    for offer in offers(WAITING_MAX + 3):
        claims.add(offer)
    slow.go.set()
    await claims.settle()

    assert len(slow.claimed) == WAITING_MAX
    assert slow.claimed[0] == "o-3"
    assert slow.most_at_once <= TOGETHER


async def test_what_waits_when_the_process_ends_is_still_claimed() -> None:
    slow = Slow()
    slow.go.set()
    async with claiming_afterwards(slow) as claims:
        for offer in offers(3):
            claims.add(offer)

    assert sorted(slow.claimed) == ["o-0", "o-1", "o-2"]


async def test_a_death_behind_the_commit_is_made_good_by_asking_again() -> None:
    """BK-29: also when the voucher is over by then."""
    slow, kept, clock = Slow(), MemoryBookings(), SettableClock(NOW)
    slow.go.set()
    wish = replace(a_wish(), voucher=Voucher(an_option(), NOW + VALID))

    def process() -> tuple[BookAppointment, ClaimAfterwards]:
        claims = ClaimAfterwards(slow)
        return BookAppointment(
            slow, kept, claims=claims, clock=clock, new_id=uuid.uuid4, calendar_domain="kunden.example.org"
        ), claims

    book, _ = process()
    first = await book(wish)
    clock.set(NOW + 2 * VALID)
    again, claims = process()
    answer = await again(wish)
    await claims.settle()

    assert answer.repeated
    assert answer.appointment == first.appointment
