"""Writes the workloads beside this file, with their answers found minute by minute; knows nothing of the project's code.

Run it only to add workloads: python services/availability/tests/domain/workloads/make.py
"""

import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]

WEEK = [1, 2, 3, 4, 5, 6, 7]
DAY = [{"days": WEEK, "start": "09:00", "end": "13:00"}, {"days": WEEK, "start": "13:30", "end": "19:00"}]
NIGHT = [{"days": WEEK, "start": "00:00", "end": "05:00"}, {"days": WEEK, "start": "22:00", "end": "24:00"}]
ODD = [
    {"days": WEEK, "start": "08:07", "end": "12:58"},
    {"days": [1, 3, 5], "start": "12:40", "end": "17:03"},
]
PERM = [["a", 50], ["g", 15], ["a", 5], ["g", 10], ["a", 15], ["a", 40]]
COLOUR = [["a", 30], ["g", 25], ["a", 20], ["a", 30], ["a", 25]]
PECULIAR = [["g", 7], ["a", 13], ["g", 11], ["a", 2], ["g", 40]]

MADE: list[tuple[Any, ...]] = [
    ("perm_berlin", "Europe/Berlin", "2027-06-01", 3, DAY, 15, PERM),
    ("colour_berlin_ten", "Europe/Berlin", "2027-06-04", 3, ODD, 10, COLOUR),
    ("spring_night", "Europe/Berlin", "2027-03-27", 2, NIGHT, 15, [["a", 45]]),
    ("autumn_night", "Europe/Berlin", "2027-10-30", 2, NIGHT, 15, COLOUR),
    ("autumn_night_half_hours", "Europe/Berlin", "2027-10-30", 2, NIGHT, 30, [["a", 20]]),
    ("kathmandu_twenty", "Asia/Kathmandu", "2027-06-01", 2, DAY, 20, PERM),
    ("lord_howe_change", "Australia/Lord_Howe", "2027-04-03", 2, NIGHT, 60, [["a", 30]]),
    ("cairo_midnight_change", "Africa/Cairo", "2027-04-29", 3, NIGHT, 15, [["a", 45]]),
    ("new_york_change", "America/New_York", "2027-03-13", 2, NIGHT, 5, [["a", 55], ["g", 20], ["a", 10]]),
    ("peculiar_phases", "Europe/Vienna", "2027-06-01", 2, ODD, 15, PECULIAR),
    ("uneven_grid", "Europe/Zurich", "2027-06-01", 2, ODD, 25, [["a", 35]]),
    (
        "whole_days",
        "Europe/Berlin",
        "2027-10-30",
        3,
        [{"days": WEEK, "start": "00:00", "end": "24:00"}],
        60,
        PERM,
    ),
]


def wall_of(minute: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC).astimezone(zone)


def midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) // 60


def minutes_of(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def works(minute: int, zone: ZoneInfo, hours: list[Json]) -> bool:
    wall = wall_of(minute, zone)
    clock = wall.hour * 60 + wall.minute
    return any(
        wall.isoweekday() in rule["days"] and minutes_of(rule["start"]) <= clock < minutes_of(rule["end"])
        for rule in hours
    )


def starts(workload: Json, busy: list[list[int]]) -> list[int]:
    zone = ZoneInfo(workload["timezone"])
    begin, end = workload["range_start"], workload["range_end"]
    free = [works(minute, zone, workload["working_hours"]) for minute in range(begin, end)]
    for low, high in busy:
        for minute in range(max(low, begin), min(high, end)):
            free[minute - begin] = False
    total = sum(length for _, length in workload["phases"])
    return [
        start
        for start in range(begin, end - total + 1)
        if wall_of(start, zone).minute % workload["step_min"] == 0
        and fits(start - begin, workload["phases"], free)
    ]


def fits(at: int, phases: list[Any], free: list[bool]) -> bool:
    for kind, length in phases:
        if kind == "a" and not all(free[at : at + length]):
            return False
        at += length
    return True


def made(
    seed: int, name: str, place: str, first: str, days: int, hours: list[Json], step: int, phases: list[Any]
) -> Json:
    rng = random.Random(seed)
    zone, day = ZoneInfo(place), date.fromisoformat(first)
    begin, end = midnight(day, zone), midnight(day + timedelta(days=days), zone)
    staff: list[Json] = []
    for number in range(1, 3):
        lows = sorted(rng.randrange(begin - 60, end) for _ in range(6 * days))
        staff.append({"id": f"s{number:02d}", "busy": [[low, low + rng.randrange(5, 80)] for low in lows]})
    workload: Json = {"name": name, "seed": seed, "timezone": place, "date_from": first, "days": days}
    workload |= {"range_start": begin, "range_end": end, "working_hours": hours, "step_min": step}
    workload |= {"phases": phases, "staff": staff}
    return workload | {"expected": {each["id"]: starts(workload, each["busy"]) for each in staff}}


if __name__ == "__main__":
    for seed, row in enumerate(MADE, start=1):
        text = json.dumps(made(seed, *row), separators=(",", ":"))
        Path(__file__).with_name(f"{row[0]}.json").write_text(text + "\n")
