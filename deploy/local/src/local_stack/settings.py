"""What the environment says about this machine, read in one place."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from local_stack.ports import REPLICAS_MAX


class LocalSettings(BaseSettings):
    """What whoever starts the stack may choose; everything has a default.

    An address that is given means: that server exists already, do not start one.
    """

    model_config = SettingsConfigDict(
        env_prefix="RUFBUCH_", frozen=True, extra="ignore", populate_by_name=True
    )

    state_dir: Path = Path(".rufbuch")
    port_offset: int = Field(default=0, ge=0)
    """Added to every port."""
    replicas: int = Field(default=1, ge=1, le=REPLICAS_MAX)
    """How many processes of every service run, behind one HTTP address each."""
    mtls: bool = False
    """Whether the services talk mutual TLS, each with a certificate of this installation's own authority."""
    database_url: str | None = None
    """A PostgreSQL database whose user may create roles and schemas."""
    redis_url: str | None = None
    calcom_base_url: str | None = None
    retell_api_key: str | None = None
    secrets_key: str | None = None
    """Key that staff-registry encrypts with: 32 bytes in URL-safe base64."""


class CollectorSettings(BaseSettings):
    """Where the collector passes on what it receives: OpenTelemetry's own names."""

    model_config = SettingsConfigDict(
        env_prefix="OTEL_EXPORTER_OTLP_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    endpoint: str | None = None
    traces_endpoint: str | None = None
    """For traces alone; goes before ``endpoint`` and is used as it stands."""
    protocol: Literal["grpc", "http/protobuf", "http/json"] = "grpc"
    headers: str = ""
    """``name=value`` pairs with commas between them."""


class TestSettings(BaseSettings):
    """What a test run may be given."""

    __test__ = False
    model_config = SettingsConfigDict(env_prefix="RUFBUCH_TEST_", env_ignore_empty=True)

    database_url: str | None = None
    """A server to use instead of the embedded one; its user must be allowed to create databases."""
