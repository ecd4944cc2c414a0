"""What holds for messages whatever happens: states, pauses, nights, ways, words and calendar files."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from booking.domain.booking import agree
from booking.domain.messages.calendar_file import Invitation, calendar_file
from booking.domain.messages.contact import Contact, Way, way_to
from booking.domain.messages.message import (
    MOVES,
    Channel,
    Delivery,
    Kind,
    Message,
    MessageState,
    Outcome,
    Words,
    message_id_of,
)
from booking.domain.messages.night import Night, reminder_time
from booking.domain.messages.patience import PAUSES, Patience
from booking.domain.messages.planning import messages_about
from booking.domain.messages.setup import Place, Setup
from booking.domain.messages.wording import Subject, fill, worded
from booking.domain.option import Span
from booking.errors import IllegalMoveError
from booking.testing.messages import MOBILE
from booking.testing.samples import BRANCH, NOW, PERSON, START, a_wish, an_option
from booking.texts import languages

BERLIN = ZoneInfo("Europe/Berlin")
ID = UUID("5f0d7c3e-43cb-4b4d-9d1f-6a3b8f6f1d11")
NIGHT = Night(time(21), time(8))
LANGUAGES = languages()
PATIENCE = Patience()
ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def an_appointment(start: datetime = START, **changed: Any) -> Any:
    wish = a_wish(caller_number=MOBILE)
    made = agree(
        wish,
        an_option(start),
        now=min(NOW, start - timedelta(days=9)),
        new_id=lambda: ID,
        calendar_domain="x.org",
    )
    return replace(made, **changed)


def a_setup(**changed: Any) -> Setup:
    usual = Setup(
        business="Salon Lindenhof",
        language="de",
        places={UUID(BRANCH): Place("Mitte", BERLIN)},
        people={PERSON: "Anna"},
        channels=(Channel.SMS, Channel.EMAIL),
        lead_hours={None: 24},
    )
    return replace(usual, **changed)


def a_message(state: MessageState = MessageState.PENDING) -> Message:
    (message, *_) = messages_about(
        an_appointment(),
        Kind.CONFIRMATION,
        Contact(MOBILE, None, "k@x.org"),
        a_setup(),
        happened=NOW,
        now=NOW,
    )
    return replace(message, state=state)


STEPS = {
    "take": lambda message: message.take(NOW, lease=timedelta(minutes=1)),
    "suppress": lambda message: message.suppress(NOW, "why"),
    "sent": lambda message: message.settle(Delivery(Outcome.SENT), Words("", "x"), NOW, PATIENCE),
    "refused": lambda message: message.settle(Delivery(Outcome.REFUSED), Words("", "x"), NOW, PATIENCE),
    "unsure": lambda message: message.unsure("why", NOW, PATIENCE, repeat_within=timedelta.max),
    "retry": lambda message: message.retry(NOW, "Petra"),
}
LEADS_TO = {
    "take": MessageState.SENDING,
    "suppress": MessageState.SUPPRESSED,
    "sent": MessageState.SENT,
    "refused": MessageState.FAILED,
    "unsure": MessageState.UNKNOWN,
    "retry": MessageState.PENDING,
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", MessageState)
def test_every_step_is_allowed_by_the_table_or_refused(state: MessageState, step: str) -> None:
    message = replace(a_message(state), attempts=1)
    if LEADS_TO[step] in MOVES[state]:
        after = STEPS[step](message)
        assert after.state is LEADS_TO[step]
        assert after.revision == message.revision + 1
    else:
        with pytest.raises(IllegalMoveError):
            STEPS[step](message)


def test_what_was_sent_is_never_sent_again() -> None:
    assert MOVES[MessageState.SENT] == MOVES[MessageState.SUPPRESSED] == frozenset()


def test_pauses_grow_and_end() -> None:
    pauses = [PATIENCE.next_attempt(attempts, NOW) for attempts in range(1, len(PAUSES) + 2)]
    assert pauses[-1] is None
    assert [at - NOW for at in pauses if at] == sorted(PAUSES)


def test_the_same_message_has_the_same_id_and_no_other() -> None:
    ids = {message_id_of(ID, kind, version) for kind in Kind for version in range(1, 20)}
    assert len(ids) == len(Kind) * 19
    assert message_id_of(ID, Kind.CHANGE, 1) in ids


@pytest.mark.parametrize(
    ("phone", "email", "way"),
    [
        (MOBILE, None, Way(Channel.SMS, MOBILE)),
        ("+4915228817386", "a@example.org", Way(Channel.SMS, "+4915228817386")),
        ("+12025550123", None, Way(Channel.SMS, "+12025550123")),
        ("+493023125001", "a@example.org", Way(Channel.EMAIL, "a@example.org")),
        ("+493023125001", None, None),
        ("+498001234567", None, None),
        (None, "a@example.org", Way(Channel.EMAIL, "a@example.org")),
        (None, "kunde-1@kunden.example.org", None),
        (None, None, None),
    ],
)
def test_who_can_be_reached_how(phone: str | None, email: str | None, way: Way | None) -> None:
    """A landline swallows SMS, and nobody reads the technical address of Cal.com."""
    contact = Contact(phone, email, "kunde-2@kunden.example.org")
    assert way_to(contact, (Channel.SMS, Channel.EMAIL)) == way


def test_what_the_business_does_not_use_is_no_way() -> None:
    assert way_to(Contact(MOBILE, None, "k@x.org"), (Channel.EMAIL,)) is None


def reminder(start: datetime, now: datetime, **changed: Any) -> Message | None:
    made = messages_about(
        an_appointment(start),
        Kind.CONFIRMATION,
        Contact(MOBILE, None, "k@x.org"),
        a_setup(**changed),
        happened=now,
        now=now,
    )
    return next((each for each in made if each.kind is Kind.REMINDER), None)


def test_whoever_books_for_soon_is_not_reminded_at_once() -> None:
    assert reminder(START, START - timedelta(hours=24, minutes=59)) is None
    late = reminder(START, START - timedelta(hours=25))
    assert late
    assert late.due_time == START - timedelta(hours=24)


def test_a_branch_has_its_own_lead_or_none() -> None:
    soon = reminder(START, NOW, lead_hours={None: 24, UUID(BRANCH): 3})
    assert soon
    assert soon.due_time == START - timedelta(hours=3)
    assert reminder(START, NOW, lead_hours={None: 24, UUID(BRANCH): 0}) is None


def local(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("15:00", 24, "2025-03-29 15:00"),
        ("22:30", 24, "2025-03-30 08:00"),
        ("10:00", 3, "2025-03-30 08:00"),
        ("08:30", 2, "2025-03-29 20:59"),
        ("07:00", 1, "2025-03-29 20:59"),
    ],
)
def test_a_reminder_goes_from_the_night_into_the_morning_or_the_evening_before(
    start: str, hours: int, due: str
) -> None:
    """The clocks go forward in that night: 24 hours before are 24 hours."""
    day = date(2025, 3, 30)
    begins = local(day, start)
    found = reminder_time(begins, timedelta(hours=hours), NIGHT, BERLIN)
    expected = datetime.fromisoformat(due).replace(tzinfo=BERLIN).astimezone(UTC)
    if start == "15:00":
        expected -= timedelta(hours=1)
    assert found == expected


INSTANTS = st.integers(0, 3 * 366 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))
CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0, tzinfo=None))


@st.composite
def nights(draw: st.DrawFn) -> Night:
    begin = draw(CLOCKS)
    return Night(begin, draw(CLOCKS.filter(lambda end: end != begin)))


@pytest.mark.parametrize("night", [NIGHT, Night(time(1), time(6))])
def test_a_night_begins_with_its_first_minute_and_is_over_with_its_end(night: Night) -> None:
    """Over midnight or within one day."""
    day = datetime(2027, 1, 12, tzinfo=BERLIN)
    clocks = [(night.begin, True), (night.end, False)]
    for clock, held in clocks:
        instant = day.replace(hour=clock.hour)
        assert (night.holds(instant, BERLIN), night.holds(instant - timedelta(minutes=1), BERLIN)) == (
            held,
            not held,
        )


@given(INSTANTS, st.integers(1, 336), nights())
def test_a_reminder_is_before_the_start_and_not_at_night(start: datetime, hours: int, night: Night) -> None:
    due = reminder_time(start, timedelta(hours=hours), night, BERLIN)
    assert due < start
    # A night that begins or ends in the hour that the clocks skip or repeat may be off by that hour.
    if not _clocks_change_near(due):
        assert not night.holds(due, BERLIN)


def _clocks_change_near(instant: datetime) -> bool:
    offsets = {(instant + timedelta(hours=hours)).astimezone(BERLIN).utcoffset() for hours in range(-25, 26)}
    return len(offsets) > 1


@given(
    ANYTHING, ANYTHING, st.sampled_from(sorted(LANGUAGES)), st.sampled_from(Kind), st.sampled_from(Channel)
)
def test_whatever_a_value_holds_it_stays_a_value(
    name: str, service: str, language: str, kind: Kind, channel: Channel
) -> None:
    appointment = an_appointment(service_name=service)
    appointment = replace(appointment, customer=replace(appointment.customer, name=name))
    words = worded(Subject(kind, appointment), channel, a_setup(language=language), LANGUAGES[language])
    assert "\n" not in words.subject
    usual = LANGUAGES[language].words[kind, channel].text.strip()
    assert len(words.text.splitlines()) <= len(usual.splitlines())


def test_a_value_is_not_read_as_a_template() -> None:
    assert fill("{name} {odd}", {"name": "{date}", "date": "x"}) == "{date} {odd}"


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_usual_words_have_no_placeholder_left(language: str) -> None:
    for kind in Kind:
        for channel in Channel:
            subject = Subject(kind, an_appointment(), an_appointment(START - timedelta(days=1)))
            words = worded(subject, channel, a_setup(language=language), LANGUAGES[language])
            assert "{" not in words.subject + words.text
            assert "Salon Lindenhof" in words.text


def test_who_has_no_name_here_is_left_out() -> None:
    words = worded(Subject(Kind.REMINDER, an_appointment()), Channel.SMS, a_setup(people={}), LANGUAGES["de"])
    assert "Dauerwelle am Mittwoch" in words.text


def files(starts: list[datetime]) -> Iterator[Any]:
    for moves, start in enumerate(starts):
        invitation = Invitation(
            ID, "termine@example.org", 'Salon "Mitte"', "erika@example.org", "Mitte, Hof 2; links"
        )
        yield Calendar.from_ical(calendar_file(an_appointment(start, moves=moves), invitation, stamp=NOW))


@pytest.mark.parametrize(
    "begins",
    [
        # In Berlin 03:30 after the clocks went forward, and the two 02:30 of the night in which they go back.
        datetime(2025, 3, 30, 1, 30, tzinfo=UTC),
        datetime(2025, 10, 26, 0, 30, tzinfo=UTC),
        datetime(2025, 10, 26, 1, 30, tzinfo=UTC),
    ],
)
def test_a_calendar_file_has_the_instants_whatever_the_clocks_do(begins: datetime) -> None:
    (file,) = files([begins])
    (event,) = file.walk("VEVENT")
    assert event.decoded("DTSTART") == begins
    assert event.decoded("DTEND") == begins + timedelta(minutes=135)
    assert b"DTSTART:" in file.to_ical()
    assert b"Z\r\n" in file.to_ical()


def test_sequence_grows_and_the_uid_stays() -> None:
    events = [file.walk("VEVENT")[0] for file in files([START, START + timedelta(days=1)])]
    assert [event.decoded("SEQUENCE") for event in events] == [0, 1]
    assert len({str(event["UID"]) for event in events}) == 1


@given(ANYTHING, ANYTHING)
@example("\\", '"')
def test_a_calendar_file_can_be_read_whatever_is_in_it_and_tells_no_phases(name: str, service: str) -> None:
    appointment = an_appointment(service_name=service)
    appointment = replace(appointment, customer=replace(appointment.customer, name=name))
    invitation = Invitation(ID, "termine@example.org", name, "erika@example.org", service)
    raw = calendar_file(appointment, invitation, stamp=NOW)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    (event,) = Calendar.from_ical(raw).walk("VEVENT")
    assert event.decoded("DTSTART") == START
    assert str(event["ATTENDEE"]) == "mailto:erika@example.org"
    assert b"phase 0" not in raw
    assert Span(event.decoded("DTSTART"), event.decoded("DTEND")) == appointment.span
