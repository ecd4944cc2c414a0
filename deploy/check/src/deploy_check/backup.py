"""The CronJob that dumps PostgreSQL: it runs a command that there is, with what that reads, into a place that stays."""

from collections.abc import Iterator, Sequence

from deploy_check.facts import BACKUP, COMMAND_LINE
from deploy_check.manifests import Manifest, Node, environment, named

DATABASE = "RUFBUCH_DATABASE_URL"


def faults(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Nothing where there is no such job."""
    job = named(manifests, "CronJob", BACKUP)
    if job is None or job.pod is None:
        return
    spec = job.pod["spec"]
    yield from (f"{job}: {words}" for words in _runs(job))
    yield from (f"{job}: {words}" for words in _reads(environment(job.containers[0])))
    yield from (f"{job}: {words}" for words in _writes(spec, job.containers[0], manifests))
    if named(manifests, "ServiceAccount", spec.get("serviceAccountName", "")) is None:
        yield f"{job}: its service account {spec.get('serviceAccountName')!r} is not there"


def _runs(job: Manifest) -> Iterator[str]:
    words = job.containers[0].get("args") or [""]
    if words[0] != BACKUP:
        yield f"does not back up (args: [{BACKUP}, …])"
    if "--keep" not in words:
        yield "keeps every dump until its volume is full (--keep)"
    if job.spec.get("concurrencyPolicy") != "Forbid":
        yield "two may run at a time (concurrencyPolicy: Forbid)"
    if not job.spec["jobTemplate"]["spec"].get("activeDeadlineSeconds"):
        yield "one that hangs keeps all others from running (activeDeadlineSeconds)"


def _reads(entries: dict[str, Node]) -> Iterator[str]:
    for name in sorted(entries.keys() - COMMAND_LINE):
        yield f"the variable {name} is not one that rufbuch reads"
    if "secretKeyRef" not in (entries.get(DATABASE, {}).get("valueFrom") or {}):
        yield f"{DATABASE} comes from no secret, and without it there is nothing to back up"


def _writes(spec: Node, container: Node, manifests: Sequence[Manifest]) -> Iterator[str]:
    claims = {
        one["name"]: one["persistentVolumeClaim"]["claimName"]
        for one in spec.get("volumes") or []
        if "persistentVolumeClaim" in one
    }
    places = {one["mountPath"] for one in container.get("volumeMounts") or [] if one["name"] in claims}
    target = (container.get("args") or [""])[-1]
    if target not in places:
        yield f"writes to {target!r}, which ends with its pod"
    for name in sorted(claims.values()):
        if named(manifests, "PersistentVolumeClaim", name) is None:
            yield f"nobody claims the volume {name}"
