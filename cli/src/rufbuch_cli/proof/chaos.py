"""The real processes under callers: restarted in turn, killed, stopped, cut off, without a disk; what was said stays true."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from rufbuch_cli.chaos.calling import under_load
from rufbuch_cli.chaos.full_disk import NoDiskError
from rufbuch_cli.chaos.playing import Played, disk_full, every_blow, judged, pause, play, world
from rufbuch_cli.chaos.rolling import roll
from rufbuch_cli.chaos.upgrading import (
    NoReleaseBeforeError,
    checked_out,
    new_migrations,
    old_table,
    release_before,
)
from rufbuch_cli.proof.claims import Claim, Result, project
from rufbuch_cli.proof.rolled import rolled

CALLERS = 4
AROUND_S = 6.0
"""So long callers call before and after."""


def rolling_restart_under_load() -> list[Result]:
    """Two replicas of every service, each process restarted once, while callers call."""
    with world(replicas=2) as ours:
        return [rolled(roll(ours, callers=CALLERS))]


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
