"""``rufbuch user``: who may use the console."""

import asyncio
import uuid
from collections.abc import Sequence
from typing import Annotated

import typer

from chassis import postgres
from console.clients.passwords import Argon2Passwords
from console.domain.accounts import Account, Membership, Role
from console.pages.texts import LANGUAGES
from console.storage.accounts import SqlAccounts
from rufbuch_cli.installation import Running, running

PASSWORD_LENGTH_MIN = 12
app = typer.Typer(no_args_is_help=True, help="Who may use the console.")


@app.callback()
def commands() -> None:
    """Keep ``add`` a word of its own."""


@app.command()
def add(
    email: Annotated[str, typer.Argument(help="What is typed at the sign-in.")],
    tenant: Annotated[
        list[str], typer.Option("--tenant", help="The id of a business; several times for several.")
    ],
    name: Annotated[str, typer.Option(help="As colleagues know them.")] = "",
    role: Annotated[Role, typer.Option(help="In each of these businesses.")] = Role.OWNER,
    language: Annotated[str, typer.Option(help="de or en.")] = LANGUAGES[0],
    password: Annotated[
        str,
        typer.Option(envvar="RUFBUCH_USER_PASSWORD", prompt=True, hide_input=True, confirmation_prompt=True),
    ] = "",
) -> None:
    """Add somebody, or replace what is known of them and end their sessions."""
    fault = _fault(email, tenant, language, password)
    if fault:
        typer.echo(fault, err=True)
        raise typer.Exit(2)
    put_user(running(), email, tenant, name=name or email, role=role, language=language, password=password)
    typer.echo(f"{email.strip().lower()} may sign in as {role.value}")


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


def _fault(email: str, tenants: Sequence[str], language: str, password: str) -> str:
    if "@" not in email:
        return f"{email!r} is no e-mail address"
    for tenant in tenants:
        try:
            uuid.UUID(tenant)
        except ValueError:
            return f"--tenant {tenant!r} is no id of a business: rufbuch import prints it"
    if language not in LANGUAGES:
        return f"--language is one of {', '.join(LANGUAGES)}"
    if len(password) < PASSWORD_LENGTH_MIN:
        return f"a password has at least {PASSWORD_LENGTH_MIN} characters"
    return ""
