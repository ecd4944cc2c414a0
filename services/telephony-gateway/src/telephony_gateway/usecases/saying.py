"""How days, times, lengths, money and appointments are said in the language of a call."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from telephony_gateway.domain.business import DialledBranch, Span
from telephony_gateway.domain.sentences import Sentence, Voice, listing, tongue
from telephony_gateway.language import spoken
from telephony_gateway.usecases.ports import Appointment

_UNITS = ((24 * 60, Sentence.DAYS), (60, Sentence.HOURS), (1, Sentence.MINUTES))
_NOBODY: Mapping[str, str] = {}
_CURRENCIES = {"EUR": (Sentence.EURO, Sentence.CENT), "CHF": (Sentence.FRANC, Sentence.CENTIME)}


def spoken_day(day: date, language: Voice) -> str:
    """ "Mittwoch, 26. November"; the year is said where it is not that of the call."""
    return spoken.spoken_day(day, language=language.code, today=language.today)


def spoken_time(clock: time, language: Voice | str) -> str:
    """ "15 Uhr 30"."""
    return spoken.spoken_time(clock, language=tongue(language))


def spoken_start(at: datetime, branch: DialledBranch, *, in_sentence: bool = False) -> str:
    """ "Mittwoch, 26. November, 15 Uhr 30", or "Mittwoch, der 26. …": an instant in the branch's zone."""
    voice = branch.language
    return spoken.spoken_moment(
        at.astimezone(branch.zone), language=voice.code, in_sentence=in_sentence, today=voice.today
    )


def spoken_hours(spans: tuple[Span, ...], branch: DialledBranch) -> str:
    """ "von 9 Uhr bis 12 Uhr und von 13 Uhr bis 18 Uhr"."""
    texts = [
        Sentence.SPAN.say(
            branch.language,
            start=spoken_time(span.start, branch.language),
            end=spoken_time(span.end, branch.language)
            if span.end
            else Sentence.MIDNIGHT.say(branch.language),
        )
        for span in spans
    ]
    return listing(texts, branch.language, last=Sentence.AND)


def spoken_length(minutes: int, language: Voice | str) -> str:
    """ "24 Stunden", "2 Tage": the largest unit that it is a whole number of, but a single day is 24 hours."""
    size, unit = next(one for one in _UNITS if minutes % one[0] == 0 and minutes != one[0] * (one[0] > 60))
    return unit.say(language, count=minutes // size)


def spoken_money(minor: int, currency: str, language: Voice | str) -> str:
    """ "15 Euro", "15 Euro 50", "50 Cent"."""
    whole, cents = divmod(minor, 100)
    if currency not in _CURRENCIES:
        return f"{whole} {currency} {cents:02d}" if cents else f"{whole} {currency}"
    unit, part = _CURRENCIES[currency]
    if cents and not whole:
        return part.say(language, count=cents)
    said = unit.say(language, count=whole)
    return f"{said} {cents}" if cents else said


def spoken_appointment(appointment: Appointment, branch: DialledBranch) -> str:
    """ "Dauerwelle am Mittwoch, 26. November, 15 Uhr bei Anna": on the clock of its branch, which is said if another was called."""
    person = _person(appointment, branch)
    sentence = Sentence.ITEM if person else Sentence.ITEM_PLAIN
    item = sentence.say(
        branch.language,
        service=appointment.service_name,
        when=_spoken_in_place(appointment, branch),
        person=person,
    )
    other = branch.others.get(appointment.branch_id)
    if other is None or not other.name:
        return item
    return Sentence.ITEM_ELSEWHERE.say(branch.language, item=item, branch=other.name)


def _person(appointment: Appointment, branch: DialledBranch) -> str:
    other = branch.others.get(appointment.branch_id)
    people = appointment.people or (appointment.person_id,)
    elsewhere = other.people if other else {}
    return spoken_people(people, branch, elsewhere=elsewhere)


def spoken_people(
    person_ids: Sequence[str], branch: DialledBranch, *, elsewhere: Mapping[str, str] = _NOBODY
) -> str:
    """ "Anna", or "Anna und Ben" where a visit is with both; "" for who is known no longer."""
    names = [branch.person_name(each) or elsewhere.get(each, "") for each in person_ids]
    return (
        names[0]
        if len(names) == 1
        else listing(list(filter(None, names)), branch.language, last=Sentence.AND)
    )


def spoken_services(service_ids: Sequence[str], branch: DialledBranch) -> str:
    """ "Dauerwelle", or "Schneiden und Färben"."""
    names = [branch.service(each).name for each in service_ids]
    return names[0] if len(names) == 1 else listing(names, branch.language, last=Sentence.AND)


def _spoken_in_place(appointment: Appointment, branch: DialledBranch) -> str:
    voice, zone = branch.language, branch.zone_of(appointment.branch_id)
    return spoken.spoken_moment(appointment.start.astimezone(zone), language=voice.code, today=voice.today)


def spoken_appointments(appointments: Iterable[Appointment], branch: DialledBranch, *, last: Sentence) -> str:
    """Several, in one breath."""
    return listing([spoken_appointment(one, branch) for one in appointments], branch.language, last=last)


def described(appointment: Appointment, branch: DialledBranch) -> dict[str, str]:
    """An appointment as data in an answer."""
    more = {"confirmation": appointment.written_by} if appointment.written_by else {}
    other = branch.others.get(appointment.branch_id)
    if other:
        more["branch"] = other.name
    return more | {
        "appointment_id": appointment.appointment_id,
        "start": appointment.start.astimezone(branch.zone_of(appointment.branch_id)).isoformat(),
        "staff": _person(appointment, branch),
        "service": appointment.service_name,
        "spoken": _spoken_in_place(appointment, branch),
    }


def until_midnight(day: datetime) -> datetime:
    """The first instant of the next day, in the zone of ``day``."""
    return datetime.combine(day.date() + timedelta(days=1), time(0), tzinfo=day.tzinfo)
