"""The stand-in's settings, read once from the environment; everything that is wrong is said at once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PREFIX = "RUFBUCH_STANDIN_"


class SettingsError(ValueError):
    """One message that names every setting with an unusable value."""


@dataclass(frozen=True)
class Settings:
    """`state_path` None keeps everything in memory. `rate_limit` is requests per 60 s and key.

    `insert_delay_s` is the time between the availability check and the insert: the window in which
    simultaneous requests do not see each other.
    """

    host: str = "127.0.0.1"
    port: int = 8090
    state_path: Path | None = None
    rate_limit: int = 120
    insert_delay_s: float = 0.02
    seed: int = 0

    @property
    def base_url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Raises SettingsError naming all bad values together."""
        wrong: list[str] = []
        state = env.get(f"{PREFIX}STATE")
        settings = cls(
            host=env.get(f"{PREFIX}HOST", cls.host),
            port=_whole_number(env, "PORT", cls.port, wrong),
            state_path=Path(state) if state else None,
            rate_limit=_whole_number(env, "RATE_LIMIT", cls.rate_limit, wrong),
            insert_delay_s=_whole_number(env, "INSERT_DELAY_MS", 20, wrong) / 1000,
            seed=_whole_number(env, "SEED", cls.seed, wrong),
        )
        if wrong:
            raise SettingsError("; ".join(wrong))
        return settings


def _whole_number(env: Mapping[str, str], name: str, default: int, wrong: list[str]) -> int:
    value = env.get(f"{PREFIX}{name}", str(default))
    if value.isdecimal():
        return int(value)
    wrong.append(f"{PREFIX}{name} must be a whole number, not {value!r}")
    return default


def process_environment() -> Mapping[str, str]:
    """The only place of this program that touches the environment."""
    return os.environ  # noqa: TID251 - this is the settings module
