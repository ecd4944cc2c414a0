"""From the nodes of a file to a business."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from staff_registry.domain.business import (
    Absence,
    Account,
    Branch,
    Business,
    Person,
    Phase,
    PhaseKind,
    PhaseMapping,
    Service,
    WeeklyHours,
)
from staff_registry.domain.validation import faults_in
from staff_registry.yaml_file.nodes import Item, Notes, root

_KINDS = {kind.value.lower(): kind for kind in PhaseKind}


def describe(
    text: str,
    *,
    api_keys: Mapping[str, str] | None = None,
    mappings: Sequence[PhaseMapping] = (),
    webhook_secret: str = "",
) -> Business:
    """The business that a YAML file describes, sound in itself.

    Secrets are never in the file: ``api_keys`` has them by account key. ``mappings`` follow those of the file, which
    may have none, since event types come into being at Cal.com. Raises FileInvalidError with all faults at once.
    """
    notes = Notes()
    business = _business(root(text, notes), api_keys or {})
    business = replace(business, mappings=(*business.mappings, *mappings), webhook_secret=webhook_secret)
    _unused_keys(business, api_keys or {}, notes)
    for path, expected in faults_in(business).items():
        notes.fault(path, expected)
    notes.refuse()
    return business


def _unused_keys(business: Business, api_keys: Mapping[str, str], notes: Notes) -> None:
    """A key for an account that is not in the file is a slip that would leave some account without one."""
    known = {account.key for person in business.people for account in person.accounts}
    for key in sorted(set(api_keys) - known):
        notes.fault(f"api_keys.{key}", f"a key for one of the accounts {', '.join(sorted(known))}")


def _business(item: Item, api_keys: Mapping[str, str]) -> Business:
    fields = item.fields(
        key="key", name="name", language="language", currency="currency", calendar_sync="calendar_sync",
        branches="branches", people="people", services="services", mappings="mappings",
    )  # fmt: skip
    currency = fields["currency"].text("EUR")
    return Business(
        key=fields["key"].text(),
        name=fields["name"].text(),
        language=fields["language"].text("de-DE"),
        branches=fields["branches"].each(_branch),
        people=fields["people"].each(partial(_person, api_keys=api_keys)),
        services=fields["services"].each(partial(_service, currency=currency)),
        mappings=fields["mappings"].each(_mapping),
        calendar_sync=fields["calendar_sync"].yes(),
    )


def _branch(item: Item) -> Branch:
    fields = item.fields(
        key="key", name="name", time_zone="time_zone", holiday_region="holiday_region",
        dialled_numbers="dialled_numbers", slot_step_minutes="slot_step_minutes",
        min_notice_minutes="min_notice_minutes", horizon_days="horizon_days", hold_seconds="hold_seconds",
        opening_hours="opening_hours",
    )  # fmt: skip
    return Branch(
        key=fields["key"].text(),
        name=fields["name"].text(),
        time_zone=fields["time_zone"].text(),
        holiday_region=fields["holiday_region"].text(),
        dialled_numbers=fields["dialled_numbers"].each(Item.text),
        slot_step_minutes=fields["slot_step_minutes"].whole(15),
        min_notice_minutes=fields["min_notice_minutes"].whole(15),
        horizon_days=fields["horizon_days"].whole(180),
        hold_seconds=fields["hold_seconds"].whole(300),
        opening_hours=fields["opening_hours"].each(_hours),
    )


def _hours(item: Item) -> WeeklyHours:
    fields = item.fields(days="weekdays", start="start", end="end")
    return WeeklyHours(fields["days"].each(Item.weekday), fields["start"].text(), fields["end"].text())


def _person(item: Item, *, api_keys: Mapping[str, str]) -> Person:
    fields = item.fields(
        key="key", name="name", branches="branch_keys", services="service_keys",
        working_hours="working_hours", absences="absences", accounts="accounts",
    )  # fmt: skip
    return Person(
        key=fields["key"].text(),
        name=fields["name"].text(),
        branch_keys=fields["branches"].each(Item.text),
        working_hours=fields["working_hours"].each(_hours),
        absences=fields["absences"].each(_absence),
        accounts=fields["accounts"].each(partial(_account, api_keys=api_keys)),
        service_keys=fields["services"].each(Item.text),
    )


def _absence(item: Item) -> Absence:
    fields = item.fields(start="start_time", end="end_time", note="note")
    return Absence(fields["start"].instant(), fields["end"].instant(), fields["note"].text())


def _account(item: Item, *, api_keys: Mapping[str, str]) -> Account:
    fields = item.fields(key="key", username="username", email="email")
    key = fields["key"].text()
    return Account(key, fields["username"].text(), fields["email"].text(), api_keys.get(key, ""))


def _service(item: Item, *, currency: str) -> Service:
    fields = item.fields(
        key="key", name="name", synonyms="synonyms", phases="phases", price_minor="price_minor"
    )
    return Service(
        key=fields["key"].text(),
        name=fields["name"].text(),
        synonyms=fields["synonyms"].each(Item.text),
        phases=fields["phases"].each(_phase),
        price_minor=fields["price_minor"].maybe_whole(),
        currency=currency,
    )


def _phase(item: Item) -> Phase:
    fields = item.fields(name="name", kind="kind", minutes="minutes")
    kind = fields["kind"].text(PhaseKind.ACTIVE.value.lower())
    if kind not in _KINDS:
        fields["kind"].notes.fault(fields["kind"].path, f"one of {', '.join(_KINDS)}")
    return Phase(fields["name"].text(), _KINDS.get(kind), fields["minutes"].whole())


def _mapping(item: Item) -> PhaseMapping:
    fields = item.fields(
        service="service_key", phase_position="phase_position", person="person_key", account="account_key",
        event_type_id="event_type_id",
    )  # fmt: skip
    return PhaseMapping(
        service_key=fields["service"].text(),
        phase_position=fields["phase_position"].whole(-1),
        person_key=fields["person"].text(),
        account_key=fields["account"].text(),
        event_type_id=fields["event_type_id"].whole(),
    )
