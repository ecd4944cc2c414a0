"""What an agent needs to know of the business that it speaks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from telephony_gateway.domain.business import DialledBranch

MARGIN_MS = 3_000
"""How much longer Retell waits than we take: a timeout on its side leaves the agent with nothing to say."""
SHORTEST_MS = 1_000


@dataclass(frozen=True)
class Budgets:
    """How long our answers may take, in seconds; see the gateway's settings."""

    seconds: float = 2.0
    of_functions: Mapping[str, float] = field(default_factory=dict)
    """Of those that have another one."""

    def of(self, function: str) -> float:
        """Of a function by its name without version."""
        return self.of_functions.get(function, self.seconds)


@dataclass(frozen=True)
class AgentOptions:
    """Of one branch."""

    base_url: str
    """Where Retell reaches the gateway, e.g. https://phone.example.org."""
    business_name: str
    language: str
    """BCP 47."""
    time_zone: str
    keywords: tuple[str, ...]
    """Names that speech recognition should expect: services and people."""
    transfer_number: str = ""
    """E.164 number of a person; "": there is nobody, callbacks are noted instead."""
    budgets: Budgets = field(default_factory=Budgets)
    voice_id: str = "11labs-Adrian"

    def timeout_ms(self, function: str) -> int:
        """How long Retell waits for a function."""
        return max(SHORTEST_MS, round(self.budgets.of(function) * 1000) + MARGIN_MS)

    @property
    def is_german(self) -> bool:
        """Whether the agent speaks German."""
        return self.language.lower().startswith("de")


def options_for(
    branch: DialledBranch, *, base_url: str, transfer_number: str = "", budgets: Budgets | None = None
) -> AgentOptions:
    """The options of a branch as it is in the registry."""
    names = [service.name for service in branch.services] + [person.name for person in branch.people]
    return AgentOptions(
        base_url=base_url.rstrip("/"),
        business_name=branch.business_name,
        language=branch.language.tag,
        time_zone=branch.zone.key,
        keywords=tuple(dict.fromkeys(names)),
        transfer_number=transfer_number,
        budgets=budgets or Budgets(),
    )
