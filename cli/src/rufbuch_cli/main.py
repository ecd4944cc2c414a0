"""The commands. Each imports what it needs when it runs: a filter must not wait for gRPC to load."""

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Rufbuch turns phone calls into appointments.",
)


@app.command()
def up(
    demo: Annotated[
        bool, typer.Option("--demo", help="End after the call; exit 0 only if all agrees.")
    ] = False,
) -> None:
    """Start everything on this machine, play one call, stay up until Ctrl-C."""
    from rufbuch_cli.up import run

    sys.exit(run(demo=demo))


@app.command()
def call(
    script: Annotated[str, typer.Option(help="Who calls: perm, hang-up, indecisive, withheld, …")] = "perm",
    interactive: Annotated[bool, typer.Option("--interactive", help="You play caller and agent.")] = False,
) -> None:
    """A simulated caller calls the running installation."""
    from rufbuch_cli.call import run

    sys.exit(run(script, interactive=interactive))


@app.command(name="first-call")
def first_call(
    password: Annotated[
        str, typer.Option(envvar="RUFBUCH_OWNER_PASSWORD", help="Of the salon's owner at the console.")
    ],
) -> None:
    """Bring the reference salon to an installation that runs, play one call, compare; exit 0 only if all agrees."""
    from rufbuch_cli.first_call import run

    sys.exit(run(password))


@app.command(name="import")
def import_business(
    file: Annotated[
        Path | None, typer.Argument(help="A business as YAML.", exists=True, dir_okay=False)
    ] = None,
    from_calcom: Annotated[
        str,
        typer.Option(
            metavar="KEY",
            help="Import nothing: write what Cal.com suggests for this business, to be read and imported.",
        ),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would change; store nothing.")
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Retire what the file leaves out; without, it is kept.")
    ] = False,
    etag: Annotated[str, typer.Option(help="Only if nobody has changed it since the export.")] = "",
    secrets: Annotated[
        Path | None, typer.Option(help="YAML with api_keys, webhook_secret, ….", exists=True, dir_okay=False)
    ] = None,
    smtp_password: Annotated[
        str, typer.Option(envvar="RUFBUCH_SMTP_PASSWORD", help="Of the business's SMTP user.")
    ] = "",
    sms_key: Annotated[str, typer.Option(envvar="RUFBUCH_SMS_KEY", help="Of its SMS provider.")] = "",
) -> None:
    """Import a business from one YAML file; secrets that are left out stay as they are stored."""
    if (file is None) == (not from_calcom):
        raise typer.BadParameter("either a file, or --from-calcom KEY")
    if file is None:
        from rufbuch_cli.from_calcom import run as propose

        sys.exit(propose(from_calcom, secrets))
    from rufbuch_cli.import_business import Wish, run

    sys.exit(run(file, Wish(dry_run, prune, etag, secrets, smtp_password, sms_key)))


@app.command()
def export(
    key: Annotated[str, typer.Argument(help="The business's key; none: the only one there is.")] = "",
) -> None:
    """Write a business as the YAML file that imports it."""
    from rufbuch_cli.export_business import run

    sys.exit(run(key))


@app.command()
def history(
    key: Annotated[str, typer.Argument(help="The business's key.")],
    last: Annotated[int, typer.Option(min=1, max=100, help="How many changes.")] = 20,
) -> None:
    """Who has changed what in a business, the newest first."""
    from rufbuch_cli.history import run

    sys.exit(run(key, last=last))


