"""Alarms of the service's own watch: what is wrong, when somebody is told, when it is over."""

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

CALM_FOR = timedelta(seconds=90)
"""Something has to be well for so long before it is called over: what flickers is one alarm, not ten."""


class Severity(enum.Enum):
    """How soon somebody has to look."""

    CRITICAL = "critical"
    WARNING = "warning"


class AlarmKind(enum.Enum):
    """What can be wrong; the values are the names of the alarms in Prometheus and of their headings in
    docs/operations.md."""

    SYNC_STUCK = "SyncStuck"
    SYNC_PARTIAL = "SyncPartial"
    SYNC_OVERDUE = "SyncOverdue"
    CASE_WAITS = "CaseWaits"
    WEBHOOKS_SILENT = "CalcomWebhooksSilent"
    CALENDARS_STALE = "CalendarsStale"
    BUDGET_NEAR_END = "BudgetNearEnd"
    CALCOM_AWAY = "CalcomAway"
    PLEAS_WAIT = "PleasWait"
    EVENT_LAG = "EventLag"
    EVENTS_NOT_UNDERSTOOD = "EventsNotUnderstood"
    REDIS_AWAY = "RedisAway"
    SERVICE_DOWN = "ServiceDown"
    TRUTH_DIFFERENCE = "TruthDifference"
    SIGNATURES_REFUSED = "SignaturesRefused"
    UNEXPECTED_AGENT = "UnexpectedAgentVersion"
    CALLS_WITHOUT_END = "CallsWithoutEnd"
    MESSAGES_FAIL = "MessagesFail"
    MESSAGES_LATE = "MessagesLate"
    BUG = "Bug"


@dataclass(frozen=True)
class Meaning:
    """What an alarm says to whoever owns the business."""

    severity: Severity
    summary: str
    summary_de: str


def _critical(summary: str, summary_de: str) -> Meaning:
    return Meaning(Severity.CRITICAL, summary, summary_de)


def _warning(summary: str, summary_de: str) -> Meaning:
    return Meaning(Severity.WARNING, summary, summary_de)


MEANINGS: Mapping[AlarmKind, Meaning] = {
    AlarmKind.SYNC_STUCK: _critical(
        "Appointments have not been safely at Cal.com for more than 10 minutes.",
        "Termine stehen seit über 10 Minuten nicht sicher bei Cal.com.",
    ),
    AlarmKind.SYNC_PARTIAL: _critical(
        "Only a part of an appointment is at Cal.com.",
        "Von einem Termin steht nur ein Teil bei Cal.com.",
    ),
    AlarmKind.SYNC_OVERDUE: _warning(
        "Work for Cal.com is due and is not being done.",
        "Arbeit für Cal.com ist fällig und wird nicht getan.",
    ),
    AlarmKind.CASE_WAITS: _warning(
        "A case has waited for a person for more than 4 hours.",
        "Ein Fall wartet seit über 4 Stunden auf einen Menschen.",
    ),
    AlarmKind.WEBHOOKS_SILENT: _critical(
        "Bookings are made, but Cal.com has told nothing for hours: we do not hear what is changed there.",
        "Es wird gebucht, aber Cal.com meldet seit Stunden nichts: Wir erfahren nicht, was dort geändert wird.",
    ),
    AlarmKind.CALENDARS_STALE: _warning(
        "A calendar at Cal.com has not been compared for two hours.",
        "Ein Kalender bei Cal.com wurde seit zwei Stunden nicht abgeglichen.",
    ),
    AlarmKind.BUDGET_NEAR_END: _warning(
        "The budget of requests to Cal.com is nearly used up.",
        "Das Kontingent an Anfragen bei Cal.com ist fast aufgebraucht.",
    ),
    AlarmKind.CALCOM_AWAY: _critical("Cal.com does not answer.", "Cal.com antwortet nicht."),
    AlarmKind.PLEAS_WAIT: _warning(
        "Cancellations or callbacks that were asked for are not entered.",
        "Absagen oder Rückrufe, um die gebeten wurde, sind nicht eingetragen.",
    ),
    AlarmKind.EVENT_LAG: _critical(
        "A service does not hear of what has changed.", "Ein Dienst erfährt nicht, was sich geändert hat."
    ),
    AlarmKind.EVENTS_NOT_UNDERSTOOD: _warning(
        "A service does not understand events of a newer one.",
        "Ein Dienst versteht Ereignisse eines neueren nicht.",
    ),
    AlarmKind.REDIS_AWAY: _warning(
        "Redis does not answer: times are not held, and nothing is entered at Cal.com.",
        "Redis antwortet nicht: Zeiten werden nicht freigehalten, und bei Cal.com wird nichts eingetragen.",
    ),
    AlarmKind.SERVICE_DOWN: _critical("A service does not answer.", "Ein Dienst antwortet nicht."),
    AlarmKind.TRUTH_DIFFERENCE: _critical(
        "A caller was told something that is not so.", "Einem Anrufer wurde etwas gesagt, das nicht stimmt."
    ),
    AlarmKind.SIGNATURES_REFUSED: _warning(
        "Requests with wrong signatures are refused: a wrong key, or an attack.",
        "Anfragen mit falscher Unterschrift werden abgewiesen: ein falscher Schlüssel oder ein Angriff.",
    ),
    AlarmKind.UNEXPECTED_AGENT: _critical(
        "Another version of the voice agent is on the phone than the one that is meant.",
        "Es telefoniert eine andere Version des Sprachagenten als vorgesehen.",
    ),
    AlarmKind.CALLS_WITHOUT_END: _warning(
        "Calls count as going on although nothing is heard of them.",
        "Gespräche gelten als laufend, obwohl nichts mehr von ihnen gehört wird.",
    ),
    AlarmKind.MESSAGES_FAIL: _warning(
        "Messages to customers do not arrive.", "Nachrichten an Kunden kommen nicht an."
    ),
    AlarmKind.MESSAGES_LATE: _warning(
        "Messages to customers are due and do not go out.",
        "Nachrichten an Kunden sind fällig und gehen nicht hinaus.",
    ),
    AlarmKind.BUG: _critical("A bug has shown itself.", "Ein Programmfehler ist aufgetreten."),
}


