"""From the nodes of a file to a business."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from staff_registry.domain.business import (
    Absence,
    Account,
    Branch,
    Business,
    CalendarTerms,
    CancelledThere,
    DatedHours,
    DaySpan,
    FeeTier,
    Person,
    Phase,
    PhaseKind,
    PhaseMapping,
    PhaseMinutes,
    Policy,
    Resource,
    Service,
    WeeklyHours,
)
from staff_registry.domain.validation import faults_in
from staff_registry.yaml_file.messages import described_messages
from staff_registry.yaml_file.nodes import FileFault, Notes, root
from staff_registry.yaml_file.reading import Node
from staff_registry.yaml_file.sentences import described_sentence

LANGUAGE, CURRENCY = "de-DE", "EUR"
"""Meant where the file says nothing."""
WEEKDAYS = {day: n for n, day in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), start=1)}
API_KEYS = "api_keys"
"""Where a file of secrets has those of accounts; faults in them have paths that begin with it."""
_THERE = {there.value.lower(): there for there in CancelledThere}
_KINDS = {kind.value.lower(): kind for kind in PhaseKind}


@dataclass(frozen=True)
class Secrets:
    """What a business needs and no file holds. "" and absent keys mean: keep what is stored."""

    api_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Of accounts at Cal.com, by account key."""
    webhook_secret: str = field(default="", repr=False)
    smtp_password: str = field(default="", repr=False)
    sms_key: str = field(default="", repr=False)
    lines: Mapping[str, int] = field(default_factory=dict)
    """Where the file of secrets names which account key."""


NO_SECRETS = Secrets()


@dataclass(frozen=True)
class DescribedFile:
    """A business, and where in the file it says what."""

    business: Business
    _notes: Notes

    def fault(self, path: str, expected: str) -> FileFault:
        """What is wrong, with its line; the path is that of the description."""
        return self._notes.at(path, expected)

    def has(self, path: str) -> bool:
        """Whether the file says anything there."""
        return self._notes.has(path)


def describe(
    text: str,
    *,
    api_keys: Mapping[str, str] | None = None,
    mappings: Sequence[PhaseMapping] = (),
    webhook_secret: str = "",
    smtp_password: str = "",
    sms_key: str = "",
) -> Business:
    """The business of ``describe_file``."""
    secrets = Secrets(api_keys or {}, webhook_secret, smtp_password, sms_key)
    return describe_file(text, secrets, mappings=mappings).business


def describe_file(
    text: str, secrets: Secrets = NO_SECRETS, *, mappings: Sequence[PhaseMapping] = ()
) -> DescribedFile:
    """The business that a YAML file describes, sound in itself.

    ``mappings`` follow those of the file, which may have none, since event types come into being at Cal.com. Raises
    FileInvalidError with all faults at once.
    """
    notes = Notes()
    business = described(root(text, notes), secrets.api_keys)
    business = replace(
        business, mappings=(*business.mappings, *mappings), webhook_secret=secrets.webhook_secret
    )
    business = _with_message_secrets(business, secrets)
    _unused_keys(business, secrets, notes)
    for path, expected in faults_in(business).items():
        notes.fault(path, expected)
    notes.refuse()
    return DescribedFile(business, notes)


def _with_message_secrets(business: Business, secrets: Secrets) -> Business:
    messages = business.messages
    if messages is None:
        return business
    email = messages.email and replace(messages.email, password=secrets.smtp_password)
    sms = messages.sms and replace(messages.sms, key=secrets.sms_key)
    return replace(business, messages=replace(messages, email=email, sms=sms))


def _unused_keys(business: Business, secrets: Secrets, notes: Notes) -> None:
    """A key for an account that is not in the file is a slip that would leave some account without one. It is told at its
    line in the file of secrets, which is the one to be mended."""
    known = {account.key for person in business.people for account in person.accounts}
    for key in sorted(set(secrets.api_keys) - known):
        expected = f"a key for one of the accounts {', '.join(sorted(known))}"
        notes.fault(f"{API_KEYS}.{key}", expected, line=secrets.lines.get(key))


