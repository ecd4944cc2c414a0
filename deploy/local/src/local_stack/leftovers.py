"""Processes of an earlier start that was killed: they end by themselves, or are ended here."""

import signal
from contextlib import suppress
from pathlib import Path

import psutil

from local_stack.waiting import NotInTimeError, has_ended, until

MARK = "RUFBUCH_STACK"
SERVERS = {"postgres", "redis-server", "valkey-server"}
IN_ORDER_WITHIN_S = 30.0


def end_leftovers(state_dir: Path) -> list[str]:
    """End what still runs for this state directory; the names of what that was."""
    found = processes_of(state_dir)
    if not found:
        return []
    names = [_name(process) for process in found]
    # The supervisor knows the order; it may have begun by itself.
    _tell([each for each in found if _supervises(each)] or found, kill=False)
    try:
        _await_end(found)
    except NotInTimeError:
        found = processes_of(state_dir)
        _tell(found, kill=True)
        _await_end(found)
    return names


def processes_of(state_dir: Path) -> list[psutil.Process]:
    """Everything that runs for this state directory, whoever started it."""
    mine = {psutil.Process().pid, *(parent.pid for parent in psutil.Process().parents())}
    return [each for each in psutil.process_iter() if each.pid not in mine and _belongs(each, state_dir)]


def _belongs(process: psutil.Process, state_dir: Path) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        # Servers overwrite their environment with their title, but stay in their directory.
        if process.name() in SERVERS:
            places = [state_dir / "redis", (state_dir / "postgres" / "data").resolve()]
            return Path(process.cwd()) in places
        return process.environ().get(MARK) == str(state_dir)
    except (psutil.Error, OSError):
        return False


def _supervises(process: psutil.Process) -> bool:
    try:
        return "supervisor.supervisord" in process.cmdline()
    except psutil.Error:
        return False


def _name(process: psutil.Process) -> str:
    try:
        return f"{process.name()} ({process.pid})"
    except psutil.Error:
        return str(process.pid)


def _tell(processes: list[psutil.Process], *, kill: bool) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)


def _await_end(processes: list[psutil.Process]) -> None:
    until(
        lambda: all(map(has_ended, processes)), within_s=IN_ORDER_WITHIN_S, what="the end of an earlier start"
    )
