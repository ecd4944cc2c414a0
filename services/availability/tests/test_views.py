"""What an operator sees: why a start is not free, and what fills a day."""

from datetime import timedelta

import pytest

from availability.testing.answers import changed, hour_of, outcome, reason
from availability.testing.peers import BookingPeer, RegistryPeer
from availability.testing.replicas import Running, eventually
from availability.testing.salon import at, booked, explain, known, salon, search, stamp
from chassis.testing import SettableClock
from rufbuch.availability.v1 import operations_pb2
from rufbuch.availability.v1 import service_pb2 as pb

ALTERNATIVES = pb.SEARCH_OUTCOME_ALTERNATIVES


async def test_it_is_told_why_a_start_is_not_free(
    service: Running, registry: RegistryPeer, booking: BookingPeer, clock: SettableClock
) -> None:
    """AV-24"""
    appointment = booked("anna", at(13), at(14))
    await booking.book(appointment, now=clock.now())

    async def is_known() -> bool:
        return await outcome(service, 13, person_id=known("anna")) == ALTERNATIVES

    await eventually(is_known)
    await service.stub.SearchSlots(search(at(13), person_id=known("ben"), call_id="a"))
    explained = await service.stub.ExplainSlot(explain(13.25))
    assert not explained.free
    assert [(each.kind, each.person_id, each.appointment_id, each.words) for each in explained.blockers] == [
        (pb.BLOCKER_KIND_APPOINTMENT, known("anna"), appointment.appointment_id, "anna hat von 14:00 bis 15:00 Uhr einen Termin."),
        (pb.BLOCKER_KIND_HOLD, known("ben"), "", "ben ist von 14:00 bis 15:00 Uhr für einen anderen Anruf vorgemerkt."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("hour", "kinds", "words"),
    [
        (13, [], []),
        (6, [pb.BLOCKER_KIND_PAST, pb.BLOCKER_KIND_OUTSIDE_HOURS], ["This time is over.", "anna does not work from 07:00 to 08:00."]),
        (7.5, [pb.BLOCKER_KIND_NOTICE, pb.BLOCKER_KIND_OUTSIDE_HOURS], ["It is too short notice.", "anna does not work from 08:30 to 09:00."]),
        (13.1, [pb.BLOCKER_KIND_GRID], ["No appointment begins at this minute."]),
        (24 * 31 + 13, [pb.BLOCKER_KIND_HOLIDAY], ["This day is a public holiday."]),
        (24 * 70 + 13, [pb.BLOCKER_KIND_HORIZON] * 2, ["It is too far ahead.", "The calendar does not reach that far."]),
    ],
    ids=["free", "over", "too soon", "off the grid", "Christmas", "too far"],
)  # fmt: skip
async def test_every_reason_is_named(
    service: Running, hour: float, kinds: list[int], words: list[str]
) -> None:
    asked = explain(hour, person_id=known("anna"), language="en-GB")
    explained = await service.stub.ExplainSlot(asked)
    assert explained.free == (not kinds)
    assert [each.kind for each in explained.blockers] == kinds
    assert [each.words for each in explained.blockers] == words


async def test_somebody_who_cannot_do_it_is_no_riddle(service: Running, registry: RegistryPeer) -> None:
    """AV-17"""
    business = salon()
    del business.people[0].bookable_service_ids[:]
    await changed(service, registry, business)
    explained = await service.stub.ExplainSlot(explain(13, person_id=known("anna")))
    assert [(each.kind, each.words) for each in explained.blockers] == [
        (pb.BLOCKER_KIND_NOT_ABLE, "anna bietet diese Leistung nicht an.")
    ]


async def test_a_day_shows_hours_absences_appointments_and_holds(
    service: Running, registry: RegistryPeer, booking: BookingPeer, clock: SettableClock
) -> None:
    business = salon()
    business.people[0].absences.add(start_time=stamp(at(16)), end_time=stamp(at(30)))
    await changed(service, registry, business)
    appointment = booked("anna", at(13), at(14))
    await booking.book(appointment, now=clock.now())

    async def is_known() -> bool:
        return await outcome(service, 13, person_id=known("anna")) == ALTERNATIVES

    await eventually(is_known)
    await service.stub.SearchSlots(search(at(10), person_id=known("anna"), call_id="a"))
    day = await service.stub.GetDay(day_of("2025-11-24"))
    assert [(each.kind, hour_of(each.start_time), hour_of(each.end_time)) for each in day.entries] == [
        (pb.DAY_ENTRY_KIND_WORKING, 8, 17),
        (pb.DAY_ENTRY_KIND_HOLD, 10, 11),
        (pb.DAY_ENTRY_KIND_APPOINTMENT, 13, 14),
        (pb.DAY_ENTRY_KIND_ABSENCE, 16, 23),
    ]
    assert day.entries[1].hold_expire_time == stamp(clock.now() + timedelta(minutes=5))
    assert day.entries[2].appointment_id == appointment.appointment_id
    next_day = (await service.stub.GetDay(day_of("2025-11-25"))).entries
    assert [(each.kind, hour_of(each.start_time), hour_of(each.end_time)) for each in next_day] == [
        (pb.DAY_ENTRY_KIND_ABSENCE, 23, 30),
        (pb.DAY_ENTRY_KIND_WORKING, 32, 41),
    ]


async def test_several_days_are_told_as_each_by_itself(service: Running) -> None:
    await service.stub.SearchSlots(search(at(10), person_id=known("anna"), call_id="a"))
    wanted = [
        pb.PersonDate(person_id=known(who), date=day)
        for who in ("anna", "ben")
        for day in ("2025-11-24", "2025-11-25")
    ]
    request = pb.BatchGetDaysRequest(tenant_id=known("salon"), branch_id=known("branch"), days=wanted)
    told = (await service.stub.BatchGetDays(request)).days
    assert [(each.person_id, each.date) for each in told] == [(each.person_id, each.date) for each in wanted]
    for each in told:
        alone = await service.stub.GetDay(day_of(each.date, person_id=each.person_id))
        assert list(each.entries) == list(alone.entries)
    assert any(entry.kind == pb.DAY_ENTRY_KIND_HOLD for entry in told[0].entries)
    assert not any(entry.kind == pb.DAY_ENTRY_KIND_HOLD for entry in told[2].entries)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([("anna", "2025-11-24"), ("nobody", "2025-11-24")], "PERSON_UNKNOWN"),
        ([("anna", "morgen")], "WISH_INVALID"),
        ([("anna", "2025-11-24")] * 401, "WISH_INVALID"),
    ],
    ids=["nobody", "no day", "too many"],
)
async def test_several_days_are_told_or_none(
    service: Running, days: list[tuple[str, str]], expected: str
) -> None:
    wanted = [pb.PersonDate(person_id=known(who), date=day) for who, day in days]
    request = pb.BatchGetDaysRequest(tenant_id=known("salon"), branch_id=known("branch"), days=wanted)
    assert await reason(service.stub.BatchGetDays(request)) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"date": "24.11.2025"}, "WISH_INVALID"),
        ({"date": "2025-02-30"}, "WISH_INVALID"),
        ({"person_id": known("nobody")}, "PERSON_UNKNOWN"),
        ({"person_id": ""}, "PERSON_UNKNOWN"),
        ({"branch_id": known("nowhere")}, "BRANCH_UNKNOWN"),
    ],
    ids=str,
)
async def test_a_day_needs_a_date_and_a_person(
    service: Running, fields: dict[str, str], expected: str
) -> None:
    assert await reason(service.stub.GetDay(day_of(**fields))) == expected


def day_of(date: str = "2025-11-24", **fields: str) -> pb.GetDayRequest:
    where = {"tenant_id": known("salon"), "branch_id": known("branch"), "person_id": known("anna"), **fields}
    return pb.GetDayRequest(date=date, **where)


async def test_whether_it_hears_what_happens_elsewhere_is_told(service: Running) -> None:
    told = await service.stub.GetStreamStatus(operations_pb2.GetStreamStatusRequest())
    assert {each.stream: each.connected for each in told.streams} == {
        "bookings": True, "calendars": True, "businesses": True,
    }  # fmt: skip
    assert all(each.lag_seconds < 60 for each in told.streams)
