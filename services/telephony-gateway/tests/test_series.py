"""An appointment that repeats: what is said to be booked is booked, and what is not is named."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from gateway_world import ANNA, RefusalError, World, appointment, found, option

from chassis.errors import Kind
from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.booking.v1 import series_pb2
from telephony_gateway.usecases.repetition import Repetition, repetition_of

WISH = {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "15 Uhr"}
BOOK = {"option_id": "o-abcd2345", "customer_name": "Erika Mustermann"}
WEEKLY = {"repeat_weeks": "jede Woche", "repeat_count": "drei"}
FIRST = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("weeks", "count", "wanted"),
    [
        ("2", "6", (2, 6)), ("alle zwei Wochen", "sechs Mal", (2, 6)), ("wöchentlich", "10", (1, 10)),
        ("jede Woche", "sechsmal", (1, 6)), ("14-tägig", "4", (2, 4)), ("alle 14 Tage", "vier Termine", (2, 4)),
        ("vierzehntägig", "3", (2, 3)), ("dreiwöchig", "zwölf", (3, 12)), ("every two weeks", "six times", (2, 6)),
        ("weekly", "ten", (1, 10)), ("alle 10 Tage", "5", None), ("monatlich", "5", None), ("jeden Monat", "5", None),
        ("", "5", None), ("2", "", None), ("zwei oder drei Wochen", "5", None), ("immer mal wieder", "5", None),
        ("Woche", "3", (1, 3)), ("täglich", "3", None), ("0", "3", None),
        ("jede zweite Woche", "3", (2, 3)), ("every other week", "3", (2, 3)), ("in jeder dritten Woche", "3", (3, 3)),
        ("einmal pro Woche", "3", (1, 3)), ("alle paar Wochen", "3", None), ("bald wieder", "3", None),
    ],
)  # fmt: skip
def test_a_rhythm_in_words(weeks: str, count: str, wanted: tuple[int, int] | None) -> None:
    """A month is no number of weeks: what is not clear is asked."""
    assert repetition_of(weeks, count) == (Repetition(*wanted) if wanted else None)


def date(position: int, *, weeks: int = 1, failure: str = "", other: bool = False) -> series_pb2.SeriesDate:
    start = FIRST + (position - 1) * timedelta(weeks=weeks)
    made = series_pb2.SeriesDate(position=position)
    made.start_time.FromDatetime(start)
    if failure:
        made.failure = series_pb2.SeriesFailure.Value(f"SERIES_FAILURE_{failure}")
    else:
        made.appointment.CopyFrom(appointment(15, appointment_id=str(uuid.UUID(int=100 + position))))
        made.appointment.start_time.FromDatetime(start)
    if other:
        made.alternative.option_id, made.alternative.person_id = f"o-other{position:03}", ANNA
        made.alternative.start_time.FromDatetime(start + timedelta(hours=2))
        made.alternative.end_time.FromDatetime(start + timedelta(hours=3))
        made.alternative.hold_expire_time.FromDatetime(FIRST)
    return made


@pytest.fixture
async def line(world: World) -> World:
    """A time is on offer."""
    world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))
    await world.phone.function("check_availability", WISH)
    return world


async def test_every_date_is_named(line: World) -> None:
    line.booking.dates = [date(1), date(2), date(3)]

    answer = await line.phone.function("start_booking", BOOK | WEEKLY)

    assert answer["status"] == "booked"
    assert answer["message"] == (
        "3 Termine sind gebucht: Dauerwelle am Mittwoch, 25. November, 15 Uhr bei Anna, und zur selben Zeit am Mittwoch,"
        " 2. Dezember und Mittwoch, 9. Dezember."
    )
    assert answer["appointment_id"] == str(uuid.UUID(int=101))
    assert [one["appointment_id"] for one in answer["series"]] == [
        str(uuid.UUID(int=100 + n)) for n in (1, 2, 3)
    ]
    asked = line.booking.series[0]
    assert (asked.option_id, asked.every_weeks, asked.count) == ("o-abcd2345", 1, 3)
    assert line.booking.requests == []


async def test_what_to_bring_is_said_once_for_a_series_and_not_behind_a_question(
    world: World,
) -> None:
    note = "Bitte bringen Sie Ihre Verordnung mit."
    world.registry.business.services[0].booking_note = note
    world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))
    await world.phone.function("check_availability", WISH)
    line = world
    line.booking.dates = [date(1), date(2)]
    whole = await line.phone.function("start_booking", BOOK | WEEKLY)
    line.booking.dates = [date(1), date(2, failure="ABSENCE", other=True)]
    asking = await line.phone.function("start_booking", BOOK | {"repeat_weeks": "1", "repeat_count": "2"})
    assert whole["message"].count(note) == 1
    assert asking["options"]
    assert note not in asking["message"]


async def test_what_could_not_be_booked_is_named_with_its_reason_and_something_instead(line: World) -> None:
    line.booking.dates = [
        date(1),
        date(2),
        date(3, failure="HOLIDAY"),
        date(4, failure="ABSENCE", other=True),
    ]

    answer = await line.phone.function("start_booking", BOOK | {"repeat_weeks": "1", "repeat_count": "4"})

    assert answer["message"] == (
        "2 Termine sind gebucht: Dauerwelle am Mittwoch, 25. November, 15 Uhr bei Anna, und zur selben Zeit am Mittwoch,"
        " 2. Dezember. Nicht gebucht sind Mittwoch, 9. Dezember, das ist ein Feiertag und Mittwoch, 16. Dezember, da ist"
        " Anna nicht da, dafür kann ich Ihnen Mittwoch, 16. Dezember, 17 Uhr anbieten."
    )
    assert [(one["status"], one.get("reason")) for one in answer["series"]] == [
        ("booked", None), ("booked", None), ("not_booked", "holiday"), ("not_booked", "absence"),
    ]  # fmt: skip
    assert [one["option_id"] for one in answer["options"]] == ["o-other004"]
    await line.phone.function("start_booking", {"option_id": "den ersten"})
    assert line.booking.requests[-1].option_id == "o-other004"


async def test_after_a_missed_date_more_can_be_asked_for_without_naming_it(line: World) -> None:
    """What is looked for then is the date that could not be booked; nobody hears that the calendar is away."""
    line.booking.dates = [date(1), date(2, failure="TAKEN", other=True)]
    await line.phone.function("start_booking", BOOK | {"repeat_weeks": "1", "repeat_count": "2"})
    line.availability.answer = found(availability_pb2.SEARCH_OUTCOME_ALTERNATIVES, option(16))

    more = await line.phone.function("get_alternatives")
    waiting = await line.phone.function("join_waitlist")

    assert more["status"] == "alternatives"
    assert line.availability.searches[-1].start_time.ToDatetime(UTC) == FIRST + timedelta(weeks=1)
    assert waiting["status"] == "waitlist_noted"
    assert "2. Dezember" in waiting["message"]


async def test_where_only_the_first_was_booked_nobody_hears_of_several(line: World) -> None:
    line.booking.dates = [date(1), date(2, failure="TAKEN")]

    answer = await line.phone.function("start_booking", BOOK | {"repeat_weeks": "1", "repeat_count": "2"})

    assert answer["message"] == (
        "Ihr Termin ist gebucht: Dauerwelle am Mittwoch, 25. November, 15 Uhr bei Anna. Nicht gebucht ist Mittwoch,"
        " 2. Dezember, da ist schon vergeben."
    )


async def test_a_long_series_is_said_by_its_rhythm(line: World) -> None:
    line.booking.dates = [date(position, weeks=2) for position in range(1, 9)]

    answer = await line.phone.function("start_booking", BOOK | {"repeat_weeks": "2", "repeat_count": "8"})

    assert answer["message"] == (
        "8 Termine sind gebucht: Dauerwelle am Mittwoch, 25. November, 15 Uhr bei Anna, dann alle 2 Wochen zur selben Zeit,"
        " zuletzt am Mittwoch, 3. März 2027."
    )


@pytest.mark.parametrize(
    "said",
    [
        {"repeat_weeks": 0, "repeat_count": 1},
        {"repeat_weeks": "0", "repeat_count": "0"},
        {"repeat_weeks": 1, "repeat_count": 1},
        {"repeat_count": 1},
        {"repeat_weeks": "nein"},
        {"repeat_weeks": "einmalig"},
        {"repeat_weeks": "false", "repeat_count": "einmal"},
    ],
)
async def test_what_models_fill_in_is_no_series(line: World, said: dict[str, str | int]) -> None:
    """Asked about, it would be filled in again, and nothing would ever be booked."""
    answer = await line.phone.function("start_booking", BOOK | said)
    assert (answer["status"], len(line.booking.requests), line.booking.series) == ("booked", 1, [])


@pytest.mark.parametrize(
    ("repeat", "words"),
    [
        ({"repeat_weeks": "monatlich", "repeat_count": "5"}, "Alle wie viele Wochen"),
        ({"repeat_weeks": "2"}, "Alle wie viele Wochen"),
        ({"repeat_count": "5"}, "Alle wie viele Wochen"),
        ({"repeat_weeks": "2", "repeat_count": "50"}, "höchstens 20 Termine"),
        ({"repeat_weeks": "26", "repeat_count": "2"}, "höchstens 12 Wochen"),
    ],
)
async def test_a_rhythm_that_is_not_clear_is_asked_and_nothing_is_booked(
    line: World, repeat: Any, words: str
) -> None:
    answer = await line.phone.function("start_booking", BOOK | repeat)

    assert answer["status"] == "need_option"
    assert words in answer["message"]
    assert (line.booking.requests, line.booking.series) == ([], [])


async def test_a_series_of_one_is_an_appointment(line: World) -> None:
    await line.phone.function("start_booking", BOOK | {"repeat_weeks": "1", "repeat_count": "1"})

    assert (len(line.booking.requests), line.booking.series) == (1, [])


async def test_every_date_of_a_series_was_told(line: World) -> None:
    """TG-08: the check after the call took all dates but the first for appointments that nobody was told of."""
    line.booking.dates = [date(1), date(2), date(3)]
    for one in line.booking.dates:
        line.booking.add(one.appointment)
    await line.phone.function("start_booking", {**BOOK, **WEEKLY})
    await line.phone.event("call_ended")
    await line.phone.gateway.ledger.flush()
    line.phone.clock.advance(timedelta(seconds=5))
    assert await line.phone.gateway.truth.look() == 1
    assert await line.pool.fetch("SELECT kind, subject FROM truth_case") == []


@pytest.mark.parametrize(
    "failure",
    [
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.UNAVAILABLE,
        RefusalError(Kind.UNAVAILABLE, "AVAILABILITY_UNAVAILABLE"),
    ],
)
async def test_a_series_that_was_cut_off_is_pending_and_is_gone_on_with(line: World, failure: Any) -> None:
    """BK-29: some dates may be booked; asking again, also without saying it all again, is the same wish."""
    line.booking.failure = failure
    cut_off = await line.phone.function("start_booking", BOOK | WEEKLY)
    line.booking.failure, line.booking.dates = None, [date(1), date(2), date(3)]

    again = await line.phone.function("start_booking", {})

    assert (cut_off["status"], again["status"]) == ("pending", "booked")
    assert len({asked.request_id for asked in line.booking.series}) == 1
    assert line.booking.series[-1].count == 3
    assert line.booking.requests == []


async def test_a_series_that_stands_under_another_name_is_said_to(line: World) -> None:
    """The wish was answered before, under the name that was said first."""
    line.booking.dates = [date(1), date(2)]
    for made in line.booking.dates:
        made.appointment.booked_for = "Kim Beispiel"

    answer = await line.phone.function("start_booking", BOOK | {"repeat_weeks": "1", "repeat_count": "2"})

    assert answer["message"].endswith("Gebucht ist auf den Namen Kim Beispiel.")
    assert answer["customer_name"] == "Kim Beispiel"


async def test_a_first_date_that_is_taken_is_answered_like_any_other(line: World) -> None:
    line.booking.failure = RefusalError(Kind.ABORTED, "SLOT_TAKEN")
    line.availability.answer = found(
        availability_pb2.SEARCH_OUTCOME_ALTERNATIVES, option(16, option_id="o-aaaa2345")
    )

    answer = await line.phone.function("start_booking", BOOK | WEEKLY)

    assert (answer["status"], answer["options"][0]["option_id"]) == ("taken", "o-aaaa2345")
