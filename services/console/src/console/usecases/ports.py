"""What the use cases need from storage."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from console.domain.accounts import Account
from console.domain.deeds import Deed
from console.domain.sessions import Session


class Accounts(Protocol):
    """Users and their passwords."""

    async def by_email(self, email: str) -> tuple[Account, str] | None:
        """The account and the hash of its password; the address is in lower case."""
        ...

    async def by_id(self, account_id: UUID) -> Account | None:
        """The account as it is now."""
        ...

    async def put(self, account: Account, password_hash: str) -> None:
        """Create it, or replace all of it (found by its address) and end its sessions."""
        ...

    async def change_hash(self, account_id: UUID, password_hash: str) -> None:
        """The same password, hashed as it is done today."""
        ...


class Sessions(Protocol):
    """Who is signed in."""

    async def add(self, session: Session) -> None:
        """Keep a new one."""
        ...

    async def get(self, token_digest: bytes) -> Session | None:
        """The session, also one that is over."""
        ...

    async def touch(self, token_digest: bytes, now: datetime) -> None:
        """It was used."""
        ...

    async def look_at(self, token_digest: bytes, tenant_id: str) -> None:
        """Another business is looked at."""
        ...

    async def end(self, token_digest: bytes) -> None:
        """Repeating it is harmless."""
        ...

    async def forget(self, *, seen_before: datetime, created_before: datetime) -> None:
        """Drop those that are over."""
        ...


class Attempts(Protocol):
    """Wrong passwords."""

    async def begin(self, email: str, *, since: datetime, now: datetime, attempts_max: int) -> list[datetime]:
        """Note an attempt as failed and give the failures before it, newest last; where those are ``attempts_max``
        already, nothing is noted. Attempts for one address take turns, so that parallel guesses are counted as well."""
        ...

    async def succeeded(self, email: str) -> None:
        """Forget the failures of an address: whoever knows the password is no guesser."""
        ...

    async def forget(self, *, before: datetime) -> None:
        """Drop old ones."""
        ...


class AuditTrail(Protocol):
    """What was done, by whom; begun before it is done, so that nothing happens unseen."""

    async def begin(self, deed: Deed, now: datetime) -> UUID:
        """Write down that it is about to be done."""
        ...

    async def end(self, entry_id: UUID, outcome: str) -> None:
        """How it ended: "done", or why not."""
        ...


class Passwords(Protocol):
    """Hashes of passwords."""

    def hash(self, password: str) -> str:
        """A new hash."""
        ...

    def matches(self, password: str, password_hash: str) -> bool:
        """Whether it is the one."""
        ...

    def is_old(self, password_hash: str) -> bool:
        """Whether it was made with weaker parameters than today's."""
        ...

    @property
    def nobodys(self) -> str:
        """A hash that no password matches, so that an unknown address takes as long as a known one."""
        ...
