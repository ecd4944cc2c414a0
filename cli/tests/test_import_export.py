"""``rufbuch import`` and ``rufbuch export`` against the real registry."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.fernet import Fernet
from typer.testing import CliRunner, Result

from chassis import postgres
from chassis.eventlog import EventLog
from chassis.grpc_client import channel
from chassis.grpc_server import grpc_server
from chassis.testing import SettableClock, everything_told
from local_stack.databases import MigratedDatabases
from rufbuch_cli.main import app
from staff_registry.assembly import assemble
from staff_registry.clients.calendar_sync import CalendarSync
from staff_registry.samples import PHYSIOTHERAPY, SALON, WORKSHOP
from staff_registry.storage.sealing import Sealer
from staff_registry.testing.peers import MemoryPeers

NOWHERE = "127.0.0.1:1"
SMALL = """\
key: salon
name: Salon
branches:
  - key: mitte
    name: Mitte
    time_zone: Europe/Berlin
    dialled_numbers: ["+493023125100"]
services:
  - key: schnitt
    name: Schnitt
    price_minor: 3000
    phases: [{name: Schneiden, minutes: 30}]
people:
  - {key: anna, name: Anna, branches: [mitte], services: [schnitt]}
  - {key: ben, name: Ben, branches: [mitte], services: [schnitt]}
