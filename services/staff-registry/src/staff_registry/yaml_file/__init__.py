"""A business as one YAML file: read, judged, every fault told with its line, and written again. Pure."""

from staff_registry.yaml_file.describing import describe
from staff_registry.yaml_file.nodes import FileFault, FileInvalidError
from staff_registry.yaml_file.rendering import render

__all__ = ["FileFault", "FileInvalidError", "describe", "render"]
