"""``get_context``: what an agent should know before it says a word."""

from datetime import datetime

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.business import DialledBranch, Hours
from telephony_gateway.domain.envelope import Caller
from telephony_gateway.domain.sentences import Sentence, listing
from telephony_gateway.domain.speech import spoken_day, spoken_time


def get_context(branch: DialledBranch, caller: Caller, *, now: datetime) -> Answer:
    """The business, the date of today in its zone, its hours and services, and whether the caller's number is known."""
    local = now.astimezone(branch.zone)
    today = branch.opening_hours_on(local.date())
    language = branch.language
    opening = (
        Sentence.OPEN_TODAY.say(language, hours=_spoken(today, language))
        if today
        else Sentence.CLOSED_TODAY.say(language)
    )
    message = Sentence.GREETING.say(
        language, business=branch.business_name, today=spoken_day(local.date(), language), opening=opening
    )
    details = {
        "business": branch.business_name,
        "now": local.isoformat(timespec="minutes"),
        "today": spoken_day(local.date(), language),
        "time_zone": branch.zone.key,
        "caller_number_withheld": not caller.caller_number,
        "services": [service.name for service in branch.services],
        "staff": [person.name for person in branch.people],
    }
    return Answer(Status.OK, message, details=details)


def _spoken(spans: tuple[Hours, ...], language: str) -> str:
    texts = [
        Sentence.SPAN.say(
            language,
            start=spoken_time(span.start, language),
            end=spoken_time(span.end, language) if span.end else "24",
        )
        for span in spans
    ]
    return listing(texts, language, last=Sentence.AND)
