"""What spoils a line spoils it, what judges callers finds every lie, and nobody who leads is forgotten."""

import re
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local_stack.embedded import free_port
from rufbuch_cli.chaos.calling import Heard, Story
from rufbuch_cli.chaos.comparing import untrue
from rufbuch_cli.chaos.leading import LEADERS
from rufbuch_cli.chaos.proxy import HOST, Line, Lines, Proxy
from rufbuch_cli.chaos.rolling import waves
from sandbox.callers.retell import Line as Call

START = datetime(2027, 2, 24, 9, 0, tzinfo=UTC)
OPTION = {"option_id": "o-1", "start": "2027-02-24T10:00:00+01:00"}


class Echo:
    """Says what it hears."""

    def __init__(self) -> None:
        self._listening = socket.create_server((HOST, 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                opened, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(opened,), daemon=True).start()

    def _answer(self, opened: socket.socket) -> None:
        try:
            while words := opened.recv(100):
                opened.sendall(words)
        except OSError:
            return
        finally:
            opened.close()

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    echo = Echo()
    made = Proxy(free_port(), echo.port)
    made.start()
    yield made
    made.close()
    echo.close()


def connected(proxy: Proxy) -> socket.socket:
    return socket.create_connection((HOST, proxy.port), timeout=20)


def test_an_open_line_passes_everything_on(proxy: Proxy) -> None:
    with connected(proxy) as line:
        line.sendall(b"hello")
        assert line.recv(100) == b"hello"


@pytest.mark.parametrize("how", [Line.CUT, Line.RESET])
def test_a_cut_line_ends_what_is_open_and_takes_nothing_new(proxy: Proxy, how: Line) -> None:
    with connected(proxy) as line:
        line.sendall(b"hello")
        line.recv(100)
        proxy.become(how)
        assert ended(line)
    assert is_refused(proxy)


def is_refused(proxy: Proxy) -> bool:
    """In the moment of connecting, or right after it."""
    try:
        with connected(proxy) as again:
            return ended(again)
    except ConnectionResetError:
        return True


def ended(line: socket.socket) -> bool:
    try:
        return line.recv(100) == b""
    except ConnectionResetError:
        return True


def test_on_a_half_open_line_nobody_hears_anything(proxy: Proxy) -> None:
    with connected(proxy) as line:
        proxy.become(Line.HALF_OPEN)
        line.settimeout(0.5)
        line.sendall(b"hello")
        with pytest.raises(TimeoutError):
            line.recv(100)


def test_a_line_that_was_spoiled_is_well_again(proxy: Proxy) -> None:
    with Lines({"echo": proxy}).spoiled("echo", Line.HALF_OPEN):
        pass
    with connected(proxy) as line:
        line.sendall(b"hello")
        assert line.recv(100) == b"hello"


def heard(function: str, status: str, **body: Any) -> Heard:
    arguments = {"option_id": "o-1"} if "appointment" in function or function == "start_booking" else {}
    return Heard(function, arguments, status, body, 0.1)


OFFER = heard("check_availability", "available", options=[OPTION])
BOOKED = heard("start_booking", "booked", appointment_id="a")


def judged(rows: list[dict[str, Any]], *sentences: Heard) -> list[str]:
    story = Story(Call("call_1", "+493023126001", "+493023125100", START), [OFFER, *sentences])
    return [
        *untrue(
            [story], [{"call_id": "call_1", "start_time": START, "moved_to": None, **row} for row in rows]
        )
    ]


@pytest.mark.parametrize(
    ("rows", "sentences"),
    [
        ([], [BOOKED]),
        ([{"id": "a", "state": "cancelled"}], [BOOKED]),
        ([{"id": "a", "state": "booked", "start_time": START.replace(hour=11)}], [BOOKED]),
        (
            [{"id": "a", "state": "booked"}],
            [BOOKED, heard("cancel_appointment", "cancelled", appointment_id="a")],
        ),
        ([{"id": "a", "state": "booked"}], [heard("start_booking", "taken")]),
        ([{"id": "a", "state": "booked"}], [BOOKED, heard("get_appointments", "not_found")]),
        ([{"id": "a", "state": "booked"}], [heard("start_booking", "need_name")]),
    ],
)
def test_every_lie_is_found(rows: list[dict[str, Any]], sentences: list[Heard]) -> None:
    assert judged(rows, *sentences)


@pytest.mark.parametrize(
    ("rows", "sentences"),
    [
        ([{"id": "a", "state": "booked"}], [BOOKED]),
        (
            [{"id": "a", "state": "cancelled"}],
            [BOOKED, heard("cancel_appointment", "cancelled", appointment_id="a")],
        ),
        ([{"id": "a", "state": "cancelled"}], [BOOKED, heard("cancel_appointment", "lost")]),
        ([{"id": "a", "state": "booked"}], [BOOKED, heard("cancel_appointment", "pending")]),
        ([{"id": "a", "state": "booked"}], [heard("start_booking", "lost")]),
        ([], [heard("start_booking", "taken")]),
    ],
)
def test_what_is_true_or_unknown_is_let_through(rows: list[dict[str, Any]], sentences: list[Heard]) -> None:
    assert judged(rows, *sentences) == []


def test_in_a_rolling_restart_one_of_two_is_always_there() -> None:
    replicas = {name: [name, f"{name}-2"] for name in ("a", "b", "c", "d", "e")}
    taken = waves(replicas)
    assert sorted(name for wave in taken for name in wave) == sorted(
        name for names in replicas.values() for name in names
    )
    for wave in taken:
        assert all(len({*wave} & {*names}) <= 1 for names in replicas.values())
    assert all(f"{name}-2" not in wave for wave in taken[:3] for name in replicas)


def test_every_task_that_one_leads_is_killed_in_the_proof() -> None:
    """Locks of a session make a leader; locks of a transaction and rows that are skipped do not."""
    services = Path(__file__).parents[2] / "services"
    leading = {
        file.relative_to(services).parts[0]
        for file in services.glob("*/src/**/*.py")
        if re.search(r"pg_(try_)?advisory_lock\(", file.read_text(encoding="utf-8"))
    }
    assert leading - {"chassis"} == LEADERS.keys()
