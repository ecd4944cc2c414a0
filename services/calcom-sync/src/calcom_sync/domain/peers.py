"""What the metrics of the other services say about them: what has grown, what stands too high for too long, who is silent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from calcom_sync.domain.alarms import AlarmKind, Observed

Labels = Mapping[str, str]
Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]
"""By name and labels."""
SILENT_AFTER = timedelta(seconds=60)
SHOWN_FOR = timedelta(minutes=15)
"""For so long something that has happened counts as being wrong."""


@dataclass(frozen=True)
class Growth:
    """A counter that should stand still. ``least``: by how much it has to grow between two looks to count."""

    kind: AlarmKind
    metric: str
    labels: Labels = field(default_factory=dict)
    least: float = 1


@dataclass(frozen=True)
class Level:
    """A gauge that should not stay above something."""

    kind: AlarmKind
    metric: str
    above: float
    lasting: timedelta


GROWTHS = (
    Growth(AlarmKind.TRUTH_DIFFERENCE, "rufbuch_gateway_truth_cases_total"),
    Growth(AlarmKind.UNEXPECTED_AGENT, "rufbuch_gateway_agent_calls_total", {"expected": "false"}),
    Growth(AlarmKind.BUG, "rufbuch_gateway_errors_total", {"reason": "bug"}),
    Growth(AlarmKind.BUG, "rufbuch_rpc_seconds_count", {"code": "UNKNOWN"}),
    Growth(AlarmKind.BUG, "rufbuch_availability_events_total", {"outcome": "refused"}),
    Growth(AlarmKind.SIGNATURES_REFUSED, "rufbuch_gateway_refused_total", {"reason": "wrong"}, least=3),
    Growth(AlarmKind.SIGNATURES_REFUSED, "rufbuch_gateway_refused_total", {"reason": "missing"}, least=3),
    Growth(AlarmKind.SIGNATURES_REFUSED, "rufbuch_gateway_refused_total", {"reason": "stale"}, least=3),
    Growth(AlarmKind.MESSAGES_FAIL, "rufbuch_booking_messages_total", {"state": "failed"}),
)
LEVELS = (
    Level(AlarmKind.CALLS_WITHOUT_END, "rufbuch_gateway_calls_silent", 0, timedelta(minutes=30)),
    Level(AlarmKind.MESSAGES_LATE, "rufbuch_booking_messages_due", 0, timedelta(minutes=15)),
    Level(AlarmKind.EVENT_LAG, "rufbuch_booking_event_lag_seconds", 60, timedelta(minutes=2)),
    Level(AlarmKind.EVENT_LAG, "rufbuch_availability_stream_lag_seconds", 60, timedelta(minutes=2)),
)


class PeerHistory:
    """One service, look by look. A counter that has become smaller belongs to a new process and begins anew."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._before: Samples | None = None
        self._silent_since: datetime | None = None
        self._grown_at: dict[tuple[AlarmKind, str], datetime] = {}
        self._high_since: dict[tuple[Level, str], datetime] = {}

    def silent(self, now: datetime) -> None:
        """It did not answer."""
        self._silent_since = self._silent_since or now

    def told(self, samples: Samples, now: datetime) -> None:
        """It has answered."""
        self._silent_since = None
        for growth in GROWTHS:
            for labels, grown in self._grown(samples, growth):
                if grown >= growth.least:
                    self._grown_at[growth.kind, labels] = now
        for level in LEVELS:
            self._judge(level, samples, now)
        self._before = samples

    def wrong(self, now: datetime) -> Iterator[Observed]:
        """All that is."""
        if self._silent_since and now - self._silent_since >= SILENT_AFTER:
            yield Observed(AlarmKind.SERVICE_DOWN, self.name, self._silent_since)
        for (kind, detail), at in self._grown_at.items():
            if now - at < SHOWN_FOR:
                yield Observed(kind, self.name, at, detail)
        for (level, labels), since in self._high_since.items():
            if now - since >= level.lasting:
                yield Observed(level.kind, self.name, since, labels)

    def _grown(self, samples: Samples, growth: Growth) -> Iterator[tuple[str, float]]:
        if self._before is None:
            return
        for (name, labels), value in samples.items():
            if name == growth.metric and growth.labels.items() <= dict(labels).items():
                before = self._before.get((name, labels), 0.0)
                yield _words(labels), value - before if value >= before else value

    def _judge(self, level: Level, samples: Samples, now: datetime) -> None:
        for (name, labels), value in samples.items():
            if name != level.metric:
                continue
            key = (level, _words(labels))
            if value > level.above:
                self._high_since.setdefault(key, now)
            else:
                self._high_since.pop(key, None)


def _words(labels: frozenset[tuple[str, str]]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(labels))
