"""Instants are read and written as protobuf's own conversion does."""

from datetime import UTC, datetime

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from booking.instants import instant, timestamp

INSTANTS = [
    datetime(2025, 11, 26, 14, 0, tzinfo=UTC),
    datetime(2025, 11, 26, 14, 0, 59, 999_999, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 1, tzinfo=UTC),
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, tzinfo=UTC),
]


@pytest.mark.parametrize("when", INSTANTS, ids=str)
def test_an_instant_is_written_as_protobuf_writes_it(when: datetime) -> None:
    written = Timestamp()
    written.FromDatetime(when)

    assert timestamp(when) == written
    assert instant(written) == when


@pytest.mark.parametrize("seconds", [2**40, -(2**40), 2**63 - 1, -(2**63)])
def test_what_no_calendar_has_is_no_instant(seconds: int) -> None:
    with pytest.raises(OverflowError):
        instant(Timestamp(seconds=seconds))
