"""``python -m deploy_check.vendor KUBERNETES CRD.yaml...``: keep, of the operators' schemas, what our manifests use.

The whole schemas have megabytes. What is kept is as strict as the original for the fields that we set, and refuses every
other field: who sets a new one runs this again, with the definition of the version that the cluster has.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from deploy_check.combinations import NEEDS, components, in_order
from deploy_check.kustomize import build_combination
from deploy_check.manifests import Manifest, Node

KEPT = (
    "type",
    "enum",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "format",
)
TARGET = Path(__file__).parent / "crds"


def main(kubernetes: Path, definitions: Sequence[Path]) -> None:
    """Write one file for each kind that is used."""
    used = [
        manifest
        for name in components(kubernetes)
        for manifest in build_combination(kubernetes, in_order(NEEDS.get(name, frozenset()) | {name}), [])
        if "." in str(manifest.node["apiVersion"]).partition("/")[0]
    ]
    for path in definitions:
        for definition in yaml.safe_load_all(path.read_text()):
            _keep(definition, used, path.name)


def _keep(definition: Node, used: Sequence[Manifest], source: str) -> None:
    names = definition["spec"]["names"]
    for version in definition["spec"]["versions"]:
        api_version = f"{definition['spec']['group']}/{version['name']}"
        ours = [
            one.node for one in used if one.kind == names["kind"] and one.node["apiVersion"] == api_version
        ]
        if not ours:
            continue
        schema = pruned(version["schema"]["openAPIV3Schema"], ours)
        schema["properties"]["metadata"] = {"type": "object", "required": ["name"]}
        schema["$comment"] = f"From {source}, Apache-2.0: the fields that our manifests use."
        file = TARGET / f"{api_version.replace('/', '_')}_{names['kind'].lower()}.json"
        file.write_text(json.dumps(schema, indent=1, sort_keys=True) + "\n")


def pruned(schema: Node, values: Iterable[Any]) -> Node:
    """The schema without what none of these values has."""
    values = list(values)
    kept: Node = {key: schema[key] for key in KEPT if key in schema}
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    if "items" in schema:
        kept["items"] = pruned(
            schema["items"], [item for value in values if isinstance(value, list) for item in value]
        )
    objects = [value for value in values if isinstance(value, dict)]
    if "properties" in schema:
        names = {name for value in objects for name in value}
        kept["properties"] = {
            name: pruned(inner, [value[name] for value in objects if name in value])
            for name, inner in schema["properties"].items()
            if name in names
        }
        kept["additionalProperties"] = False
        required = schema.get("required", [])
        if required:
            kept["required"] = required
    elif isinstance(schema.get("additionalProperties"), dict):
        inner = [item for value in objects for item in value.values()]
        kept["additionalProperties"] = pruned(schema["additionalProperties"], inner)
    return kept


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(word) for word in sys.argv[2:]])
