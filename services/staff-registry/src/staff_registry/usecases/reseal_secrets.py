"""Bringing all secrets under the newest key."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Resealed:
    """How many secrets there are, and how many were under an older key."""

    secrets: int
    resealed: int


class Vault(Protocol):
    """Where the secrets are."""

    async def reseal(self) -> Resealed:
        """All under the first key, or none: whoever goes on after a fall finds each under one key that fits."""
        ...


async def reseal_secrets(*, vault: Vault) -> Resealed:
    """Nobody is told: no secret has changed."""
    return await vault.reseal()
