"""Secrets: who makes them, who reads them, and that both speak of the same names and keys."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from deploy_check.facts import BACKUP, Service
from deploy_check.manifests import Manifest, Node, environment, of_kind

_HASHED = re.compile(r"^(.*(?:secrets|single|passwords))-[a-z0-9]{10}$")
SAMPLES = {
    "RUFBUCH_DATABASE_URL": "postgresql://role:word@postgres-rw:5432/rufbuch",
    "RUFBUCH_REDIS_URL": "redis://redis:6379/0",
    "RUFBUCH_SECRETS_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
}
"""What secrets look like, so that a service can be asked whether it would start with them."""


@dataclass
class Keys:
    """Secret to its keys: those that are made by the manifests, and those that somebody reads."""

    made: dict[str, set[str]] = field(default_factory=dict)
    read: dict[str, set[str]] = field(default_factory=dict)
    by: dict[str, str] = field(default_factory=dict)

    def read_by(self, service: Service, entries: dict[str, Node]) -> Iterator[str]:
        """A service reads its own secrets alone, each under a key that is called like its variable."""
        for name, entry in entries.items():
            reference = (entry.get("valueFrom") or {}).get("secretKeyRef")
            if not reference:
                continue
            secret, key = _plain(reference["name"]), reference["key"]
            wanted = name.removeprefix("RUFBUCH_").lower().replace("_", "-")
            if (secret, key) != (f"{service.name}-secrets", wanted):
                yield f"{name} comes from {secret}/{key}, and not from {service.name}-secrets/{wanted}"

    def faults(self) -> Iterator[str]:
        """Where one of a kind is made, all of the kind are, and none for nobody; else somebody makes them by hand."""
        kinds = {_kind(secret) for secret in self.made}
        for secret, keys in sorted(self.read.items()):
            if _kind(secret) in kinds and secret not in self.made:
                yield f"{self.by[secret]}: the secret {secret} is made by nobody"
            for key in sorted(keys - self.made.get(secret, keys)):
                yield f"{self.by[secret]}: the secret {secret} has no key {key}"
        for secret, keys in sorted(self.made.items()):
            for key in sorted(keys - self.read.get(secret, set())):
                yield f"the secret {secret}: nobody reads its key {key}"


def secrets_of(manifests: Sequence[Manifest]) -> Keys:
    """All of them."""
    keys = Keys()
    for made in of_kind(manifests, "Secret"):
        keys.made[_plain(made.name)] = {*(made.node.get("data") or {}), *(made.node.get("stringData") or {})}
    for external in of_kind(manifests, "ExternalSecret"):
        template = (external.spec["target"].get("template") or {}).get("data")
        keys.made[external.spec["target"]["name"]] = set(
            template or (one["secretKey"] for one in external.spec["data"])
        )
    for manifest in manifests:
        for secret, key in _reads(manifest, keys):
            keys.read.setdefault(secret, set()).add(key)
            keys.by[secret] = str(manifest)
    return keys


def _reads(manifest: Manifest, keys: Keys) -> Iterator[tuple[str, str]]:
    for container in manifest.containers:
        yield from _container_reads(container, keys)
    for volume in (manifest.pod or {"spec": {}})["spec"].get("volumes") or []:
        # Whoever mounts a secret reads each key.
        secret = _plain(volume.get("secret", {}).get("secretName", ""))
        yield from ((secret, key) for key in keys.made.get(secret, set()))
    if manifest.kind == "Cluster":
        for role in manifest.spec.get("managed", {}).get("roles", []):
            yield from ((role["passwordSecret"]["name"], key) for key in ("username", "password"))
    if manifest.kind == "ObjectStore":
        for reference in manifest.spec["configuration"]["s3Credentials"].values():
            yield reference["name"], reference["key"]


def _container_reads(container: Node, keys: Keys) -> Iterator[tuple[str, str]]:
    for entry in environment(container).values():
        reference = (entry.get("valueFrom") or {}).get("secretKeyRef")
        if reference:
            yield _plain(reference["name"]), reference["key"]
    for source in container.get("envFrom") or []:
        # Whoever takes all of a secret reads each key.
        secret = _plain(source["secretRef"]["name"]) if "secretRef" in source else ""
        yield from ((secret, key) for key in keys.made.get(secret, set()))


def _kind(secret: str) -> str:
    """Those of the services, of PostgreSQL, of its backup, and of what watches."""
    first = secret.partition("-")[0]
    if first in {"alertmanager", "collector", "grafana"}:
        return "observability"
    if first == BACKUP:
        return BACKUP
    return "postgres" if first == "postgres" else "services"


def _plain(name: str) -> str:
    """Without the hash of its contents that kustomize appends."""
    return _HASHED.sub(r"\1", name)


def sample_of(name: str, entry: Node) -> str:
    """The value of a variable; of a secret one that has its form."""
    if "value" in entry:
        return str(entry["value"])
    return SAMPLES.get(name, "a-secret-of-somebody")
