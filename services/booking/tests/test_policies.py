"""What a business allows its callers, and what it asks for it."""

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import grpc
import pytest

from booking.clients.registry import FRESH_FOR
from booking.domain.booking import agree
from booking.domain.policy import Fee, FeeTier, Policy, Rules
from booking.errors import RegistryUnavailableError
from booking.testing.availability import ScriptedAvailability
from booking.testing.calls import book, refused
from booking.testing.registry import ScriptedRegistry
from booking.testing.samples import (
    BRANCH,
    NOW,
    NUMBER,
    PERSON,
    SERVICE,
    START,
    TENANT,
    a_wish,
    an_option,
)
from chassis.testing import SettableClock
from rufbuch.booking.v1 import appointment_pb2, service_pb2
from rufbuch.staff.v1 import business_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

CALLER = {"call_id": "call_0002", "caller_number": NUMBER}
OPERATOR = {"operator": "Kim"}


def cancel(made: appointment_pb2.Appointment, **actor: str) -> service_pb2.CancelAppointmentRequest:
    return service_pb2.CancelAppointmentRequest(
        tenant_id=TENANT, appointment_id=made.appointment_id, actor=service_pb2.Actor(**(actor or CALLER))
    )


def move(made: appointment_pb2.Appointment, option_id: str, **actor: str) -> Any:
    return service_pb2.RescheduleAppointmentRequest(
        tenant_id=TENANT,
        branch_id=BRANCH,
        appointment_id=made.appointment_id,
        option_id=option_id,
        actor=service_pb2.Actor(**(CALLER | actor)),
        request_id=f"move to {option_id}",
    )


@pytest.fixture(autouse=True)
def offered(availability: ScriptedAvailability) -> None:
    """Some other times."""
    for day in range(1, 5):
        availability.options[f"o-day{day:05}"] = an_option(START + timedelta(days=day))


async def test_too_late_to_cancel_by_phone_is_not_too_late_for_an_operator(
    booking: "BookingServiceAsyncStub", registry: ScriptedRegistry, clock: SettableClock
) -> None:
    registry.policies.append(business_pb2.Policy(cancel_cutoff_minutes=1440))
    made = await book(booking)
    clock.set(START - timedelta(hours=24) + timedelta(minutes=1))

    fault = await refused(booking.CancelAppointment(cancel(made)))
    answer = await booking.CancelAppointment(cancel(made, **OPERATOR))

    assert (fault.code, fault.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "POLICY_REFUSED")
    assert fault.metadata == {"rule": "cancel_cutoff_minutes", "limit": "1440"}
    assert answer.appointment.state == appointment_pb2.APPOINTMENT_STATE_CANCELLED


@pytest.mark.parametrize("zone", ["Mars/Olympus", "/etc", ""])
async def test_appointments_of_a_business_whose_zone_is_unknown_are_moved_and_called_off(
    booking: "BookingServiceAsyncStub", registry: ScriptedRegistry, zone: str
) -> None:
    """What of it cannot be read here is not what the rules are about."""
    registry.time_zone = zone
    made = await book(booking)

    moved = await booking.RescheduleAppointment(move(made, "o-day00001"))
    answer = await booking.CancelAppointment(cancel(moved.appointment))

    assert answer.appointment.state == appointment_pb2.APPOINTMENT_STATE_CANCELLED


async def test_the_fee_is_told_and_told_again(
    booking: "BookingServiceAsyncStub", registry: ScriptedRegistry, clock: SettableClock
) -> None:
    for minutes, fee_minor in ((2880, 1000), (120, 4000), (1440, 2000)):
        tier = business_pb2.FeeTier(minutes_before=minutes, fee_minor=fee_minor, currency="EUR")
        registry.policies.append(business_pb2.Policy()) if not registry.policies else None
        registry.policies[0].fee_tiers.append(tier)
    made = await book(booking)
    clock.set(START - timedelta(hours=20))

    first = await booking.CancelAppointment(cancel(made))
    registry.policies.clear()
    again = await booking.CancelAppointment(cancel(made))

    assert (first.fee_minor, first.fee_currency) == (again.fee_minor, again.fee_currency) == (2000, "EUR")


