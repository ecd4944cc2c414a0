"""Instants over the wire."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from telephony_gateway.clients.instants import instant_of, stamp_of

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 11, 25, 15, tzinfo=BERLIN),
        datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN),
        datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=BERLIN),
        datetime(2026, 7, 1, 12, 0, 0, 123_457, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(9999, 12, 30, tzinfo=UTC),
    ],
)
def test_an_instant_comes_as_it_went_and_as_everybody_writes_it(instant: datetime) -> None:
    theirs = Timestamp()
    theirs.FromDatetime(instant.astimezone(UTC))
    assert stamp_of(instant) == theirs
    assert instant_of(theirs) == instant.astimezone(UTC)
    assert instant_of(theirs).utcoffset() == timedelta(0)