@app.command()
def certs(
    directory: Annotated[
        Path | None,
        typer.Option(help="Where they stand; without it, those of this checkout.", file_okay=False),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Also those that hold for long yet.")] = False,
    host: Annotated[
        list[str] | None, typer.Option("--host", help="Another name at which the services are reached.")
    ] = None,
) -> None:
    """Make or renew the certificates of the services; running ones take the new files by themselves."""
    from rufbuch_cli.certs import run

    sys.exit(run(directory, every=every, hosts=host or []))


@app.command()
def reseal() -> None:
    """Encrypt all stored secrets with the first key, after a new one was put before the old."""
    from rufbuch_cli.reseal import run

    sys.exit(run())


@app.command()
def trace(
    call_id: Annotated[str, typer.Argument(help="Retell's id of the call.")],
    full: Annotated[bool, typer.Option("--full", help="Show every SQL statement.")] = False,
    personal_data: Annotated[
        bool, typer.Option("--personal-data", help="Show names and numbers; who looks is written down.")
    ] = False,
    operator: Annotated[str, typer.Option(help="Who looks; the user of this machine without it.")] = "",
) -> None:
    """A call as a timeline: what was asked, answered, told and found, and where the time went."""
    from rufbuch_cli.trace import run

    sys.exit(run(call_id, full=full, personal_data=personal_data, operator=operator))


@app.command()
def replay(
    call: Annotated[str, typer.Argument(help="Retell's id of a call, or a file with a recorded one.")],
    save: Annotated[
        Path | None, typer.Option(help="Also write the recording, with names and numbers.")
    ] = None,
    operator: Annotated[str, typer.Option(help="Who looks; the user of this machine without it.")] = "",
) -> None:
    """A recorded call against this build, with the clock of then: exit 1 where an answer differs."""
    from rufbuch_cli.replay import run

    sys.exit(run(call, save=save, operator=operator))


@app.command()
def dates(
    explain: Annotated[bool, typer.Option("--explain", help="Also say which rule took which words.")] = False,
) -> None:
    """JSON lines in, JSON lines out: what words about dates and times mean."""
    from rufbuch_cli.filters import dates as run

    run(sys.stdin, sys.stdout, explain=explain)


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False
)
def retell(context: typer.Context) -> None:
    """Agents for Retell: export, lint."""
    from rufbuch_cli.retell import app as commands

    commands(context.args, prog_name="rufbuch retell")


@app.command()
def doctor(
    business: Annotated[str, typer.Argument(help="The business's key; all without it.")] = "",
    fix: Annotated[bool, typer.Option("--fix", help="Make missing event types, register webhooks.")] = False,
    webhook_base_url: Annotated[
        str, typer.Option(help="Where Cal.com reaches calcom-sync, e.g. https://sync.example.org.")
    ] = "",
    alarm_test: Annotated[
        bool, typer.Option("--alarm-test", help="Send a test alarm over every channel.")
    ] = False,
) -> None:
    """Is this installation ready for real calls? Exit 1 where something is wrong."""
    from rufbuch_cli.doctor import run

    sys.exit(run(business, fix=fix, webhook_base_url=webhook_base_url, alarm_test=alarm_test))


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False
)
def sync(context: typer.Context) -> None:
    """Copies at Cal.com: list, retry, verify."""
    from rufbuch_cli.sync import app as commands

    commands(context.args, prog_name="rufbuch sync")


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False
)
def staff(context: typer.Context) -> None:
    """People who are listed twice: duplicates, merge, link, undo."""
    from rufbuch_cli.staff import app as commands

    commands(context.args, prog_name="rufbuch staff")


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False
)
def user(context: typer.Context) -> None:
    """Who may use the console: add, list, disable, enable, reset."""
    from rufbuch_cli.user import app as commands

    commands(context.args, prog_name="rufbuch user")


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False
)
def customer(context: typer.Context) -> None:
    """One person: export everything, erase everywhere."""
    from rufbuch_cli.customer import app as commands

    commands(context.args, prog_name="rufbuch customer")


@app.command()
def slots() -> None:
    """JSON lines in, JSON lines out: the free starts of a workload."""
    from rufbuch_cli.filters import slots as run

    run(sys.stdin, sys.stdout)


@app.command()
def backup(
    file: Annotated[
        Path | None, typer.Argument(help="Where to; named after the time in a directory, or without it.")
    ] = None,
    keep: Annotated[
        int, typer.Option(min=0, help="Of a directory: the newest so many stay, this one included; 0: all.")
    ] = 0,
) -> None:
    """All of PostgreSQL in one file, as of one moment, while services go on."""
    from rufbuch_cli.backup import make

    sys.exit(make(file, keep=keep))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.", dir_okay=False)],
    replace: Annotated[
        str, typer.Option(metavar="DATABASE", help="Replace what this database holds; its name, to be sure.")
    ] = "",
) -> None:
    """A backup into an empty installation whose services do not run."""
    from rufbuch_cli.backup import bring_back

    sys.exit(bring_back(file, replace=replace))


@app.command()
def chaos() -> None:
    """The real processes killed, stopped, restarted in turn and cut off under callers; about half an hour."""
    from rufbuch_cli.proof import run_claims
    from rufbuch_cli.proof.chaos import CLAIMS

    sys.exit(run_claims(CLAIMS))


@app.command()
def proof(name: Annotated[str, typer.Argument(help="One group of claims; all without it.")] = "") -> None:
    """Run the claims of this project and say which hold."""
    from rufbuch_cli.proof import run

    sys.exit(run(name))
