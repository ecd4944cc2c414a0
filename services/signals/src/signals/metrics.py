"""Metrics by OpenTelemetry (histograms by ourselves), scraped by Prometheus. Whoever declares one says which values its labels take; nothing else
gets through, so that no metric grows with what comes in from outside."""

import math
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, product

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import REGISTRY
from prometheus_client.core import HistogramMetricFamily

OTHER = "other"
"""Stands for every value that was not declared."""
ZEROED_MAX = 500
"""Series that are there from the start, at zero: what first appears at one has not increased for Prometheus."""
LATENCY_BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0)
_provider = MeterProvider(
    metric_readers=[PrometheusMetricReader(disable_target_info=True, scope_info_enabled=False)]
)
# Not the global one: what libraries measure has labels of their own, such as paths, and nobody has bounded them.
_meter = _provider.get_meter("rufbuch")


@dataclass(frozen=True)
class Capped:
    """Values that nobody knows before, such as versions: the first ``most`` get through, all others are one."""

    most: int
    what: str
    """For the documentation."""


Values = Sequence[str] | Capped


@dataclass(frozen=True)
class Described:
    """A metric as it is documented."""

    name: str
    """As Prometheus shows it."""
    kind: str
    unit: str
    help: str
    labels: Mapping[str, Values]


CATALOGUE: dict[str, Described] = {}
"""All that were declared in this process, by name."""


