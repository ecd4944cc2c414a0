"""Retell workspaces: each has its keys, and a business belongs to one of them (SE-09)."""

from collections.abc import Sequence
from dataclasses import dataclass

DEFAULT = "default"
"""The workspace of businesses for which the registry names none."""


@dataclass(frozen=True)
class Workspace:
    """An account at Retell."""

    name: str
    keys: tuple[str, ...]
    """Two while one is being rotated."""


@dataclass(frozen=True)
class Workspaces:
    """All that this installation answers."""

    all: tuple[Workspace, ...]

    @property
    def keys(self) -> Sequence[str]:
        """Every key that is valid at present."""
        return [key for workspace in self.all for key in workspace.keys]

    def of_key(self, key: str) -> Workspace:
        """The workspace that signs with a key. Raises KeyError for a key of none."""
        for workspace in self.all:
            if key in workspace.keys:
                return workspace
        raise KeyError("a key of no workspace")
