"""Visits beyond one plain service: moves, several services, rooms, limits of a day, and everybody's own rules."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest

from availability.testing.answers import changed, hour_of, outcome, reason
from availability.testing.peers import BookingPeer, RegistryPeer
from availability.testing.replicas import Running, eventually
from availability.testing.salon import at, booked, explain, known, salon, search, stamp
from chassis.testing import SettableClock
from rufbuch.availability.v1 import service_pb2 as pb
from rufbuch.booking.v1 import appointment_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.staff.v1 import business_pb2

AVAILABLE, ALTERNATIVES = pb.SEARCH_OUTCOME_AVAILABLE, pb.SEARCH_OUTCOME_ALTERNATIVES
WEEKDAYS = [1, 2, 3, 4, 5]
Change = Callable[[business_pb2.Business], object]


async def change_salon(service: Running, registry: RegistryPeer, change: Change) -> None:
    business = salon()
    change(business)
    await changed(service, registry, business)


class TestRules:
    """What a business can set for branches, services and people."""

    async def test_hours_of_a_date_stand_in_for_the_week(
        self, service: Running, registry: RegistryPeer
    ) -> None:
        def change(business: business_pb2.Business) -> None:
            dated = business.branches[0].dated_hours
            dated.add(date="2025-11-24")
            dated.add(date="2025-12-25").spans.add(start="10:00", end="12:00")

        await change_salon(service, registry, change)
        assert await outcome(service, 13) == pb.SEARCH_OUTCOME_CLOSED
        assert [await outcome(service, 24 * 31 + hour) for hour in (9, 13)] == [AVAILABLE, ALTERNATIVES]

    async def test_a_persons_own_hours_of_a_date_bind_only_that_person(
        self, service: Running, registry: RegistryPeer
    ) -> None:
        await change_salon(
            service, registry, lambda business: business.people[0].dated_hours.add(date="2025-11-24")
        )
        assert await outcome(service, 13, person_id=known("anna")) == pb.SEARCH_OUTCOME_CLOSED
        assert await outcome(service, 13, person_id=known("ben")) == AVAILABLE

    async def test_hours_hold_from_and_until_their_days(
        self, service: Running, registry: RegistryPeer
    ) -> None:
        def change(business: business_pb2.Business) -> None:
            business.people[0].working_hours[0].valid_from = "2025-11-25"
            business.people[0].working_hours[0].valid_until = "2025-11-26"

        await change_salon(service, registry, change)
        days = [await outcome(service, 24 * day + 13, person_id=known("anna")) for day in range(4)]
        closed = pb.SEARCH_OUTCOME_CLOSED
        assert days == [closed, AVAILABLE, AVAILABLE, closed]

    async def test_people_have_their_own_pace(self, service: Running, registry: RegistryPeer) -> None:
        def change(business: business_pb2.Business) -> None:
            business.people[0].phase_minutes.add(service_id=known("cut"), phase_position=0, minutes=90)

        await change_salon(service, registry, change)
        ends = [
            hour_of(
                (await service.stub.SearchSlots(search(at(13), person_id=known(person)))).options[0].end_time
            )
            for person in ("anna", "ben")
        ]
        assert ends == [14.5, 14]

    async def test_buffers_are_kept_free_around_an_appointment(
        self, service: Running, registry: RegistryPeer
    ) -> None:
        def change(business: business_pb2.Business) -> None:
            business.people[0].buffer_before_minutes = 15
            business.services[0].buffer_after_minutes = 30

        await change_salon(service, registry, change)
        asked = {"person_id": known("anna"), "call_id": "a"}
        option = (await service.stub.SearchSlots(search(at(13), **asked))).options[0]
        assert [(hour_of(each.start_time), hour_of(each.end_time)) for each in option.occupied] == [
            (12.75, 14.5)
        ]
        assert (hour_of(option.start_time), hour_of(option.end_time)) == (13, 14)
        found = [await outcome(service, hour, person_id=known("anna")) for hour in (11.25, 11.5, 14.5, 14.75)]
        assert found == [AVAILABLE, ALTERNATIVES, ALTERNATIVES, AVAILABLE]

    async def test_a_service_has_its_own_notice_horizon_and_start_windows(
        self, service: Running, registry: RegistryPeer
    ) -> None:
        def change(business: business_pb2.Business) -> None:
            business.services[0].min_notice_minutes = 240
            business.services[0].horizon_days = 7
            business.services[0].start_windows.add(weekdays=WEEKDAYS, start="12:00", end="15:00")

        await change_salon(service, registry, change)
        asked = [
            (10, pb.SEARCH_OUTCOME_TOO_SOON),
            (13, AVAILABLE),
            (14, ALTERNATIVES),
            (24 * 8, pb.SEARCH_OUTCOME_TOO_FAR),
        ]
        assert [await outcome(service, hour) for hour, _ in asked] == [expected for _, expected in asked]
        found = await service.stub.SearchSlots(search(at(13)))
        assert (found.min_notice_minutes, found.horizon_days) == (240, 7)

    async def test_start_windows_hold_in_their_season_alone(
        self, service: Running, registry: RegistryPeer
    ) -> None:
        """Two seasons one after the other; a window that is over must not stay open for ever."""
        today = at(13).date().isoformat()
        yesterday = (at(13) - timedelta(days=1)).date().isoformat()

        def change(business: business_pb2.Business) -> None:
            windows = business.services[0].start_windows
            windows.add(weekdays=WEEKDAYS, start="09:00", end="11:00", valid_until=yesterday)
            windows.add(weekdays=WEEKDAYS, start="12:00", end="15:00", valid_from=today)

        await change_salon(service, registry, change)
        assert [await outcome(service, hour) for hour in (9, 13)] == [ALTERNATIVES, AVAILABLE]

    async def test_a_day_takes_only_so_many_of_a_service(
        self, service: Running, registry: RegistryPeer, booking: BookingPeer, clock: SettableClock
    ) -> None:
        """However many callers ask at once, and however the places are taken: booked or held."""
        await change_salon(service, registry, lambda business: setattr(business.services[0], "daily_cap", 2))
        await booking.book(booked("anna", at(8), at(9)), now=clock.now())

        async def is_known() -> bool:
            return await outcome(service, 8, person_id=known("anna")) == ALTERNATIVES

        await eventually(is_known)
        calls = [search(at(10 + n / 2), call_id=f"c-{n}", windows=[_day(0)]) for n in range(6)]
        found = await asyncio.gather(*map(service.stub.SearchSlots, calls))
        assert sorted(len(each.options) for each in found) == [0, 0, 0, 0, 0, 1]
        assert await outcome(service, 24 + 13) == AVAILABLE


def _day(day: int) -> pb.TimeWindow:
    return pb.TimeWindow(start_time=stamp(at(24 * day)), end_time=stamp(at(24 * (day + 1))))


class TestMoves:
    """An appointment that gets another time."""

    async def test_an_appointment_does_not_block_its_own_move(
        self, service: Running, booking: BookingPeer, clock: SettableClock
    ) -> None:
        """AV-14"""
        appointment = booked("anna", at(13), at(14))
        await booking.book(appointment, now=clock.now())
        asked = {"person_id": known("anna")}

        async def is_known() -> bool:
            return await outcome(service, 13.5, **asked) == ALTERNATIVES

        await eventually(is_known)
        moved = {**asked, "moved_appointment_id": appointment.appointment_id, "call_id": "a"}
        option = (await service.stub.SearchSlots(search(at(13.5), **moved))).options[0]
        clock.advance(timedelta(minutes=6))
        await service.stub.ClaimOption(
            pb.ClaimOptionRequest(
                tenant_id=known("salon"), branch_id=known("branch"), option_id=option.option_id, call_id="a"
            )
        )

    async def test_a_moved_appointment_gives_its_old_time_back_and_a_cancelled_one_all_of_it(
        self, service: Running, booking: BookingPeer, clock: SettableClock
    ) -> None:
        old, new = booked("anna", at(13), at(14)), booked("anna", at(15), at(16))
        await booking.book(old, now=clock.now())
        old.state = appointment_pb2.APPOINTMENT_STATE_RESCHEDULED
        await booking.tell(
            clock.now(),
            appointment_rescheduled=booking_pb2.AppointmentRescheduled(previous=old, appointment=new),
        )

        async def seen(expected: list[int]) -> None:
            async def is_seen() -> bool:
                return [
                    await outcome(service, hour, person_id=known("anna")) for hour in (13, 15)
                ] == expected

            await eventually(is_seen)

        await seen([AVAILABLE, ALTERNATIVES])
        new.state = appointment_pb2.APPOINTMENT_STATE_CANCELLED
        await booking.tell(
            clock.now(), appointment_cancelled=booking_pb2.AppointmentCancelled(appointment=new)
        )
        await seen([AVAILABLE, AVAILABLE])


class TestSeveral:
    """Several services in one visit, rooms and devices, several slots at once."""

    async def test_services_of_one_visit_follow_each_other(self, service: Running) -> None:
        asked = search(at(13), more_service_ids=[known("colour")], call_id="a")
        option = (await service.stub.SearchSlots(asked)).options[0]
        assert list(option.service_ids) == [known("cut"), known("colour")]
        assert [(phase.position, hour_of(phase.start_time)) for phase in option.phases] == [
            (0, 13),
            (1, 14),
            (2, 14.5),
            (3, 15.5),
        ]
        assert [phase.service_id for phase in option.phases] == [known("cut"), *[known("colour")] * 3]
        assert hour_of(option.end_time) == 16

    @pytest.mark.parametrize(
        ("before", "after", "expected"),
        [
            (0, 0, [(13, 14.5), (15.5, 16)]),
            (0, 15, [(13, 14.5), (15.5, 16)]),
            (15, 0, [(12.75, 14.5), (15.5, 16)]),
            (15, 120, [(12.75, 16)]),
        ],
    )
    async def test_what_one_person_keeps_free_around_her_services_is_taken_once(
        self, service: Running, registry: RegistryPeer, before: int, after: int,
        expected: list[tuple[float, float]],
    ) -> None:  # fmt: skip
        """The buffer after the cut lies in the colour that she goes on with."""

        def change(business: business_pb2.Business) -> None:
            business.services[0].buffer_before_minutes = before
            business.services[0].buffer_after_minutes = after

        await change_salon(service, registry, change)
        asked = search(at(13), more_service_ids=[known("colour")], person_id=known("anna"), call_id="a")
        option = (await service.stub.SearchSlots(asked)).options[0]
        claimed = await service.stub.ClaimOption(
            pb.ClaimOptionRequest(
                tenant_id=known("salon"), branch_id=known("branch"), option_id=option.option_id, call_id="a"
            )
        )
        taken = [(hour_of(each.start_time), hour_of(each.end_time)) for each in claimed.option.occupied]
        assert taken == expected

    async def test_parts_of_a_visit_may_go_to_different_people(
        self, service: Running, registry: RegistryPeer
    ) -> None:
        def change(business: business_pb2.Business) -> None:
            for person, skill in zip(business.people, ("cut", "colour"), strict=True):
                person.bookable_service_ids[:] = [known(skill)]

        await change_salon(service, registry, change)
        asked = search(at(13), more_service_ids=[known("colour")], call_id="a")
        option = (await service.stub.SearchSlots(asked)).options[0]
        assert {(phase.service_id, phase.person_id) for phase in option.phases} == {
            (known("cut"), known("anna")), (known("colour"), known("ben"))
        }  # fmt: skip
        assert {each.person_id for each in option.occupied} == {known("anna"), known("ben")}
        other = await service.stub.SearchSlots(search(at(14), service_id=known("colour"), call_id="b"))
        assert other.outcome == ALTERNATIVES

    async def test_a_room_serves_one_customer_at_a_time(
        self, service: Running, registry: RegistryPeer, booking: BookingPeer, clock: SettableClock
    ) -> None:
        def change(business: business_pb2.Business) -> None:
            business.branches[0].resources.add(resource_id=known("basin"), key="basin", group="basins")
            business.services[0].phases[0].resource_groups.append("basins")

        await change_salon(service, registry, change)
        option = (await service.stub.SearchSlots(search(at(13), call_id="a"))).options[0]
        assert [each.resource_id for each in option.occupied] == ["", known("basin")]
        assert await outcome(service, 13, call_id="b") == ALTERNATIVES
        explained = await service.stub.ExplainSlot(explain(13.5))
        assert {each.kind for each in explained.blockers if not each.person_id} == {pb.BLOCKER_KIND_RESOURCE}
        clock.advance(timedelta(minutes=6))
        appointment = booked("anna", at(13), at(14))
        appointment.occupied.add(resource_id=known("basin"), start_time=stamp(at(13)), end_time=stamp(at(14)))
        await booking.book(appointment, now=clock.now())

        async def is_known() -> bool:
            return await outcome(service, 13.5, person_id=known("ben")) == ALTERNATIVES

        await eventually(is_known)
        claim = pb.ClaimOptionRequest(
            tenant_id=known("salon"), branch_id=known("branch"), option_id=option.option_id, call_id="a"
        )
        assert await reason(service.stub.ClaimOption(claim)) == "SLOT_TAKEN"

    async def test_two_of_one_party_get_two_people_at_once(self, service: Running) -> None:
        held = await service.stub.HoldOptions(hold([("", 13), ("", 13)]))
        assert {option.person_id for option in held.options} == {known("anna"), known("ben")}
        assert all(option.HasField("hold_expire_time") for option in held.options)
        assert await outcome(service, 13, call_id="b") == ALTERNATIVES

    async def test_who_comes_later_in_a_party_may_need_the_one_that_the_first_would_get(
        self, service: Running
    ) -> None:
        for wanted in ([("", 13), ("anna", 13)], [("", 13), ("ben", 13)]):
            held = await service.stub.HoldOptions(hold(wanted))
            assert {option.person_id for option in held.options} == {known("anna"), known("ben")}

    async def test_of_a_party_all_are_held_or_none(self, service: Running) -> None:
        await service.stub.SearchSlots(search(at(13), person_id=known("anna"), call_id="b"))
        assert await reason(service.stub.HoldOptions(hold([("ben", 13), ("anna", 13)]))) == "SLOT_TAKEN"
        assert await outcome(service, 13, person_id=known("ben"), call_id="c") == AVAILABLE

    @pytest.mark.parametrize(("daily_cap", "last"), [(0, 3), (4, 13)], ids=["at night", "one place too few"])
    async def test_that_a_party_cannot_come_together_is_soon_known(
        self, service: Running, registry: RegistryPeer, daily_cap: int, last: float
    ) -> None:
        """Nobody else is answered while it is looked for: all choices among sixteen people took half a minute."""
        business = salon(f"person {number}" for number in range(16))
        business.services[0].daily_cap = daily_cap
        await changed(service, registry, business)
        wanted = hold([("", 13), ("", 13), ("", 13), ("", 13), ("", last)])
        assert await reason(service.stub.HoldOptions(wanted, timeout=5)) == "SLOT_TAKEN"
        assert len((await service.stub.HoldOptions(hold([("", 13)] * 4))).options) == 4

    async def test_a_party_may_not_be_larger_than_what_a_caller_may_hold(self, service: Running) -> None:
        wanted = [("ben", 24 * day + 13) for day in range(4)]
        for call in range(2):
            days = [("anna", 24 * (day + 7 * call) + 13) for day in range(4)]
            await service.stub.HoldOptions(hold(days, call_id=f"c-{call}", caller_number="+493023125001"))
        refused = service.stub.HoldOptions(hold(wanted, call_id="c-9", caller_number="+493023125001"))
        assert await reason(refused) == "TOO_MANY_HOLDS"

    @pytest.mark.parametrize(
        ("request_", "expected"),
        [
            (
                pb.HoldOptionsRequest(tenant_id=known("salon"), branch_id=known("branch"), call_id="a"),
                "WISH_INVALID",
            ),
            (pb.HoldOptionsRequest(call_id="a", slots=[pb.WantedSlot()]), "BRANCH_UNKNOWN"),
        ],
        ids=["nothing", "nowhere"],
    )
    async def test_a_party_has_a_size_and_a_place(
        self, service: Running, request_: pb.HoldOptionsRequest, expected: str
    ) -> None:
        assert await reason(service.stub.HoldOptions(request_)) == expected


def hold(
    wanted: Iterable[tuple[str, float]], *, call_id: str = "a", caller_number: str = ""
) -> pb.HoldOptionsRequest:
    slots = [
        pb.WantedSlot(service_id=known("cut"), person_id=person and known(person), start_time=stamp(at(hour)))
        for person, hour in wanted
    ]
    return pb.HoldOptionsRequest(
        tenant_id=known("salon"), branch_id=known("branch"), call_id=call_id, caller_number=caller_number, slots=slots
    )  # fmt: skip
