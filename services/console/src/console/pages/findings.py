"""What the services say of themselves, as lines that somebody who runs a salon understands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from console.pages.texts import Texts
from rufbuch.availability.v1 import operations_pb2 as availability_pb2
from rufbuch.booking.v1 import operations_pb2 as booking_pb2
from rufbuch.calendarsync.v1 import operations_pb2 as sync_pb2
from rufbuch.calendarsync.v1 import service_pb2
from rufbuch.staff.v1 import mappings_pb2
from rufbuch.telephony.v1 import operations_pb2 as calls_pb2

LATE = timedelta(seconds=30)
"""News that are waited for longer than this are worth an alarm."""
STALE = timedelta(hours=1)
"""Four times the pause between two looks at people's other appointments."""


@dataclass(frozen=True)
class Line:
    """One finding; ``bad``: somebody has to look."""

    what: str
    words: str
    bad: bool = False


def streams(t: Texts, told: Sequence[availability_pb2.StreamStatus]) -> Iterator[Line]:
    """What availability hears, and how late."""
    for each in told:
        what = t("findings.availability", stream=t.state(f"stream_{each.stream}"))
        if not each.HasField("lag_seconds"):
            yield Line(what, t("findings.never_heard"), bad=True)
        else:
            late = each.lag_seconds > LATE.total_seconds()
            words = t("findings.late", seconds=round(each.lag_seconds)) if late else t("findings.current")
            yield Line(what, words, bad=late or not each.connected)


def readers(t: Texts, told: Sequence[booking_pb2.ReaderLag], now: datetime) -> Iterator[Line]:
    """Who has not yet read which of booking's news."""
    for each in told:
        what = t("findings.reader", reader=t.state(f"reader_{each.reader.replace(' ', '_')}"))
        if not each.waiting:
            yield Line(what, t("findings.current"))
        else:
            oldest = each.oldest_time.ToDatetime(tzinfo=now.tzinfo)
            words = t("findings.waiting", count=each.waiting, since=t.since(oldest, now))
            yield Line(what, words, bad=now - oldest > LATE)


def heard(t: Texts, told: calls_pb2.GetCallStatusResponse, now: datetime) -> Iterator[Line]:
    """What came from Retell last, and whether the right agent speaks."""
    yield Line(t("findings.retell_event"), _when(t, told, "webhook_time", now))
    yield Line(t("findings.retell_function"), _when(t, told, "function_time", now))
    seen, expected = told.agent_version, told.expected_agent_version
    if not expected:
        yield Line(t("findings.agent"), t("findings.agent_any", seen=seen or t("common.unknown")))
    else:
        key = "findings.agent_right" if seen == expected else "findings.agent_wrong"
        words = t(key, seen=seen or t("common.unknown"), expected=expected)
        yield Line(t("findings.agent"), words, bad=bool(seen) and seen != expected)


def calendars(t: Texts, told: sync_pb2.GetSyncStatusResponse, now: datetime) -> Iterator[Line]:
    """What came from Cal.com last, and what is mirrored there."""
    yield Line(t("findings.calcom_webhook"), _when(t, told, "webhook_time", now))
    if told.HasField("refused_webhook_time"):
        refused = told.refused_webhook_time.ToDatetime(tzinfo=now.tzinfo)
        words = t("findings.refused", since=t.since(refused, now))
        yield Line(t("findings.calcom_refused"), words, bad=now - refused < timedelta(days=1))
    words = t("findings.mirrored", held=told.held_times, reserved=told.reserved_times)
    yield Line(t("findings.mirrors"), words)


def busy_times(t: Texts, as_of: datetime | None, now: datetime) -> Line:
    """How old is what is known of people's other appointments?"""
    if as_of is None:
        return Line(t("findings.busy"), t("findings.busy_never"), bad=True)
    return Line(t("findings.busy"), t("findings.as_of", since=t.since(as_of, now)), bad=now - as_of > STALE)


def offered(t: Texts, matrix: mappings_pb2.GetMappingMatrixResponse) -> Line:
    """Is everything offered that people are able to do?"""
    able, there = len(matrix.capabilities), sum(each.offered for each in matrix.capabilities)
    words = t("findings.offered", offered=there, able=able)
    return Line(t("findings.services"), words, bad=not able or there < able)


def looked_up(
    t: Texts, accounts: Sequence[service_pb2.AccountCheck], mappings: Sequence[service_pb2.MappingCheck]
) -> Iterator[Line]:
    """What Cal.com said just now."""
    for each in accounts:
        words = "; ".join(each.faults) or t("findings.account_right")
        yield Line(t("findings.account", username=each.username), words, bad=bool(each.faults))
    wrong = [mapping for mapping in mappings if mapping.faults]
    yield Line(
        t("findings.event_types"),
        t("findings.event_types_right", right=len(mappings) - len(wrong), count=len(mappings)),
        bad=bool(wrong),
    )
    for mapped in wrong:
        what = t("findings.event_type", number=mapped.event_type_id)
        yield Line(what, "; ".join(mapped.faults), bad=True)


def _when(
    t: Texts,
    told: calls_pb2.GetCallStatusResponse | sync_pb2.GetSyncStatusResponse,
    field: str,
    now: datetime,
) -> str:
    if not told.HasField(field):  # type: ignore[arg-type] # one of the names above
        return t("findings.never")
    return t.since(getattr(told, field), now)
