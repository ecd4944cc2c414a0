"""Counts what agents and flows get wrong; nothing that is answered depends on it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from telephony_gateway.domain.arguments import oddities
from telephony_gateway.domain.envelope import Agent, Caller, function_name
from telephony_gateway.http_api import metrics

UNSAID = "unsaid"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Watchman:
    """Looks at every function call."""

    agent_version: int | None
    """The one that is meant to be live; None: any."""

    def look(
        self, name: str, named: object, arguments: Mapping[str, Any], caller: Caller, agent: Agent
    ) -> None:
        """Count and log; by kind, never by person. ``named``: how the body calls the function."""
        found = oddities(arguments, caller.call_id)
        if self.agent_version is not None and agent.version != self.agent_version:
            # TG-03: an older flow was published over the fixed one.
            found.append("agent_version")
        if isinstance(named, str) and function_name(named) != name:
            found.append("name_differs")
        version = UNSAID if agent.version is None else str(agent.version)
        expected = self.agent_version is None or agent.version == self.agent_version
        metrics.agents.labels(version, str(expected).lower()).inc()
        for kind in found:
            metrics.oddities.labels(kind).inc()
        if "agent_version" in found:
            _log.warning(
                "another agent than the one that is meant to be live",
                extra={"agent_id": agent.agent_id, "version": agent.version, "expected": self.agent_version},
            )