def described(node: Node, api_keys: Mapping[str, str]) -> Business:
    """The business at the outermost node, sound or not."""
    fields = node.fields(
        key="key", name="name", language="language", currency="currency", calendar_sync="calendar_sync",
        telephony_workspace="telephony_workspace",
        branches="branches", people="people", services="services", policies="policies", mappings="mappings",
        calcom="calendar_terms",
        messages="messages", sentences="sentences",
    )  # fmt: skip
    currency = fields["currency"].text(CURRENCY)
    return Business(
        key=fields["key"].text(),
        name=fields["name"].text(),
        language=fields["language"].text(LANGUAGE),
        branches=fields["branches"].each(_branch, required=True),
        people=fields["people"].each(partial(_person, api_keys=api_keys)),
        services=fields["services"].each(partial(_service, currency=currency)),
        mappings=fields["mappings"].each(_mapping),
        calendar_sync=fields["calendar_sync"].yes(),
        telephony_workspace=fields["telephony_workspace"].text(""),
        policies=fields["policies"].each(partial(_policy, currency=currency)),
        calendar_terms=fields["calcom"].block(_terms, CalendarTerms()),
        messages=fields["messages"].block(described_messages, None),
        sentences=fields["sentences"].each(described_sentence),
    )


def _terms(node: Node) -> CalendarTerms:
    fields = node.fields(
        holds="mirror_holds", cancelled_there="cancelled_there",
        live_check_after_minutes="live_check_after_minutes",
    )  # fmt: skip
    return CalendarTerms(
        mirror_holds=fields["holds"].yes(),
        cancelled_there=fields["cancelled_there"].choice(_THERE, CancelledThere.CANCEL.value.lower()),
        live_check_after_minutes=fields["live_check_after_minutes"].whole(0),
    )


def _branch(node: Node) -> Branch:
    fields = node.fields(
        key="key", name="name", time_zone="time_zone", holiday_region="holiday_region",
        dialled_numbers="dialled_numbers", slot_step_minutes="slot_step_minutes",
        min_notice_minutes="min_notice_minutes", horizon_days="horizon_days", hold_seconds="hold_seconds",
        opening_hours="opening_hours", special_days="dated_hours", resources="resources", retired="retired",
    )  # fmt: skip
    return Branch(
        key=fields["key"].text(),
        name=fields["name"].text(),
        time_zone=fields["time_zone"].text(),
        holiday_region=fields["holiday_region"].text(""),
        dialled_numbers=fields["dialled_numbers"].texts(),
        slot_step_minutes=fields["slot_step_minutes"].whole(15),
        min_notice_minutes=fields["min_notice_minutes"].whole(15),
        horizon_days=fields["horizon_days"].whole(180),
        hold_seconds=fields["hold_seconds"].whole(300),
        opening_hours=fields["opening_hours"].each(_hours),
        dated_hours=fields["special_days"].each(_special_day),
        resources=fields["resources"].each(_resource),
        retired=fields["retired"].yes(),
    )


def _resource(node: Node) -> Resource:
    fields = node.fields(key="key", name="name", group="group")
    return Resource(fields["key"].text(), fields["name"].text(), fields["group"].text())


def _hours(node: Node) -> WeeklyHours:
    fields = node.fields(
        days="weekdays", start="start", end="end", valid_from="valid_from", valid_until="valid_until"
    )
    return WeeklyHours(
        weekdays=fields["days"].each(_weekday, required=True),
        start=fields["start"].clock(),
        end=fields["end"].clock(),
        valid_from=fields["valid_from"].day(""),
        valid_until=fields["valid_until"].day(""),
    )


def _weekday(node: Node) -> int:
    return node.choice(WEEKDAYS) or 0


def _special_day(node: Node) -> DatedHours:
    # Hours have to be written down even where there are none: a line that was forgotten must not close a salon.
    fields = node.fields(date="date", hours="spans", note="note")
    return DatedHours(
        date=fields["date"].day(),
        spans=fields["hours"].each(_span, required=True),
        note=fields["note"].text(""),
    )


def _span(node: Node) -> DaySpan:
    fields = node.fields(start="start", end="end")
    return DaySpan(fields["start"].clock(), fields["end"].clock())


def _person(node: Node, *, api_keys: Mapping[str, str]) -> Person:
    fields = node.fields(
        key="key", name="name", branches="branch_keys", services="service_keys", own_minutes="phase_minutes",
        buffer_before_minutes="buffer_before_minutes", buffer_after_minutes="buffer_after_minutes",
        working_hours="working_hours", special_days="dated_hours", absences="absences", accounts="accounts",
        retired="retired", phone_number="phone_number",
    )  # fmt: skip
    return Person(
        key=fields["key"].text(),
        name=fields["name"].text(),
        branch_keys=fields["branches"].texts(),
        working_hours=fields["working_hours"].each(_hours),
        absences=fields["absences"].each(_absence),
        accounts=fields["accounts"].each(partial(_account, api_keys=api_keys)),
        service_keys=fields["services"].texts(),
        dated_hours=fields["special_days"].each(_special_day),
        phase_minutes=fields["own_minutes"].each(_own_minutes),
        buffer_before_minutes=fields["buffer_before_minutes"].whole(0),
        buffer_after_minutes=fields["buffer_after_minutes"].whole(0),
        retired=fields["retired"].yes(),
        phone_number=fields["phone_number"].text(""),
    )


