"""What the environment says."""

from pydantic import Field

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of the booking service."""

    grpc_port: int = Field(default=50053, ge=0, le=65535)
    metrics_port: int = Field(default=9153, ge=0, le=65535)
    staff_registry_address: str = "127.0.0.1:50051"
    availability_address: str = "127.0.0.1:50052"
    calcom_sync_address: str = "127.0.0.1:50054"
    telephony_gateway_address: str = "127.0.0.1:50055"
    """The last two are asked to forget people, and nothing else."""
    waitlist_hold_s: int = Field(default=1800, ge=300, le=14400)
    """How long something that came free is held for somebody who waits, in seconds in which people can be called."""
    waitlist_calls_from_hour: int = Field(default=8, ge=0, le=12)
    waitlist_calls_until_hour: int = Field(default=20, ge=13, le=24)
    """Between these hours of the branch's wall clock people are called; the others do not count for the hold."""
    booking_retention_days: int = Field(default=365, ge=7, le=3650)
    """How long messages stay after their appointment, and what was looked at for the waiting list after its time."""
    customer_retention_days: int = Field(default=1095, ge=30, le=7300)
    """How long after the last appointment a customer is known; then she is forgotten as if she had asked for it."""
    calendar_email_domain: str = Field(
        default="kunden.example.org", pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", max_length=190
    )
    """Where the technical addresses of customers are; one that the operator owns."""
