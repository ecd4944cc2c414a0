"""Whose call it is: the business behind the dialled number, if the workspace that signed may speak for it."""

from dataclasses import dataclass

from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.sentences import Voice
from telephony_gateway.domain.workspaces import Workspace
from telephony_gateway.http_api import metrics
from telephony_gateway.usecases.ports import Directory, NobodyDialled


@dataclass(frozen=True)
class Reception:
    """Resolves by the dialled number only; nothing is guessed (TG-17, SE-06)."""

    directory: Directory

    async def dialled(self, number: str, workspace: Workspace) -> DialledBranch | NobodyDialled:
        """The business, or nobody: also where it belongs to another workspace. Raises PeerError."""
        found = await self.directory.dialled(number) if number else NobodyDialled()
        if isinstance(found, NobodyDialled) or found.workspace == workspace.name:
            return found
        metrics.refused.labels("other_workspace").inc()
        return NobodyDialled()

    def language_of(self, number: str) -> Voice:
        """The language to speak where nothing else is known, without asking anybody."""
        return self.directory.language_of(number)
