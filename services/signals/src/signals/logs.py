"""Logs as JSON lines: what happened, in which trace, for which call; never about which person."""

import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from opentelemetry import trace

from signals.masking import masked, masked_value
from signals.metrics import Counter
from signals.subjects import subjects_of

LINES_MAX, WINDOW_S = 20, 60.0
"""Of one and the same kind, in so many seconds; the rest is counted."""
KINDS_MAX = 1000
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "held_back"}
_lines = Counter(
    "rufbuch_log_lines_total", "Log lines, those that were held back among them",
    {"level": ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")},
)  # fmt: skip
_held_back = Counter(
    "rufbuch_log_held_back_total", "Log lines that were not written, since many like them were"
)


class JsonLines(logging.Formatter):
    """One JSON object a line; what is passed as ``extra`` becomes a field."""

    def __init__(self, service: str, build: str) -> None:
        super().__init__()
        self._fixed = {"service": service, "build": build}

    def format(self, record: logging.LogRecord) -> str:
        """Render one record."""
        span = trace.get_current_span()
        context = span.get_span_context()
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
            **self._fixed,
            **subjects_of(span),
            **{key: masked_value(key, value) for key, value in vars(record).items() if key not in _STANDARD},
        }
        if context.is_valid:
            line["trace_id"] = f"{context.trace_id:032x}"
        if held_back := getattr(record, "held_back", 0):
            line["held_back"] = held_back
        if record.exc_info:
            line["exception"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, default=str, ensure_ascii=False)


@dataclass
class _Window:
    began: float
    written: int = 0
    held_back: int = 0


class Patience(logging.Filter):
    """Each kind of line has its own budget, so that no noise hides what is rare (OB-08). A kind is where it comes from and
    what it says before anything is filled in. The first line of the next window tells how many were held back."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock_s = clock_s
        self._windows: OrderedDict[tuple[object, ...], _Window] = OrderedDict()
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is written."""
        _lines.labels(record.levelname).inc()
        with self._lock:
            window = self._window(_kind_of(record))
            if window.written >= LINES_MAX:
                window.held_back += 1
                _held_back.inc()
                return False
            if not window.written:
                record.held_back, window.held_back = window.held_back, 0
            window.written += 1
        return True

    def _window(self, kind: tuple[object, ...]) -> _Window:
        now = self._clock_s()
        window = self._windows.setdefault(kind, _Window(now))
        self._windows.move_to_end(kind)
        if len(self._windows) > KINDS_MAX:
            self._windows.popitem(last=False)
        if now - window.began >= WINDOW_S:
            window.began, window.written = now, 0
        return window


def _kind_of(record: logging.LogRecord) -> tuple[object, ...]:
    error = record.exc_info[0] if record.exc_info else None
    return record.name, record.levelno, record.msg if isinstance(record.msg, str) else type(record.msg), error
