"""Who took which minutes."""

from hypothesis import given
from hypothesis import strategies as st

from availability.domain.instants import Interval
from availability.domain.ledger import Busy, BusyKey, BusySource, Ledger

KEYS = st.builds(BusyKey, st.sampled_from(BusySource), st.sampled_from("abcdefgh"))
SPANS = st.tuples(st.integers(0, 9000), st.integers(0, 3000)).map(lambda pair: (pair[0], sum(pair)))
ENTRIES = st.builds(Busy, KEYS, st.lists(SPANS, min_size=1, max_size=4))


@given(entries=st.lists(ENTRIES, unique_by=lambda entry: entry.key), gone=st.lists(KEYS), span=SPANS)
def test_a_packed_ledger_says_the_same_as_a_plain_list(
    entries: list[Busy], gone: list[BusyKey], span: tuple[int, int]
) -> None:
    ledger = Ledger()
    for number, entry in enumerate(entries):
        ledger.put(entry)
        if number % 3 == 0:
            ledger.settle()
    for key in gone:
        ledger.pop(key)
    left = [(entry.key, pair) for entry in entries if entry.key not in gone for pair in entry.intervals]
    around = Interval(*span)

    assert sorted(ledger.intervals()) == sorted(pair for _, pair in left)
    assert sorted((taken.key, taken.interval) for taken in ledger.touching(around)) == sorted(
        (key, pair) for key, pair in left if around.touches(Interval(*pair))
    )


@given(
    entries=st.lists(ENTRIES, unique_by=lambda entry: entry.key, max_size=32),
    many=st.lists(SPANS, max_size=40),
    span=SPANS,
    but=st.sets(KEYS, max_size=2),
)
def test_what_is_taken_of_a_span_is_counted_alike_however_it_lies(
    entries: list[Busy], many: list[tuple[int, int]], span: tuple[int, int], but: set[BusyKey]
) -> None:
    ledger, around, work = Ledger(), Interval(*span), (BusySource.APPOINTMENT, BusySource.HOLD)
    for entry in [
        *entries,
        *(Busy.of(BusySource.APPOINTMENT, f"m{number}", Interval(*each)) for number, each in enumerate(many)),
    ]:
        ledger.put(entry)
    by_one = sum(
        min(taken.interval.end_min, around.end_min) - max(taken.interval.begin_min, around.begin_min)
        for taken in ledger.touching(around)
        if taken.key.source in work and taken.key not in but
    )

    assert [ledger.minutes_in(around, work, but) for _ in range(2)] == [by_one] * 2


def test_a_ledger_of_many_gives_each_back_whole() -> None:
    entries = [
        Busy.of(BusySource.APPOINTMENT, f"a{number}", Interval(number * 10, number * 10 + 5))
        for number in range(500)
    ]
    ledger = Ledger(entries)
    for number in range(500, 700):
        ledger.put(
            Busy.of(BusySource.APPOINTMENT, f"a{number}", Interval(number, number + 1), Interval(0, 1))
        )

    assert ledger.get(BusyKey(BusySource.APPOINTMENT, "a499")) == (Interval(4990, 4995),)
    assert sorted(ledger.pop(BusyKey(BusySource.APPOINTMENT, "a600"))) == [(0, 1), (600, 601)]
    assert ledger.pop(BusyKey(BusySource.APPOINTMENT, "a600")) == ()
    assert ledger.get(BusyKey(BusySource.EXTERNAL, "a499")) == ()


def test_a_key_is_noted_once_whether_it_lies_loose_or_packed() -> None:
    entry = Busy.of(BusySource.APPOINTMENT, "a", Interval(0, 5))
    ledger = Ledger()

    assert ledger.put(entry)
    assert not ledger.put(entry)
    ledger.settle()
    assert not ledger.put(Busy(entry.key, [(7, 9)]))
    assert ledger.put(Busy.of(BusySource.EXTERNAL, "a", Interval(0, 5)))
    assert ledger.get(entry.key) == (Interval(0, 5),)