async def test_nothing_is_done_for_more_than_was_agreed_to(
    booking: "BookingServiceAsyncStub", registry: ScriptedRegistry, clock: SettableClock
) -> None:
    """Between the question and the yes another tier may have begun."""
    tiers = ((2880, 1000), (1440, 1500))
    registry.policies.append(
        business_pb2.Policy(
            fee_tiers=[
                business_pb2.FeeTier(minutes_before=minutes, fee_minor=fee, currency="EUR")
                for minutes, fee in tiers
            ]
        )
    )
    made = await book(booking)
    clock.set(START - timedelta(hours=20))

    for agreed in (0, 1000, -1):
        cancellation, moving = cancel(made), move(made, "o-day00001")
        cancellation.fee_agreed_minor = moving.fee_agreed_minor = agreed
        for fault in (
            await refused(booking.CancelAppointment(cancellation)),
            await refused(booking.RescheduleAppointment(moving)),
        ):
            assert (fault.code, fault.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "FEE_NOT_AGREED")
            assert fault.metadata == {"fee_minor": "1500", "fee_currency": "EUR"}
    moving.fee_agreed_minor = 1500
    moved = await booking.RescheduleAppointment(moving)
    assert moved.fee_minor == 1500

    cancellation = cancel(moved.appointment)
    for agreed in (1000, 0):
        # What is done already is only told again.
        cancellation.fee_agreed_minor = agreed
        assert (await booking.CancelAppointment(cancellation)).fee_minor == 1000


async def test_on_what_terms_it_can_be_moved_is_told_beforehand_to_whose_it_is(
    booking: "BookingServiceAsyncStub", registry: ScriptedRegistry, clock: SettableClock
) -> None:
    tier = business_pb2.FeeTier(minutes_before=2880, fee_minor=1000, currency="EUR")
    registry.policies.append(business_pb2.Policy(move_cutoff_minutes=1440, fee_tiers=[tier]))
    made = await book(booking)

    async def terms(hours_before: int, number: str = NUMBER) -> service_pb2.MoveTerms | None:
        clock.set(START - timedelta(hours=hours_before))
        request = service_pb2.GetAppointmentRequest(
            tenant_id=TENANT,
            appointment_id=made.appointment_id,
            moving_actor=service_pb2.Actor(call_id="call_0009", caller_number=number),
        )
        answer = await booking.GetAppointment(request)
        return answer.move_terms if answer.HasField("move_terms") else None

    assert await terms(50) == service_pb2.MoveTerms()
    assert await terms(40) == service_pb2.MoveTerms(fee_minor=1000, fee_currency="EUR")
    assert await terms(20) == service_pb2.MoveTerms(rule="move_cutoff_minutes", limit="1440")
    assert await terms(40, "+493023125009") is None


async def test_moves_are_counted_and_limited_with_the_limit_named(
    booking: "BookingServiceAsyncStub", registry: ScriptedRegistry
) -> None:
    registry.policies.append(business_pb2.Policy(moves_max=1))
    once = await booking.RescheduleAppointment(move(await book(booking), "o-day00001"))

    fault = await refused(booking.RescheduleAppointment(move(once.appointment, "o-day00002")))
    by_hand = await booking.RescheduleAppointment(move(once.appointment, "o-day00003", **OPERATOR))

    assert (fault.reason, fault.metadata) == ("POLICY_REFUSED", {"rule": "moves_max", "limit": "1"})
    assert by_hand.appointment.moves == 2


async def test_too_late_to_move_claims_nothing(
    booking: "BookingServiceAsyncStub", registry: ScriptedRegistry, availability: ScriptedAvailability
) -> None:
    registry.policies.append(business_pb2.Policy(move_cutoff_minutes=14400))
    made = await book(booking)
    availability.claims.clear()

    fault = await refused(booking.RescheduleAppointment(move(made, "o-day00001")))

    assert fault.metadata == {"rule": "move_cutoff_minutes", "limit": "14400"}
    assert not availability.claims


async def test_the_fee_of_a_move_is_told_and_told_again(
    booking: "BookingServiceAsyncStub", registry: ScriptedRegistry
) -> None:
    tier = business_pb2.FeeTier(minutes_before=14400, fee_minor=500, currency="EUR")
    registry.policies.append(business_pb2.Policy(fee_tiers=[tier]))
    made = await book(booking)

    first = await booking.RescheduleAppointment(move(made, "o-day00001"))
    again = await booking.RescheduleAppointment(move(made, "o-day00001"))

    assert (first.fee_minor, again.fee_minor, again.repeated_answer) == (500, 500, True)


async def test_cancellations_of_a_month_are_limited_and_those_by_hand_do_not_count(
    booking: "BookingServiceAsyncStub", registry: ScriptedRegistry, clock: SettableClock
) -> None:
    registry.policies.append(business_pb2.Policy(cancellations_per_month_max=1))
    days = [await book(booking, option_id=f"o-day{day:05}", request_id=str(day)) for day in range(1, 4)]
    await booking.CancelAppointment(cancel(days[0], **OPERATOR))
    await booking.CancelAppointment(cancel(days[1]))

    fault = await refused(booking.CancelAppointment(cancel(days[2])))

    assert fault.metadata == {"rule": "cancellations_per_month_max", "limit": "1"}


