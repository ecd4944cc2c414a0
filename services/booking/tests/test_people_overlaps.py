"""What two people have at the same time, beside the comparison of each with each."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from booking.domain.option import Span
from booking.domain.people import Overlap, Taking, overlaps_of

ONE, OTHER = UUID(int=1), UUID(int=2)
START = datetime(2027, 3, 1, tzinfo=UTC)


def taking(person: UUID, appointment: int, first: int, minutes: int) -> Taking:
    begin = START + timedelta(minutes=first)
    return Taking(person, UUID(int=100 + appointment), Span(begin, begin + timedelta(minutes=minutes)))


TAKINGS = st.lists(
    st.builds(
        taking,
        st.sampled_from([ONE, OTHER]),
        st.integers(0, 8),
        st.integers(0, 300),
        st.sampled_from([1, 15, 60, 3000]),
    ),
    max_size=20,
)


def each_with_each(takings: list[Taking]) -> list[Overlap]:
    found = [
        Overlap(
            one.appointment_id,
            other.appointment_id,
            Span(
                max(one.span.start_time, other.span.start_time), min(one.span.end_time, other.span.end_time)
            ),
        )
        for one in takings
        for other in takings
        if (one.person_id, other.person_id) == (ONE, OTHER)
        and one.appointment_id != other.appointment_id
        and one.span.start_time < other.span.end_time
        and other.span.start_time < one.span.end_time
    ]
    return sorted(found, key=lambda each: (each.span.start_time, each.appointment_id, each.other_id))


@given(TAKINGS)
def test_it_finds_what_the_comparison_of_all_finds(takings: list[Taking]) -> None:
    def order(each: Overlap) -> tuple[datetime, UUID, UUID, datetime]:
        return each.span.start_time, each.appointment_id, each.other_id, each.span.end_time

    assert sorted(overlaps_of(ONE, takings), key=order) == sorted(each_with_each(takings), key=order)