def _absence(node: Node) -> Absence:
    fields = node.fields(start="start_time", end="end_time", note="note")
    return Absence(fields["start"].instant(), fields["end"].instant(), fields["note"].text(""))


def _account(node: Node, *, api_keys: Mapping[str, str]) -> Account:
    fields = node.fields(key="key", username="username", email="email")
    key = fields["key"].text()
    return Account(key, fields["username"].text(), fields["email"].text(), api_keys.get(key, ""))


def _own_minutes(node: Node) -> PhaseMinutes:
    fields = node.fields(service="service_key", phase_position="phase_position", minutes="minutes")
    return PhaseMinutes(fields["service"].text(), fields["phase_position"].whole(), fields["minutes"].whole())


def _service(node: Node, *, currency: str) -> Service:
    fields = node.fields(
        key="key", name="name", synonyms="synonyms", price_minor="price_minor", currency="currency",
        buffer_before_minutes="buffer_before_minutes", buffer_after_minutes="buffer_after_minutes",
        min_notice_minutes="min_notice_minutes", horizon_days="horizon_days", start_windows="start_windows",
        daily_cap="daily_cap", phases="phases", retired="retired", booking_note="booking_note",
    )  # fmt: skip
    return Service(
        key=fields["key"].text(),
        name=fields["name"].text(),
        synonyms=fields["synonyms"].texts(),
        phases=fields["phases"].each(_phase, required=True),
        price_minor=fields["price_minor"].maybe_whole(),
        currency=fields["currency"].text(currency),
        buffer_before_minutes=fields["buffer_before_minutes"].whole(0),
        buffer_after_minutes=fields["buffer_after_minutes"].whole(0),
        min_notice_minutes=fields["min_notice_minutes"].maybe_whole(),
        horizon_days=fields["horizon_days"].maybe_whole(),
        start_windows=fields["start_windows"].each(_hours),
        daily_cap=fields["daily_cap"].whole(0),
        retired=fields["retired"].yes(),
        booking_note=fields["booking_note"].text(""),
    )


def _phase(node: Node) -> Phase:
    fields = node.fields(name="name", kind="kind", minutes="minutes", needs="resource_groups")
    return Phase(
        name=fields["name"].text(),
        kind=fields["kind"].choice(_KINDS, PhaseKind.ACTIVE.value.lower()),
        minutes=fields["minutes"].whole(),
        resource_groups=fields["needs"].texts(),
    )


def _policy(node: Node, *, currency: str) -> Policy:
    fields = node.fields(
        branch="branch_key", service="service_key", person="person_key",
        cancel_cutoff_minutes="cancel_cutoff_minutes", move_cutoff_minutes="move_cutoff_minutes",
        fees="fee_tiers", moves_max="moves_max", cancellations_per_month_max="cancellations_per_month_max",
        min_notice_minutes="min_notice_minutes",
    )  # fmt: skip
    return Policy(
        branch_key=fields["branch"].text(""),
        service_key=fields["service"].text(""),
        person_key=fields["person"].text(""),
        cancel_cutoff_minutes=fields["cancel_cutoff_minutes"].maybe_whole(),
        move_cutoff_minutes=fields["move_cutoff_minutes"].maybe_whole(),
        fee_tiers=fields["fees"].each(partial(_fee, currency=currency)),
        moves_max=fields["moves_max"].maybe_whole(),
        cancellations_per_month_max=fields["cancellations_per_month_max"].maybe_whole(),
        min_notice_minutes=fields["min_notice_minutes"].maybe_whole(),
    )


def _fee(node: Node, *, currency: str) -> FeeTier:
    fields = node.fields(
        less_than_minutes_before="minutes_before", fee_minor="fee_minor", currency="currency"
    )
    return FeeTier(
        minutes_before=fields["less_than_minutes_before"].whole(),
        fee_minor=fields["fee_minor"].whole(),
        currency=fields["currency"].text(currency),
    )


def _mapping(node: Node) -> PhaseMapping:
    fields = node.fields(
        service="service_key", phase_position="phase_position", person="person_key", account="account_key",
        event_type_id="event_type_id",
    )  # fmt: skip
    return PhaseMapping(
        service_key=fields["service"].text(),
        phase_position=fields["phase_position"].whole(),
        person_key=fields["person"].text(),
        account_key=fields["account"].text(),
        event_type_id=fields["event_type_id"].whole(),
    )
