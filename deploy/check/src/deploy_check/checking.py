"""Everything that is checked, over everything that can be built."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy_check import (
    agreement,
    backup,
    combinations,
    compose,
    image,
    kustomize,
    paths,
    policy,
    schemas,
    tls,
    watching,
)
from deploy_check.facts import SERVICES
from deploy_check.manifests import Manifest

Check = Callable[[Sequence[Manifest]], Iterator[str]]
OF_MANIFESTS: tuple[Check, ...] = (
    schemas.faults,
    policy.faults,
    agreement.faults,
    backup.faults,
    paths.faults,
    tls.faults,
    watching.faults_in_cluster,
)
IMAGES = (*(service.name for service in SERVICES), "cli", "sandbox")


@dataclass(frozen=True)
class Outcome:
    """What was looked at, and what is wrong with it; each fault once, however many combinations have it."""

    looked_at: dict[str, int]
    faults: tuple[str, ...]


def check(deploy: Path, *, together: int = combinations.TOGETHER, only: Sequence[str] = ()) -> Outcome:
    """Check what is in ``deploy``. ``together``: how many components are seen in every way with each other, 0: all that
    there are. ``only``: these overlays, and no combination. Raises KustomizeError where there is no kustomize."""
    kubernetes = deploy / "kubernetes"
    found: dict[str, None] = {}
    seen: set[str] = set()
    overlays = only or sorted(path.parent.name for path in kubernetes.glob("overlays/*/kustomization.yaml"))
    chosen = [] if only else _combinations(kubernetes, together)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        built = [pool.submit(kustomize.build_overlay, kubernetes, name) for name in overlays]
        built += [
            pool.submit(kustomize.build_combination, kubernetes, combinations.in_order(one), IMAGES)
            for one in chosen
        ]
        for each in built:
            try:
                found |= dict.fromkeys(_faults(each.result(), seen))
            except kustomize.KustomizeError as error:
                found[f"kustomize: {error}"] = None
    if not only:
        found |= dict.fromkeys(check_files(deploy))
    looked_at = {"overlays": len(overlays), "combinations": len(chosen), "objects": len(seen)}
    return Outcome(looked_at, tuple(found))


def check_files(deploy: Path) -> list[str]:
    """What is wrong with what kustomize does not build."""
    return [*compose.faults(deploy / "compose"), *image.faults(deploy / "docker"), *watching.faults(deploy)]


def _combinations(kubernetes: Path, together: int) -> list[combinations.Combination]:
    names = combinations.components(kubernetes)
    return combinations.covering(names, together) if together else list(combinations.every(names))


def _faults(manifests: Sequence[Manifest], seen: set[str]) -> Iterator[str]:
    """Schemas look at each object once, however often it comes; everything else is about how they fit together."""
    new = []
    for manifest in manifests:
        text = json.dumps(manifest.node, sort_keys=True, default=str)
        if text not in seen:
            seen.add(text)
            new.append(manifest)
    for each in OF_MANIFESTS:
        yield from each(new if each is schemas.faults else manifests)
