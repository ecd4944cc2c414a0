"""rollout.sh does first things first: the migrations are done before any service is touched, and a failed one stops it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy_check.__main__ import DEPLOY
from deploy_check.kustomize import command

# What kubectl is told, in order; it builds with the real kustomize and fails where it is meant to.
KUBECTL = """#!/bin/sh
case "$*" in
  kustomize*) shift; exec {build} "$@" ;;
  *"{fails}"*) echo "failed $*" >> "{log}"; exit 1 ;;
  "apply -f -") echo "apply $(grep '^kind:' | sort -u | tr -d '\\n')" >> "{log}" ;;
  *) echo "$*" >> "{log}" ;;
esac
"""


def rolled(tmp_path: Path, fails: str = "nothing fails") -> tuple[int, list[str]]:
    log, program = tmp_path / "log", tmp_path / "bin" / "kubectl"
    program.parent.mkdir()
    # Its full path: the program below stands first on the PATH, under the same name.
    words = " ".join([str(shutil.which(command()[0])), *command()[1:]])
    program.write_text(KUBECTL.format(build=words, fails=fails, log=log))
    program.chmod(0o755)
    done = subprocess.run(
        [str(DEPLOY / "kubernetes/rollout.sh"), str(DEPLOY / "kubernetes/overlays/production")],
        env={"PATH": f"{program.parent}:{os.environ['PATH']}"},  # noqa: TID251 - awk and mktemp
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, log.read_text().splitlines()


def test_migrations_are_done_before_a_service_is_touched(tmp_path: Path) -> None:
    status, said = rolled(tmp_path)

    assert status == 0
    first, jobs = (line for line in said if line.startswith("apply kind"))
    assert "kind: Deployment" not in first
    assert "kind: Job" not in first
    assert "kind: ExternalSecret" in first
    assert jobs == "apply kind: Job"
    waited = next(at for at, line in enumerate(said) if "condition=complete" in line)
    everything = next(at for at, line in enumerate(said) if line.startswith("apply -f /"))
    assert said.index(jobs) < waited < everything


@pytest.mark.parametrize("fails", ["condition=complete", "condition=Ready"])
def test_a_migration_that_fails_leaves_the_services_alone(tmp_path: Path, fails: str) -> None:
    status, said = rolled(tmp_path, fails)

    assert status != 0
    assert said[-1].startswith("failed")
    assert not any(line.startswith("apply -f /") for line in said)
