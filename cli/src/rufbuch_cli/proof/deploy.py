"""Deployment: what is in deploy/ is right, whoever breaks it is told, and replicas are replaced under callers who notice nothing."""

import tempfile
from pathlib import Path

from deploy_check.breaking import BREAKS, untold
from deploy_check.checking import check
from rufbuch_cli.chaos.leading import TAKEN_OVER_WITHIN_S, Led, Taken, take_over
from rufbuch_cli.chaos.playing import Played, gone, play, world
from rufbuch_cli.chaos.rolling import BOOK_EVERY_S, roll
from rufbuch_cli.outages.breaking import How
from rufbuch_cli.proof.claims import Claim, Result, project
from rufbuch_cli.proof.rolled import rolled
from rufbuch_cli.scale.measuring import load_run, measured

CALLERS, REPLICAS = 4, 2
FEWEST_CALLS = 50
OFF_BY_MAX = 0.5
"""The load run shares the machine with whoever plays it, and waits cost processor time as well."""


def deploy_is_right() -> list[Result]:
    """``make deploy-check``."""
    outcome = check(project() / "deploy")
    looked_at = ", ".join(f"{number} {what}" for what, number in outcome.looked_at.items())
    figure = f"{len(outcome.faults)} faults in {looked_at}" + "".join(
        f"; {fault}" for fault in outcome.faults[:5]
    )
    return [Result("make deploy-check", figure, "no faults", not outcome.faults)]


def each_break_is_told() -> list[Result]:
    """One after the other, each alone in a copy."""
    missed = []
    for one in BREAKS:
        with tempfile.TemporaryDirectory(prefix="rufbuch-broken-") as scratch:
            missed += untold(project() / "deploy", Path(scratch), [one])
    figure = f"{len(BREAKS) - len(missed)} of {len(BREAKS)} told by their name" + "".join(
        f"; {one}" for one in missed[:3]
    )
    return [Result("ports, variables, probes, policies, … broken by hand", figure, "every one", not missed)]


def replicas_come_and_go() -> list[Result]:
    """Two of every service behind round_robin."""
    with world(replicas=REPLICAS) as ours:
        restarted = roll(ours, callers=CALLERS)
        drained = play(ours, gone("booking", How.STOPPED), callers=CALLERS, book_every_s=BOOK_EVERY_S)
        taken = take_over(ours, callers=CALLERS)
    return [
        rolled(restarted),
        _without_failure(drained),
        *(_one_leads(one) for one in taken.led),
        _true_to_the_end(taken),
    ]


def _without_failure(played: Played) -> Result:
    asked = played.statuses.total()
    wrong = [*played.failures, *played.compared.faults]
    figure = (
        f"{len(played.failures)} of {asked} function calls failed, {len(played.compared.faults)} differences"
    )
    figure += "".join(f"; {one}" for one in wrong[:3])
    return Result(
        f"{played.name} under load",
        figure,
        f"0 of {FEWEST_CALLS} or more",
        not wrong and asked >= FEWEST_CALLS,
    )


def _one_leads(led: Led) -> Result:
    """kill -9 of whoever leads, with nobody to start it again."""
    figure = (
        f"{led.first} led and was killed, {led.second or 'nobody'} took over after {led.seconds:.1f} s and leads when"
        f" {led.first} is back ({led.after or 'nobody'} does); at {len(led.holders.looks)} looks {led.holders.most} at most"
    )
    holds = led.second not in {"", led.first} and led.after == led.second and led.holders.most == 1
    return Result(
        f"of two replicas of {led.service} one leads", figure, f"1, within {TAKEN_OVER_WITHIN_S:.0f} s", holds
    )


def _true_to_the_end(taken: Taken) -> Result:
    """What the dead one had begun, the other one ends: both sides agree at last, and nothing is there twice."""
    compared = taken.played.compared
    figure = (
        f"{', '.join(taken.killed)}; {taken.played.statuses.total()} function calls, {len(compared.faults)} differences,"
        f" {compared.copies} copies, {taken.made_twice} made twice"
    )
    return Result(
        "one replica of each service killed with -9 and kept away, the other goes on",
        "; ".join([figure, *compared.faults[:3]]),
        "no difference, nothing twice",
        not compared.faults and not taken.made_twice and compared.copies > 0,
    )


def the_model_fits_a_load() -> list[Result]:
    """Costs of one call after the other, and many at once."""
    with measured() as (ours, costs):
        run = load_run(ours, costs)
    figure = f"{run.cpu_s:.1f} s of processor time for {run.calls} calls at once, {run.ratio:.2f} of what the model says"
    return [
        Result(
            "the model of docs/scale.md", figure, f"within {OFF_BY_MAX:.0%}", abs(run.ratio - 1) <= OFF_BY_MAX
        )
    ]


CLAIMS: tuple[Claim, ...] = (deploy_is_right, each_break_is_told, replicas_come_and_go, the_model_fits_a_load)
