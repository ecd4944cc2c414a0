"""What the environment says about this machine's servers, read in one place."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class TestSettings(BaseSettings):
    """What a test run may be given."""

    __test__ = False
    model_config = SettingsConfigDict(env_prefix="RUFBUCH_TEST_")

    database_url: str | None = None
    """A server to use instead of the embedded one; its user must be allowed to create databases."""
