"""Takes the figures: tenants and people in one process's memory, each with a year of appointments; one search as they grow."""

import gc
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from statistics import median
from time import perf_counter

import psutil

from availability.clients.holidays import public_holidays
from availability.clients.registry import read_business
from availability.domain.holds import Taking
from availability.domain.instants import Interval, to_minute
from availability.testing.salon import salon
from availability.usecases.asking import Question, put
from availability.usecases.business import Business
from availability.usecases.calendars import BusyChange, Calendars
from availability.usecases.wishes import Wish, find
from benchmarks.figure import Figure
from rufbuch.staff.v1 import business_pb2

TENANTS, PEOPLE = (1, 10, 100, 1000), (10, 30, 100, 300, 1000)
PEOPLE_OF_A_TENANT, PER_DAY, DAYS = 2, 1, 365
NOW = datetime(2026, 1, 5, 6, tzinfo=UTC)
ROUNDS = 40
GROWTH_AT_MOST = 2.0
"""A search may take so many times as long among a hundred businesses as in one alone. It is the processor's memory that is slower
where each search is another business's: about 14 µs, whatever the search itself takes (1.2 to 1.6 times were seen, on several machines)."""


def rows() -> list[Figure]:
    """About a minute and a half."""
    # Each in a process of its own: what an earlier one has freed would be taken again, and not be seen.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        return [*_tenants(pool), *_people(pool)]


def _tenants(pool: ProcessPoolExecutor) -> Iterator[Figure]:
    alone: float | None = None
    for count in TENANTS:
        # The processor's caches know one business at a time; so each search is in another one.
        mib, micros = pool.submit(_measured, count, PEOPLE_OF_A_TENANT).result()
        alone = alone or micros
        yield Figure(f"{count} tenants, memory of their calendars", mib, "MiB")
        yield Figure(
            f"{count} tenants, a search", micros, "µs", alone, "the same among one tenant",
            ratio_at_most=GROWTH_AT_MOST if count == 100 else None,
        )  # fmt: skip


def _people(pool: ProcessPoolExecutor) -> Iterator[Figure]:
    few: float | None = None
    for count in PEOPLE:
        mib, micros = pool.submit(_measured, 1, count).result()
        few = few or micros
        yield Figure(f"{count} people in one branch, memory", mib, "MiB")
        yield Figure(f"{count} people in one branch, a search for anybody", micros, "µs", few, "ten people")


def _measured(tenants: int, people: int) -> tuple[float, float]:
    calendars, businesses, mib = _filled(tenants, people)
    return mib, _search_us(calendars, businesses)


def _filled(tenants: int, people: int) -> tuple[Calendars, list[Business], float]:
    """Calendars with a year of appointments for everybody, and what they take."""
    businesses = [_business(number, people) for number in range(tenants)]
    gc.collect()
    before = _own_bytes()
    calendars = Calendars(public_holidays)
    for business in businesses:
        for person_id in business.people:
            for number, taking in enumerate(_year(person_id)):
                calendars.apply(BusyChange(business.tenant_id, f"{person_id}-{number}", (taking,)))
        _search(calendars, business)
    gc.collect()
    return calendars, businesses, max(1, _own_bytes() - before) / 2**20


def _own_bytes() -> int:
    return int(psutil.Process().memory_full_info().uss)


def _year(person_id: str) -> Iterator[Taking]:
    for day in range(DAYS):
        for number in range(PER_DAY):
            begin = to_minute(NOW + timedelta(days=day, hours=3 + 2 * number))
            yield Taking(person_id, Interval(begin, begin + 60))


def _business(number: int, people: int) -> Business:
    described = business_pb2.Business()
    described.CopyFrom(salon([f"{number}-person-{each}" for each in range(people)]))
    described.tenant_id = f"{number:08x}-0000-4000-8000-000000000000"
    described.branches[0].horizon_days = 180
    return read_business(described)


def _search_us(calendars: Calendars, businesses: list[Business]) -> float:
    """Of the middle one: a machine that others use as well makes some of them slow."""
    return median(_taken_us(calendars, businesses[number % len(businesses)]) for number in range(ROUNDS))


def _taken_us(calendars: Calendars, business: Business) -> float:
    began = perf_counter()
    _search(calendars, business)
    return (perf_counter() - began) * 1e6


def _search(calendars: Calendars, business: Business) -> None:
    """A free hour of anybody, in three weeks."""
    branch_id, service_id = next(iter(business.branches)), next(iter(business.services))
    question = Question.of(business, branch_id, [service_id])
    asked = put(question, calendars, (), NOW)
    wish = Wish(NOW + timedelta(days=21, hours=4))
    find(asked.planner, asked.calendar, wish, limit=3)
