"""Instants as the contracts write them: protobuf's own conversion goes through the calendar, at ten times the cost."""

from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_S = 86_400


def timestamp(instant: datetime) -> Timestamp:
    """The instant as the contract writes it."""
    since, written = instant - _EPOCH, Timestamp()
    written.seconds = since.days * _DAY_S + since.seconds
    if since.microseconds:
        written.nanos = since.microseconds * 1000
    return written


def instant(written: Timestamp) -> datetime:
    """An instant of a peer, in UTC. Raises OverflowError where no calendar has it."""
    return _EPOCH + timedelta(0, written.seconds, written.nanos // 1000)
