"""The stack as a whole, as real processes: it becomes ready, it survives, and nothing survives it."""

import os
import re
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from fake_up import fake_programs
from stack_world import Up

from local_stack.embedded import EmbeddedPostgres
from local_stack.installation import Installation, running_environment
from local_stack.leftovers import processes_of
from local_stack.ports import Ports
from local_stack.settings import LocalSettings
from local_stack.stack import Stack
from local_stack.waiting import until

pytestmark = pytest.mark.processes

Start = Callable[[], Up]


def ready(start: Start) -> Up:
    run = start()
    run.await_words("ready")
    return run


def stopped(run: Up, number: signal.Signals = signal.SIGINT) -> Up:
    run.send(number)
    assert run.await_end() == 0, run.said
    return run


def visits(run: Up, offset: int) -> int:
    """How many rows the fake booking service's table holds."""
    installation = Installation.of(LocalSettings(state_dir=run.state_dir, port_offset=offset))
    with psycopg.connect(installation.database_url("booking")) as connection:
        row = connection.execute("SELECT count(*) FROM visit").fetchone()
    assert row
    return int(row[0])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_in_order_and_leaves_no_process(up: Start, number: signal.Signals) -> None:
    run = ready(up)

    stopped(run, number)

    assert run.said[-1] == "gone"
    assert [line for line in run.journal() if "stopped" in line] == [
        "telephony_gateway stopped",
        "calcom_sync stopped",
        "booking stopped",
    ]
    assert run.processes() == []


def test_each_service_is_migrated_before_it_starts(up: Start) -> None:
    run = stopped(ready(up))

    for name in ("booking", "calcom_sync", "telephony_gateway"):
        assert [line for line in run.journal() if line.startswith(name)][:2] == [
            f"{name} migrated",
            f"{name} started",
        ]


def test_the_state_survives_a_restart(up: Start, offset: int) -> None:
    first = ready(up)
    with redis.Redis(port=first.ports.redis) as client:
        client.set("hold", "kept")
    stopped(first)

    again = ready(up)

    assert visits(again, offset) == 2, "each start migrates once, into the same table"
    with redis.Redis(port=again.ports.redis) as client:
        assert client.get("hold") == b"kept"


@pytest.mark.parametrize("moment", ["starting the servers", "starting the services"])
def test_ctrl_c_in_the_middle_of_the_start_leaves_no_process(up: Start, moment: str) -> None:
    run = up()
    run.await_words(moment)

    stopped(run)

    assert "interrupted" in run.said
    assert run.processes() == []


def test_a_second_ctrl_c_does_not_interrupt_the_stopping(up: Start) -> None:
    run = ready(up)
    run.send(signal.SIGINT)
    run.await_words("stopping")

    stopped(run, signal.SIGTERM)

    assert run.said[-1] == "gone"
    assert run.processes() == []


def test_after_kill_9_everything_ends_by_itself_in_order(up: Start) -> None:
    run = ready(up)

    run.send(signal.SIGKILL)

    until(lambda: not run.processes(), within_s=20, what="the end of everything")
    assert run.journal()[-3:] == ["telephony_gateway stopped", "calcom_sync stopped", "booking stopped"]


def test_a_start_right_after_kill_9_takes_over(up: Start, offset: int) -> None:
    run = ready(up)
    run.send(signal.SIGKILL)
    before = {process.pid for process in run.processes()}

    again = ready(up)

    assert visits(again, offset) == 2
    stopped(again)
    assert not [pid for pid in before if psutil.pid_exists(pid)]
    assert again.processes() == []


def test_killing_the_supervisor_and_its_guard_leaves_nothing_after_the_next_start(up: Start) -> None:
    run = ready(up)
    for process in [each for each in run.processes() if "supervisord" in " ".join(each.cmdline())]:
        process.kill()
    assert run.await_end() != 0
    assert any("SupervisorLostError" in line for line in run.said)

    stopped(ready(up))

    assert run.processes() == []


def test_a_crashed_service_is_started_again(up: Start) -> None:
    run = ready(up)
    victim = next(each for each in run.processes() if each.cmdline()[-3:-2] == ["booking"])

    victim.kill()

    until(lambda: run.journal().count("booking started") == 2, within_s=20, what="the second start")


def test_a_second_start_in_the_same_checkout_is_refused(up: Start) -> None:
    first = ready(up)

    second = up()

    assert second.await_end() != 0
    assert any(f"already running here as process {first.pid}" in line for line in second.said), second.said
    assert first.processes(), "the first goes on"


def test_taken_ports_are_all_named_with_purpose_and_process(up: Start, offset: int) -> None:
    ports = Ports().shifted(offset)
    with (
        socket.create_server(("127.0.0.1", ports.gateway_http)),
        socket.create_server(("0.0.0.0", ports.postgres)),
    ):
        run = up()

        assert run.await_end() != 0

    said = "\n".join(run.said)
    for port, purpose in ((ports.gateway_http, "telephony_gateway HTTP"), (ports.postgres, "PostgreSQL")):
        assert f"port {port} ({purpose}) is taken by process {os.getpid()} (" in said
    assert re.search(r"RUFBUCH_PORT_OFFSET=\d+ make run", said)
    assert run.processes() == []


def test_a_service_that_does_not_get_ready_is_named_with_the_end_of_its_log(
    up: Start, state_dir: Path
) -> None:
    stopped(ready(up))
    (state_dir / "journal.calcom_sync.broken").touch()

    run = up()

    assert run.await_end() != 0
    said = "\n".join(run.said)
    assert "calcom_sync-migrate failed with status 1" in said
    assert "calcom_sync cannot be migrated" in said
    assert run.processes() == []


def test_tools_find_the_running_stack_and_only_that(up: Start, state_dir: Path, offset: int) -> None:
    settings = LocalSettings(state_dir=state_dir, port_offset=offset)
    assert running_environment(settings) is None

    run = ready(up)

    found = running_environment(settings)
    assert found
    assert found["RUFBUCH_BOOKING_ADDRESS"] == f"127.0.0.1:{Ports().shifted(offset).booking}"
    stopped(run)
    assert running_environment(settings) is None


def test_secrets_are_readable_for_their_owner_only(up: Start, state_dir: Path) -> None:
    stopped(ready(up))

    assert (state_dir / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert processes_of(state_dir) == []


def test_with_a_given_database_the_services_live_there_and_no_other_is_started(
    private_postgres: EmbeddedPostgres, state_dir: Path, offset: int
) -> None:
    settings = LocalSettings(state_dir=state_dir, port_offset=offset, database_url=private_postgres.url)

    with Stack(settings, table=lambda installation: fake_programs(installation)[2:]) as stack:
        assert list(stack.states()) != []
        assert "PostgreSQL" not in stack.describe()

    with psycopg.connect(private_postgres.url) as connection:
        assert connection.execute("SELECT words FROM booking.visit").fetchall() == [("migrated",)]
    assert processes_of(state_dir) == []
