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
from console.errors import PasswordRefusedError, SignInNeededError, SignInRefusedError
from console.usecases.ports import Accounts, Attempts, Passwords, Sessions

PASSWORD_LENGTH_MIN = 12
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
        account = await self._checked(email.strip().lower(), password)
        return await self.open(account)

    async def _checked(self, email: str, password: str) -> Account:
        now = self.clock.now()
        failures = await self.attempts.begin(email, since=now - WINDOW, now=now, attempts_max=ATTEMPTS_MAX)
        until = locked_until(failures, now=now)
        if until:
            raise SignInRefusedError("too many wrong passwords", until=until.isoformat())
        account = await self._who(email, password)
        if account is None or not account.memberships:
            raise SignInRefusedError("address or password is wrong")
        await self.attempts.succeeded(email)
        return account

    async def change_password(self, account: Account, session: Session, current: str, new: str) -> None:
        """All other sessions of the account end. Raises PasswordRefusedError; SignInRefusedError where the current one is
        wrong, which counts like a wrong one at the sign-in."""
        if not PASSWORD_LENGTH_MIN <= len(new) <= PASSWORD_LENGTH_MAX:
            raise PasswordRefusedError(f"a password has at least {PASSWORD_LENGTH_MIN} characters")
        await self._checked(account.email, current)
        renewed = await asyncio.to_thread(self.passwords.hash, new)
        await self.accounts.change_password(account.account_id, renewed, keep=session.token_digest)

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

    async def open(self, account: Account) -> tuple[str, Session]:
        """A session of somebody who was recognised. Raises SignInRefusedError: of an account without a business."""
        if not account.memberships:
            raise SignInRefusedError("the account belongs to no business")
        now, token = self.clock.now(), secrets.token_urlsafe(32)
        return token, await self._kept(account, token, now)

    async def _kept(self, account: Account, token: str, now: datetime) -> Session:
        session = Session(
            token_digest=digest(token),
            account_id=account.account_id,
            tenant_id=account.memberships[0].tenant_id,
            csrf_token=secrets.token_urlsafe(32),
            created_at=now,
            seen_at=now,
        )
        await self.sessions.add(session)
        return session

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
