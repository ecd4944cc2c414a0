"""A sign-in at an OpenID provider becomes a session here: of an account that exists, with the roles that stand here."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from chassis.clock import Clock
from console.domain.sessions import Session
from console.errors import SignInRefusedError
from console.usecases.ports import Accounts, Going, Provider, SignInsUnderWay, UnderWay
from console.usecases.sign_in import Doorkeeper, digest

UNDER_WAY_MAX = timedelta(minutes=10)
"""So long somebody may stand before the provider's page."""


@dataclass(frozen=True)
class ProviderSignIn:
    """Out to the provider, and back."""

    provider: Provider
    under_way: SignInsUnderWay
    accounts: Accounts
    doorkeeper: Doorkeeper
    clock: Clock

    async def begin(self, target: str) -> tuple[str, str]:
        """Where the browser goes, and what it keeps until it is back. Raises SignInRefusedError."""
        state, nonce, verifier, browser = (secrets.token_urlsafe(32) for _ in range(4))
        address = await self.provider.address(Going(state, nonce, verifier))
        now = self.clock.now()
        await self.under_way.add(digest(state), digest(browser), UnderWay(nonce, verifier, target), now)
        return address, browser

    async def finish(self, state: str, code: str, browser: str) -> tuple[str, Session, str]:
        """The token, its session, and where to go on. Raises SignInRefusedError: the state was used before, is too old, or
        belongs to another browser; the provider's word does not count; or nobody here has the address."""
        since = self.clock.now() - UNDER_WAY_MAX
        going = await self.under_way.take(digest(state), digest(browser), begun_after=since)
        if going is None:
            raise SignInRefusedError("nobody has begun this sign-in here")
        identity = await self.provider.identity(code, Going(state, going.nonce, going.verifier))
        found = await self.accounts.by_email(identity.email)
        if found is None or not await self.accounts.bind(found[0].account_id, identity.subject):
            raise SignInRefusedError("nobody here has the address")
        token, session = await self.doorkeeper.open(found[0])
        return token, session, going.target

    async def tidy(self) -> None:
        """Forget those that nobody came back from."""
        await self.under_way.forget(before=self.clock.now() - UNDER_WAY_MAX)
