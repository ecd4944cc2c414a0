"""What watches: the files of deploy/observability, the cluster's own, and that both look at what is there."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from deploy_check.facts import SERVICES
from deploy_check.manifests import Manifest, Node, environment, named

_READ = re.compile(r"\$\{env:([A-Z_]+)\}")
CLUSTER = "kubernetes/components/observability/prometheus-cluster.yaml"
UNPACKED = ".rufbuch/tools/prometheus/usr/bin"
"""Where the tests of the rules unpack Debian's."""


def faults(deploy: Path) -> Iterator[str]:
    """Of the files: scraping, and what promtool says of rules and settings where it is installed."""
    file = deploy / "observability/prometheus/prometheus.yaml"
    ours, cluster = (yaml.safe_load(path.read_text()) for path in (file, deploy / CLUSTER))
    yield from (f"prometheus.yaml: {words}" for words in _scraped(ours))
    yield from (f"prometheus-cluster.yaml: {words}" for words in _scraped(cluster))
    for part in ("rule_files", "alerting", "global"):
        if ours.get(part) != cluster.get(part):
            yield f"prometheus-cluster.yaml: {part} is not what prometheus.yaml says"
    yield from (f"promtool: {words}" for words in _promtool(deploy))


def _scraped(settings: Node) -> Iterator[str]:
    found = set()
    for job in settings["scrape_configs"]:
        found |= {target for one in job.get("static_configs", []) for target in one["targets"]}
        found |= {f"{name}:{one['port']}" for one in job.get("dns_sd_configs", []) for name in one["names"]}
    wanted = {f"{service.name}:{service.ports['metrics']}" for service in SERVICES}
    yield from (f"{target} is not scraped" for target in sorted(wanted - found))
    yield from (f"nothing listens at {target}" for target in sorted(found - wanted))


def promtool(deploy: Path) -> str | None:
    """Where it is; None where this machine has none."""
    return shutil.which("promtool") or shutil.which("promtool", path=deploy.parent / UNPACKED)


def _promtool(deploy: Path) -> Iterator[str]:
    tool, home = promtool(deploy), deploy / "observability/prometheus"
    if tool is None:
        return
    for words in (
        ["check", "config", str(home / "prometheus.yaml")],
        ["test", "rules", *map(str, sorted((home / "tests").glob("*.yaml")))],
    ):
        done = subprocess.run([tool, *words], capture_output=True, text=True, check=False)
        if done.returncode:
            yield f"{' '.join(words[:2])}: {' '.join((done.stderr + done.stdout).split())[-600:]}"


def faults_in_cluster(manifests: Sequence[Manifest]) -> Iterator[str]:
    """The collector is given each variable that its file reads, and no others; services tell it where it listens."""
    collector = named(manifests, "Deployment", "collector")
    if collector is None:
        return
    container = collector.containers[0]
    maps = [one for one in manifests if one.kind == "ConfigMap" and one.name.startswith("collector")]
    read = {name for one in maps for text in one.node["data"].values() for name in _READ.findall(text)}
    for name in sorted(read ^ environment(container).keys()):
        state = "is not set" if name in read else "is read by nobody"
        yield f"{collector}: {name} {state}"
    service = named(manifests, "Service", "collector")
    ports = {port["port"] for port in service.spec["ports"]} if service else set()
    for one in SERVICES:
        deployment = named(manifests, "Deployment", one.name)
        entry = (
            environment(deployment.service_container()).get("OTEL_EXPORTER_OTLP_ENDPOINT")
            if deployment
            else None
        )
        value = entry["value"] if entry else "nothing"
        if value not in {f"http://collector:{port}" for port in ports}:
            yield f"Deployment {one.name}: OTEL_EXPORTER_OTLP_ENDPOINT is {value}, and the collector is elsewhere"
