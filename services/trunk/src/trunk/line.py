"""Between two processes of one machine what a trunk carries goes over a socket of the system: a message costs a fifth of what it
costs over gRPC, which has a thread of its own to tell of each that was sent and of each that came.

Where it is, the word that lets somebody in, and the answer that says so are told over the trunk, whose peer gRPC has checked. It has
no name in a file system and is reached from the same network namespace alone (Linux: unix(7), abstract sockets), so that nothing leaves the machine.
"""

import asyncio
import secrets
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import cast

from google.protobuf.message import Message

from trunk.frames import FRAME_MAX

OFFERED = sys.platform == "linux"
INTRODUCED_WITHIN_S = 1.0
_WORD_BYTES = 32
_LENGTH = 4


class Line(asyncio.Protocol):
    """One connection: frames with their length before them."""

    def __init__(self, most: int = FRAME_MAX) -> None:
        """``most``: bytes of a frame; whoever sends a longer one is hung up on."""
        self.most, self.is_open = most, False
        self.hear: Callable[[bytes], None] = _nobody_hears
        self.ended: Callable[[], None] = _nobody_minds
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self.is_open = cast("asyncio.Transport", transport), True

    def connection_lost(self, _: Exception | None) -> None:
        self.is_open = False
        self.ended()

    def data_received(self, data: bytes) -> None:
        received, at = self._received + data if self._received else data, 0
        while len(received) >= (begins := at + _LENGTH):
            length = int.from_bytes(received[at:begins], "big")
            if length > self.most:
                self.end()
                return
            if len(received) < begins + length:
                break
            at = begins + length
            self.hear(received[begins:at])
        self._received = received[at:] if at else received

    def tell(self, frame: Message) -> None:
        """At once: gathered, as over gRPC, they would have the peer wait for the last of them."""
        self._write(frame.SerializeToString())

    def introduce(self, word: bytes) -> None:
        """The first frame."""
        self._write(word)

    def _write(self, frame: bytes) -> None:
        if self.is_open:
            self._transport.write(len(frame).to_bytes(_LENGTH, "big") + frame)

    def end(self) -> None:
        """Hang up, once what was told is on its way."""
        if self.is_open:
            self._transport.close()


def _nobody_hears(_: bytes) -> None:
    """Until somebody does."""


def _nobody_minds() -> None:
    """The same of the end."""


def new_word() -> bytes:
    """Nobody else's."""
    return secrets.token_bytes(_WORD_BYTES)


class Entrance:
    """Where lines to one server come in."""

    def __init__(self) -> None:
        self._expected: dict[bytes, Callable[[Line], None]] = {}
        self._server: asyncio.Server | None = None
        self.name = ""
        """"": there is none."""

    async def open(self) -> None:
        """Wait for whoever knows the way. Where the system gives no socket, everybody goes on over gRPC."""
        if not OFFERED:
            return
        name = f"rufbuch-trunk-{secrets.token_hex(16)}"
        try:
            ours = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            ours.bind(f"\0{name}")
            self._server = await asyncio.get_running_loop().create_unix_server(self._accepted, sock=ours)
        except OSError:
            return
        self.name = name

    def close(self) -> None:
        """Let nobody in any more."""
        self.name = ""
        if self._server:
            self._server.close()

    def expect(self, come: Callable[[Line], None]) -> bytes:
        """The word by which a line is known as the one that ``come`` is to be told of; it opens once."""
        word = new_word()
        self._expected[word] = come
        return word

    def forget(self, word: bytes) -> None:
        """Nobody waits for it any more."""
        self._expected.pop(word, None)

    def _accepted(self) -> Line:
        line = Line(most=_WORD_BYTES)
        late = asyncio.get_running_loop().call_later(INTRODUCED_WITHIN_S, line.end)

        def introduced(word: bytes) -> None:
            late.cancel()
            come = self._expected.pop(word, None)
            if come:
                line.most = FRAME_MAX
                come(line)
            else:
                line.end()

        line.hear, line.ended = introduced, late.cancel
        return line


async def dialled(name: str, word: bytes, answer: bytes) -> Line | None:
    """To the entrance of that name, which lets in by ``answer``; None: it is not on this machine, or does not."""
    if not (OFFERED and name and answer):
        return None
    try:
        line = await _connected(name)
    except OSError:
        return None
    said = b""
    try:
        # Who listens may be somebody else by now, and whoever has no more sockets lets nobody in, which is not to be seen from here.
        said = await _first_word(line, word)
    finally:
        if said != answer:
            line.end()
    return line if said == answer else None


async def _connected(name: str) -> Line:
    ours = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    ours.setblocking(False)  # noqa: FBT003 - the library's
    try:
        ours.connect(f"\0{name}")
        _, line = await asyncio.get_running_loop().create_unix_connection(Line, sock=ours)
    except OSError:
        ours.close()
        raise
    return line


async def _first_word(line: Line, word: bytes) -> bytes:
    """What is answered to ours; "": nothing."""
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    line.hear, line.ended = heard.put_nowait, partial(heard.put_nowait, b"")
    line.introduce(word)
    try:
        async with asyncio.timeout(INTRODUCED_WITHIN_S):
            return await heard.get()
    except TimeoutError:
        return b""
