"""A business as one YAML file: read, judged, every fault told with its line, and written again. Pure."""

from staff_registry.yaml_file.describing import API_KEYS, DescribedFile, Secrets, describe, describe_file
from staff_registry.yaml_file.nodes import FileFault, FileInvalidError
from staff_registry.yaml_file.rendering import render
from staff_registry.yaml_file.secrets import read_secrets

__all__ = [
    "API_KEYS",
    "DescribedFile",
    "FileFault",
    "FileInvalidError",
    "Secrets",
    "describe",
    "describe_file",
    "read_secrets",
    "render",
]
