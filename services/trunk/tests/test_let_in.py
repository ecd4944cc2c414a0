"""Nothing goes over a line before the server has said over it that it has let in: who listens there may be somebody else."""

import asyncio
import resource
import secrets
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from kettle import Kettle, trunk_to

from trunk import line
from trunk.line import Entrance, dialled

pytestmark = pytest.mark.parametrize("way", ["over a line"], indirect=True)
TAKEN = f"rufbuch-trunk-{secrets.token_hex(16)}"


@pytest.fixture
async def heard() -> AsyncIterator[list[bytes]]:
    """By another program of this machine, which waits where a server of ours has gone away, and speaks to whoever comes."""
    said: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            said.append(data)
            writer.write((32).to_bytes(4, "big") + secrets.token_bytes(32))
        writer.close()

    ours = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    ours.bind(f"\0{TAKEN}")
    async with await asyncio.start_unix_server(listen, sock=ours):
        yield said


async def test_whoever_has_taken_a_servers_place_hears_no_call(
    heard: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def open_elsewhere(entrance: Entrance) -> None:
        entrance.name = TAKEN

    monkeypatch.setattr(Entrance, "open", open_elsewhere)
    async with trunk_to(Kettle()) as ask:
        assert await ask("the caller's name") == "the caller's name"
    assert heard
    assert b"the caller's name" not in b"".join(heard)


async def test_whoever_comes_and_is_not_let_in_goes_over_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that has no more sockets: each call over such a line was silence until its deadline."""
    monkeypatch.setattr(Entrance, "_accepted", lambda _: asyncio.Protocol())
    monkeypatch.setattr(line, "INTRODUCED_WITHIN_S", 0.1)
    async with trunk_to(Kettle()) as ask:
        assert await ask("way", within_s=1) == "trunk"


@contextmanager
def no_more_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_whoever_has_no_more_sockets_goes_on_over_the_stream() -> None:
    """Once was enough for a process to have no trunk any more until it was restarted."""
    entrance = Entrance()
    await entrance.open()
    with no_more_files():
        assert await dialled(entrance.name, b"word", b"answer") is None
    entrance.close()
