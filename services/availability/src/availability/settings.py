"""What this service reads from the environment."""

from pydantic import Field

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Variables begin with ``RUFBUCH_``."""

    grpc_port: int = Field(default=50052, ge=0, le=65535)
    metrics_port: int = Field(default=9152, ge=0, le=65535)
    redis_url: str
    redis_cluster: bool = False
    """Whether the URL names a node of a Redis Cluster."""
    staff_registry_address: str = "127.0.0.1:50051"
    booking_address: str = "127.0.0.1:50053"
    calcom_sync_address: str = "127.0.0.1:50054"
    registry_reread_s: float = Field(default=30.0, gt=0)
    """How old a business may be while the registry's stream of changes is down, in seconds."""
    warm_wait_s: float = Field(default=10.0, ge=0)
    """How long readiness waits at most until every business was read, in seconds."""
    hold_cap_s: int = Field(default=900, ge=60, le=3600)
    """The longest life of a hold, extensions included, in seconds."""
    hold_claimed_s: int = Field(default=120, ge=10, le=3600)
    """How long a claimed hold stands at least, in seconds."""
    holds_per_call: int = Field(default=5, ge=1, le=100)
    holds_per_number: int = Field(default=10, ge=1, le=1000)
    hold_patience_s: int = Field(default=1200, ge=60, le=86_400)
    """For how long calls together may keep a time that none of them books, until it is offered without being held; a third
    of the time that passes is forgiven. In seconds."""
