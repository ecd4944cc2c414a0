"""``rufbuch user``: who may use the console."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeVar

import typer

from chassis import postgres
from chassis.clock import SystemClock
from console.clients.passwords import Argon2Passwords
from console.domain.accounts import Account, Membership, Role
from console.pages.texts import LANGUAGES
from console.storage.accounts import SqlAccounts
from console.usecases.sign_in import PASSWORD_LENGTH_MIN
from rufbuch_cli.installation import Running, running
from rufbuch_cli.registry import tenant_of

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, help="Who may use the console.")
Email = Annotated[str, typer.Argument(help="What is typed at the sign-in.")]
Password = Annotated[
    str, typer.Option(envvar="RUFBUCH_USER_PASSWORD", prompt=True, hide_input=True, confirmation_prompt=True)
]


@app.command()
def add(
    email: Email,
    tenant: Annotated[
        list[str],
        typer.Option("--tenant", help="The key or the id of a business; several times for several."),
    ],
    name: Annotated[str, typer.Option(help="As colleagues know them.")] = "",
    role: Annotated[Role, typer.Option(help="In each of these businesses.")] = Role.OWNER,
    language: Annotated[str, typer.Option(help="de or en.")] = LANGUAGES[0],
    password: Password = "",
) -> None:
    """Add somebody, or replace what is known of them and end their sessions."""
    fault = _fault(email, language, password)
    if fault:
        typer.echo(fault, err=True)
        raise typer.Exit(2)
    installation = running()
    tenants = [tenant_of(installation, each) for each in tenant]
    put_user(
        installation, email, tenants, name=name or email, role=role, language=language, password=password
    )
    typer.echo(f"{email.strip().lower()} may sign in as {role.value}")


@app.command(name="list")
def list_users() -> None:
    """Everybody who has an account: address, roles by business, language, and whether it is disabled."""
    for account, disabled_at in asyncio.run(_over_accounts(SqlAccounts.all)):
        roles = ", ".join(f"{each.role.value} of {each.tenant_id}" for each in account.memberships)
        state = f"disabled since {disabled_at:%Y-%m-%d %H:%M} UTC" if disabled_at else "may sign in"
        typer.echo(f"{account.email}  {account.language}  {roles or 'no business'}  {state}")


@app.command()
def disable(email: Email) -> None:
    """Nobody signs in with this account any more, and its sessions end now; nothing of it is forgotten."""
    now = SystemClock().now()
    _must_be_known(
        email, asyncio.run(_over_accounts(lambda accounts: accounts.disable(_address(email), now)))
    )
    typer.echo(f"{_address(email)} is disabled, and signed out everywhere")


@app.command()
def enable(email: Email) -> None:
    """Whoever was disabled may sign in again, with the same password and roles."""
    _must_be_known(email, asyncio.run(_over_accounts(lambda accounts: accounts.enable(_address(email)))))
    typer.echo(f"{_address(email)} may sign in again")


@app.command()
def reset(email: Email, password: Password = "") -> None:
    """Another password for somebody who has forgotten hers; her sessions end."""
    if len(password) < PASSWORD_LENGTH_MIN:
        typer.echo(f"a password has at least {PASSWORD_LENGTH_MIN} characters", err=True)
        raise typer.Exit(2)
    renewed = Argon2Passwords().hash(password)
    _must_be_known(
        email, asyncio.run(_over_accounts(lambda accounts: _reset(accounts, _address(email), renewed)))
    )
    typer.echo(f"{_address(email)} has another password")


async def _reset(accounts: SqlAccounts, email: str, password_hash: str) -> bool:
    found = await accounts.by_email(email)
    if found:
        await accounts.change_password(found[0].account_id, password_hash, keep=b"")
    return found is not None


async def _over_accounts(act: Callable[[SqlAccounts], Awaitable[T]]) -> T:
    async with postgres.pool(running()["CONSOLE_DATABASE_URL"]) as pool:
        return await act(SqlAccounts(pool))


def _must_be_known(email: str, known: bool) -> None:  # noqa: FBT001 - the answer of the one before it
    if not known:
        typer.echo(f"{_address(email)} has no account that is open: rufbuch user list shows all", err=True)
        raise typer.Exit(1)


def _address(email: str) -> str:
    return email.strip().lower()


def put_user(
    installation: Running,
    email: str,
    tenants: Sequence[str],
    *,
    name: str,
    role: Role,
    password: str,
    language: str = LANGUAGES[0],
) -> None:
    """Store the account. Repeating it changes nothing but ends the sessions."""
    memberships = tuple(Membership(tenant_id, role) for tenant_id in tenants)
    account = Account(uuid.uuid4(), email.strip().lower(), name, language, memberships)
    asyncio.run(_put(installation["CONSOLE_DATABASE_URL"], account, Argon2Passwords().hash(password)))


def ensure_user(
    installation: Running, email: str, tenant_id: str, *, name: str, role: Role, password: str
) -> None:
    """Add somebody who is not known yet; whoever is stays signed in."""
    if not asyncio.run(_is_known(installation["CONSOLE_DATABASE_URL"], email)):
        put_user(installation, email, [tenant_id], name=name, role=role, password=password)


async def _is_known(database_url: str, email: str) -> bool:
    async with postgres.pool(database_url) as pool:
        return await SqlAccounts(pool).by_email(email) is not None


async def _put(database_url: str, account: Account, password_hash: str) -> None:
    async with postgres.pool(database_url) as pool:
        await SqlAccounts(pool).put(account, password_hash)


def _fault(email: str, language: str, password: str) -> str:
    if "@" not in email:
        return f"{email!r} is no e-mail address"
    if language not in LANGUAGES:
        return f"--language is one of {', '.join(LANGUAGES)}"
    if len(password) < PASSWORD_LENGTH_MIN:
        return f"a password has at least {PASSWORD_LENGTH_MIN} characters"
    return ""
