"""Waiting until every program is ready, and saying which is not, and why."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from local_stack.guarded import tail
from local_stack.programs import Program
from local_stack.supervisor import ProgramState
from local_stack.waiting import PATIENT_PAUSE_S, NotInTimeError, until

STARTS_MAX = 3
LOG_LINES = 15

States = Callable[[], Mapping[str, ProgramState]]


class NotReadyError(RuntimeError):
    """Programs that are not ready; the message holds their names and the ends of their logs."""

    def __init__(self, reasons: Mapping[str, str], logs: Path) -> None:
        parts = [f"{name} {reason}; {_shown(logs / f'{name}.log')}" for name, reason in reasons.items()]
        super().__init__("\n".join(parts))
        self.programs = tuple(reasons)


class Readiness:
    """Which programs are still to become ready."""

    def __init__(self, programs: Iterable[Program], states: States, logs: Path) -> None:
        self._waiting = {program.name: program for program in programs}
        self._states = states
        self._logs = logs
        self._starts: dict[str, set[int]] = {name: set() for name in self._waiting}

    def wait(self, *, within_s: float) -> None:
        """Return when all are ready; raise NotReadyError early for one that keeps dying, else at the bound."""
        try:
            until(self._all_ready, within_s=within_s, what="readiness", pause_s=PATIENT_PAUSE_S)
        except NotInTimeError as error:
            reasons = dict.fromkeys(self._waiting, f"is not ready after {within_s:g} s")
            raise NotReadyError(reasons, self._logs) from error

    def _all_ready(self) -> bool:
        self._refuse_the_dying()
        for name, program in list(self._waiting.items()):
            if program.ready():
                del self._waiting[name]
        return not self._waiting

    def _refuse_the_dying(self) -> None:
        states = self._states()
        for name, state in states.items():
            if name in self._waiting and state.start:
                self._starts[name].add(state.start)
        dying = [name for name in self._waiting if len(self._starts[name]) >= STARTS_MAX]
        if dying:
            reasons = {name: f"ends as soon as it is started ({states[name].trouble})" for name in dying}
            raise NotReadyError(reasons, self._logs)


def _shown(log: Path) -> str:
    end = tail(log, LOG_LINES)
    return f"the end of {log}:\n{_indented(end)}" if end else f"{log} is empty"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