async def test_without_the_registry_a_caller_is_refused_honestly_and_an_operator_is_not(
    booking: "BookingServiceAsyncStub", registry: ScriptedRegistry
) -> None:
    registry.refusal = RegistryUnavailableError("gone")
    made = await book(booking)

    cancelled = await refused(booking.CancelAppointment(cancel(made)))
    moved = await refused(booking.RescheduleAppointment(move(made, "o-day00001")))
    unchanged = await booking.GetAppointment(
        service_pb2.GetAppointmentRequest(tenant_id=TENANT, appointment_id=made.appointment_id)
    )
    by_hand = await booking.CancelAppointment(cancel(made, **OPERATOR))

    assert {cancelled.code, moved.code} == {grpc.StatusCode.UNAVAILABLE}
    assert {cancelled.reason, moved.reason} == {"REGISTRY_UNAVAILABLE"}
    assert unchanged.appointment == made
    assert by_hand.appointment.state == appointment_pb2.APPOINTMENT_STATE_CANCELLED


async def test_rules_are_asked_for_again_once_they_are_old(
    booking: "BookingServiceAsyncStub", registry: ScriptedRegistry, clock: SettableClock
) -> None:
    days = [await book(booking, option_id=f"o-day{day:05}", request_id=str(day)) for day in range(1, 4)]
    await booking.CancelAppointment(cancel(days[0]))
    registry.policies.append(business_pb2.Policy(cancel_cutoff_minutes=100_000))

    await booking.CancelAppointment(cancel(days[1]))
    clock.advance(FRESH_FOR)
    fault = await refused(booking.CancelAppointment(cancel(days[2])))

    assert fault.reason == "POLICY_REFUSED"
    assert registry.asked == 2


HOUR = timedelta(hours=1)
OF_BOTH = Policy(person_id=PERSON, service_id=SERVICE, moves_max=5)
OF_HER_ELSEWHERE = Policy(person_id=PERSON, branch_id=uuid.UUID(int=9), moves_max=9)
WIDE, AT_BRANCH, OF_SERVICE, OF_PERSON = (
    Policy(moves_max=1, cancel_cutoff=HOUR),
    Policy(branch_id=uuid.UUID(BRANCH), moves_max=2),
    Policy(service_id=SERVICE, moves_max=3),
    Policy(person_id=PERSON, moves_max=4),
)


@pytest.mark.parametrize(
    ("policies", "moves_max"),
    [
        ([WIDE], 1),
        ([WIDE, AT_BRANCH], 2),
        ([OF_SERVICE, AT_BRANCH, WIDE], 3),
        ([WIDE, OF_PERSON, AT_BRANCH, OF_SERVICE], 4),
        (
            [WIDE, Policy(person_id=uuid.uuid4(), moves_max=9), Policy(service_id=uuid.uuid4(), moves_max=9)],
            1,
        ),
        ([WIDE, Policy(person_id=PERSON)], 1),
        ([WIDE, OF_PERSON, OF_BOTH, OF_SERVICE, AT_BRANCH], 5),
        ([WIDE, OF_SERVICE, OF_HER_ELSEWHERE], 3),
        ([WIDE, Policy(service_id=SERVICE, person_id=uuid.uuid4(), moves_max=9), OF_SERVICE], 3),
        ([], None),
    ],
)
def test_the_nearest_policy_that_speaks_of_a_matter_decides_it(
    policies: list[Policy], moves_max: int | None
) -> None:
    made = agree(a_wish(), an_option(), now=NOW, new_id=uuid.uuid4, calendar_domain="kunden.example.org")

    rules = Rules.of(policies, made)

    assert rules.moves_max == moves_max
    assert rules.cancel_cutoff == (HOUR if policies else None)


@pytest.mark.parametrize(
    ("before", "fee_minor"), [(49, 0), (48, 0), (47, 1000), (24, 1000), (23, 2000), (2, 2000), (1, 4000)]
)
def test_the_tightest_tier_that_fits_counts(before: int, fee_minor: int) -> None:
    made = agree(a_wish(), an_option(), now=NOW, new_id=uuid.uuid4, calendar_domain="kunden.example.org")
    tiers = tuple(
        FeeTier(hours * HOUR, Fee(minor, "EUR")) for hours, minor in ((24, 2000), (48, 1000), (2, 4000))
    )

    fee = Rules.of([Policy(fee_tiers=tiers)], made).cancel(made, now=START - before * HOUR, cancellations=0)

    assert fee.minor == fee_minor
