"""The supervisor as a process of ours: started behind a guard, asked to stop, waited for."""

import os
import shutil
import signal
import tempfile
import xmlrpc.client
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

import psutil

from local_stack import supervisor
from local_stack.guarded import Guarded, create_hold
from local_stack.leftovers import MARK, end_leftovers
from local_stack.programs import Program
from local_stack.state_dir import StateDir
from local_stack.supervisor import Supervisor
from local_stack.waiting import NotInTimeError, has_ended, until

STARTED_WITHIN_S = 15.0
STOPPED_WITHIN_S = 90.0
SOCKET_PATH_MAX_BYTES = 100


@dataclass(frozen=True)
class Supervision:
    """A running supervisor."""

    control: Supervisor
    guard: psutil.Process

    @property
    def has_ended(self) -> bool:
        """Whether it is gone, and with it everything that it supervised."""
        return has_ended(self.guard)

    def terminate(self) -> None:
        """Have the guard end the supervisor, which ends the programs."""
        with suppress(psutil.NoSuchProcess):
            self.guard.terminate()


@contextmanager
def supervised(programs: Sequence[Program], state: StateDir) -> Iterator[Supervision]:
    """Run these programs while inside; afterwards all have stopped, in order, and none is left."""
    with ExitStack() as cleanup:
        cleanup.callback(end_leftovers, state.path)
        directory = _short_directory()
        cleanup.callback(shutil.rmtree, directory, ignore_errors=True)
        guarded = Guarded(
            directory, state.logs / "supervisor.out", signal.SIGTERM, signal.SIGTERM, grace_s=STOPPED_WITHIN_S
        )
        hold = create_hold(guarded.pipe)
        # Should we die or fail to ask: the guard stops everything once this is closed.
        cleanup.callback(os.close, hold)
        configuration = supervisor.configure(programs, directory=directory, logs=state.logs)
        running = Supervision(
            Supervisor(directory / "socket"),
            guarded.launch(supervisor.command(configuration), {MARK: str(state.path)}),
        )
        cleanup.callback(_stop, running)
        until(running.control.answers, within_s=STARTED_WITHIN_S, what="an answer of the supervisor")
        yield running


def _stop(running: Supervision) -> None:
    # An interrupt may have come between a question and its answer: this is a new conversation.
    running.control.close()
    try:
        running.control.shut_down()
    except (OSError, HTTPException, xmlrpc.client.Error):
        # It does not listen, or not yet: the guard sends it a signal.
        running.terminate()

    def has_ended() -> bool:
        # The question wakes the supervisor to see whether the next program may be stopped.
        running.control.answers()
        return running.has_ended

    try:
        until(has_ended, within_s=STOPPED_WITHIN_S, what="the end of the supervisor")
    except NotInTimeError:
        running.terminate()
    finally:
        running.control.close()


def _short_directory() -> Path:
    """A temporary directory in which a socket's path keeps within the 108 bytes that it may have."""
    directory = Path(tempfile.mkdtemp(prefix="rufbuch-"))
    if len(bytes(directory / "socket")) <= SOCKET_PATH_MAX_BYTES:
        return directory
    directory.rmdir()
    return Path(tempfile.mkdtemp(prefix="rufbuch-", dir="/tmp"))
