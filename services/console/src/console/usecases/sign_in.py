"""A password becomes a session."""

import asyncio
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from chassis.clock import Clock
from console.domain.accounts import Account
from console.domain.lockout import ATTEMPTS_MAX, WINDOW, locked_until
from console.domain.sessions import IDLE_MAX, LIFE_MAX, Session
from console.errors import SignInNeededError, SignInRefusedError
from console.usecases.ports import Accounts, Attempts, Passwords, Sessions

PASSWORD_LENGTH_MAX = 1000
"""Characters; hashing a novel would be a way to keep us busy."""


def digest(token: str) -> bytes:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True)
class Doorkeeper:
    """Signs in, recognises, signs out."""

    accounts: Accounts
    sessions: Sessions
    attempts: Attempts
    passwords: Passwords
    clock: Clock

    async def sign_in(self, email: str, password: str) -> tuple[str, Session]:
        """The token for the browser, and its session. Raises SignInRefusedError, saying until when where it is locked.

        An unknown address, a wrong password and an account without a business get the same answer.
        """
        now, email = self.clock.now(), email.strip().lower()
        failures = await self.attempts.begin(email, since=now - WINDOW, now=now, attempts_max=ATTEMPTS_MAX)
        until = locked_until(failures, now=now)
        if until:
            raise SignInRefusedError("too many wrong passwords", until=until.isoformat())
        account = await self._who(email, password)
        if account is None or not account.memberships:
            raise SignInRefusedError("address or password is wrong")
        await self.attempts.succeeded(email)
        return await self._open(account, now)

    async def _who(self, email: str, password: str) -> Account | None:
        found = await self.accounts.by_email(email)
        account, known_hash = found or (None, self.passwords.nobodys)
        if len(password) > PASSWORD_LENGTH_MAX:
            return None
        # Hashing is meant to take long: not on the loop that serves everybody.
        matches = await asyncio.to_thread(self.passwords.matches, password, known_hash)
        if account and matches and self.passwords.is_old(known_hash):
            renewed = await asyncio.to_thread(self.passwords.hash, password)
            await self.accounts.change_hash(account.account_id, renewed)
        return account if matches else None

    async def _open(self, account: Account, now: datetime) -> tuple[str, Session]:
        token = secrets.token_urlsafe(32)
        session = Session(
            token_digest=digest(token),
            account_id=account.account_id,
            tenant_id=account.memberships[0].tenant_id,
            csrf_token=secrets.token_urlsafe(32),
            created_at=now,
            seen_at=now,
        )
        await self.sessions.add(session)
        return token, session

    async def recognise(self, token: str) -> tuple[Account, Session]:
        """Who holds a token. Raises SignInNeededError, also where the account has left the business since."""
        now = self.clock.now()
        session = await self.sessions.get(digest(token)) if token else None
        if session is None or not session.alive(now):
            raise SignInNeededError("nobody is signed in")
        account = await self.accounts.by_id(session.account_id)
        if account is None or account.membership(session.tenant_id) is None:
            raise SignInNeededError("the account may not see this business any more")
        await self.sessions.touch(session.token_digest, now)
        return account, session

    async def look_at(self, session: Session, tenant_id: str) -> None:
        """Another business of the account, from now on; the database refuses one that it has no part in."""
        await self.sessions.look_at(session.token_digest, tenant_id)

    async def sign_out(self, token: str) -> None:
        """Repeating it is harmless."""
        await self.sessions.end(digest(token))

    async def tidy(self) -> None:
        """Forget what is over."""
        now = self.clock.now()
        await self.sessions.forget(seen_before=now - IDLE_MAX, created_before=now - LIFE_MAX)
        await self.attempts.forget(before=now - WINDOW)
