"""``rufbuch dates`` and ``rufbuch slots``: JSON lines in, JSON lines out, so that others can measure us."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, TextIO


def dates(lines: TextIO, out: TextIO, *, explain: bool) -> None:
    """Each line ``{"text", "reference", "timezone"}`` becomes what the text means."""
    from telephony_gateway.language.filter import answer, explanation

    def explained(line: dict[str, Any]) -> Mapping[str, Any]:
        return {**answer(line), "explanation": explanation(line)}

    _each(lines, out, explained if explain else answer)


def slots(lines: TextIO, out: TextIO) -> None:
    """Each line a workload, answered with its free starts and the time it took."""
    from availability.domain.workload import answer

    _each(lines, out, lambda workload: answer(workload, time.perf_counter))


def _each(lines: TextIO, out: TextIO, answer: Callable[[Any], Mapping[str, Any]]) -> None:
    for number, line in enumerate(lines, 1):
        if line.strip():
            out.write(json.dumps(_answered(number, line, answer), ensure_ascii=False) + "\n")
            out.flush()


def _answered(number: int, line: str, answer: Callable[[Any], Mapping[str, Any]]) -> Mapping[str, Any]:
    """One bad line is said to be bad; the others are answered all the same."""
    try:
        return answer(_question(line))
    except Exception as error:  # noqa: BLE001 - whatever a line does, the others are answered
        return {"error": f"line {number}: {type(error).__name__}: {error}"}


def _question(line: str) -> dict[str, Any]:
    asked = json.loads(line)
    if not isinstance(asked, dict):
        raise TypeError(f"expected an object, not {line.strip()[:40]}")
    return asked
