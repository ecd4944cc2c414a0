"""What the use cases need from storage."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from console.domain.accounts import Account
from console.domain.deeds import Deed
from console.domain.sessions import Session


@dataclass(frozen=True)
class Going:
    """What one sign-in is known by on its way to a provider: three secrets, and its answer must fit each."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """Whom a provider vouches for; ``subject`` names its issuer as well."""

    email: str
    subject: str


@dataclass(frozen=True)
class UnderWay:
    """What we keep of a sign-in while somebody stands before the provider's page."""

    nonce: str
    verifier: str
    target: str


class Provider(Protocol):
    """An OpenID provider."""

    async def address(self, going: Going) -> str:
        """Where the browser is sent. Raises SignInRefusedError."""
        ...

    async def identity(self, code: str, going: Going) -> Identity:
        """Whom it vouches for. Raises SignInRefusedError."""
        ...


class SignInsUnderWay(Protocol):
    """Each serves once, and only the browser that has begun it."""

    async def add(self, state_digest: bytes, browser_digest: bytes, going: UnderWay, now: datetime) -> None:
        """Keep a new one."""
        ...

    async def take(
        self, state_digest: bytes, browser_digest: bytes, *, begun_after: datetime
    ) -> UnderWay | None:
        """It is gone with this. None: there is none such, or not of this browser."""
        ...

    async def forget(self, *, before: datetime) -> None:
        """Drop old ones."""
        ...


class Accounts(Protocol):
    """Users and their passwords. One that is disabled is not found."""

    async def by_email(self, email: str) -> tuple[Account, str] | None:
        """The account and the hash of its password; the address is in lower case."""
        ...

    async def by_id(self, account_id: UUID) -> Account | None:
        """The account as it is now."""
        ...

    async def bind(self, account_id: UUID, subject: str) -> bool:
        """Whether a provider knows the account by this name; the first one that is given is kept."""
        ...

    async def change_password(self, account_id: UUID, password_hash: str, *, keep: bytes) -> None:
        """Another password; all sessions end but the one with this digest."""
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
