"""``rufbuch staff`` against the real registry, with the other services in memory."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner, Result

from chassis import postgres
from chassis.clock import SystemClock
from chassis.grpc_client import channel
from chassis.grpc_server import grpc_server
from local_stack.databases import MigratedDatabases
from rufbuch_cli.main import app
from rufbuch_cli.proof.two_rows import listed_twice
from staff_registry.assembly import assemble
from staff_registry.clients.calendar_sync import CalendarSync
from staff_registry.domain.ids import Ids
from staff_registry.domain.resolution import Kind
from staff_registry.storage.sealing import Sealer
from staff_registry.testing.peers import MemoryPeers
from staff_registry.usecases.import_business import import_business
from staff_registry.usecases.peers import Overlap

PAIR = ("salon", "anna", "anna-2")


def migrate(url: str) -> None:
    postgres.migrate(url, "staff_registry")


@pytest.fixture
def database_url(migrated_database: MigratedDatabases) -> Iterator[str]:
    with migrated_database("staff_registry", migrate) as url:
        yield url


@pytest.fixture
async def peers(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MemoryPeers]:
    """The registry with its worker, where the environment says: Anna is listed twice, with two accounts."""
    peers, clock = MemoryPeers(), SystemClock()
    ids = Ids("salon")
    peers.heard[ids.person("anna-2")] = str(ids.person("anna"))
    async with postgres.pool(database_url) as pool, channel("127.0.0.1:1", default_deadline_s=1) as away:
        parts = assemble(pool, Sealer(Fernet.generate_key().decode()), peers.all(), clock, CalendarSync(away))
        await import_business(listed_twice(Kind.LINK), imports=parts.businesses, now=clock.now())
        worker = asyncio.create_task(parts.saga.run(parts.news.wait))
        async with grpc_server([parts.servicer], host="127.0.0.1", port=0, drain_s=1) as server:
            monkeypatch.setenv("RUFBUCH_STAFF_REGISTRY_ADDRESS", f"127.0.0.1:{server.port}")
            yield peers
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker


async def staff(*words: str, answers: str = "") -> Result:
    """The command, as a process would run it, beside the server of this test."""
    return await asyncio.to_thread(CliRunner().invoke, app, ["staff", *words], input=answers)


@pytest.mark.usefixtures("peers")
class TestStaff:
    async def test_duplicates_are_listed_with_their_reasons(self) -> None:
        told = await staff("duplicates", "salon")
        assert told.exit_code == 1
        assert "link   anna / anna-2" in told.output
        assert "same name  Anna Beispiel" in told.output

    async def test_different_people_are_not_listed_again(self) -> None:
        assert (await staff("different", *PAIR)).exit_code == 0
        told = await staff("duplicates", "salon")
        assert (told.exit_code, told.output) == (0, "0 found\n")

    async def test_the_plan_comes_before_the_deed_and_no_is_no(self) -> None:
        told = await staff("link", *PAIR, answers="n\n")
        assert told.exit_code == 1
        assert "appointments             25     20" in told.output
        assert "0 found" not in (await staff("duplicates", "salon")).output

    async def test_linked_and_taken_back(self) -> None:
        told = await staff("link", *PAIR, "--yes")
        assert (told.exit_code, told.output.splitlines()[-1]) == (0, "applied")
        assert [line.strip() for line in told.output.splitlines()[-7:-1]] == [
            "announce", "heard", "unite", "record", "copies", "settled",
        ]  # fmt: skip
        assert (await staff("duplicates", "salon")).output == "0 found\n"
        listed = (await staff("resolutions", "salon")).output
        assert "link   applied" in listed
        back = await staff("undo", "salon", listed.split()[0], "--yes")
        assert (back.exit_code, back.output.splitlines()[-1]) == (0, "undone")
        assert "1 found" in (await staff("duplicates", "salon")).output

    async def test_what_cannot_be_done_is_refused_with_its_reason(self, peers: MemoryPeers) -> None:
        assert "OTHER_KIND" in (await staff("merge", *PAIR, "--yes")).output
        assert "nobody is listed as 'berta'" in (await staff("link", "salon", "anna", "berta")).output
        assert "there is no business" in (await staff("duplicates", "praxis")).output
        assert "RESOLUTION_UNKNOWN" in (await staff("undo", "salon", str(uuid.uuid4()), "--yes")).output
        peers.away = True
        assert "PEER_UNAVAILABLE" in (await staff("link", *PAIR, "--yes")).output

    async def test_what_overlaps_is_decided_or_asked_for(self, peers: MemoryPeers) -> None:
        at = datetime(2030, 1, 7, 9, tzinfo=UTC)
        peers.overlaps = (Overlap("one", "other", at, at.replace(hour=10)),)
        told = await staff("link", *PAIR, "--yes")
        assert told.exit_code == 2
        assert "--decide overlap:one/other=both" in told.output
        assert (await staff("link", *PAIR, "--decide", "overlap:one/other=perhaps")).exit_code == 2
        told = await staff("link", *PAIR, answers="neither\nboth\ny\n")
        assert (told.exit_code, told.output.splitlines()[-1]) == (0, "applied")
