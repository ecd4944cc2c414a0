"""Where a caller wants an appointment to be moved, in her words; and which of the times that were offered for it."""

import uuid
from datetime import timedelta

import pytest
from gateway_world import World, appointment, found, option

from rufbuch.availability.v1 import service_pb2 as availability_pb2
from telephony_gateway.usecases.lengths import shift_in

AVAILABLE = availability_pb2.SEARCH_OUTCOME_AVAILABLE
A, B = (str(uuid.UUID(int=number)) for number in (101, 102))


@pytest.fixture(autouse=True)
def two_appointments(world: World) -> None:
    """On Wednesday 25 November at 15:00, and on Friday 27 November at 9:00."""
    world.booking.add(appointment(15, appointment_id=A), appointment(9, day=27, appointment_id=B))
    world.availability.answer = found(AVAILABLE, option(11))


@pytest.mark.parametrize(
    ("said", "start"),
    [
        ({"new_time": "11 Uhr"}, "2026-11-25T10:00:00Z"),
        ({"new_time": "um halb elf"}, "2026-11-25T09:30:00Z"),
        ({"new_time": "11 Uhr", "new_date": "am selben Tag"}, "2026-11-25T10:00:00Z"),
        ({"new_time": "am gleichen Tag um elf"}, "2026-11-25T10:00:00Z"),
        ({"new_time": "11 am", "new_date": "the same day", "language": "en"}, "2026-11-25T10:00:00Z"),
        ({"new_time": "gleiche Uhrzeit", "new_date": "Donnerstag"}, "2026-11-26T14:00:00Z"),
        ({"new_time": "zur selben Zeit", "new_date": "Donnerstag"}, "2026-11-26T14:00:00Z"),
        ({"new_date": "Donnerstag, zur gleichen Zeit"}, "2026-11-26T14:00:00Z"),
        ({"new_time": "same time", "new_date": "Thursday", "language": "en"}, "2026-11-26T14:00:00Z"),
        ({"new_time": "eine Stunde später"}, "2026-11-25T15:00:00Z"),
        ({"new_time": "um eine halbe Stunde nach vorne"}, "2026-11-25T13:30:00Z"),
        ({"new_time": "30 Minuten früher"}, "2026-11-25T13:30:00Z"),
        ({"new_time": "eine Dreiviertelstunde eher"}, "2026-11-25T13:15:00Z"),
        ({"new_date": "Mittwoch", "new_time": "zwei Stunden früher"}, "2026-11-25T12:00:00Z"),
        ({"new_date": "am gleichen Tag", "new_time": "eine Stunde nach hinten"}, "2026-11-25T15:00:00Z"),
        ({"new_date": "eine Woche später"}, "2026-12-02T14:00:00Z"),
        ({"new_date": "one day later", "language": "en"}, "2026-11-26T14:00:00Z"),
        ({"new_time": "half an hour earlier", "language": "en"}, "2026-11-25T13:30:00Z"),
        ({"new_date": "eine Woche später, zur gleichen Zeit"}, "2026-12-02T14:00:00Z"),
        ({"new_date": "eine Woche später", "new_time": "gleiche Zeit"}, "2026-12-02T14:00:00Z"),
        ({"new_date": "auf den nächsten Tag", "new_time": "um elf"}, "2026-11-26T10:00:00Z"),
        ({"new_date": "am Tag darauf", "new_time": "gleiche Uhrzeit"}, "2026-11-26T14:00:00Z"),
        ({"new_date": "the following day", "new_time": "at 11 am", "language": "en"}, "2026-11-26T10:00:00Z"),
        ({"new_time": "Donnerstag um elf"}, "2026-11-26T10:00:00Z"),
        ({"new_time": "11 Uhr", "new_date": "Donnerstag"}, "2026-11-26T10:00:00Z"),
    ],
)
async def test_what_is_to_stay_need_not_be_said(world: World, said: dict[str, str], start: str) -> None:
    """It is offered with its day, and nothing is moved before the caller agrees."""
    answer = await world.phone.function("reschedule_appointment", {"appointment_id": A, **said})
    assert (answer["status"], world.booking.moves) == ("offered", [])
    assert world.availability.searches[-1].start_time.ToJsonString() == start


@pytest.mark.parametrize(
    "said",
    [
        {"new_time": "irgendwas"},
        {"new_date": "ein anderer Tag", "new_time": "11 Uhr"},
        {"new_time": "später"},
        {"new_time": "ein paar Stunden später"},
        {"new_date": "am nächsten Tag"},
        {"new_date": "nicht am gleichen Tag", "new_time": "11 Uhr"},
        {"new_date": "Donnerstag", "new_time": "nicht zur gleichen Zeit"},
        {"new_time": "eine oder zwei Stunden später"},
        {"new_time": "einen Monat später"},
        {"new_date": "Donnerstag", "new_time": "eine Stunde später"},
        {"new_date": "am gleichen Tag"},
    ],
)
async def test_what_says_no_day_or_no_time_is_asked_about(world: World, said: dict[str, str]) -> None:
    answer = await world.phone.function("reschedule_appointment", {"appointment_id": A, **said})
    assert (answer["status"], world.availability.searches) in (
        ("need_date", []), ("need_time", []), ("ambiguous", []),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("eine Viertelstunde früher", -15),
        ("drei viertel Stunde später", 45),
        ("anderthalb Stunden nach hinten", 90),
        ("15 min später", 15),
        ("um 2 Tage nach vorn verlegen", -2880),
        ("a quarter of an hour later", 15),
        ("the other day later", None),
        ("zweite Stunde später", None),
        ("ein paar Tage später", None),
        ("20 Uhr später", None),
        ("0 Stunden später", None),
        ("später", None),
    ],
)
def test_a_length_is_one_number_of_one_unit(said: str, minutes: int | None) -> None:
    assert shift_in(said) == (None if minutes is None else timedelta(minutes=minutes))


