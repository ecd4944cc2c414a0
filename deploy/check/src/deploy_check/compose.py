"""The compose file: its schema, and that it starts the services with what they read, in an order that works."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from deploy_check.agreement import LOG_FILES, OTEL, STAND_IN
from deploy_check.facts import GRPC_PORTS, SERVICES, Service, variable
from deploy_check.manifests import Node

FIRST_CALL = {
    *(variable(f"{service.package}_address") for service in SERVICES if service.name in GRPC_PORTS),
    *(f"RUFBUCH_{name}" for name in (
        "STATE_DIR", "GATEWAY_URL", "CONSOLE_URL", "CALCOM_BASE_URL", "CALCOM_WEBHOOK_BASE_URL", "BOOKING_DATABASE_URL",
        "CONSOLE_DATABASE_URL", "RETELL_API_KEY", "OWNER_PASSWORD",
    )),
}  # fmt: skip
"""What ``rufbuch first-call`` reads."""
_DEFAULT = re.compile(r"\$\{[A-Z_]+:-([^}]*)\}")
_TAGGED = re.compile(r":[\w.-]+$")
_FOREIGN_PORT = re.compile(r"@?([a-z-]+):(\d+)(?:/|$)")


def faults(folder: Path) -> Iterator[str]:
    """Everything that is wrong with ``compose.yaml`` in this folder."""
    file = folder / "compose.yaml"
    yield from (f"compose: {words}" for words in _schema(file))
    services: dict[str, Node] = yaml.safe_load(file.read_text())["services"]
    for name, node in services.items():
        yield from (f"compose: {name}: {words}" for words in _contained(node, services))
    for service in SERVICES:
        if service.name not in services:
            yield f"compose: there is no service {service.name}"
            continue
        yield from (f"compose: {service.name}: {words}" for words in _ours(service, services))
    yield from (f"compose: {words}" for words in _others(services))


def _schema(file: Path) -> Iterator[str]:
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(file)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        yield f"not what compose reads: {' '.join(done.stdout.split())[:400]}"


def _contained(node: Node, services: Mapping[str, Node]) -> Iterator[str]:
    image = str(node.get("image", ""))
    if not _TAGGED.search(image) or image.endswith(":latest"):
        yield f"the image {image} has no tag, or one that moves"
    yield from (f"has no {what}" for what in ("mem_limit", "cpus") if what not in node)
    closed = (
        node.get("read_only")
        and node.get("cap_drop") == ["ALL"]
        and not node.get("user", "0").startswith("0")
    )
    if image.startswith("rufbuch/") and not closed:
        yield "is not contained (read_only, cap_drop: [ALL], user)"
    for port in node.get("ports") or []:
        if not str(port).startswith("127.0.0.1:"):
            yield f"port {port} is open to the whole network: begin it with 127.0.0.1:"
    for name, how in (node.get("depends_on") or {}).items():
        other = services.get(name)
        if other is None:
            yield f"waits for {name}, which is not there"
        elif how["condition"] == "service_healthy" and not _tells_health(other):
            yield f"waits for the health of {name}, which has no healthcheck"


def _tells_health(node: Node) -> bool:
    """In the file, or, for our own images, in the image."""
    check = node.get("healthcheck") or {}
    return not check.get("disable") and ("test" in check or str(node["image"]).startswith("rufbuch/"))


def _ours(service: Service, services: Mapping[str, Node]) -> Iterator[str]:
    node = services[service.name]
    once = services.get(f"{service.name}-migrate")
    if once is None or once.get("command") != ["migrate"] or once.get("image") != node.get("image"):
        yield f"there is no {service.name}-migrate of the same image with the command migrate"
    elif (node["depends_on"].get(f"{service.name}-migrate") or {}).get(
        "condition"
    ) != "service_completed_successfully":
        yield f"does not wait for {service.name}-migrate"
    if once and once.get("environment") != node.get("environment"):
        yield f"{service.name}-migrate has another environment"
    if node.get("build", {}).get("args", {}).get("SERVICE") != service.name:
        yield "its image is built of another service"
    values = {
        name: _DEFAULT.sub(r"\1", str(value)) for name, value in (node.get("environment") or {}).items()
    }
    yield from _environment(service, values, services)
    listens = set(service.ports.values())
    for port in node.get("ports") or []:
        if int(str(port).rpartition(":")[2]) not in listens:
            yield f"publishes {port}, and {service.name} listens at {sorted(listens)}"


def _environment(service: Service, values: dict[str, str], services: Mapping[str, Node]) -> Iterator[str]:
    for name in sorted(values.keys() - service.variables - OTEL):
        yield f"the variable {name} is not one that {service.name} reads"
    for name, peer in service.peers.items():
        wanted = f"{peer}:{GRPC_PORTS[peer]}"
        if values.get(name) != wanted:
            yield f"{name} is {values.get(name, 'nothing')}, and {peer} is at {wanted}"
    if values.get("RUFBUCH_HOST") != "0.0.0.0":  # noqa: S104 - inside a container
        yield "RUFBUCH_HOST is not 0.0.0.0: nobody outside its container reaches it"
    yield from service.faults(values)
    for name, value in values.items():
        host = _FOREIGN_PORT.search(value) if "URL" in name or "ENDPOINT" in name else None
        if host and host[1] not in services and "://localhost" not in value:
            yield f"{name} leads to {host[1]}, which is not there"


def _others(services: Mapping[str, Node]) -> Iterator[str]:
    ours = {name for service in SERVICES for name in (service.name, f"{service.name}-migrate")}
    for name, node in services.items():
        known: set[Any] = FIRST_CALL if name == "first-call" else {*STAND_IN, LOG_FILES}
        for one in node.get("environment") or {}:
            if name not in ours and one.startswith("RUFBUCH_") and one not in known:
                yield f"{name}: nobody in it reads {one}"
    for one in sorted(FIRST_CALL - (services.get("first-call", {}).get("environment") or {}).keys()):
        yield f"first-call: {one} is not set"
