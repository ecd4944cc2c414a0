"""Instants as protobuf writes them, read and written without its detour over fields of a calendar."""

from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


def stamp_of(instant: datetime) -> Timestamp:
    """An aware instant, to the microsecond."""
    return Timestamp(seconds=(instant - _EPOCH) // _SECOND, nanos=instant.microsecond * 1000)


def instant_of(stamp: Timestamp) -> datetime:
    """In UTC, to the microsecond."""
    whole = datetime.fromtimestamp(stamp.seconds, UTC)
    return whole.replace(microsecond=stamp.nanos // 1000) if stamp.nanos else whole
