"""What every pod has to be like: without rights, within limits, probed, and never all gone at once."""

import re
from collections.abc import Iterator, Sequence

from chassis.grpc_server import ACCEPTING
from deploy_check.facts import BY_NAME
from deploy_check.manifests import Manifest, Node, environment, named, of_kind

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
LONG_RUNNING = ("Deployment", "StatefulSet")
SERVERS_STOPPED_IN_TURN = 4
"""Of a service: gRPC, HTTP, metrics, the queue's workers; each waits drain_s for what is in flight."""
SPARE_S = 5.0
_RELEASED = re.compile(r"^v?\d+(\.\d+)*([.-][\w.-]+)?$")


def faults(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Everything that breaks the rules."""
    for manifest in manifests:
        if manifest.pod is None:
            continue
        yield from _pod(manifest)
        for container in manifest.containers:
            yield from (
                f"{manifest}, container {container['name']}: {words}" for words in _container(container)
            )
            if manifest.kind in LONG_RUNNING:
                yield from (
                    f"{manifest}, container {container['name']}: {words}" for words in _probes(container)
                )
    for manifest in of_kind(manifests, "Deployment"):
        if manifest.name in BY_NAME:
            yield from (f"{manifest}: {words}" for words in _stays(manifest, manifests))
    yield from _namespace(manifests)


def _pod(manifest: Manifest) -> Iterator[str]:
    spec = manifest.pod["spec"] if manifest.pod else {}
    security = spec.get("securityContext") or {}
    if security.get("runAsNonRoot") is not True or not security.get("runAsUser"):
        yield f"{manifest}: runs as root (securityContext.runAsNonRoot and runAsUser)"
    if (security.get("seccompProfile") or {}).get("type") != "RuntimeDefault":
        yield f"{manifest}: no seccomp profile (restricted asks for RuntimeDefault)"
    if spec.get("automountServiceAccountToken") is not False:
        yield f"{manifest}: gets a token of the cluster (automountServiceAccountToken: false)"
    for what in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(what):
            yield f"{manifest}: {what}"
    for volume in spec.get("volumes") or []:
        if "hostPath" in volume:
            yield f"{manifest}: the volume {volume['name']} is a path of the node"


def _container(container: Node) -> Iterator[str]:
    security = container.get("securityContext") or {}
    if security.get("allowPrivilegeEscalation") is not False:
        yield "may gain privileges (allowPrivilegeEscalation: false)"
    if security.get("readOnlyRootFilesystem") is not True:
        yield "can write to its root file system (readOnlyRootFilesystem: true)"
    if security.get("privileged"):
        yield "is privileged"
    if "ALL" not in (security.get("capabilities") or {}).get("drop", []):
        yield "keeps capabilities (drop: [ALL])"
    resources = container.get("resources") or {}
    for kind in ("requests", "limits"):
        for what in ("cpu", "memory"):
            if what not in (resources.get(kind) or {}):
                yield f"has no {what} in resources.{kind}"
    yield from _image(str(container.get("image", "")))


def _image(image: str) -> Iterator[str]:
    if "@sha256:" in image:
        return
    _, colon, tag = image.rpartition("/")[2].partition(":")
    if not colon:
        yield f"the image {image} has no tag"
    elif tag == "latest" or not (tag == "dev" or _RELEASED.match(tag)):
        yield f"the image {image} has a tag that says nothing ({tag}): use a version or a digest"


def _probes(container: Node) -> Iterator[str]:
    ports = {port["name"]: port["containerPort"] for port in container.get("ports") or []}
    known = {*ports, *ports.values()}
    for probe in PROBES:
        found = container.get(probe)
        if not found:
            yield f"has no {probe}"
            continue
        for how in ("grpc", "httpGet", "tcpSocket"):
            if how in found and found[how]["port"] not in known:
                yield f"{probe} asks at port {found[how]['port']}, where nothing listens"
        service = found.get("grpc", {}).get("service", "")
        if service not in {"", ACCEPTING}:
            yield f"{probe} asks for the health of {service!r}, of which nobody tells"
    if "grpc" in (container.get("livenessProbe") or {}) and not container["livenessProbe"]["grpc"].get(
        "service"
    ):
        # Health as a whole says NOT_SERVING while the database is away: no restart mends that.
        yield f"livenessProbe ends the process where its database is away: ask for {ACCEPTING!r}"


def _stays(manifest: Manifest, manifests: Sequence[Manifest]) -> Iterator[str]:
    spec, pod = manifest.spec, manifest.pod or {}
    budget = named(manifests, "PodDisruptionBudget", manifest.name)
    if budget is None or budget.spec.get("selector") != spec["selector"]:
        yield "has no PodDisruptionBudget of its own"
    keys = {one["topologyKey"] for one in pod["spec"].get("topologySpreadConstraints") or []}
    if not {"kubernetes.io/hostname", "topology.kubernetes.io/zone"} <= keys:
        yield "its replicas are not spread over nodes and zones (topologySpreadConstraints)"
    if (spec.get("strategy", {}).get("rollingUpdate") or {}).get("maxUnavailable") != 0:
        yield "takes replicas away before their successors are ready (maxUnavailable: 0)"
    yield from _grace(manifest)
    account = named(manifests, "ServiceAccount", pod["spec"].get("serviceAccountName", ""))
    if account is None:
        yield f"its service account {pod['spec'].get('serviceAccountName')!r} is not there"
    elif account.node.get("automountServiceAccountToken") is not False:
        yield "its service account gives a token of the cluster away"


def _grace(manifest: Manifest) -> Iterator[str]:
    """The time to stop has to be enough for all that stopping waits for."""
    container = manifest.service_container()
    pre_stop = (container.get("lifecycle") or {}).get("preStop") or {}
    sleeps = float((pre_stop.get("sleep") or {}).get("seconds", 0))
    if not sleeps:
        yield "stops before others have heard that it goes (lifecycle.preStop.sleep)"
    drain, notice = (_seconds(manifest, container, field) for field in ("drain_s", "drain_notice_s"))
    needed = sleeps + notice + SERVERS_STOPPED_IN_TURN * drain + SPARE_S
    given = float((manifest.pod or {})["spec"].get("terminationGracePeriodSeconds", 30))
    if given < needed:
        yield f"is killed after {given:.0f} s (terminationGracePeriodSeconds); stopping in order may take {needed:.0f} s"


def _seconds(manifest: Manifest, container: Node, field: str) -> float:
    entry = environment(container).get(f"RUFBUCH_{field.upper()}")
    return float(entry["value"] if entry else BY_NAME[manifest.name].settings.model_fields[field].default)


def _namespace(manifests: Sequence[Manifest]) -> Iterator[str]:
    for namespace in of_kind(manifests, "Namespace"):
        labels = namespace.node["metadata"].get("labels") or {}
        if labels.get("pod-security.kubernetes.io/enforce") != "restricted":
            yield f"{namespace}: Pod Security is not restricted"
