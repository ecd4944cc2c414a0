"""Mutual TLS: who has a certificate, whether it names the right service and hosts, and that nobody probes without one."""

from collections.abc import Iterator, Sequence

from deploy_check.facts import SERVICES
from deploy_check.manifests import Manifest, environment, named

DIRECTORY = "RUFBUCH_TLS_DIRECTORY"
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


def faults(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Nothing where no service has a certificate; else all have one."""
    deployments = [one for service in SERVICES if (one := named(manifests, "Deployment", service.name))]
    secured = [one for one in deployments if DIRECTORY in environment(one.service_container())]
    if not secured:
        return
    for deployment in deployments:
        if deployment not in secured:
            yield f"{deployment}: has no {DIRECTORY}, and others speak TLS alone"
            continue
        yield from (f"{deployment}: {words}" for words in _directory(deployment))
        yield from (f"{deployment}: {words}" for words in _certificate(deployment.name, manifests))
        for probe in PROBES:
            if "grpc" in deployment.service_container().get(probe, {}):
                yield f"{deployment}: {probe} asks over gRPC, and the kubelet has no certificate"


def _directory(deployment: Manifest) -> Iterator[str]:
    container, wanted = deployment.service_container(), f"{deployment.name}-tls"
    place = environment(container)[DIRECTORY]["value"]
    mounts = {one["mountPath"]: one for one in container.get("volumeMounts") or []}
    if place not in mounts or "subPath" in mounts[place]:
        yield f"nothing is mounted at {place}, or a subPath, which never changes"
        return
    volumes = {one["name"]: one for one in (deployment.pod or {})["spec"].get("volumes") or []}
    secret = volumes.get(mounts[place]["name"], {}).get("secret", {}).get("secretName")
    if secret != wanted:
        yield f"shows the certificate {secret}, and its own is {wanted}"


def _certificate(name: str, manifests: Sequence[Manifest]) -> Iterator[str]:
    certificate = named(manifests, "Certificate", name)
    if certificate is None or certificate.spec["secretName"] != f"{name}-tls":
        yield f"nobody issues {name}-tls"
        return
    spec = certificate.spec
    if spec.get("uris") != [f"spiffe://rufbuch/{name}"]:
        yield f"its certificate names {spec.get('uris')}, and it is spiffe://rufbuch/{name}"
    if not {name, f"{name}.rufbuch.svc.cluster.local"} <= set(spec.get("dnsNames", [])):
        yield "its certificate does not name the host at which others reach it"
    if set(spec.get("usages", [])) != {"server auth", "client auth"}:
        yield "its certificate is not for servers and clients"
    if named(manifests, "Issuer", spec["issuerRef"]["name"]) is None:
        yield f"there is no Issuer {spec['issuerRef']['name']}"
