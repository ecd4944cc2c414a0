"""``rufbuch retell``: agents to import at Retell, and a look at agents that are there."""

import asyncio
import json
from pathlib import Path

import grpc
import typer

from chassis.grpc_client import channel, fault_of
from rufbuch.staff.v1 import service_pb2, service_pb2_grpc
from rufbuch_cli.installation import Running, running
from telephony_gateway.agents.export import flow_agent, single_prompt_agent
from telephony_gateway.agents.lint import Expected, lint
from telephony_gateway.agents.options import Budgets, options_for
from telephony_gateway.clients.directory import read_branch
from telephony_gateway.domain.business import DialledBranch

app = typer.Typer(no_args_is_help=True, help="Agents for Retell.")
TIMEOUT_S = 10.0


@app.command()
def export(
    number: str = typer.Argument(help="The number under which the branch is dialled, E.164."),
    base_url: str = typer.Option(help="Where Retell reaches the gateway, e.g. https://gateway.example.org."),
    transfer_number: str = typer.Option("", help="Whom a caller is put through to."),
    flow: bool = typer.Option(False, "--flow", help="A conversation flow instead of a single prompt."),  # noqa: FBT003 - a flag
) -> None:
    """Write an agent with all tools, as JSON to import."""
    installation = running()
    options = options_for(
        _branch(installation, number),
        base_url=base_url,
        transfer_number=transfer_number,
        budgets=_budgets(installation),
    )
    agent = flow_agent(options) if flow else single_prompt_agent(options)
    typer.echo(json.dumps(agent, ensure_ascii=False, indent=2))


@app.command(name="lint")
def lint_file(
    file: Path = typer.Argument(help="An agent that was exported at Retell.", exists=True, dir_okay=False),
    time_zone: str = typer.Option("", help="IANA zone of the branch."),
) -> None:
    """Say what is wrong with an agent; exit 1 where anything is."""
    try:
        agent = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        typer.echo(f"{file}: no JSON: {error}", err=True)
        raise typer.Exit(2) from error
    findings = lint(agent, Expected(time_zone=time_zone, budgets=_budgets(running())))
    for finding in findings:
        typer.echo(f"{finding.rule}: {finding.where}: {finding.words}")
    raise typer.Exit(1 if findings else 0)


def _budgets(installation: Running) -> Budgets:
    """The gateway's, where they are set for the installation."""
    usual = Budgets()
    values = installation.values
    try:
        seconds = float(values.get("RUFBUCH_FUNCTION_BUDGET_S", usual.seconds))
        of_functions = json.loads(values.get("RUFBUCH_FUNCTION_BUDGETS", "{}"))
        return Budgets(seconds, {name: float(budget) for name, budget in of_functions.items()})
    except (ValueError, TypeError, AttributeError) as error:
        typer.echo(
            f'RUFBUCH_FUNCTION_BUDGET_S is seconds, RUFBUCH_FUNCTION_BUDGETS JSON like {{"start_booking": 4}}: {error}',
            err=True,
        )
        raise typer.Exit(2) from error


def _branch(installation: Running, number: str) -> DialledBranch:
    return asyncio.run(_read(installation["STAFF_REGISTRY_ADDRESS"], number))


async def _read(address: str, number: str) -> DialledBranch:
    async with channel(address, default_deadline_s=TIMEOUT_S) as opened:
        registry = service_pb2_grpc.StaffRegistryServiceStub(opened)
        try:
            request = service_pb2.ResolveDialledNumberRequest(dialled_number=number)
            where = await registry.ResolveDialledNumber(request)
            answer = await registry.GetBusiness(service_pb2.GetBusinessRequest(tenant_id=where.tenant_id))
        except grpc.aio.AioRpcError as error:
            typer.echo(f"{number}: {fault_of(error).message}", err=True)
            raise typer.Exit(1) from error
    return read_branch(answer.business, where.branch_id)
