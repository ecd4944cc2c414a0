"""What the gateway reads from the environment."""

from collections import Counter
from typing import Self

from pydantic import Field, model_validator

from chassis.settings import ServiceSettings
from telephony_gateway.domain.contract import CONTRACTS
from telephony_gateway.domain.workspaces import DEFAULT, Workspace, Workspaces


class Settings(ServiceSettings):
    """Ports, peers, keys, budgets."""

    grpc_port: int = Field(default=50055, ge=0, le=65535)
    http_port: int = Field(default=8080, ge=0, le=65535)
    metrics_port: int = Field(default=9155, ge=0, le=65535)
    redis_url: str
    staff_registry_address: str = "127.0.0.1:50051"
    availability_address: str = "127.0.0.1:50052"
    booking_address: str = "127.0.0.1:50053"
    retell_api_key: str = ""
    """The key with the webhook badge; two, comma separated, while one is being rotated. Signs the calls of the workspace
    "default", which is that of every business whose ``telephony_workspace`` is empty."""
    retell_workspaces: dict[str, list[str]] = Field(default_factory=dict)
    """JSON, the other workspaces, name → keys: {"north": ["key_…"]}; two keys while one is being rotated. Which business
    belongs to which is said in the registry."""
    retell_agent_version: int | None = None
    """The version of the agent that is meant to be live; another one is counted and logged. None: any."""
    retell_fallback_agent: str = ""
    """Agent that takes calls to numbers of no business; "": they are rejected."""
    function_budget_s: float = Field(default=2.0, gt=0, le=60)
    """How long a caller waits for the answer of a function, in seconds."""
    function_budgets: dict[str, float] = Field(default_factory=dict)
    """JSON, function → seconds, where a function has another budget."""
    functions_per_caller: int = Field(default=300, ge=10)
    """How many functions one number (withheld: one call) is answered in a minute, by each replica."""
    functions_per_business: int = Field(default=6000, ge=100)
    """How many all callers of one business are, by each replica."""
    inbound_budget_s: float = Field(default=0.28, gt=0, le=5)
    """How long a caller hears the phone ring for our sake, in seconds."""
    truth_check_s: float = Field(default=5.0, gt=0)
    """How often ended calls are looked for whose claims have not been checked, in seconds."""

    retell_base_url: str = ""
    """Where Retell is asked for calls whose end was never told, e.g. https://api.retellai.com; "": such calls end by
    their age alone."""
    upkeep_s: float = Field(default=60.0, gt=0)
    """How often such calls, and calls that were kept long enough, are looked for, in seconds."""
    ledger_retention_days: int = Field(default=90, ge=1, le=3650)
    """How long a call is kept, with the functions that were asked and their answers."""
    words_retention_days: int = Field(default=14, ge=0, le=3650)
    """How long the words of a call are kept; 0: they are judged and not kept."""

    @property
    def workspaces(self) -> Workspaces:
        """All accounts at Retell that are answered."""
        named = tuple(Workspace(name, tuple(keys)) for name, keys in self.retell_workspaces.items())
        keys = tuple(key.strip() for key in self.retell_api_key.split(",") if key.strip())
        return Workspaces((*named, Workspace(DEFAULT, keys)) if keys else named)

    def budget_s(self, function: str) -> float:
        """How long the answer of a function may take."""
        return self.function_budgets.get(function, self.function_budget_s)

    @model_validator(mode="after")
    def _keys_are_told_apart(self) -> Self:
        keys = Counter(self.workspaces.keys)
        if not keys:
            raise ValueError("RUFBUCH_RETELL_API_KEY or RUFBUCH_RETELL_WORKSPACES has to hold a key")
        if not all(key.strip() for key in keys) or max(keys.values()) > 1:
            raise ValueError(
                "RUFBUCH_RETELL_WORKSPACES: every key belongs to one workspace, and none is empty"
            )
        if not all(self.retell_workspaces.values()):
            raise ValueError("RUFBUCH_RETELL_WORKSPACES: every workspace has at least one key")
        if DEFAULT in self.retell_workspaces and self.retell_api_key.strip():
            raise ValueError('RUFBUCH_RETELL_WORKSPACES: the keys of "default" are in RUFBUCH_RETELL_API_KEY')
        return self

    @model_validator(mode="after")
    def _budgets_are_of_functions(self) -> Self:
        unknown = self.function_budgets.keys() - {contract.name for contract in CONTRACTS}
        if unknown or any(not 0 < budget <= 60 for budget in self.function_budgets.values()):
            raise ValueError("RUFBUCH_FUNCTION_BUDGETS: functions that there are, and up to 60 seconds")
        return self