async def test_a_length_counts_from_the_time_that_was_offered_last(world: World) -> None:
    """Eleven was offered for the appointment at three."""
    await world.phone.function("reschedule_appointment", {"appointment_id": A, "new_time": "11 Uhr"})
    said = {"appointment_id": A, "new_time": "eine Stunde später"}
    await world.phone.function("reschedule_appointment", said)
    assert world.availability.searches[-1].start_time.ToJsonString() == "2026-11-25T11:00:00Z"


async def test_a_part_of_the_day_is_looked_for_on_its_day(world: World) -> None:
    await world.phone.function("reschedule_appointment", {"appointment_id": A, "new_time": "vormittags"})
    (window,) = world.availability.searches[-1].windows
    assert window.start_time.ToJsonString() == "2026-11-25T07:00:00Z"


async def test_as_soon_as_there_is_one_is_no_time_of_that_day(world: World) -> None:
    said = {"appointment_id": A, "new_time": "so bald wie möglich, nachmittags"}
    await world.phone.function("reschedule_appointment", said)
    assert len(world.availability.searches[-1].windows) > 20


@pytest.mark.parametrize("said", ["die schönere", "ja", "den vierten"])
async def test_an_unclear_choice_is_asked_about_and_not_which_appointment_it_is_for(
    world: World, said: str
) -> None:
    """There are two appointments, and times are offered for one of them."""
    world.availability.answer = found(AVAILABLE, option(11), option(12, option_id="o-bbbb2345"))
    await world.phone.function(
        "reschedule_appointment", {"appointment_id": A, "new_date": "Mittwoch", "new_time": "egal"}
    )
    answer = await world.phone.function("reschedule_appointment", {"option_id": said})
    assert (answer["status"], answer["message"]) == (
        "offered", "Welche der angebotenen Zeiten möchten Sie nehmen?",
    )  # fmt: skip


async def test_after_the_move_a_stray_choice_is_none_of_its_times(world: World) -> None:
    world.availability.answer = found(AVAILABLE, option(11), option(12, option_id="o-bbbb2345"))
    wish = {"appointment_id": A, "new_date": "Mittwoch", "new_time": "egal"}
    await world.phone.function("reschedule_appointment", wish)
    await world.phone.function("reschedule_appointment", {"option_id": "den ersten"})
    answer = await world.phone.function("reschedule_appointment", {"option_id": "den anderen"})
    assert (answer["status"], len(world.booking.moves)) == ("choose", 1)


@pytest.mark.parametrize(
    ("said", "moved"),
    [
        ({"option_id": "ja"}, True),
        ({"option_id": "o-abcd2345"}, True),
        ({"option_id": "ja", "appointment_id": "den ersten"}, True),
        ({"option_id": "o-abcd2345", "appointment_id": "den ersten"}, True),
        ({"option_id": "o-abcd2345", "appointment_id": A, "new_time": "halb elf"}, True),
        ({"option_id": "ja", "date": "Mittwoch", "new_date": "Mittwoch", "new_time": "11 Uhr"}, True),
        ({"option_id": "o-abcd2345", "date": "Mittwoch", "new_date": "Mittwoch"}, True),
        ({"option_id": "ja", "new_date": "Donnerstag", "new_time": "11 Uhr"}, False),
        ({"option_id": "o-abcd2345", "new_date": "Donnerstag", "new_time": "elf"}, False),
        ({"option_id": "den ersten", "appointment_id": A, "new_time": "15 Uhr"}, False),
    ],
)
async def test_what_is_said_again_beside_the_choice_is_no_new_wish_and_what_is_new_is_one(
    world: World, said: dict[str, str], moved: bool
) -> None:
    """TG-27: half past ten was not free, eleven was offered instead; models repeat what they have sent before."""
    wish = {"new_date": "Mittwoch", "new_time": "halb elf"}
    await world.phone.function("get_appointments")
    await world.phone.function("reschedule_appointment", {"appointment_id": A, **wish})
    again = wish if moved and "new_time" not in said else {}
    answer = await world.phone.function("reschedule_appointment", {**again, **said})
    assert (answer["status"], len(world.booking.moves)) == (
        ("rescheduled", 1) if moved else ("offered", 0)
    ), answer  # fmt: skip
