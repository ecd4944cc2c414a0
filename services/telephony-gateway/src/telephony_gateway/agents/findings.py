"""Something that is wrong with an agent."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One fault."""

    rule: str
    """Stable, for machines."""
    where: str
    words: str
