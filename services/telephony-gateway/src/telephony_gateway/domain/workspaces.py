"""Retell workspaces: each has its keys, and a business belongs to one of them (SE-09)."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Workspace:
    """An account at Retell."""

    name: str
    keys: tuple[str, ...]
    """Two while one is being rotated."""
    tenant_keys: frozenset[str] | None
    """The businesses that it serves; None: every one that no other workspace claims."""


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

    def may_reach(self, workspace: Workspace, tenant_key: str) -> bool:
        """Whether calls of a workspace are calls to a business."""
        if workspace.tenant_keys is not None:
            return tenant_key in workspace.tenant_keys
        return not any(tenant_key in (other.tenant_keys or ()) for other in self.all)
