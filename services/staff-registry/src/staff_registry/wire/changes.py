"""What has changed, as a message."""

from collections.abc import Iterable

from google.protobuf.timestamp_pb2 import Timestamp

from rufbuch.staff.v1 import changes_pb2
from staff_registry.domain.differences import Change, ChangeKind
from staff_registry.usecases.list_changes import Recorded

CHANGES_MAX = 2_000
_KINDS = {kind: changes_pb2.ChangeKind.Value(f"CHANGE_KIND_{kind.value}") for kind in ChangeKind}


def change_messages(changes: Iterable[Change]) -> list[changes_pb2.Change]:
    """One each."""
    return [
        changes_pb2.Change(
            kind=_KINDS[change.kind],
            subject=change.subject,
            key=change.key,
            name=change.name,
            field=change.field,
            before=change.before,
            after=change.after,
        )
        for change in changes
    ]


def record_message(recorded: Recorded) -> changes_pb2.ChangeRecord:
    """One record; of a very long one the beginning."""
    changed_at = Timestamp()
    changed_at.FromDatetime(recorded.record.at)
    return changes_pb2.ChangeRecord(
        revision=recorded.revision,
        actor=recorded.record.actor,
        change_time=changed_at,
        changes=change_messages(recorded.record.changes[:CHANGES_MAX]),
    )
