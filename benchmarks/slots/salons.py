"""Salons made up from a seed: the workloads that the figures are taken over."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from availability.domain.workload import HoursRule, Staff, Workload

CUT = [("a", 45)]
PERM = [("a", 50), ("g", 15), ("a", 5), ("g", 10), ("a", 15), ("a", 40)]
COLOUR = [("a", 25), ("g", 15), ("a", 20), ("g", 10), ("a", 30), ("a", 40)]

WEEK: list[HoursRule] = [
    {"days": [1, 2, 3, 4, 5, 6], "start": "09:00", "end": "13:00"},
    {"days": [1, 2, 3, 4, 5, 6], "start": "13:30", "end": "19:00"},
]


def salon(
    people: int, days: int, phases: list[tuple[str, int]], *, per_day: int = 8, seed: int = 1
) -> Workload:
    """A salon in Berlin from 2027-03-15, across the spring change of clocks, `per_day` busy times a person and day."""
    rng = random.Random(seed)
    zone = ZoneInfo("Europe/Berlin")
    first = date(2027, 3, 15)
    staff: list[Staff] = [
        {"id": f"p{number:02d}", "busy": _busy(rng, zone, first, days, per_day)} for number in range(people)
    ]
    return {
        "name": f"{people}x{days}",
        "timezone": zone.key,
        "date_from": first.isoformat(),
        "days": days,
        "range_start": _minute(zone, first, 0),
        "range_end": _minute(zone, first + timedelta(days=days), 0),
        "working_hours": WEEK,
        "step_min": 15,
        "phases": phases,
        "staff": staff,
    }


def _busy(rng: random.Random, zone: ZoneInfo, first: date, days: int, per_day: int) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for offset in range(days):
        day = first + timedelta(days=offset)
        if day.isoweekday() == 7:
            continue
        nine = _minute(zone, day, 9)
        begins = sorted(rng.sample(range(0, 600, 5), per_day))
        ends = [*begins[1:], 600][:per_day]
        for begin, limit in zip(begins, ends, strict=True):
            out.append((nine + begin, nine + min(begin + rng.randrange(30, 95, 5), limit)))
    return out


def _minute(zone: ZoneInfo, day: date, hour: int) -> int:
    wall = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
    return int(wall.astimezone(UTC).timestamp()) // 60
