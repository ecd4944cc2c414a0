"""What a claim is, and how its result reads."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class ProofSettings(BaseSettings):
    """What may be chosen about proofs."""

    model_config = SettingsConfigDict(env_prefix="RUFBUCH_", extra="ignore")

    proof_seed: int = 0
    """Of the dice in those claims that have any: they have to hold with every one."""


@dataclass(frozen=True)
class Result:
    """One claim, measured."""

    claim: str
    figure: str
    bound: str
    holds: bool

    def __str__(self) -> str:
        return f"{'holds' if self.holds else 'FAILS'}  {self.claim}: {self.figure} (bound: {self.bound})"


Claim = Callable[[], list[Result]]
"""Runs something and tells what came out; one run may settle several claims."""


def project() -> Path:
    """The top of this checkout."""
    top = subprocess.run(["git", "rev-parse", "--show-toplevel"], capture_output=True, text=True, check=True)
    return Path(top.stdout.strip())
