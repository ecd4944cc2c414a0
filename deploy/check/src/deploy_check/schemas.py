"""Manifests against the schemas of Kubernetes and of the operators' own kinds."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator as Validator
from kubernetes_validate import utils as kubernetes
from referencing import Registry, Resource

from deploy_check.manifests import Manifest

VERSIONS = ("1.30", "1.35")
"""The oldest and a recent Kubernetes that the manifests are for."""
OURS = "crds"


def faults(manifests: Sequence[Manifest]) -> Iterator[str]:
    """What a server would refuse, misspelled fields included."""
    for manifest in manifests:
        for validator, against in _validators(str(manifest.node.get("apiVersion", "")), manifest.kind):
            if validator is None:
                yield f"{manifest}: {against}"
                continue
            for error in validator.iter_errors(manifest.node):
                place = ".".join(str(part) for part in error.absolute_path)
                yield f"{manifest}: {place or 'it'}: {error.message[:300]} ({against})"


@cache
def _validators(api_version: str, kind: str) -> tuple[tuple[Validator | None, str], ...]:
    group = api_version.partition("/")[0]
    if "." in group and not group.endswith(".k8s.io"):
        return (_custom(api_version, kind),)
    return tuple((_builtin(version, api_version, kind), f"Kubernetes {version}") for version in VERSIONS)


def _builtin(version: str, api_version: str, kind: str) -> Validator:
    # The file's name has the first word of the group alone: networking.k8s.io/v1 is networking-v1.
    group, slash, rest = api_version.partition("/")
    name = f"{group.partition('.')[0]}-{rest}" if slash else api_version
    schema = kubernetes.schema_contents(
        f"kubernetes-json-schema/v{version}.0-local-strict/{kind.lower()}-{name}.json", version
    )
    return Validator(schema, registry=_definitions(version))


@cache
def _definitions(version: str) -> Registry[Any]:
    contents = kubernetes.schema_contents(
        f"kubernetes-json-schema/v{version}.0-local-strict/_definitions.json", version
    )
    return Resource.from_contents(contents) @ Registry()


def _custom(api_version: str, kind: str) -> tuple[Validator | None, str]:
    name = f"{api_version.replace('/', '_')}_{kind.lower()}.json"
    file = resources.files("deploy_check") / OURS / name
    if not file.is_file():
        return None, f"no schema of {api_version} {kind}: python -m deploy_check.vendor"
    return Validator(json.loads(file.read_text())), name
