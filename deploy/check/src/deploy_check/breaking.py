"""Ways to break what is in deploy/ by hand, each with what the check has to say of it: the check itself is checked with them."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy_check.checking import check, check_files
from deploy_check.kustomize import SCRATCH

COMPOSE = "compose/compose.yaml"
BASE, PARTS = "kubernetes/base", "kubernetes/components"
BOOKING, GATEWAY = f"{BASE}/booking/deployment.yaml", f"{BASE}/telephony-gateway/deployment.yaml"


class NotThereError(LookupError):
    """What is to be broken is not in the file; the break has to follow the file."""


@dataclass(frozen=True)
class Break:
    """In ``file`` (below deploy/) the first ``old`` becomes ``new``; built as ``overlay``, it is told with all of ``told``."""

    what: str
    file: str
    old: str
    new: str
    told: tuple[str, ...]
    overlay: str = "dev"
    """"" for what is not in an overlay."""

    def do(self, deploy: Path) -> None:
        """Break it. Raises NotThereError."""
        path = deploy / self.file
        text = path.read_text()
        if self.old not in text:
            raise NotThereError(f"{self.file} has no {self.old!r}")
        path.write_text(text.replace(self.old, self.new, 1))


BREAKS: tuple[Break, ...] = (
    Break("a container's port", BOOKING, "containerPort: 50053", "containerPort: 50054", ("Deployment booking", "50053")),
    Break("a Service's port", f"{BASE}/booking/service.yaml", "port: 50053", "port: 5053", ("Deployment booking", "5053", "50053")),
    Break(
        "a Service's name", f"{BASE}/booking/service.yaml", "  name: booking\n", "  name: bookings\n",
        ("there is no Service booking",),
    ),
    Break(
        "a Service's selector", f"{BASE}/booking/service.yaml", "selector:\n    app.kubernetes.io/name: booking",
        "selector:\n    app.kubernetes.io/name: bookings", ("Service booking selects none of its pods",),
    ),
    Break(
        "a Service with one address", f"{BASE}/availability/service.yaml", "  clusterIP: None\n", "",
        ("Service availability has one address",),
    ),
    Break("a variable's name", GATEWAY, "RUFBUCH_BOOKING_ADDRESS", "RUFBUCH_BOOKINGS_ADDRESS",
          ("Deployment telephony-gateway", "RUFBUCH_BOOKINGS_ADDRESS")),
    Break("a peer's address", GATEWAY, "availability:50052", "availability:50053", ("RUFBUCH_AVAILABILITY_ADDRESS", "50052")),
    Break(
        "a variable's value", f"{BASE}/calcom-sync/deployment.yaml", "value: https://api.cal.com", "value: api.cal.com",
        ("RUFBUCH_CALCOM_BASE_URL",), "production",
    ),
    Break(
        "a required variable", f"{BASE}/staff-registry/deployment.yaml", "RUFBUCH_SECRETS_KEY", "RUFBUCH_SECRET_KEY",
        ("RUFBUCH_SECRETS_KEY is not set",),
    ),
    Break("a secret's key", BOOKING, "key: database-url", "key: database", ("booking-secrets", "database")),
    Break(
        "a secret's name", f"{PARTS}/external-secrets/secrets.yaml", "target:\n    name: booking-secrets",
        "target:\n    name: booking-secret", ("booking-secrets is made by nobody",), "production",
    ),
    Break(
        "a secret in the open", f"{BASE}/console/deployment.yaml",
        "          valueFrom:\n                secretKeyRef:\n                  name: console-secrets\n                  key: database-url",
        "          value: redis", ("RUFBUCH_DATABASE_URL is a secret",),
    ),
    Break("a probe's port", BOOKING, "grpc:\n              port: 50053", "grpc:\n              port: 50052",
          ("startupProbe", "50052")),
    Break("a probe that is gone", BOOKING, "readinessProbe:", "lifecycle:", ("Deployment booking", "readinessProbe")),
    Break(
        "a liveness that follows the database", GATEWAY,
        "livenessProbe:\n            grpc:\n              port: 50055\n              service: accepting\n",
        "livenessProbe:\n            grpc:\n              port: 50055\n", ("livenessProbe ends the process",),
    ),
    Break("a tag that moves", "kubernetes/overlays/production/kustomization.yaml", "newTag: 0.1.0", "newTag: latest",
          ("availability", "latest"), "production"),
    Break("root", f"{BASE}/pods.yaml", "runAsNonRoot: true", "runAsNonRoot: false", ("Deployment booking: runs as root",)),
    Break("a file system to write to", f"{BASE}/pods.yaml", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false",
          ("Deployment console", "root file system")),
    Break("privileges", f"{BASE}/pods.yaml", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true",
          ("may gain privileges",)),
    Break("a token", f"{BASE}/pods.yaml", "automountServiceAccountToken: false", "automountServiceAccountToken: true",
          ("gets a token of the cluster",)),
    Break("a limit", f"{BASE}/availability/deployment.yaml", "memory: 512Mi", "ephemeral-storage: 512Mi",
          ("Deployment availability", "no memory in resources.limits")),
    Break("the time to stop", f"{BASE}/serving.yaml", "terminationGracePeriodSeconds: 65", "terminationGracePeriodSeconds: 30",
          ("Deployment booking: is killed after 30 s",)),
    Break("the pause before stopping", f"{BASE}/serving.yaml", "seconds: 5", "seconds: 0", ("stops before others have heard",)),
    Break("a disruption budget", f"{BASE}/booking/disruption.yaml", "name: booking\nspec", "name: bookings\nspec",
          ("Deployment booking: has no PodDisruptionBudget",)),
    Break("the spreading", f"{BASE}/serving.yaml", "topologyKey: kubernetes.io/hostname", "topologyKey: kubernetes.io/os",
          ("not spread",)),
    Break("a migration", f"{BASE}/booking/migration.yaml", "args: [migrate]", "args: [serve]", ("Job booking-migrate: does not migrate",)),
    Break("the dump's place", f"{PARTS}/dumps/backup.yaml", '"14", /backups', '"14", /tmp', ("CronJob backup: writes to '/tmp', which ends with its pod",)),
    Break("the dump's database", f"{PARTS}/dumps/backup.yaml", "RUFBUCH_DATABASE_URL", "RUFBUCH_DATABASE",
          ("CronJob backup", "RUFBUCH_DATABASE is not one that rufbuch reads")),
    Break("the dump's limits", f"{PARTS}/dumps/backup.yaml", "memory: 512Mi", "ephemeral-storage: 512Mi",
          ("CronJob backup, container backup: has no memory in resources.limits",)),
    Break("the dump's rights", f"{PARTS}/dumps/backup.yaml", "runAsNonRoot: true", "runAsNonRoot: false", ("CronJob backup: runs as root",)),
    Break("the dump's tag", "kubernetes/overlays/dev/kustomization.yaml", "rufbuch/cli\n    newTag: dev", "rufbuch/cli\n    newTag: latest",
          ("CronJob backup", "latest")),
    Break("two dumps at a time", f"{PARTS}/dumps/backup.yaml", "concurrencyPolicy: Forbid", "concurrencyPolicy: Allow",
          ("CronJob backup: two may run at a time",)),
    Break("Pod Security", f"{BASE}/namespace.yaml", "enforce: restricted", "enforce: baseline", ("Pod Security is not restricted",)),
    Break("a field's name", f"{BASE}/serving.yaml", "minReadySeconds", "minReadySecond", ("Deployment booking", "minReadySecond")),
    Break("a field of an operator", f"{PARTS}/postgres-cloudnative/cluster.yaml", "instances: 3", "instance: 3",
          ("Cluster postgres", "instance"), "production"),
    Break("a path that is closed", f"{PARTS}/network-policies/booking.yaml", "app.kubernetes.io/name: telephony-gateway",
          "app.kubernetes.io/name: telephony", ("telephony-gateway → booking:50053 is needed",), "production"),
    Break("a path that is open", f"{PARTS}/network-policies/availability.yaml", "app.kubernetes.io/name: booking\n",
          "app.kubernetes.io/name: calcom-sync\n", ("booking → availability:50052 is needed",), "production"),
    Break("a policy that is gone", f"{PARTS}/network-policies/kustomization.yaml", "  - console.yaml\n", "",
          ("console → postgres:5432 is needed",), "production"),
    Break("the closed door", f"{PARTS}/network-policies/nothing.yaml", "policyTypes: [Ingress, Egress]", "policyTypes: [Ingress]",
          ("none closes everything first",), "production"),
    Break("the world", f"{PARTS}/network-policies/booking.yaml", "- port: 587", "- port: 22", ("booking → outside:22 is open",), "production"),
    Break("an entrance", f"{PARTS}/ingress/ingresses.yaml", "name: console-http", "name: console-web", ("Ingress console", "console-web"), "production"),
    Break("an autoscaler", f"{PARTS}/autoscaling/autoscalers.yaml", "kind: Deployment\n    name: booking", "kind: Deployment\n    name: book",
          ("HorizontalPodAutoscaler booking", "book"), "production"),
    Break("a place that is scraped", "observability/prometheus/prometheus.yaml", "booking:9153", "booking:9154",
          ("prometheus.yaml", "booking:9153 is not scraped"), ""),
    Break("a place that the cluster scrapes", "kubernetes/components/observability/prometheus-cluster.yaml", "port: 9155", "port: 9156",
          ("prometheus-cluster.yaml", "telephony-gateway:9155 is not scraped"), ""),
    Break("a variable of the collector", f"{PARTS}/observability/collector.yaml", "OTLP_BACKEND_TOKEN", "OTLP_BACKEND_KEY",
          ("Deployment collector", "OTLP_BACKEND_TOKEN is not set"), "production"),
    Break("the collector's address", f"{PARTS}/observability/kustomization.yaml", "http://collector:4317", "http://collector:4318",
          ("OTEL_EXPORTER_OTLP_ENDPOINT", "4318"), "production"),
    Break("the way of the metrics", f"{PARTS}/network-policies/observability.yaml", "- port: 9153", "- port: 9154",
          ("prometheus → booking:9153 is needed",), "production"),
    Break(
        "the name in a certificate", f"{PARTS}/mutual-tls/certificates.yaml", "spiffe://rufbuch/booking", "spiffe://rufbuch/bookings",
        ("Deployment booking", "spiffe://rufbuch/bookings"), "production",
    ),
    Break(
        "the place of the certificates", f"{PARTS}/mutual-tls/certificate.yaml", "mountPath: /etc/rufbuch/tls", "mountPath: /etc/rufbuch/cert",
        ("Deployment booking: nothing is mounted at /etc/rufbuch/tls",), "production",
    ),
    Break(
        "a probe without a certificate", f"{PARTS}/mutual-tls/kustomization.yaml", "(availability|booking|calcom-sync|staff-registry|telephony-gateway)\n",
        "(availability|calcom-sync|staff-registry|telephony-gateway)\n", ("Deployment booking: startupProbe asks over gRPC",), "production",
    ),
    Break("a variable in compose", COMPOSE, "RUFBUCH_STAFF_REGISTRY_ADDRESS: staff-registry:50051", "RUFBUCH_REGISTRY_ADDRESS: staff-registry:50051",
          ("compose: availability", "RUFBUCH_REGISTRY_ADDRESS"), ""),
    Break("a port in compose", COMPOSE, '"127.0.0.1:8082:8082"', '"127.0.0.1:8082:8083"', ("compose: console: publishes", "8083"), ""),
    Break("a tag in compose", COMPOSE, "docker.io/valkey/valkey:8.1.4-alpine", "docker.io/valkey/valkey:latest", ("compose: redis", "latest"), ""),
    Break("a word in compose", COMPOSE, "restart: unless-stopped", "restarts: unless-stopped", ("compose: not what compose reads", "restarts"), ""),
    Break("an order in compose", COMPOSE, "booking-migrate:\n        condition: service_completed_successfully",
          "booking-migrate:\n        condition: service_started", ("compose: booking: does not wait for booking-migrate",), ""),
    Break("a database in compose", COMPOSE, "console:dev-console@postgres:5432", "console:dev-console@database:5432",
          ("compose: console", "database"), ""),
    Break("the user of the image", "docker/Dockerfile", "USER 65532:65532", "USER root", ("Dockerfile", "DL3002"), ""),
    Break("a tag in the image", "docker/Dockerfile", "python:3.13.9-slim-trixie", "python:latest", ("Dockerfile", "latest"), ""),
    Break("a pin in the image", "docker/Dockerfile", "--require-hashes --requirement /tmp/tools.txt", "uv", ("Dockerfile", "DL3013"), ""),
)  # fmt: skip


def batches() -> list[list[Break]]:
    """All breaks in few groups, each of one overlay and with one break a file, so that none hides another."""
    found: list[list[Break]] = []
    for one in BREAKS:
        fits = (
            batch
            for batch in found
            if batch[0].overlay == one.overlay and one.file not in {other.file for other in batch}
        )
        batch = next(fits, None)
        if batch is None:
            found.append([one])
        else:
            batch.append(one)
    return found


def untold(deploy: Path, scratch: Path, breaks: Sequence[Break]) -> list[str]:
    """Break all of these at once in a copy of ``deploy``; those of which the check does not tell, with what it said."""
    copy = copied(deploy, scratch)
    for one in breaks:
        one.do(copy)
    overlay = breaks[0].overlay
    faults = check(copy, only=[overlay]).faults if overlay else check_files(copy)
    return [
        f"{one.what}: {one.told} is in none of {faults}"
        for one in breaks
        if not any(all(word in fault for word in one.told) for fault in faults)
    ]


def copied(deploy: Path, scratch: Path) -> Path:
    """A copy of what is looked at, to be broken."""
    target = scratch / "deploy"
    for part in ("kubernetes", "compose", "docker", "observability"):
        if (deploy / part).is_dir():
            # What another check builds beside the overlays comes and goes.
            shutil.copytree(deploy / part, target / part, ignore=shutil.ignore_patterns(f"{SCRATCH}*"))
    return target
