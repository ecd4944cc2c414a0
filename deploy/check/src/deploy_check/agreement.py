"""Every port, variable, secret and name in the manifests is one that the services read, and the other way round."""

from collections.abc import Iterator, Sequence

from opentelemetry.sdk import environment_variables as opentelemetry

from deploy_check.facts import BACKUP, GRPC_PORTS, SERVICES, Service
from deploy_check.manifests import Manifest, Node, environment, named, of_kind, selects
from deploy_check.secret_keys import Keys, sample_of, secrets_of

OTEL = {name for name in vars(opentelemetry) if name.startswith("OTEL_")}
STAND_IN = {
    f"RUFBUCH_STANDIN_{name}" for name in ("HOST", "PORT", "STATE", "RATE_LIMIT", "INSERT_DELAY_MS", "SEED")
}


LOG_FILES = "RUFBUCH_LOG_FILES"
"""Of the collector's own file."""


def faults(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Whatever does not fit."""
    secrets = secrets_of(manifests)
    for service in SERVICES:
        deployment = named(manifests, "Deployment", service.name)
        if deployment is None:
            yield f"there is no Deployment {service.name}"
            continue
        yield from _of_service(service, deployment, manifests, secrets)
    yield from _services_reach(manifests)
    yield from _nobody_elses_variables(manifests)
    yield from secrets.faults()


def _of_service(
    service: Service, deployment: Manifest, manifests: Sequence[Manifest], secrets: Keys
) -> Iterator[str]:
    container = deployment.service_container()
    yield from (f"{deployment}: {words}" for words in _variables(service, container, secrets))
    yield from (f"{deployment}: {words}" for words in _ports(service, container))
    yield from (f"{deployment}: {words}" for words in _listens(service, manifests))
    job = named(manifests, "Job", f"{service.name}-migrate")
    if job is None:
        yield f"{deployment}: there is no Job {service.name}-migrate"
        return
    once = job.service_container()
    if once.get("args") != ["migrate"]:
        yield f"{job}: does not migrate (args: [migrate])"
    if once.get("image") != container.get("image"):
        yield f"{job}: migrates with {once.get('image')}, and {container.get('image')} serves"
    yield from (f"{job}: {words}" for words in _variables(service, once, secrets))


def _variables(service: Service, container: Node, secrets: Keys) -> Iterator[str]:
    entries = environment(container)
    for name in sorted(entries.keys() - service.variables - OTEL):
        yield f"the variable {name} is not one that {service.name} reads"
    for name in sorted(service.required - entries.keys()):
        yield f"{name} is not set, and {service.name} does not start without it"
    for name in sorted(service.secrets & entries.keys()):
        if "value" in entries[name]:
            yield f"{name} is a secret, and stands in the open"
    for name, peer in service.peers.items():
        wanted = f"{peer}:{GRPC_PORTS[peer]}"
        found = entries.get(name, {}).get("value", "nothing")
        if found != wanted:
            yield f"{name} is {found}, and {peer} is at {wanted}"
    if entries.get("RUFBUCH_HOST", {}).get("value") not in {"0.0.0.0", "::"}:  # noqa: S104 - inside a pod
        yield "RUFBUCH_HOST is not 0.0.0.0: nobody outside its pod reaches it"
    yield from secrets.read_by(service, entries)
    values = {name: sample_of(name, entry) for name, entry in entries.items()}
    yield from service.faults(values)


def _ports(service: Service, container: Node) -> Iterator[str]:
    found = {port["name"]: port["containerPort"] for port in container.get("ports") or []}
    yield from _differences(
        found, service.ports, f"the container's port {{}} is {{}}, and {service.name} listens at {{}}"
    )


def _listens(service: Service, manifests: Sequence[Manifest]) -> Iterator[str]:
    """What its two Services say together: headless for gRPC and metrics, one address for HTTP."""
    deployment = named(manifests, "Deployment", service.name)
    headless = named(manifests, "Service", service.name)
    if headless is None:
        yield f"there is no Service {service.name}"
        return
    if headless.spec.get("clusterIP") != "None":
        yield f"the Service {service.name} has one address (clusterIP: None): gRPC would stay with one replica"
    offered = {port["name"]: port for port in headless.spec["ports"]}
    web = named(manifests, "Service", f"{service.name}-http")
    offered |= {port["name"]: port for port in web.spec["ports"]} if web else {}
    ports = {name: port["port"] for name, port in offered.items()}
    yield from _differences(
        ports, service.ports, f"the Service's port {{}} is {{}}, and {service.name} listens at {{}}"
    )
    for one in (headless, web):
        if one and deployment and not selects({"matchLabels": one.spec.get("selector")}, deployment.labels):
            yield f"the Service {one.name} selects none of its pods"
    for name, port in offered.items():
        if port.get("targetPort", port["port"]) not in {name, port["port"]}:
            yield f"the Service's port {name} leads to {port['targetPort']}"


def _differences(found: dict[str, int], wanted: dict[str, int], words: str) -> Iterator[str]:
    for name in sorted(found.keys() | wanted.keys()):
        if found.get(name) != wanted.get(name):
            yield words.format(name, found.get(name, "missing"), wanted.get(name, "no such port"))


def _services_reach(manifests: Sequence[Manifest]) -> Iterator[str]:
    """An Ingress leads to a Service and a port that are there; a budget and an autoscaler to something that runs."""
    for ingress in of_kind(manifests, "Ingress"):
        for rule in ingress.spec["rules"]:
            yield from (f"{ingress}: {words}" for words in _backends(rule["http"]["paths"], manifests))
    for scaler in of_kind(manifests, "HorizontalPodAutoscaler"):
        target = scaler.spec["scaleTargetRef"]
        if named(manifests, target["kind"], target["name"]) is None:
            yield f"{scaler}: scales {target['name']}, which is not there"
    for budget in of_kind(manifests, "PodDisruptionBudget"):
        if not any(selects(budget.spec["selector"], one.labels) for one in of_kind(manifests, "Deployment")):
            yield f"{budget}: is about no pod"


def _backends(paths: Sequence[Node], manifests: Sequence[Manifest]) -> Iterator[str]:
    for path in paths:
        backend = path["backend"]["service"]
        target = named(manifests, "Service", backend["name"])
        ports = {port["name"] for port in target.spec["ports"]} if target else set()
        if backend["port"].get("name") not in ports:
            yield f"{path['path']} leads to {backend['name']}:{backend['port']}, which is not there"


def _nobody_elses_variables(manifests: Sequence[Manifest]) -> Iterator[str]:
    ours = {name for service in SERVICES for name in (service.name, f"{service.name}-migrate")} | {BACKUP}
    for manifest in manifests:
        if manifest.name in ours:
            continue
        for container in manifest.containers:
            for name in environment(container):
                if name.startswith("RUFBUCH_") and name not in {*STAND_IN, LOG_FILES}:
                    yield f"{manifest}: nobody in it reads {name}"
