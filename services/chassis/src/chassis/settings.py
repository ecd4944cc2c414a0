"""Settings: read once, at start; everything that is wrong is said at once."""

import sys
from pathlib import Path
from typing import TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """What every service reads. A variable is the field's name in capitals with ``RUFBUCH_`` before it."""

    model_config = SettingsConfigDict(env_prefix="RUFBUCH_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    """Address to listen on; 0.0.0.0 inside a container."""
    grpc_port: int = Field(ge=0, le=65535)
    metrics_port: int = Field(ge=0, le=65535)
    database_url: str
    tls_directory: Path | None = None
    """Certificate, key and authority (chassis.identity); without them everything between services is in the clear."""
    log_level: str = "INFO"
    build: str = "dev"
    """Which build this is; part of logs and answers."""
    drain_s: float = Field(default=10.0, ge=0)
    """How long a stopping server waits for the calls in flight, in seconds."""
    drain_notice_s: float = Field(default=0.0, ge=0)
    """How long it says that it is about to stop, and still serves, so that new calls go to another replica."""


S = TypeVar("S", bound=BaseSettings)


def load(settings: type[S]) -> S:
    """Read the environment, or end the process with one line for each variable that is missing or wrong."""
    try:
        return settings()
    except ValidationError as error:
        prefix = settings.model_config.get("env_prefix", "")
        for fault in error.errors():
            name = prefix + "_".join(str(part) for part in fault["loc"]).upper()
            print(f"{name}: {fault['msg']}", file=sys.stderr)  # noqa: T201 - logging is not set up yet
        sys.exit(2)
