"""What the environment decides."""

from pydantic import Field

from calcom_sync.watch_settings import WatchSettings


class Settings(WatchSettings):
    """Every variable begins with ``RUFBUCH_``."""

    grpc_port: int = Field(default=50054, ge=0, le=65535)
    metrics_port: int = Field(default=9154, ge=0, le=65535)
    http_port: int = Field(default=8081, ge=0, le=65535)
    """Where Cal.com's webhooks come in."""
    redis_url: str
    staff_registry_address: str = "127.0.0.1:50051"
    booking_address: str = "127.0.0.1:50053"
    calcom_base_url: str = Field(default="https://api.cal.com", pattern=r"^https?://")
    calcom_timeout_s: float = Field(default=15.0, gt=0, le=120)
    """For one request to Cal.com, all in all; its webhooks, ours among them, are part of its answer's time."""
    calcom_requests_per_minute: int = Field(default=100, ge=1)
    """Per API key; Cal.com allows 120 and locks out who exceeds it often."""
    calcom_burst: int = Field(default=10, ge=1)
    """Requests per key that may go out at once."""
    calcom_retention_days: int = Field(default=90, ge=7, le=3650)
    """How long after an appointment it is known here whom its copies were for, and what Cal.com told of them."""
    calcom_survey_every_s: float = Field(default=900.0, gt=0)
    """How often the bookings and calendars of an account are compared and pulled."""
    calcom_attempts_max: int = Field(default=10, ge=1)
    """After so many attempts that came to nothing a person has to look."""