@dataclass
class _Bounds:
    """Lets through what was declared."""

    labels: Mapping[str, Values]
    _seen: dict[str, set[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, values: Sequence[str]) -> dict[str, str]:
        if len(values) != len(self.labels):
            raise ValueError(f"labels are {', '.join(self.labels)}, not {len(values)} values")
        return {
            name: self._bounded(name, allowed, value)
            for (name, allowed), value in zip(self.labels.items(), values, strict=True)
        }

    def _bounded(self, name: str, allowed: Values, value: str) -> str:
        if not isinstance(allowed, Capped):
            return value if value in allowed else OTHER
        with self._lock:
            seen = self._seen.setdefault(name, set())
            if len(seen) < allowed.most:
                seen.add(value)
            return value if value in seen else OTHER

    def known(self) -> Iterator[tuple[str, ...]]:
        """All combinations that can be told before anything happens, where they are few enough to be shown at once."""
        if any(isinstance(allowed, Capped) for allowed in self.labels.values()):
            return
        sizes = [len(allowed) for allowed in self.labels.values() if not isinstance(allowed, Capped)]
        if math.prod(sizes) <= ZEROED_MAX:
            yield from product(
                *(allowed for allowed in self.labels.values() if not isinstance(allowed, Capped))
            )


def _described(
    name: str, kind: str, words: str, labels: Mapping[str, Iterable[str] | Capped] | None
) -> _Bounds:
    if name in CATALOGUE:
        raise ValueError(f"the metric {name} is declared twice")
    bounds = {
        label: values if isinstance(values, Capped) else tuple(values)
        for label, values in (labels or {}).items()
    }
    unit = next((unit for unit in ("seconds", "ratio", "bytes") if f"_{unit}" in name), "1")
    CATALOGUE[name] = Described(name, kind, unit, words, bounds)
    return _Bounds(bounds)


class Counter:
    """Counts what happened; ``_total`` is its name's end."""

    def __init__(
        self, name: str, words: str, labels: Mapping[str, Iterable[str] | Capped] | None = None
    ) -> None:
        """``labels``: by name, the values each may take. Raises ValueError for a name that is there already."""
        name = name.removesuffix("_total")
        self._bounds = _described(f"{name}_total", "counter", words, labels)
        # Counted here and told when somebody scrapes: the library's own counting costs each call twenty times as much.
        self._counts = dict.fromkeys(self._bounds.known(), 0.0)
        self._told: dict[tuple[str, ...], _Count] = {}
        self._lock = threading.Lock()
        _meter.create_observable_counter(name, callbacks=[self._observed], description=words)

    def labels(self, *values: str) -> "_Count":
        """In the order of the declaration."""
        known = self._told.get(values)
        if known is None:
            bounded = tuple(self._bounds.of(values).values())
            known = self._told.setdefault(bounded, _Count(self, bounded))
        return known

    def inc(self, amount: float = 1) -> None:
        """Of a counter without labels."""
        self.labels().inc(amount)

    def add(self, amount: float, values: tuple[str, ...]) -> None:
        """Values are bounded already. Raises ValueError for an amount below nothing."""
        if amount < 0:
            raise ValueError("a counter never falls")
        with self._lock:
            self._counts[values] = self._counts.get(values, 0.0) + amount

    def _observed(self, _: CallbackOptions) -> Iterable[Observation]:
        for values, count in list(self._counts.items()):
            yield Observation(count, dict(zip(self._bounds.labels, values, strict=True)))


@dataclass(frozen=True, slots=True)
class _Count:
    counter: Counter
    values: tuple[str, ...]

    def inc(self, amount: float = 1) -> None:
        self.counter.add(amount, self.values)


class Histogram:
    """How long things took, in seconds."""

    def __init__(
        self,
        name: str,
        words: str,
        labels: Mapping[str, Iterable[str] | Capped] | None = None,
        *,
        bounds_s: Sequence[float] = LATENCY_BOUNDS_S,
    ) -> None:
        """See Counter."""
        self._bounds = _described(name, "histogram", words, labels)
        self._name, self._words, self._bounds_s = name, words, tuple(bounds_s)
        # As the counters: the library's own costs each call ten times as much, and it has none that is asked.
        self._lengths: dict[tuple[str, ...], _Length] = {}
        REGISTRY.register(self)

    def labels(self, *values: str) -> "_Length":
        """In the order of the declaration."""
        known = self._lengths.get(values)
        if known is None:
            bounded = tuple(self._bounds.of(values).values())
            known = self._lengths.setdefault(bounded, _Length(self._bounds_s))
        return known

    def observe(self, seconds: float) -> None:
        """Of a histogram without labels."""
        self.labels().observe(seconds)

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """What Prometheus's registry asks for when somebody scrapes."""
        family = HistogramMetricFamily(self._name, self._words, labels=list(self._bounds.labels))
        for values, length in list(self._lengths.items()):
            counts, total_s = length.read()
            borders = [*map(str, self._bounds_s), "+Inf"]
            family.add_metric(values, list(zip(borders, accumulate(counts), strict=True)), total_s)
        yield family


class _Length:
    def __init__(self, bounds_s: Sequence[float]) -> None:
        self._bounds_s, self._lock = bounds_s, threading.Lock()
        self._counts, self._total_s = [0] * (len(bounds_s) + 1), 0.0

    def observe(self, seconds: float) -> None:
        at = bisect_left(self._bounds_s, seconds)
        with self._lock:
            self._counts[at] += 1
            self._total_s += seconds

    def read(self) -> tuple[list[int], float]:
        with self._lock:
            return list(self._counts), self._total_s


class Gauge:
    """How things stand; asked for when somebody scrapes."""

    def __init__(
        self, name: str, words: str, labels: Mapping[str, Iterable[str] | Capped] | None = None
    ) -> None:
        """See Counter."""
        self._bounds = _described(name, "gauge", words, labels)
        self._values: dict[tuple[str, ...], float | Callable[[], float]] = {}
        self.clear()
        _meter.create_observable_gauge(name, callbacks=[self._observed], description=words)

    def labels(self, *values: str) -> "_Level":
        """In the order of the declaration."""
        return _Level(self._values, tuple(self._bounds.of(values).values()))

    def set(self, value: float) -> None:
        """Of a gauge without labels."""
        self.labels().set(value)

    def set_function(self, value: Callable[[], float]) -> None:
        """See ``_Level.set_function``; of a gauge without labels."""
        self.labels().set_function(value)

    def clear(self) -> None:
        """All to zero; what nobody could declare is gone."""
        self._values.clear()
        self._values.update(dict.fromkeys(self._bounds.known(), 0.0))

    def _observed(self, _: CallbackOptions) -> Iterable[Observation]:
        for values, value in list(self._values.items()):
            shown = value() if callable(value) else value
            yield Observation(shown, dict(zip(self._bounds.labels, values, strict=True)))


@dataclass(frozen=True)
class _Level:
    values: dict[tuple[str, ...], float | Callable[[], float]]
    key: tuple[str, ...]

    def set(self, value: float) -> None:
        self.values[self.key] = float(value)

    def set_function(self, value: Callable[[], float]) -> None:
        """Asked each time that somebody scrapes."""
        self.values[self.key] = value


class Age(Gauge):
    """Since something happened last, in seconds; since the start before it happens first."""

    def __init__(self, name: str, words: str) -> None:
        """See Counter."""
        super().__init__(name, words)
        self.renew()
        self.set_function(lambda: time.monotonic() - self._since)

    def renew(self) -> None:
        """It has happened now."""
        self._since = time.monotonic()
