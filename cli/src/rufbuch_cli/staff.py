"""``rufbuch staff``: people who are listed twice. The plan comes before the deed, and a person decides."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeVar

import grpc
import typer

from chassis.grpc_client import fault_of
from rufbuch.staff.v1 import business_pb2, resolution_pb2, service_pb2
from rufbuch_cli.installation import running
from rufbuch_cli.registry import ask

if TYPE_CHECKING:
    from rufbuch.staff.v1.service_pb2_grpc import StaffRegistryServiceAsyncStub

app = typer.Typer(no_args_is_help=True, help="People who are listed twice: find, merge, link, undo.")
LOOK_EVERY_S = 0.2
DISAGREED, REFUSED = 1, 2
_T = TypeVar("_T")
_Question = Callable[["StaffRegistryServiceAsyncStub"], Awaitable[_T]]
_CHOICES = {
    "staying": resolution_pb2.CHOICE_KEEP_STAYING,
    "going": resolution_pb2.CHOICE_KEEP_GOING,
    "both": resolution_pb2.CHOICE_KEEP_BOTH,
}
_WORDS = {number: word for word, number in _CHOICES.items()}
_OVER = {resolution_pb2.RESOLUTION_STATE_APPLIED, resolution_pb2.RESOLUTION_STATE_UNDONE}

Business = Annotated[str, typer.Argument(help="The business's key.")]
Stays = Annotated[str, typer.Argument(help="Key of the row that stays.")]
Goes = Annotated[str, typer.Argument(help="Key of the row that becomes another name of it.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without being asked again.")]
Decide = Annotated[
    list[str] | None,
    typer.Option(
        "--decide", help="SUBJECT=staying|going|both, as the plan names it; may be given several times."
    ),
]
Operator = Annotated[str, typer.Option(help="Who does it; the user of this machine without it.")]


@dataclass(frozen=True)
class _Deed:
    """What is to become one, and how."""

    business: business_pb2.Business
    staying_id: str
    going_id: str
    link: bool

    @property
    def word(self) -> str:
        return "link" if self.link else "merge"


@app.command()
def duplicates(business: Business) -> None:
    """Who may be listed twice, the likeliest first, with what speaks for it; exit 1 where there is anybody."""
    found = _business(business)
    request = resolution_pb2.FindDuplicatesRequest(tenant_id=found.tenant_id)
    candidates = _ask(lambda stub: stub.FindDuplicates(request)).candidates
    for each in candidates:
        advice = resolution_pb2.DuplicateAdvice.Name(each.advice).removeprefix("DUPLICATE_ADVICE_").lower()
        typer.echo(f"{each.score:>3}  {advice:<5}  {each.person_key} / {each.other_person_key}")
        for reason in each.reasons:
            kind = resolution_pb2.DuplicateReasonKind.Name(reason.kind).removeprefix("DUPLICATE_REASON_KIND_")
            typer.echo(f"     {reason.weight:>3}  {kind.lower().replace('_', ' ')}  {reason.detail}".rstrip())
    typer.echo(f"{len(candidates)} found")
    raise typer.Exit(DISAGREED if candidates else 0)


@app.command()
def different(business: Business, one: Stays, other: Goes, operator: Operator = "") -> None:
    """Two rows are two humans: not proposed again unless their facts change."""
    found = _business(business)
    request = resolution_pb2.MarkDifferentPeopleRequest(
        tenant_id=found.tenant_id,
        person_id=_person(found, one),
        other_person_id=_person(found, other),
        operator=operator or getpass.getuser(),
    )
    _ask(lambda stub: stub.MarkDifferentPeople(request))
    typer.echo(f"{one} and {other} are different people")


@app.command()
def merge(
    business: Business, stays: Stays, goes: Goes, *, decide: Decide = None, yes: Yes = False, operator: Operator = ""
) -> None:  # fmt: skip
    """One human who was entered twice becomes one row."""
    _resolve(_deed(business, stays, goes, link=False), decide or (), yes=yes, operator=operator)


@app.command()
def link(
    business: Business, stays: Stays, goes: Goes, *, decide: Decide = None, yes: Yes = False, operator: Operator = ""
) -> None:  # fmt: skip
    """One human with two accounts at Cal.com becomes one row with both."""
    _resolve(_deed(business, stays, goes, link=True), decide or (), yes=yes, operator=operator)


@app.command()
def resolutions(business: Business) -> None:
    """What was merged and linked, and how far it is; the last first."""
    found = _business(business)
    request = resolution_pb2.ListResolutionsRequest(tenant_id=found.tenant_id)
    for each in _ask(lambda stub: stub.ListResolutions(request)).resolutions:
        kind = resolution_pb2.ResolutionKind.Name(each.kind).removeprefix("RESOLUTION_KIND_").lower()
        typer.echo(f"{each.resolution_id}  {kind:<5}  {_state(each)}  by {each.operator}")
        for step in each.steps:
            if step.last_error:
                typer.echo(f"  {step.name.lower()}: {step.last_error}", err=True)


@app.command()
def undo(
    business: Business,
    resolution_id: Annotated[str, typer.Argument(help="As `rufbuch staff resolutions` tells it.")],
    *,
    yes: Yes = False,
    operator: Operator = "",
) -> None:
    """Take a merge or a link back, while nothing has happened that contradicts it."""
    found = _business(business)
    if not yes and not typer.confirm("Make them two rows again?"):
        raise typer.Exit(DISAGREED)
    request = resolution_pb2.UndoResolutionRequest(
        tenant_id=found.tenant_id, resolution_id=resolution_id, operator=operator or getpass.getuser()
    )
    _follow(_ask(lambda stub: stub.UndoResolution(request)).resolution)


def _resolve(deed: _Deed, decide: Sequence[str], *, yes: bool, operator: str) -> None:
    plan = _plan(deed)
    _show(plan)
    decisions = _decisions(plan, decide, ask_for_others=not yes)
    if not yes and not typer.confirm(f"{deed.word.capitalize()} them?"):
        raise typer.Exit(DISAGREED)
    _follow(_apply(deed, plan.etag, decisions, operator or getpass.getuser()))


def _plan(deed: _Deed) -> resolution_pb2.ResolutionPlan:
    tenant_id, one, other = deed.business.tenant_id, deed.staying_id, deed.going_id
    if deed.link:
        linking = resolution_pb2.PlanLinkRequest(tenant_id=tenant_id, person_id=one, alias_person_id=other)
        return _ask(lambda stub: stub.PlanLink(linking)).plan
    merging = resolution_pb2.PlanMergeRequest(tenant_id=tenant_id, person_id=one, alias_person_id=other)
    return _ask(lambda stub: stub.PlanMerge(merging)).plan


def _apply(
    deed: _Deed, etag: str, decisions: Sequence[resolution_pb2.Decision], operator: str
) -> resolution_pb2.Resolution:
    kind = resolution_pb2.ApplyLinkRequest if deed.link else resolution_pb2.ApplyMergeRequest
    request = kind(
        tenant_id=deed.business.tenant_id, person_id=deed.staying_id, alias_person_id=deed.going_id, etag=etag,
        decisions=decisions, operator=operator,
    )  # fmt: skip
    if isinstance(request, resolution_pb2.ApplyLinkRequest):
        linking = request
        return _ask(lambda stub: stub.ApplyLink(linking)).resolution
    merging = request
    return _ask(lambda stub: stub.ApplyMerge(merging)).resolution


def _show(plan: resolution_pb2.ResolutionPlan) -> None:
    """What each has, what moves, and what is to be decided."""
    typer.echo(f"{'':<20}{'stays':>7}{'moves':>7}")
    for each in plan.movements:
        if each.staying or each.going:
            typer.echo(f"{each.what.replace('_', ' '):<20}{each.staying:>7}{each.going:>7}")
    for conflict in plan.conflicts:
        typer.echo(f"to decide: {conflict.subject} ({'|'.join(_words(conflict))})  {conflict.description}")


def _decisions(
    plan: resolution_pb2.ResolutionPlan, decide: Sequence[str], *, ask_for_others: bool
) -> list[resolution_pb2.Decision]:
    """Those that were given, and the answers to those that were not. Ends the command where one is missing."""
    given = _given(decide)
    for conflict in plan.conflicts:
        words = _words(conflict)
        if given.get(conflict.subject) not in words:
            if not ask_for_others:
                typer.echo(f"to be decided: --decide {conflict.subject}={'|'.join(words)}", err=True)
                raise typer.Exit(REFUSED)
            given[conflict.subject] = _asked(conflict, words)
    return [
        resolution_pb2.Decision(subject=subject, choice=_CHOICES[word]) for subject, word in given.items()
    ]


def _given(decide: Sequence[str]) -> dict[str, str]:
    given = {}
    for each in decide:
        subject, _, word = each.rpartition("=")
        if not subject or word not in _CHOICES:
            typer.echo(f"{each}: expected SUBJECT={'|'.join(_CHOICES)}", err=True)
            raise typer.Exit(REFUSED)
        given[subject] = word
    return given


def _asked(conflict: resolution_pb2.Conflict, words: Sequence[str]) -> str:
    while True:
        answer: str = typer.prompt(f"{conflict.description}: {' or '.join(words)}?")
        if answer in words:
            return answer


def _words(conflict: resolution_pb2.Conflict) -> list[str]:
    return [_WORDS[choice] for choice in conflict.choices]


def _follow(resolution: resolution_pb2.Resolution) -> None:
    """Tell each step as it is done; what is under way goes on without this command."""
    typer.echo(f"resolution {resolution.resolution_id}")
    told: set[str] = set()
    request = resolution_pb2.GetResolutionRequest(
        tenant_id=resolution.tenant_id, resolution_id=resolution.resolution_id
    )

    async def watch(stub: "StaffRegistryServiceAsyncStub") -> resolution_pb2.Resolution:
        while True:
            now = (await stub.GetResolution(request)).resolution
            _tell_new(now, told)
            if now.state in _OVER:
                return now
            await asyncio.sleep(LOOK_EVERY_S)

    ended = _ask(watch)
    typer.echo(_state(ended))
    raise typer.Exit(0 if all(step.done for step in ended.steps) else DISAGREED)


def _tell_new(resolution: resolution_pb2.Resolution, told: set[str]) -> None:
    for step in resolution.steps:
        word = f"  {step.name.lower()}" + ("" if step.done else f": {step.last_error}")
        if (step.done or step.last_error) and word not in told:
            told.add(word)
            typer.echo(word, err=not step.done)


def _state(resolution: resolution_pb2.Resolution) -> str:
    return resolution_pb2.ResolutionState.Name(resolution.state).removeprefix("RESOLUTION_STATE_").lower()


def _deed(business: str, stays: str, goes: str, *, link: bool) -> _Deed:
    found = _business(business)
    return _Deed(found, _person(found, stays), _person(found, goes), link)


def _person(business: business_pb2.Business, key: str) -> str:
    """The id. Ends the command where nobody has the key."""
    people: Mapping[str, str] = {person.key: person.person_id for person in business.people}
    if key not in people:
        typer.echo(f"nobody is listed as {key!r}; there are: {', '.join(people)}", err=True)
        raise typer.Exit(REFUSED)
    return people[key]


def _business(key: str) -> business_pb2.Business:
    """By its key. Ends the command where there is none."""

    async def find(stub: "StaffRegistryServiceAsyncStub") -> business_pb2.Business | None:
        token = ""
        while True:
            page = await stub.ListBusinesses(
                service_pb2.ListBusinessesRequest(page_size=500, page_token=token)
            )
            for tenant_id in page.tenant_ids:
                asked = service_pb2.GetBusinessRequest(tenant_id=tenant_id)
                business = (await stub.GetBusiness(asked)).business
                if business.key == key:
                    return business
            token = page.next_page_token
            if not token:
                return None

    found = _ask(find)
    if found is None:
        typer.echo(f"there is no business {key!r}", err=True)
        raise typer.Exit(REFUSED)
    return found


def _ask(question: _Question[_T]) -> _T:
    """Ends the command where the registry refuses, with its reasons."""
    try:
        return ask(running(), question)
    except grpc.aio.AioRpcError as error:
        fault = fault_of(error)
        typer.echo(f"{fault.reason or fault.code.name}: {fault.message}", err=True)
        for name, words in fault.metadata.items():
            typer.echo(f"  {name}: {words}", err=True)
        raise typer.Exit(REFUSED) from error
