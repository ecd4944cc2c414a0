"""``rufbuch import FILE``: one YAML file becomes a business, or everything that is wrong with it is told by line."""

import getpass
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import grpc
import typer

from chassis.grpc_client import Fault, fault_of
from rufbuch.staff.v1 import changes_pb2, service_pb2
from rufbuch_cli.installation import Running, running
from rufbuch_cli.registry import ask
from staff_registry.wire.describing import request_for
from staff_registry.yaml_file import (
    API_KEYS,
    DescribedFile,
    FileFault,
    FileInvalidError,
    Secrets,
    describe_file,
    read_secrets,
)

_BYTES_MAX = 8_000_000
_KEPT = re.compile(r"\w+\[(?![0-9]+\])")
_SIGNS = {
    changes_pb2.CHANGE_KIND_ADDED: "+",
    changes_pb2.CHANGE_KIND_CHANGED: "~",
    changes_pb2.CHANGE_KIND_REMOVED: "-",
    changes_pb2.CHANGE_KIND_RETIRED: "-",
}


@dataclass(frozen=True)
class Wish:
    """How to import."""

    dry_run: bool = False
    prune: bool = False
    etag: str = ""
    secrets_file: Path | None = None
    smtp_password: str = ""
    sms_key: str = ""


def run(file: Path, wish: Wish) -> int:
    """Import, or only tell what would change; 1 and every fault where it is refused, and nothing is stored then."""
    try:
        secrets = _secrets(wish)
    except FileInvalidError as error:
        return refused(wish.secrets_file or file, error.faults)
    try:
        described = describe_file(read_text(file), secrets)
    except FileInvalidError as error:
        return refused(file, error.faults, secrets_file=wish.secrets_file)
    return _send(running(), file, described, wish)


def _send(installation: Running, file: Path, described: DescribedFile, wish: Wish) -> int:
    request = _request(described, wish)
    try:
        answer = ask(installation, lambda registry: registry.ImportBusiness(request))
    except grpc.aio.AioRpcError as error:
        for line in _fault_lines(file, described, fault_of(error)):
            typer.echo(line, err=True)
        return 1
    for line in change_lines(answer.changes):
        typer.echo(line)
    if answer.changes_left_out:
        typer.echo(f"  … and {answer.changes_left_out} more")
    typer.echo(_summary(answer, dry_run=wish.dry_run))
    return 0


def _request(described: DescribedFile, wish: Wish) -> service_pb2.ImportBusinessRequest:
    request = request_for(described.business)
    request.validate_only, request.prune, request.etag = wish.dry_run, wish.prune, wish.etag
    request.prune_mappings = described.has("mappings")
    request.actor = actor()
    return request


def actor() -> str:
    """Who is at this machine, for the record."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        return "rufbuch"


def _secrets(wish: Wish) -> Secrets:
    told = read_secrets(read_text(wish.secrets_file)) if wish.secrets_file else Secrets()
    return replace(
        told,
        smtp_password=wish.smtp_password or told.smtp_password,
        sms_key=wish.sms_key or told.sms_key,
    )


def read_text(file: Path) -> str:
    """The file's text. Raises FileInvalidError where it is none."""
    try:
        if file.stat().st_size > _BYTES_MAX:
            raise FileInvalidError([FileFault(1, "", f"a file of at most {_BYTES_MAX} bytes")])
        content = file.read_bytes()
    except OSError as error:
        raise FileInvalidError([FileFault(1, "", f"a file that can be read ({error.strerror})")]) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileInvalidError([FileFault(line, "", "text in UTF-8")]) from error


def refused(file: Path, faults: Iterable[FileFault], *, secrets_file: Path | None = None) -> int:
    """Tell every fault with its file and line; the exit code."""
    for fault in faults:
        of_secrets = secrets_file and fault.path.startswith(f"{API_KEYS}.")
        typer.echo(_line(secrets_file if secrets_file and of_secrets else file, fault), err=True)
    typer.echo("Nothing has been imported.", err=True)
    return 1


def _line(file: Path, fault: FileFault) -> str:
    return f"{file}:{fault.line}: {fault.path or 'the file'}: expected {fault.expected}"


def _fault_lines(file: Path, described: DescribedFile, fault: Fault) -> Iterator[str]:
    """What the registry refuses, at the lines where the file says it."""
    if fault.reason == "BUSINESS_INVALID":
        found = [(path, expected) for path, expected in fault.metadata.items() if path != "more"]
        own = sorted(described.fault(path, expected) for path, expected in found if not _KEPT.match(path))
        yield from (_line(file, each) for each in own)
        yield from (f"stored: {path}: expected {expected}" for path, expected in found if _KEPT.match(path))
        if "more" in fault.metadata:
            yield fault.metadata["more"]
    elif fault.reason == "NUMBER_TAKEN":
        path = _path_of_number(described, fault.metadata.get("number", ""))
        yield _line(file, described.fault(path, "a number that no other business is dialled under"))
    elif fault.reason == "ETAG_MISMATCH":
        yield f"{file}: the business has been changed since; export it again"
    else:
        yield f"{file}: {fault.reason or fault.code.name}: {fault.message}"
    yield "Nothing has been imported."


def _path_of_number(described: DescribedFile, number: str) -> str:
    places = (
        f"branches[{n}].dialled_numbers[{m}]"
        for n, branch in enumerate(described.business.branches)
        for m, own in enumerate(branch.dialled_numbers)
        if own == number
    )
    return next(places, "branches")


def change_lines(changes: Iterable[changes_pb2.Change]) -> Iterator[str]:
    """One line a change, as an operator reads it."""
    for change in changes:
        name = f" ({change.name})" if change.name and change.name != change.key else ""
        yield f"  {_SIGNS.get(change.kind, '?')} {change.subject} {change.key}{name}{_what(change)}"


def _what(change: changes_pb2.Change) -> str:
    if change.kind == changes_pb2.CHANGE_KIND_RETIRED:
        return ": retired, since the file leaves it out or says so"
    if change.field:
        return f": {change.field} {change.before} → {change.after}"
    whole = change.after or change.before
    return f": {whole}" if whole else ""


def _summary(answer: service_pb2.ImportBusinessResponse, *, dry_run: bool) -> str:
    business = answer.business
    people = sum(not person.retired for person in business.people)
    services = sum(not service.retired for service in business.services)
    what = (
        "would change" if dry_run and answer.changed else "changed" if answer.changed else "nothing changes"
    )
    stored = ", nothing has been stored" if dry_run else ""
    return f"{business.name}: {people} people, {services} services, {what}{stored} (id {business.tenant_id}, etag {business.etag})"
