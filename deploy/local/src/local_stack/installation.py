"""One installation on this machine: its ports, its secrets, and where everything is reached."""

import json
from dataclasses import dataclass
from functools import cached_property

from local_stack.accounts import server_account
from local_stack.certificates import OPERATOR
from local_stack.kept_secrets import KeptSecrets
from local_stack.ports import HOST, REPLICAS_APART, Ports
from local_stack.postgres import PostgresCluster
from local_stack.provisioning import url_for
from local_stack.redis import RedisFiles
from local_stack.settings import LocalSettings
from local_stack.state_dir import StateDir


@dataclass(frozen=True)
class Installation:
    """What the table of programs is made from."""

    settings: LocalSettings
    state: StateDir
    ports: Ports
    secrets: KeptSecrets

    @classmethod
    def of(cls, settings: LocalSettings) -> "Installation":
        """The installation that these settings describe; creates its state directory."""
        state = StateDir(settings.state_dir.absolute())
        state.create()
        return cls(settings, state, Ports().shifted(settings.port_offset), KeptSecrets(state.secrets))

    @cached_property
    def postgres(self) -> PostgresCluster:
        """The embedded server, whether or not it is used."""
        directory = self.state.postgres(server_account())
        return PostgresCluster(directory, self.ports.postgres, self.secrets.password("postgres"))

    @property
    def redis(self) -> RedisFiles:
        """The embedded server, whether or not it is used."""
        return RedisFiles(self.state.redis, self.ports.redis)

    @property
    def admin_url(self) -> str:
        """PostgreSQL for whoever may create roles and schemas."""
        return self.settings.database_url or self.postgres.url()

    def database_url(self, schema: str) -> str:
        """PostgreSQL for the service that owns this schema."""
        return url_for(self.admin_url, schema, self.role_password(schema))

    def role_password(self, schema: str) -> str:
        """The password of that service's role."""
        return self.secrets.password(f"role {schema}")

    @property
    def redis_url(self) -> str:
        """Redis."""
        return self.settings.redis_url or self.redis.url

    @property
    def calcom_base_url(self) -> str:
        """Cal.com, or its stand-in."""
        return self.settings.calcom_base_url or f"http://{HOST}:{self.ports.calcom}"

    @property
    def retell_api_key(self) -> str:
        """What signs the requests of Retell."""
        return self.settings.retell_api_key or self.secrets.password("retell_api_key")

    @property
    def secrets_key(self) -> str:
        """What the registry encrypts with."""
        return self.settings.secrets_key or self.secrets.key("secrets_key")

    @property
    def collector_endpoint(self) -> str:
        """Where the programs send their traces."""
        return f"http://{HOST}:{self.ports.collector}"

    def addresses(self) -> dict[str, str]:
        """Where each service is reached over gRPC, as the variables that say so."""
        services = ("staff_registry", "availability", "booking", "calcom_sync", "telephony_gateway")
        return {
            f"RUFBUCH_{name.upper()}_ADDRESS": self._address(getattr(self.ports, name)) for name in services
        }

    def _address(self, port: int) -> str:
        """gRPC's own list of addresses where there are several replicas: whoever calls goes round."""
        replicas = range(self.settings.replicas)
        hosts = ",".join(f"{HOST}:{port + REPLICAS_APART * number}" for number in replicas)
        return hosts if len(replicas) == 1 else f"ipv4:{hosts}"

    def identity(self, name: str) -> dict[str, str]:
        """Who a service is to the others; nothing where they talk in the clear."""
        return {"RUFBUCH_TLS_DIRECTORY": str(self.state.certificates / name)} if self.settings.mtls else {}

    def environment(self) -> dict[str, str]:
        """Everything a command line tool needs to work with the running installation."""
        return (
            self.addresses()
            | self.identity(OPERATOR)
            | {
                "RUFBUCH_DATABASE_URL": self.admin_url,
                "RUFBUCH_REDIS_URL": self.redis_url,
                "RUFBUCH_CALCOM_BASE_URL": self.calcom_base_url,
                "RUFBUCH_CONSOLE_DATABASE_URL": self.database_url("console"),
                "RUFBUCH_CONSOLE_URL": f"http://{HOST}:{self.ports.console_http}",
                "RUFBUCH_GATEWAY_URL": f"http://{HOST}:{self.ports.gateway_http}",
                "RUFBUCH_CALCOM_WEBHOOK_BASE_URL": f"http://{HOST}:{self.ports.calcom_sync_http}",
                "RUFBUCH_RETELL_API_KEY": self.retell_api_key,
                "OTEL_EXPORTER_OTLP_ENDPOINT": self.collector_endpoint,
            }
        )


def running_environment(settings: LocalSettings) -> dict[str, str] | None:
    """How to reach the stack that runs for this state directory, as ``Installation.environment`` says; or None."""
    state = StateDir(settings.state_dir.absolute())
    if not state.is_claimed() or not state.environment.exists():
        return None
    found: dict[str, str] = json.loads(state.environment.read_text())
    return found
