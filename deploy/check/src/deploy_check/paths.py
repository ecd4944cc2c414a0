"""NetworkPolicies: what they let through is what the services need, no less and no more."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from deploy_check.facts import BACKUP, GRPC_PORTS, SERVICES
from deploy_check.manifests import Manifest, Node, named, of_kind, selects

POSTGRES, REDIS, STAND_IN, COLLECTOR = "postgres", "redis", "calcom-stand-in", "collector"
OUTSIDE = {"booking": {443, 465, 587}, "calcom-sync": {443, 465, 587}, "telephony-gateway": {443}}
"""Who speaks to the world: mail servers and SMS providers; Cal.com, and mail servers for alarms; Retell."""
INGRESS = "ingress-nginx"
HTTP = ("http",)


@dataclass(frozen=True, order=True)
class Path:
    """Who may open a connection to whom, at which port."""

    source: str
    target: str
    port: int

    def __str__(self) -> str:
        return f"{self.source} → {self.target}:{self.port}"


def faults(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Nothing where there are no policies at all; else each path that is missing, or that nobody needs."""
    policies = list(of_kind(manifests, "NetworkPolicy"))
    if not policies:
        return
    pods = pods_of(manifests)
    yield from _denied(policies)
    wanted, found = needed(manifests), allowed(policies, pods)
    for path in sorted(wanted - found):
        yield f"NetworkPolicy: {path} is needed, and closed: {_where(path, policies, pods)}"
    for path in sorted(found - wanted):
        yield f"NetworkPolicy: {path} is open, and nobody needs it"
    yield from _world(policies, pods)


def pods_of(manifests: Sequence[Manifest]) -> dict[str, dict[str, str]]:
    """Name to labels of everything that runs."""
    pods = {one.name: one.labels for one in manifests if one.pod}
    for one in of_kind(manifests, "Cluster"):
        pods[one.name] = dict(one.spec["inheritedMetadata"]["labels"])
    for one in of_kind(manifests, "Redis"):
        pods[one.name] = dict(one.node["metadata"]["labels"])
    return pods


def needed(manifests: Sequence[Manifest]) -> set[Path]:
    """The paths of the design, as the services' settings tell them, between pods that are there."""
    pods = pods_of(manifests)
    paths: set[Path] = set()
    for service in SERVICES:
        paths |= {Path(service.name, peer, GRPC_PORTS[peer]) for peer in service.peers.values()}
        paths |= {Path(service.name, POSTGRES, 5432), Path(f"{service.name}-migrate", POSTGRES, 5432)}
        paths |= {Path(name, COLLECTOR, 4317) for name in (service.name, f"{service.name}-migrate")}
        paths.add(Path("prometheus", service.name, service.ports["metrics"]))
        if service.uses_redis:
            paths.add(Path(service.name, REDIS, 6379))
    paths.add(Path(BACKUP, POSTGRES, 5432))
    paths |= {Path("calcom-sync", STAND_IN, 8090), Path(STAND_IN, "calcom-sync", 8081)}
    paths |= {Path(POSTGRES, POSTGRES, 5432), Path(POSTGRES, POSTGRES, 8000)}
    paths |= {Path("grafana", "prometheus", 9090), Path("prometheus", "alertmanager", 9093)}
    return {path for path in paths if {path.source, path.target} <= pods.keys()}


def allowed(policies: Sequence[Manifest], pods: dict[str, dict[str, str]]) -> set[Path]:
    """What both ends let through, between pods."""
    out = {path for policy in policies for path in _ends(policy, pods, "egress")}
    into = {path for policy in policies for path in _ends(policy, pods, "ingress")}
    return out & into


def _ends(policy: Manifest, pods: dict[str, dict[str, str]], direction: str) -> Iterator[Path]:
    ours = [name for name, labels in pods.items() if selects(policy.spec["podSelector"], labels)]
    for rule in policy.spec.get(direction) or []:
        others = {
            name
            for peer in rule.get("to" if direction == "egress" else "from") or []
            if "podSelector" in peer and "namespaceSelector" not in peer
            for name, labels in pods.items()
            if selects(peer["podSelector"], labels)
        }
        for port in rule.get("ports") or []:
            for here in ours:
                for there in others:
                    source, target = (here, there) if direction == "egress" else (there, here)
                    yield Path(source, target, int(port["port"]))


def _where(path: Path, policies: Sequence[Manifest], pods: dict[str, dict[str, str]]) -> str:
    out = any(path in set(_ends(policy, pods, "egress")) for policy in policies)
    return f"the ingress of {path.target}" if out else f"the egress of {path.source}"


def _denied(policies: Sequence[Manifest]) -> Iterator[str]:
    """Without this one, whoever is in no other policy is open to all."""
    for policy in policies:
        spec = policy.spec
        everything = not spec["podSelector"] and set(spec["policyTypes"]) == {"Ingress", "Egress"}
        if everything and not spec.get("ingress") and not spec.get("egress"):
            return
    yield "NetworkPolicy: none closes everything first (an empty podSelector with both policyTypes and no rule)"


def _world(policies: Sequence[Manifest], pods: dict[str, dict[str, str]]) -> Iterator[str]:
    """Addresses outside the cluster, and what comes in from other namespaces."""
    managed = {name for name in (POSTGRES, REDIS) if named(policies, "NetworkPolicy", f"managed-{name}")}
    database = {5432} if POSTGRES in managed else set()
    for service in SERVICES:
        wanted = OUTSIDE.get(service.name, set()) | database
        wanted |= {6379} if REDIS in managed and service.uses_redis else set()
        entrances = {port for name, port in service.ports.items() if name in HTTP}
        yield from _borders(service.name, policies, pods, wanted, entrances)
    if BACKUP in pods:
        yield from _borders(BACKUP, policies, pods, database, set())


def _borders(
    name: str,
    policies: Sequence[Manifest],
    pods: dict[str, dict[str, str]],
    wanted: set[int],
    entrances: set[int],
) -> Iterator[str]:
    """Ports outside that one pod speaks to, and its own that are spoken to from there."""
    ours = [
        policy
        for policy in policies
        if policy.spec["podSelector"] and selects(policy.spec["podSelector"], pods.get(name, {}))
    ]
    found = {port for policy in ours for port in _outward(policy)}
    for port in sorted(found ^ wanted):
        state = "closed, and it is needed" if port in wanted else "open, and nobody needs it"
        yield f"NetworkPolicy: {name} → outside:{port} is {state}"
    entered = {port for policy in ours for port in _inward(policy)}
    for port in sorted(entered ^ entrances):
        state = "closed, and it is needed" if port in entrances else "open, and nobody needs it"
        yield f"NetworkPolicy: {INGRESS} → {name}:{port} is {state}"


def _outward(policy: Manifest) -> Iterator[int]:
    yield from _ports_where(policy, "egress", lambda peer: "ipBlock" in peer)


def _inward(policy: Manifest) -> Iterator[int]:
    yield from _ports_where(policy, "ingress", lambda peer: "namespaceSelector" in peer)


def _ports_where(policy: Manifest, direction: str, is_meant: Callable[[Node], bool]) -> Iterator[int]:
    for rule in policy.spec.get(direction) or []:
        peers = rule.get("to" if direction == "egress" else "from")
        # Without a peer, a rule means everybody.
        if peers is None or any(is_meant(peer) for peer in peers):
            yield from (int(port["port"]) for port in rule.get("ports") or [{"port": 0}])
