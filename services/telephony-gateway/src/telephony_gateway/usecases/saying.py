"""How days, times, lengths, money and appointments are said in the language of a call."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from telephony_gateway.domain.business import DialledBranch, Span
from telephony_gateway.domain.sentences import Sentence, is_german, listing, tongue
from telephony_gateway.language import spoken
from telephony_gateway.usecases.ports import Appointment

_UNITS = (
    (24 * 60, ("Tag", "Tage", "day", "days")),
    (60, ("Stunde", "Stunden", "hour", "hours")),
    (1, ("Minute", "Minuten", "minute", "minutes")),
)
MIDNIGHT = {True: "24 Uhr", False: "midnight"}
_CURRENCIES = {"EUR": "Euro", "CHF": "Franken"}


def spoken_day(day: date, language: str) -> str:
    """ "Mittwoch, 26. November"."""
    return spoken.spoken_day(day, language=tongue(language))


def spoken_time(clock: time, language: str) -> str:
    """ "15 Uhr 30"."""
    return spoken.spoken_time(clock, language=tongue(language))


def spoken_start(at: datetime, branch: DialledBranch) -> str:
    """ "Mittwoch, 26. November, 15 Uhr 30": an instant in the branch's zone."""
    return spoken.spoken_moment(at.astimezone(branch.zone), language=tongue(branch.language))


def spoken_hours(spans: tuple[Span, ...], branch: DialledBranch) -> str:
    """ "von 9 Uhr bis 12 Uhr und von 13 Uhr bis 18 Uhr"."""
    texts = [
        Sentence.SPAN.say(
            branch.language,
            start=spoken_time(span.start, branch.language),
            end=spoken_time(span.end, branch.language) if span.end else MIDNIGHT[is_german(branch.language)],
        )
        for span in spans
    ]
    return listing(texts, branch.language, last=Sentence.AND)


def spoken_length(minutes: int, language: str) -> str:
    """ "24 Stunden", "2 Tage": the largest unit that it is a whole number of, but a single day is 24 hours."""
    size, names = next(
        unit for unit in _UNITS if minutes % unit[0] == 0 and minutes != unit[0] * (unit[0] > 60)
    )
    count = minutes // size
    one, many = names[:2] if is_german(language) else names[2:]
    return f"{count} {one if count == 1 else many}"


def spoken_money(minor: int, currency: str) -> str:
    """ "15 Euro", "15,50 Euro"."""
    whole, cents = divmod(minor, 100)
    amount = f"{whole},{cents:02d}" if cents else str(whole)
    return f"{amount} {_CURRENCIES.get(currency, currency)}"


def spoken_appointment(appointment: Appointment, branch: DialledBranch) -> str:
    """ "Dauerwelle am Mittwoch, 26. November, 15 Uhr bei Anna"."""
    person = branch.person_name(appointment.person_id)
    sentence = Sentence.ITEM if person else Sentence.ITEM_PLAIN
    return sentence.say(
        branch.language,
        service=appointment.service_name,
        when=spoken_start(appointment.start, branch),
        person=person,
    )


def spoken_appointments(appointments: Iterable[Appointment], branch: DialledBranch, *, last: Sentence) -> str:
    """Several, in one breath."""
    return listing([spoken_appointment(one, branch) for one in appointments], branch.language, last=last)


def described(appointment: Appointment, branch: DialledBranch) -> dict[str, str]:
    """An appointment as data in an answer."""
    return {
        "appointment_id": appointment.appointment_id,
        "start": appointment.start.astimezone(branch.zone).isoformat(),
        "staff": branch.person_name(appointment.person_id),
        "service": appointment.service_name,
        "spoken": spoken_start(appointment.start, branch),
    }


def until_midnight(day: datetime) -> datetime:
    """The first instant of the next day, in the zone of ``day``."""
    return datetime.combine(day.date() + timedelta(days=1), time(0), tzinfo=day.tzinfo)
