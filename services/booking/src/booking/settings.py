"""What the environment says."""

from pydantic import Field

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of the booking service."""

    grpc_port: int = Field(default=50053, ge=0, le=65535)
    metrics_port: int = Field(default=9153, ge=0, le=65535)
    staff_registry_address: str = "127.0.0.1:50051"
    availability_address: str = "127.0.0.1:50052"
    calendar_email_domain: str = Field(
        default="kunden.example.org", pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", max_length=190
    )
    """Where the technical addresses of customers are; one that the operator owns."""
