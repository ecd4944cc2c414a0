"""``python -m rufbuch_cli.scale measure``: play calls, keep what they cost, compare a load run; ``page``: write docs/scale.md."""

import sys
from pathlib import Path

import typer

from rufbuch_cli.scale.costs import keep, kept
from rufbuch_cli.scale.page import page

PAGE = Path("docs/scale.md")


def main(words: list[str]) -> int:
    """0 where it was done; 2 for other words."""
    if words == ["measure"]:
        from rufbuch_cli.scale.measuring import load_run, measured  # noqa: PLC0415 - the page needs no servers

        with measured() as (ours, costs):
            keep(costs)
            run = load_run(ours, costs)
        typer.echo(
            f"{run.calls} calls in {run.seconds:.1f} s: {run.cpu_s:.1f} s of processor time, {run.ratio:.2f} of the prediction"
        )
    if words in (["measure"], ["page"]):
        PAGE.write_text(page(kept()))
        return 0
    typer.echo(__doc__, err=True)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
