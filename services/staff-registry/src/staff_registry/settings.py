"""What this service reads from the environment."""

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings
from staff_registry.storage.sealing import Sealer


class Settings(ServiceSettings):
    """Where to listen, where the data is, and the keys that secrets are encrypted with."""

    # pydantic would quote a malformed key.
    model_config = SettingsConfigDict(hide_input_in_errors=True)

    grpc_port: int = Field(default=50051, ge=0, le=65535)
    metrics_port: int = Field(default=9151, ge=0, le=65535)
    booking_address: str = "127.0.0.1:50053"
    availability_address: str = "127.0.0.1:50052"
    calcom_sync_address: str = "127.0.0.1:50054"
    """Asked for what stands at Cal.com; nothing that callers wait for needs it."""
    secrets_key: SecretStr
    """Fernet keys, separated by commas: the first encrypts, all decrypt. For a new key, put it first and keep the old."""

    @field_validator("secrets_key")
    @classmethod
    def _keys_have_the_right_form(cls, keys: SecretStr) -> SecretStr:
        Sealer(keys.get_secret_value())
        return keys
