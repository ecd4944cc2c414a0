"""How booking's events become what is taken of people's time."""

from datetime import UTC

from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from availability.clients.bookings import _taking
from availability.domain.holds import Taking
from availability.domain.instants import Interval

INSTANTS = st.builds(
    Timestamp,
    seconds=st.integers(-(10**9), 4 * 10**9)
    | st.integers(-(10**7), 6 * 10**7).map(lambda minute: minute * 60),
    nanos=st.sampled_from((0, 1, 999, 1000, 500_000_000, 999_999_999)),
)


@given(start=INSTANTS, end=INSTANTS)
def test_seconds_widen_what_is_taken_to_whole_minutes(start: Timestamp, end: Timestamp) -> None:
    as_instants = Interval.of(start.ToDatetime(UTC), end.ToDatetime(UTC))
    assert _taking("anna", start, end) == Taking("anna", as_instants)
