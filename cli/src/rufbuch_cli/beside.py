"""A whole installation of its own, beside whatever else runs on this machine; for measuring and proving."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from local_stack.offsets import claimed_offset
from local_stack.ports import PortsTakenError
from local_stack.readiness import NotReadyError
from local_stack.settings import LocalSettings
from local_stack.stack import Stack
from rufbuch_cli.installation import Running

STARTS_MAX = 3


@dataclass(frozen=True)
class Installed:
    """It runs."""

    stack: Stack
    running: Running


@contextmanager
def installed(directory: str | Path) -> Iterator[Installed]:
    """Everything embedded, with its state in a directory that must be empty; for the main thread only."""
    with ExitStack() as stack:
        yield _started(Path(directory), stack)


def _started(directory: Path, running: ExitStack) -> Installed:
    """Another start where a port went to somebody's outgoing connection between the look and the start."""
    for attempt in range(STARTS_MAX):
        with ExitStack() as attempted:
            offset = attempted.enter_context(claimed_offset())
            # Nothing of the environment: what is measured is what is in this checkout.
            state_dir = directory / f"start-{attempt}" / ".rufbuch"
            settings = LocalSettings.model_construct(state_dir=state_dir, port_offset=offset)
            try:
                stack = attempted.enter_context(Stack(settings))
            except (NotReadyError, PortsTakenError):
                if attempt == STARTS_MAX - 1:
                    raise
                continue
            running.enter_context(attempted.pop_all())
            return Installed(stack, Running(stack.installation.environment(), state_dir))
    raise AssertionError("the last attempt returns or raises")
