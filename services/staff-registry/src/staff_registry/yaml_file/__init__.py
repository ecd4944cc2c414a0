"""A business as one YAML file: read, judged, and every fault told with its line. Pure."""

from staff_registry.yaml_file.describing import describe
from staff_registry.yaml_file.nodes import FileFault, FileInvalidError

__all__ = ["FileFault", "FileInvalidError", "describe"]
