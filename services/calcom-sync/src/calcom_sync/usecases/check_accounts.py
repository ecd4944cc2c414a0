"""Check that the accounts of a business can be worked with, before a caller finds out (CS-25)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar
from uuid import UUID

from calcom_sync.domain.accounts import AccountCheck, Hook, faults_of_hook, hook_body, hook_for
from calcom_sync.domain.answers import Answer, NoAnswer
from calcom_sync.domain.budget import allowed_in
from calcom_sync.domain.settling import text_of
from calcom_sync.domain.setup import Account, Setup
from calcom_sync.usecases.ports import Budget, Clock, Directory, Urgency

_T = TypeVar("_T")


class Accounts(Protocol):
    """Cal.com's accounts and their webhooks."""

    async def username(self, account: Account) -> str | Answer | NoAnswer:
        """Whose key it is."""
        ...

    async def hooks(self, account: Account) -> Sequence[Hook] | Answer | NoAnswer: ...

    async def put_hook(
        self, account: Account, body: dict[str, object], hook_id: str
    ) -> Hook | Answer | NoAnswer:
        """Register one, or correct the one with the id."""
        ...


class _UnansweredError(Exception):
    """The check ends here."""

    def __init__(self, check: AccountCheck) -> None:
        self.check = check


@dataclass(frozen=True)
class AccountChecker:
    """Goes through a business, inside the budget."""

    directory: Directory
    accounts: Accounts
    budget: Budget
    clock: Clock

    async def check(self, tenant_id: UUID, *, base_url: str, fix: bool) -> list[AccountCheck] | None:
        """Every account with a key; ``fix``: register or correct webhooks at ``base_url``. None: there is no such business.
        Raises SetupUnavailableError."""
        self.directory.forget(tenant_id)
        setup = await self.directory.setup(tenant_id)
        if setup is None:
            return None
        ordered = sorted(setup.accounts.values(), key=lambda one: one.username)
        return [await self._account(tenant_id, setup, one, base_url, fix=fix) for one in ordered]

    async def _account(
        self, tenant_id: UUID, setup: Setup, account: Account, base_url: str, *, fix: bool
    ) -> AccountCheck:
        check = AccountCheck(account)
        try:
            owner = await self._asked(check, lambda: self.accounts.username(account))
            if owner != account.username:
                check = replace(check, faults=(f"its key belongs to {owner}",))
            hooks = await self._asked(check, lambda: self.accounts.hooks(account))
            return await self._hook(check, tenant_id, setup, hooks, base_url, fix=fix)
        except _UnansweredError as unanswered:
            return unanswered.check

    async def _hook(
        self, check: AccountCheck, tenant_id: UUID, setup: Setup, hooks: Sequence[Hook], base_url: str, *, fix: bool
    ) -> AccountCheck:  # fmt: skip
        if not setup.webhook_secret:
            text = "the business has no webhook secret, so whatever comes is refused"
            return replace(check, faults=(*check.faults, text))
        hook = hook_for(hooks, base_url, tenant_id)
        faults = (
            faults_of_hook(hook, setup.webhook_secret) if hook else ("no webhook of it tells us anything",)
        )
        if not faults:
            return check
        # Somebody else's account is not touched.
        if not fix or not base_url or check.faults:
            return replace(check, faults=(*check.faults, *faults))
        body, hook_id = hook_body(base_url, tenant_id, setup.webhook_secret), hook.hook_id if hook else ""
        broken = replace(check, faults=faults)
        put = await self._asked(broken, lambda: self.accounts.put_hook(check.account, body, hook_id))
        left = faults_of_hook(put, setup.webhook_secret)
        return replace(check, faults=left, repairs=tuple(one for one in faults if one not in left))

    async def _asked(self, check: AccountCheck, ask: Callable[[], Awaitable[_T | Answer | NoAnswer]]) -> _T:
        now = self.clock.now()
        wait = await self.budget.take(check.account, 1, now, urgency=Urgency.LOOK)
        if wait:
            text = f"not looked at: {allowed_in(wait)}"
            raise _UnansweredError(replace(check, faults=(*check.faults, text), wait=wait))
        result = await ask()
        if not isinstance(result, Answer | NoAnswer):
            return result
        await self.budget.heed(check.account, result, self.clock.now())
        text = _refusal(result)
        reached = isinstance(result, Answer)
        raise _UnansweredError(replace(check, reached=reached, faults=(*check.faults, text)))


def _refusal(result: Answer | NoAnswer) -> str:
    if isinstance(result, NoAnswer):
        return f"Cal.com does not answer: {result.detail}"
    return (
        f"its key is refused: {text_of(result)}"
        if result.status in {401, 403}
        else f"Cal.com says: {text_of(result)}"
    )
