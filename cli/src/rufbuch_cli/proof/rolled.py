"""How the result of a rolling restart reads, wherever it is claimed."""

from rufbuch_cli.chaos.rolling import Rolled
from rufbuch_cli.proof.claims import Result

CALLS_MIN = 100
"""Fewer function calls would not be a load."""


def rolled(run: Rolled) -> Result:
    """No call without an answer, and nothing untrue, in the meantime."""
    played = run.played
    asked, compared = played.statuses.total(), played.compared
    wrong = [*played.failures, *compared.faults]
    figure = (
        f"{run.processes} processes of {run.services} services restarted in {run.seconds:.0f} s;"
        f" {len(played.failures)} of {asked} function calls failed, {played.statuses['pending']} were asked again,"
        f" the longest answer took {played.slowest_s:.2f} s; {len(compared.faults)} untrue,"
        f" {compared.appointments} appointments, {compared.copies} copies"
    )
    return Result(
        "rolling restart of every service under load",
        "; ".join([figure, *wrong[:3]]),
        f"0 failed, 0 untrue, {CALLS_MIN} calls",
        not wrong and asked >= CALLS_MIN,
    )
