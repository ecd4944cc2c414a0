"""What the console reads from the environment."""

from pydantic import Field

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Ports and peers."""

    grpc_port: int = 0
    """Not used: the console answers browsers alone."""
    http_port: int = Field(default=8082, ge=0, le=65535)
    metrics_port: int = Field(default=9156, ge=0, le=65535)
    staff_registry_address: str = "127.0.0.1:50051"
    availability_address: str = "127.0.0.1:50052"
    booking_address: str = "127.0.0.1:50053"
    calcom_sync_address: str = "127.0.0.1:50054"
    telephony_gateway_address: str = "127.0.0.1:50055"
    peer_deadline_s: float = Field(default=2.0, gt=0)
    """After so long a section of a page says that its service does not answer, and the rest is shown."""
    console_insecure_cookies: bool = False
    """Sessions over plain HTTP as well: for a laptop, never for a server that others reach."""
    console_trace_url: str = ""
    """Where traces are shown, with ``{trace_id}`` in it; empty: no links."""
