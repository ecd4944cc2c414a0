"""Manifests as they come out of kustomize, and what pods are in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

Node = dict[str, Any]
WORKLOADS = {"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"}
SERVICE_CONTAINER = "service"
"""What the container of each of our services is called, so that one patch fits all."""


@dataclass(frozen=True)
class Manifest:
    """One object."""

    node: Node

    @property
    def kind(self) -> str:
        """E.g. Deployment."""
        return str(self.node.get("kind", ""))

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.node.get("metadata", {}).get("name", ""))

    @property
    def spec(self) -> Node:
        """Its spec; empty where it has none."""
        return dict(self.node.get("spec") or {})

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @cached_property
    def pod(self) -> Node | None:
        """The template of its pods, with metadata and spec; None where it runs none."""
        if self.kind not in WORKLOADS:
            return None
        spec = self.spec["jobTemplate"]["spec"] if self.kind == "CronJob" else self.spec
        return dict(spec["template"])

    @property
    def labels(self) -> dict[str, str]:
        """Of its pods."""
        return dict(self.pod.get("metadata", {}).get("labels") or {}) if self.pod else {}

    @property
    def containers(self) -> list[Node]:
        """Of its pods, those that only run at the start included."""
        if self.pod is None:
            return []
        spec = self.pod["spec"]
        return [*(spec.get("initContainers") or []), *spec["containers"]]

    def service_container(self) -> Node:
        """The container of one of our services. Raises LookupError."""
        return next(one for one in self.containers if one["name"] == SERVICE_CONTAINER)


def read(text: str) -> list[Manifest]:
    """All objects of a stream of YAML. Raises yaml.YAMLError."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [Manifest(node) for node in yaml.load_all(text, Loader=loader) if node]


def of_kind(manifests: Sequence[Manifest], *kinds: str) -> Iterator[Manifest]:
    """Those of these kinds."""
    return (manifest for manifest in manifests if manifest.kind in kinds)


def named(manifests: Sequence[Manifest], kind: str, name: str) -> Manifest | None:
    """The one of this kind and name, if there is one."""
    return next((one for one in of_kind(manifests, kind) if one.name == name), None)


def selects(selector: Node, labels: dict[str, str]) -> bool:
    """Whether a label selector takes these labels; an empty one takes all."""
    wanted = selector.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(_holds(expression, labels) for expression in selector.get("matchExpressions") or [])


def _holds(expression: Node, labels: dict[str, str]) -> bool:
    value, operator = labels.get(expression["key"]), expression["operator"]
    if operator == "In":
        return bool(value in expression["values"])
    if operator == "NotIn":
        return bool(value not in expression["values"])
    return bool((value is not None) == (operator == "Exists"))


def environment(container: Node) -> dict[str, Node]:
    """Variable to its entry, in the order in which they are set."""
    return {entry["name"]: entry for entry in container.get("env") or []}