@dataclass(frozen=True)
class Observed:
    """Something is wrong now. ``subject`` tells apart what is wrong in several places: a business, a service; "": all."""

    kind: AlarmKind
    subject: str
    since: datetime
    detail: str = ""

    @property
    def key(self) -> tuple[AlarmKind, str]:
        """One alarm is open for it at most."""
        return self.kind, self.subject


class About(enum.Enum):
    """What is told of an alarm."""

    RAISED = "raised"
    STILL = "still"
    OVER = "over"
    TEST = "test"


@dataclass(frozen=True)
class Alarm:
    """One thing that is wrong, from when it was noticed until it was well again for a while. Instants are aware."""

    alarm_id: UUID
    kind: AlarmKind
    subject: str
    detail: str
    since: datetime
    opened_at: datetime
    told_at: datetime
    calm_since: datetime | None = None
    over_at: datetime | None = None

    @property
    def key(self) -> tuple[AlarmKind, str]:
        """See ``Observed``."""
        return self.kind, self.subject

    def seen(self, observed: Observed, now: datetime, repeat: timedelta) -> "tuple[Alarm, About | None]":
        """It is still so; from time to time it is told again."""
        kept = replace(self, detail=observed.detail, calm_since=None)
        if now - self.told_at >= repeat:
            return replace(kept, told_at=now), About.STILL
        return kept, None

    def unseen(self, now: datetime) -> "tuple[Alarm, About | None]":
        """It is not so at the moment."""
        calm_since = self.calm_since or now
        if now - calm_since >= CALM_FOR:
            return replace(self, calm_since=calm_since, over_at=now), About.OVER
        return replace(self, calm_since=calm_since), None


@dataclass(frozen=True)
class Change:
    """An alarm as it is to be stored, and what is to be told of it."""

    alarm: Alarm
    tell: About | None


def changes(
    open_alarms: Sequence[Alarm],
    observed: Sequence[Observed],
    *,
    now: datetime,
    repeat: timedelta,
    new_id: Callable[[], UUID],
) -> Iterator[Change]:
    """What follows from a look: each thing that is wrong is told once, again after ``repeat``, and when it is over."""
    wrong = {one.key: one for one in observed}
    for alarm in open_alarms:
        seen = wrong.pop(alarm.key, None)
        yield Change(*(alarm.seen(seen, now, repeat) if seen else alarm.unseen(now)))
    for one in wrong.values():
        yield Change(
            Alarm(new_id(), one.kind, one.subject, one.detail, one.since, opened_at=now, told_at=now),
            About.RAISED,
        )
