"""The claims of this project, run: one line each, with its figure and its bound."""

from collections.abc import Iterable

import typer

from chassis.testing import see_all_rows
from rufbuch_cli.proof.availability import CLAIMS as AVAILABILITY
from rufbuch_cli.proof.booking import CLAIMS as BOOKING
from rufbuch_cli.proof.calcom import CLAIMS as CALCOM
from rufbuch_cli.proof.claims import Claim, Result
from rufbuch_cli.proof.console import CLAIMS as CONSOLE
from rufbuch_cli.proof.deploy import CLAIMS as DEPLOY
from rufbuch_cli.proof.files import CLAIMS as FILES
from rufbuch_cli.proof.gateway import CLAIMS as GATEWAY
from rufbuch_cli.proof.language import CLAIMS as LANGUAGE
from rufbuch_cli.proof.main_job import CLAIMS as MAIN
from rufbuch_cli.proof.performance import CLAIMS as PERFORMANCE
from rufbuch_cli.proof.registry import CLAIMS as REGISTRY
from rufbuch_cli.proof.simulation import CLAIMS as SIMULATION

GROUPS: dict[str, tuple[Claim, ...]] = {
    "main": MAIN,
    "availability": AVAILABILITY,
    "booking": BOOKING,
    "calcom": CALCOM,
    "language": LANGUAGE,
    "gateway": GATEWAY,
    "deploy": DEPLOY,
    "registry": (*FILES, *REGISTRY),
    "console": CONSOLE,
    "simulation": SIMULATION,
    "performance": PERFORMANCE,
}


def run(name: str) -> int:
    """Run one group, or all; 0 where every claim holds, 2 for a name that is none."""
    if name and name not in GROUPS:
        typer.echo(f"no claims under {name!r}; there are: {', '.join(GROUPS)}", err=True)
        return 2
    # The claims look past the services into what is stored of all businesses.
    see_all_rows()
    return run_claims([claim for group in ([name] if name else GROUPS) for claim in GROUPS[group]])


def run_claims(claims: Iterable[Claim]) -> int:
    """Run them and print what came out; 0 where all hold."""
    results = [result for claim in claims for result in _shown(claim)]
    return 0 if all(result.holds for result in results) else 1


def _shown(claim: Claim) -> list[Result]:
    try:
        results = claim()
    except Exception as error:  # noqa: BLE001 - a claim that cannot be run does not hold, and the others still run
        results = [Result(claim.__name__, f"{type(error).__name__}: {error}", "runs", holds=False)]
    for result in results:
        typer.echo(str(result))
    return results