"""


def migrate(url: str) -> None:
    postgres.migrate(url, "staff_registry")


@pytest.fixture
def database_url(migrated_database: MigratedDatabases) -> Iterator[str]:
    with migrated_database("staff_registry", migrate) as url:
        yield url


@pytest.fixture
async def events(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EventLog]:
    """The registry runs where the environment says; its log of changes."""
    async with postgres.pool(database_url) as pool:
        log, clock = EventLog(pool), SettableClock(datetime(2026, 8, 3, tzinfo=UTC))
        async with channel(NOWHERE, default_deadline_s=1) as away:
            sealer = Sealer(Fernet.generate_key().decode())
            parts = assemble(pool, sealer, MemoryPeers().all(), clock, CalendarSync(away))
            async with grpc_server([parts.servicer], host="127.0.0.1", port=0, drain_s=1) as server:
                monkeypatch.setenv("RUFBUCH_STAFF_REGISTRY_ADDRESS", f"127.0.0.1:{server.port}")
                yield log


async def rufbuch(*words: Any) -> Result:
    """The command, as a process would run it, beside the server of this test."""
    return await asyncio.to_thread(CliRunner().invoke, app, [str(word) for word in words])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "salon.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def write(path: Path, content: str | bytes) -> None:
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


async def test_a_dry_run_tells_line_by_line_and_stores_nothing(events: EventLog, file: Path) -> None:
    told = await rufbuch("import", file, "--dry-run")
    assert told.exit_code == 0, told.output
    assert "  + person anna (Anna)\n" in told.output
    assert "nothing has been stored" in told.output
    assert await everything_told(events) == []


async def test_a_change_is_told_with_both_values(events: EventLog, file: Path) -> None:
    await rufbuch("import", file)
    change(file, "price_minor: 3000", "price_minor: 3200")
    told = await rufbuch("import", file)
    assert told.output.splitlines()[0] == "  ~ service schnitt (Schnitt): price_minor 3000 → 3200"
    assert len(await everything_told(events)) == 2


async def test_importing_again_changes_nothing_and_tells_nobody(events: EventLog, file: Path) -> None:
    first = await rufbuch("import", file)
    again = await rufbuch("import", file)
    assert "nothing changes" in again.output
    assert first.output.split("etag ")[1] == again.output.split("etag ")[1]
    assert len(await everything_told(events)) == 1


@pytest.mark.usefixtures("events")
async def test_what_the_file_leaves_out_is_kept_unless_it_is_pruned(file: Path) -> None:
    await rufbuch("import", file)
    change(file, "  - {key: ben, name: Ben, branches: [mitte], services: [schnitt]}\n", "")
    kept = await rufbuch("import", file)
    assert "2 people, 1 services, nothing changes" in kept.output
    pruned = await rufbuch("import", file, "--prune")
    assert "  - person ben (Ben): retired, since the file leaves it out or says so\n" in pruned.output
    assert "1 people, 1 services, changed" in pruned.output
    assert "nothing changes" in (await rufbuch("import", file, "--prune")).output


@pytest.mark.usefixtures("events")
async def test_every_fault_is_told_with_file_line_and_what_was_expected(file: Path) -> None:
    change(file, "Europe/Berlin", "Europe/Bärlin")
    change(file, "minutes: 30", "minutes: half an hour")
    change(file, "name: Ben", 'name: ""')
    told = await rufbuch("import", file)
    assert told.exit_code == 1
    assert told.output.splitlines() == [
        f"{file}:6: branches[0].time_zone: expected an IANA time zone such as Europe/Berlin",
        f"{file}:12: services[0].phases[0].minutes: expected a whole number",
        f"{file}:15: people[1].name: expected a text that is not empty",
        "Nothing has been imported.",
    ]


async def test_what_only_the_registry_knows_is_told_with_its_line_too(
    events: EventLog, file: Path, tmp_path: Path
) -> None:
    await rufbuch("import", file)
    other = tmp_path / "other.yaml"
    write(other, SMALL.replace("key: salon", "key: other"))
    taken = await rufbuch("import", other)
    assert taken.output.splitlines()[0] == (
        f"{other}:7: branches[0].dialled_numbers[0]: expected a number that no other business is dialled under"
    )
    change(file, "key: mitte", "key: nord")
    change(file, "branches: [mitte]", "branches: [nord]")
    moved = (await rufbuch("import", file)).output
    assert f"{file}:7: branches[0].dialled_numbers[0]: expected a number that is not used twice" in moved
    assert "stored: branches[mitte].dialled_numbers[0]: expected a number that is not used twice" in moved
    assert len(await everything_told(events)) == 1


@pytest.mark.usefixtures("events")
async def test_an_etag_keeps_one_from_undoing_what_another_has_done(file: Path) -> None:
    etag = (await rufbuch("import", file)).output.split("etag ")[1].strip(" )\n")
    change(file, "name: Salon", "name: Salon Neu")
    assert (await rufbuch("import", file, "--etag", etag)).exit_code == 0
    change(file, "name: Salon Neu", "name: Salon Alt")
    refused = await rufbuch("import", file, "--etag", etag)
    assert refused.exit_code == 1
    assert "has been changed since" in refused.output


@pytest.mark.usefixtures("events")
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"name: \xff\xfe\n", ":1: the file: expected text in UTF-8"),
        (b"key: a\nname: caf\xe9\n", ":2: the file: expected text in UTF-8"),
        (b"key: salon\n\tname: Salon\n", ":2: the file: expected YAML"),
        (b"key: salon\nname: a\x07b\n", ":2: the file: expected YAML in printable characters"),
        (b"", ":1: the file: expected a block of fields"),
    ],
)
async def test_what_is_no_file_of_ours_is_refused(file: Path, content: bytes, told: str) -> None:
    write(file, content)
    refused = await rufbuch("import", file)
    assert refused.exit_code == 1
    assert f"{file}{told}" in refused.output


@pytest.mark.usefixtures("events")
async def test_secrets_come_from_a_file_of_their_own_and_never_back(file: Path, tmp_path: Path) -> None:
    change(
        file,
        "{key: anna, name: Anna,",
        "{key: anna, name: Anna, accounts: [{key: anna, username: anna, email: anna@example.org}],",
    )
    secrets = tmp_path / "secrets.yaml"
    write(secrets, "api_keys: {anna: cal_test_secret}\nwebhook_secret: whsec_test\n")
    told = await rufbuch("import", file, "--secrets", secrets)
    exported = await rufbuch("export", "salon")
    assert told.exit_code == 0, told.output
    assert "anna@example.org" in exported.output
    assert "cal_test" not in told.output + exported.output
    assert "whsec" not in told.output + exported.output
    write(secrets, "api_keys: {anne: cal_test_secret}\n")
    slip = await rufbuch("import", file, "--secrets", secrets)
    assert slip.exit_code == 1
    assert "cal_test" not in slip.output
    assert slip.output.splitlines()[0] == (
        f"{secrets}:1: api_keys.anne: expected a key for one of the accounts anna"
    )


@pytest.mark.usefixtures("events")
async def test_a_list_whose_lines_were_all_deleted_prunes_nothing(file: Path) -> None:
    change(
        file,
        "{key: anna, name: Anna,",
        "{key: anna, name: Anna, accounts: [{key: anna, username: anna, email: a@example.org}],",
    )
    text = text_of(file)
    mapping = "{service: schnitt, phase_position: 0, person: anna, account: anna, event_type_id: 7}"
    write(file, f"{text}mappings:\n  - {mapping}\n")
    assert (await rufbuch("import", file)).exit_code == 0
    write(file, f"{text}mappings:\n")
    assert "nothing changes" in (await rufbuch("import", file, "--prune")).output
    write(file, f"{text}mappings: []\n")
    assert "  - mapping" in (await rufbuch("import", file, "--prune")).output


@pytest.mark.usefixtures("events")
@pytest.mark.parametrize("sample", [SALON, PHYSIOTHERAPY, WORKSHOP], ids=lambda path: path.stem)
async def test_an_export_imports_as_no_change(sample: Path, tmp_path: Path) -> None:
    text = text_of(sample).replace("calendar_sync: true", "calendar_sync: false")
    first = tmp_path / "first.yaml"
    write(first, text)
    assert (await rufbuch("import", first)).exit_code == 0
    exported = await rufbuch("export")
    again = tmp_path / "again.yaml"
    write(again, exported.output)
    for words in ([], ["--prune"], ["--dry-run", "--prune"]):
        assert "nothing changes" in (await rufbuch("import", again, *words)).output
    assert yaml.safe_load(exported.output)["key"] == yaml.safe_load(text)["key"]


@pytest.mark.usefixtures("events")
async def test_the_history_tells_who_changed_what(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "chefin")
    await rufbuch("import", file)
    change(file, "price_minor: 3000", "price_minor: 3200")
    await rufbuch("import", file)
    told = (await rufbuch("history", "salon", "--last", "1")).output.splitlines()
    assert told == [
        "2  2026-08-03T00:00:00+00:00  chefin",
        "  ~ service schnitt (Schnitt): price_minor 3000 → 3200",
    ]
    assert (await rufbuch("history", "nowhere")).exit_code == 1


@pytest.mark.usefixtures("events")
async def test_all_secrets_are_resealed_on_request(file: Path, tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.yaml"
    write(secrets, "webhook_secret: whsec_test\n")
    await rufbuch("import", file, "--secrets", secrets)
    assert "1 secrets, 0 of them were under an older key" in (await rufbuch("reseal")).output


@pytest.mark.usefixtures("events")
async def test_an_export_of_what_is_not_there_says_so(file: Path) -> None:
    assert (await rufbuch("export", "nowhere")).exit_code == 1
    assert "is none" in (await rufbuch("export")).output
    for key in ("salon", "other"):
        number = "+493023125100" if key == "salon" else "+493023125101"
        write(file, SMALL.replace("key: salon", f"key: {key}").replace("+493023125100", number))
        await rufbuch("import", file)
    several = await rufbuch("export")
    assert several.exit_code == 2
    assert "other, salon" in several.output
