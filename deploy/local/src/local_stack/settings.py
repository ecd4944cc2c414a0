"""What the environment says about this machine, read in one place."""

from pathlib import Path

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class LocalSettings(BaseSettings):
    """What whoever starts the stack may choose; everything has a default.

    An address that is given means: that server exists already, do not start one.
    """

    model_config = SettingsConfigDict(
        env_prefix="RUFBUCH_", frozen=True, extra="ignore", populate_by_name=True
    )

    state_dir: Path = Path(".rufbuch")
    port_offset: int = 0
    """Added to every port."""
    database_url: str | None = None
    """A PostgreSQL database whose user may create roles and schemas."""
    redis_url: str | None = None
    calcom_base_url: str | None = None
    retell_api_key: str | None = None
    secrets_key: str | None = None
    """Key that staff-registry encrypts with: 32 bytes in URL-safe base64."""


class CollectorSettings(BaseSettings):
    """Where the collector passes on what it receives: OpenTelemetry's own names."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    endpoint: str | None = Field(
        default=None,
        validation_alias=AliasChoices("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"),
    )
    protocol: str = Field(default="grpc", validation_alias="OTEL_EXPORTER_OTLP_PROTOCOL")
    headers: str = Field(default="", validation_alias="OTEL_EXPORTER_OTLP_HEADERS")


class TestSettings(BaseSettings):
    """What a test run may be given."""

    __test__ = False
    model_config = SettingsConfigDict(env_prefix="RUFBUCH_TEST_")

    database_url: str | None = None
    """A server to use instead of the embedded one; its user must be allowed to create databases."""
