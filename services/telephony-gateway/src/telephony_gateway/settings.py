"""What the gateway reads from the environment."""

from pydantic import Field, field_validator

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Ports, peers, keys, budgets."""

    grpc_port: int = Field(default=50055, ge=0, le=65535)
    http_port: int = Field(default=8080, ge=0, le=65535)
    metrics_port: int = Field(default=9155, ge=0, le=65535)
    redis_url: str
    staff_registry_address: str = "127.0.0.1:50051"
    availability_address: str = "127.0.0.1:50052"
    booking_address: str = "127.0.0.1:50053"
    retell_api_key: str
    """The key with the webhook badge; two, comma separated, while one is being rotated."""
    function_budget_s: float = Field(default=2.0, gt=0, le=60)
    """How long a caller waits for the answer of a function, in seconds."""

    @field_validator("retell_api_key")
    @classmethod
    def _at_least_one_key(cls, value: str) -> str:
        if not [key for key in value.split(",") if key.strip()]:
            raise ValueError("at least one key is needed")
        return value

    @property
    def retell_keys(self) -> tuple[str, ...]:
        """Every key that is valid at present."""
        return tuple(key.strip() for key in self.retell_api_key.split(",") if key.strip())
