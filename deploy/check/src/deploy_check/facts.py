"""What each service reads, told by its own settings: the one truth that everything in deploy/ is held against."""

from dataclasses import dataclass
from functools import cache, cached_property

from pydantic import ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource

from availability.settings import Settings as Availability
from booking.settings import Settings as Booking
from calcom_sync.settings import Settings as CalcomSync
from chassis.settings import ServiceSettings
from console.settings import Settings as Console
from local_stack.settings import LocalSettings
from staff_registry.settings import Settings as StaffRegistry
from telephony_gateway.settings import Settings as TelephonyGateway

PREFIX = "RUFBUCH_"
SERVES_GRPC_NOT = {"console"}
SECRET_WORDS = ("database_url", "redis_url", "smtp_url", "_key", "_keys", "_password", "_secret", "_token")
"""How the name of a setting ends that nobody may read in a manifest."""
PORT_END, ADDRESS_END = "_port", "_address"


@dataclass(frozen=True)
class Service:
    """One of ours."""

    name: str
    settings: type[ServiceSettings]

    @property
    def package(self) -> str:
        """Its Python package, which is its role and its schema too."""
        return self.name.replace("-", "_")

    @property
    def variables(self) -> set[str]:
        """Every variable that it reads."""
        return {variable(field) for field in self.settings.model_fields}

    @property
    def required(self) -> set[str]:
        """Without these it does not start."""
        return {variable(name) for name, field in self.settings.model_fields.items() if field.is_required()}

    @property
    def ports(self) -> dict[str, int]:
        """Where it listens unless it is told otherwise, by kind: "grpc", "metrics", "http"."""
        return {
            name.removesuffix(PORT_END): int(field.default)
            for name, field in self.settings.model_fields.items()
            if name.endswith(PORT_END) and not (name == "grpc_port" and self.name in SERVES_GRPC_NOT)
        }

    @cached_property
    def peers(self) -> dict[str, str]:
        """Variable to the name of the service whose address it holds."""
        return {
            variable(name): name.removesuffix(ADDRESS_END).replace("_", "-")
            for name in self.settings.model_fields
            if name.endswith(ADDRESS_END)
        }

    @property
    def secrets(self) -> set[str]:
        """Variables whose value is a secret."""
        return {variable(name) for name in self.settings.model_fields if name.endswith(SECRET_WORDS)}

    @property
    def uses_redis(self) -> bool:
        """Whether it speaks to Redis."""
        return "redis_url" in self.settings.model_fields

    def faults(self, environment: dict[str, str]) -> list[str]:
        """What the service itself would say, at its start, of this environment."""
        return list(_said(self.settings, tuple(sorted(environment.items()))))


def variable(field: str) -> str:
    """The variable that sets a field."""
    return PREFIX + field.upper()


@cache
def _said(settings: type[ServiceSettings], environment: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Each combination of components asks again for what another one has asked."""
    try:
        _given(settings, dict(environment))()
    except ValidationError as error:
        return tuple(
            f"{variable('_'.join(str(part) for part in fault['loc']))}: {fault['msg']}"
            for fault in error.errors()
        )
    return ()


def _given(settings: type[ServiceSettings], environment: dict[str, str]) -> type[BaseSettings]:
    """The same settings, read from this environment instead of the process's own."""

    class Given(EnvSettingsSource):
        def _load_env_vars(self) -> dict[str, str | None]:
            return {name.lower(): value for name, value in environment.items()}

    class Read(settings):  # type: ignore[valid-type,misc] # a class that is known at run time only
        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *_: PydanticBaseSettingsSource, **__: object
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (Given(settings_cls),)

    return Read


SERVICES = (
    Service("availability", Availability),
    Service("booking", Booking),
    Service("calcom-sync", CalcomSync),
    Service("console", Console),
    Service("staff-registry", StaffRegistry),
    Service("telephony-gateway", TelephonyGateway),
)
COMMAND_LINE = {variable(field) for field in LocalSettings.model_fields}
"""What `rufbuch` reads where it finds no installation on its machine."""
BACKUP = "backup"
"""The CronJob that runs `rufbuch backup`."""
BY_NAME = {service.name: service for service in SERVICES}
GRPC_PORTS = {service.name: service.ports["grpc"] for service in SERVICES if "grpc" in service.ports}
