"""The real processes under callers: restarted in turn, killed, stopped, cut off, without a disk; what was said stays true."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from rufbuch_cli.chaos.calling import Load, under_load
from rufbuch_cli.chaos.full_disk import NoDiskError
from rufbuch_cli.chaos.playing import Played, disk_full, every_blow, judged, pause, play, rolling, world
from rufbuch_cli.chaos.upgrading import (
    NoReleaseBeforeError,
    checked_out,
    new_migrations,
    old_table,
    release_before,
)
from rufbuch_cli.proof.claims import Claim, Result, project

CALLERS = 4
CALLS_MIN = 100
"""Fewer function calls would not be a load."""
AROUND_S = 6.0
"""So long callers call before and after."""


def rolling_restart_under_load() -> list[Result]:
    """Two replicas of every service, each process restarted once, while callers call."""
    with world(replicas=2) as ours:
        processes = len(ours.stack.replicas())
        with under_load(ours.running, callers=CALLERS) as load:
            rolling(ours)
        return _rolled(processes, load, judged("rolling restart", ours, load))


def _rolled(processes: int, load: Load, played: Played) -> list[Result]:
    asked = len(load.heard)
    figure = (
        f"{len(played.failures)} of {asked} function calls failed, {played.statuses['pending']} were asked again,"
        f" {len(played.compared.faults)} untrue; {processes} processes, {played.compared.appointments} appointments"
    )
    wrong = [*played.failures[:3], *played.compared.faults[:3]]
    holds = not played.failures and not played.compared.faults and asked >= CALLS_MIN
    bound = f"0 failed, 0 untrue, {CALLS_MIN} calls"
    return [Result("rolling restart of every service under load", "; ".join([figure, *wrong]), bound, holds)]


def whatever_is_done_to_the_processes() -> list[Result]:
    """Killed with -9, stopped, hanging, and every line cut, reset, half-open and slow, one after the other."""
    with world() as ours:
        return [_true(play(ours, blow, callers=CALLERS)) for blow in every_blow()]


def a_full_disk() -> list[Result]:
    """PostgreSQL cannot write: nothing that was confirmed is lost, and nothing is confirmed that was not kept."""
    try:
        return [_true(disk_full(callers=CALLERS))]
    except NoDiskError as error:
        # Loud: what was not tried does not hold.
        return [Result("PostgreSQL's disk full", str(error), "tried", holds=False)]


def migrations_under_the_code_before_them() -> list[Result]:
    """The release before serves callers while every schema is brought to what is here; then the code here takes over."""
    with TemporaryDirectory(prefix="rufbuch-before-") as scratch:
        try:
            commit = release_before(project())
            sources = checked_out(project(), commit, Path(scratch) / "before")
        except NoReleaseBeforeError as error:
            return [Result("migrations under the code before them", str(error), "tried", holds=False)]
        with world(programs=partial(old_table, sources)) as ours:
            with under_load(ours.running, callers=CALLERS) as load:
                pause(AROUND_S)
                migrated = list(new_migrations(ours))
                pause(AROUND_S)
            played = judged("migrations", ours, load)
    figure = (
        f"{len(played.failures)} of {len(load.heard)} function calls failed, {len(played.compared.faults)} untrue, while"
        f" {len(migrated)} schemas went from {commit[:12]} to what is here"
    )
    wrong = [*played.failures[:3], *played.compared.faults[:3]]
    holds = not wrong and len(load.heard) > 0 and len(migrated) > 0
    return [
        Result(
            "migrations under the code before them", "; ".join([figure, *wrong]), "0 failed, 0 untrue", holds
        )
    ]


def _true(played: Played) -> Result:
    compared = played.compared
    figure = (
        f"{len(compared.false_sentences)} of {compared.sentences} sentences untrue, {len(compared.unsettled)} copies of"
        f" {compared.copies} wrong after settling, {len(played.failures)} calls without an answer"
    )
    holds = compared.sentences > 0 and not compared.faults
    return Result(played.name, "; ".join([figure, *compared.faults[:3]]), "0 untrue, 0 wrong", holds)


CLAIMS: tuple[Claim, ...] = (
    rolling_restart_under_load,
    migrations_under_the_code_before_them,
    whatever_is_done_to_the_processes,
    a_full_disk,
)
