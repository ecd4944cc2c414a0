"""Starts a server so that it cannot outlive the one who needs it.

Standard library only and run as a file (``python -I -S guard.py``), because it starts in front of every server:

- ``keep``: stay beside the server, end it as soon as nobody holds the named pipe ``--alive`` any more;
- ``exec``: become the command, after giving up root and asking the kernel to be told when the parent dies.
"""

import argparse
import ctypes
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Run one of the two modes; the exit status is the command's."""
    options = parser().parse_args(arguments)
    if options.mode == "exec":
        become(options)
    return keep(options)


def parser() -> argparse.ArgumentParser:
    """The words on the command line; the command itself stands after ``--``."""
    words = argparse.ArgumentParser(prog="guard")
    words.add_argument("mode", choices=["keep", "exec"])
    words.add_argument("--account", help="uid:gid to run the command as")
    words.add_argument("--environment", type=Path, help="JSON object of variables to set for the command")
    words.add_argument("--set", action="append", default=[], help="NAME=VALUE for the command's environment")
    words.add_argument("--niceness", type=int, default=0, help="how far the command lets others go first")
    words.add_argument("--stop-signal", type=int, default=signal.SIGTERM)
    words.add_argument("--abandon-signal", type=int, default=signal.SIGTERM)
    words.add_argument("--grace-s", type=float, default=10.0)
    words.add_argument("--alive", type=Path)
    words.add_argument("--lock", type=Path)
    words.add_argument("--log", type=Path)
    words.add_argument("--remove", type=Path)
    words.add_argument("command", nargs="+")
    return words


def ids(options: argparse.Namespace) -> tuple[int, int] | None:
    """The user and group to run as, None to stay who we are."""
    if options.account is None:
        return None
    uid, gid = options.account.split(":")
    return int(uid), int(gid)


def environment_of(options: argparse.Namespace) -> dict[str, str]:
    """Ours, and what the command is to have besides."""
    environment = dict(os.environ)  # noqa: TID251 handed on, not read
    if options.environment:
        environment |= json.loads(options.environment.read_text())
    return environment | dict(pair.split("=", 1) for pair in options.set)


def die_with_parent(parent: int, number: int) -> None:
    """Ask Linux to send ``number`` when the parent dies; elsewhere the pipe has to do."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def become(options: argparse.Namespace) -> None:
    """Turn this process into the command."""
    # Read while we still may.
    environment = environment_of(options)
    account = ids(options)
    if options.niceness:
        os.nice(options.niceness)
    if account is not None:
        os.setgroups([])
        os.setgid(account[1])
        os.setuid(account[0])
    # After the change of user, which would clear it.
    die_with_parent(os.getppid(), options.stop_signal)
    os.execvpe(options.command[0], options.command, environment)  # noqa: S606 the command is the point of this file


def keep(options: argparse.Namespace) -> int:
    """Stay beside the command until it ends, we are told to, or nobody needs it."""
    alive = os.open(options.alive, os.O_RDONLY | os.O_NONBLOCK)
    detach()
    woken = wake_on(signal.SIGCHLD, signal.SIGTERM)
    child = start(options)
    while child.poll() is None:
        ready, _, _ = select.select([alive, woken], [], [])
        if woken in ready and signal.SIGTERM in os.read(woken, 512):
            end(child, options.stop_signal, options.grace_s)
        elif alive in ready and left(child, options, alive):
            return child.returncode
    # Somebody else may have ended the command before we saw that nobody needs it.
    left(child, options, alive)
    return child.returncode


def detach() -> None:
    """Go on as an orphan in a session of our own, so that the starter need not wait for us."""
    pid = os.fork()
    if pid:
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        os._exit(0)
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)


def wake_on(*numbers: int) -> int:
    """A file descriptor on which the numbers of these signals can be read."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    for number in numbers:
        signal.signal(number, lambda *_: None)
    return reading


def start(options: argparse.Namespace) -> subprocess.Popen[bytes]:
    """Start the command in a process group of its own."""
    uid, gid = ids(options) or (None, None)
    groups = None if uid is None else ()
    with options.log.open("ab") as log:
        return subprocess.Popen(
            options.command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=environment_of(options),
            user=uid,
            group=gid,
            extra_groups=groups,
            process_group=0,
            preexec_fn=on_parents_death(options.stop_signal),  # noqa: PLW1509 this process has one thread
        )


def on_parents_death(number: int) -> Callable[[], None]:
    """What the child runs before it becomes the command."""
    parent = os.getpid()
    return lambda: die_with_parent(parent, number)


def end(child: subprocess.Popen[bytes], number: int, grace_s: float) -> None:
    """Ask the child to end, and make it."""
    child.send_signal(number)
    try:
        child.wait(grace_s)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def left(child: subprocess.Popen[bytes], options: argparse.Namespace, alive: int) -> bool:
    """Unless somebody holds the pipe: end the command, remove what is temporary, and say that we are done."""
    if held(alive) or not options.lock.parent.exists():
        return False
    with options.lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Somebody may have come meanwhile.
        if held(alive):
            return False
        end(child, options.abandon_signal, options.grace_s)
        shutil.rmtree(options.remove, ignore_errors=True)
    return True


def held(alive: int) -> bool:
    """Whether anybody has the other end of the pipe open."""
    try:
        return os.read(alive, 512) != b""
    except BlockingIOError:
        return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
