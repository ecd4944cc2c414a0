"""``python -m deploy_check [--all]``: check everything below deploy/; exit 1 and one line for each fault."""

import argparse
import sys
from pathlib import Path

from deploy_check.checking import check
from deploy_check.combinations import TOGETHER
from deploy_check.kustomize import KustomizeError, command
from deploy_check.watching import promtool

DEPLOY = Path(__file__).parents[3]


def main() -> int:
    """0 where all is well, 1 where something is wrong, 2 where nothing can be checked."""
    parser = argparse.ArgumentParser(prog="deploy-check")
    parser.add_argument(
        "--all", action="store_true", help="build every combination of components that goes together"
    )
    parser.add_argument("--root", type=Path, default=DEPLOY, help="the folder deploy/ to check")
    arguments = parser.parse_args()
    try:
        print(f"kustomize: {' '.join(command())}")  # noqa: T201 - a command line tool
        print(f"promtool: {promtool(arguments.root) or 'NONE: THE RULES ARE NOT RUN (install prometheus)'}")  # noqa: T201 - as above
        outcome = check(arguments.root, together=0 if arguments.all else TOGETHER)
    except KustomizeError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command line tool
        return 2
    for fault in outcome.faults:
        print(f"FAULT {fault}", file=sys.stderr)  # noqa: T201 - a command line tool
    looked_at = ", ".join(f"{number} {what}" for what, number in outcome.looked_at.items())
    print(f"{looked_at}: {len(outcome.faults) or 'no'} faults")  # noqa: T201 - a command line tool
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
