"""What the console reads from the environment."""

from typing import Self

from pydantic import Field, model_validator

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
    console_oidc_issuer: str = ""
    """An OpenID provider at which people may sign in as well, e.g. https://login.example.org; empty: none."""
    console_oidc_client_id: str = ""
    console_oidc_client_secret: str = ""
    """Empty: a public client; the code is protected by PKCE either way."""
    console_public_url: str = ""
    """Where browsers reach the console, e.g. https://console.example.org; the provider sends them back there."""
    console_trace_url: str = ""
    """Where traces are shown, with ``{trace_id}`` in it; empty: no links."""

    console_audit_retention_days: int = Field(default=1095, ge=30, le=7300)
    """How long it is known which operator did what."""

    @model_validator(mode="after")
    def _provider_is_whole(self) -> Self:
        """With a provider, everything it needs; over TLS but for a laptop."""
        if not self.console_oidc_issuer:
            return self
        missing = [
            name.upper()
            for name in ("console_oidc_client_id", "console_public_url")
            if not getattr(self, name)
        ]
        if missing:
            raise ValueError(
                f"RUFBUCH_CONSOLE_OIDC_ISSUER needs {', '.join(f'RUFBUCH_{name}' for name in missing)}"
            )
        if not self.console_oidc_issuer.startswith("https://") and not self.console_insecure_cookies:
            raise ValueError("RUFBUCH_CONSOLE_OIDC_ISSUER is an address that begins with https://")
        return self
