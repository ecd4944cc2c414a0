"""The variables of an agent's prompt: texts about the business, today, the two weeks ahead, and the caller."""

from datetime import date, datetime, timedelta

from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.envelope import Caller
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.usecases.saying import spoken_day, spoken_hours, spoken_time
from telephony_gateway.usecases.welcome import Greeted

DAYS = 14
VARIABLES = (
    "salon_name", "today", "now", "opening_hours_today", "calendar", "services", "staff", "caller_number_withheld",
    "customer_name", "next_appointment", "usual_service", "usual_staff",
)  # fmt: skip
"""All of them are always sent: one that is missing would be spoken with its braces (TG-25)."""


def dynamic_variables(
    branch: DialledBranch, caller: Caller, greeted: Greeted, *, now: datetime
) -> dict[str, str]:
    """Every variable; "" for what is not known. Dates go by the branch's zone, whatever the agent's is (TG-11)."""
    local = now.astimezone(branch.zone)
    days = [local.date() + timedelta(days=ahead) for ahead in range(DAYS)]
    return {
        "salon_name": branch.business_name,
        "today": spoken_day(local.date(), branch.language),
        "now": spoken_time(local.time(), branch.language),
        "opening_hours_today": opening_on(branch, local.date()),
        "calendar": "; ".join(f"{day.isoformat()} {spoken_day(day, branch.language)}" for day in days),
        "services": ", ".join(service.name for service in branch.services),
        "staff": ", ".join(person.name for person in branch.people),
        "caller_number_withheld": "false" if caller.caller_number else "true",
        "customer_name": greeted.name,
        "next_appointment": greeted.next_appointment,
        "usual_service": greeted.usual_service,
        "usual_staff": greeted.usual_staff,
    }


def opening_on(branch: DialledBranch, day: date) -> str:
    """A day's opening hours, as a part of a sentence."""
    spans = branch.opening_hours_on(day)
    if not spans:
        return Sentence.CLOSED_TODAY.say(branch.language)
    return Sentence.OPEN_TODAY.say(branch.language, hours=spoken_hours(spans, branch))
