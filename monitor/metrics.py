"""The metrics: what the process counts itself, and what it is handed from the store at each scrape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import nan
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

DELAY_BUCKETS = (300.0, 900.0, 1800.0, 3600.0, 7200.0, 14400.0, 28800.0, 86400.0, 259200.0)
LAG_BUCKETS = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0)


disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series to every counter, of which nobody asks anything


class FigureLike(Protocol):
    """One sample from the store."""

    @property
    def name(self) -> str: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def value(self) -> float: ...


class DelaysLike(Protocol):
    """One series of the delay histogram: how many lie within each of DELAY_BUCKETS, how many in all."""

    @property
    def level(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def within(self) -> tuple[int, ...]: ...
    @property
    def count(self) -> int: ...
    @property
    def seconds(self) -> float: ...


@dataclass(frozen=True, slots=True)
class _Family:
    help: str
    labels: tuple[str, ...] = ()


_STORED = {
    "obligations": _Family("Open obligations", ("duty", "state", "level", "region")),
    "obligations_settled_total": _Family("Obligations settled", ("duty", "state", "level", "region")),
    "column_last_read_timestamp_seconds": _Family("Last good reading of a column", ("owner", "column")),
    "blind_columns": _Family("Columns without a good reading", ("owner",)),
    "problems": _Family("Open problems", ("rule", "severity", "region")),
    "site_info": _Family("A watched site", ("site", "name", "region", "type")),
    "site_up": _Family("Whether a site's home page opens; absent while unknown", ("site",)),
    "links": _Family("Links by state, as the last round through them left them", ("site", "state")),
    "tls_not_after_timestamp_seconds": _Family("End of a site's certificate", ("site",)),
    "assessment_due_timestamp_seconds": _Family("When a security assessment is due next", ("site",)),
    "alerts_pending": _Family("Deliveries not yet accepted"),
    "alert_oldest_pending_timestamp_seconds": _Family("Since when the oldest delivery waits"),
    "alerts_dead": _Family("Deliveries given up"),
}


class _Stored(Collector):
    """Hands out what was last read from the store."""

    def __init__(self) -> None:
        self.figures: Sequence[FigureLike] = ()
        self.delays: Sequence[DelaysLike] = ()

    def collect(self) -> Iterator[Metric]:
        by_name: dict[str, list[FigureLike]] = {name: [] for name in _STORED}
        for figure in self.figures:
            by_name[figure.name].append(figure)
        for name, family in _STORED.items():
            yield _family_of(name, family, by_name[name])
        yield _delay_histogram(self.delays)


def _family_of(name: str, family: _Family, samples: Iterable[FigureLike]) -> Metric:
    kind = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
    metric = kind(f"duban_{name}", family.help, labels=family.labels)
    for sample in samples:
        metric.add_metric(sample.labels, sample.value)
    return metric


def _delay_histogram(delays: Iterable[DelaysLike]) -> Metric:
    metric = HistogramMetricFamily(
        "duban_repost_delay_seconds",
        "From a policy's publication to the last reading that lacked its repost",
        labels=("level", "region"),
    )
    for series in delays:
        counts = zip((*map(str, DELAY_BUCKETS), "+Inf"), (*series.within, series.count), strict=True)
        buckets = [(bound, float(count)) for bound, count in counts]
        metric.add_metric((series.level, series.region), buckets, sum_value=series.seconds)
    return metric


class Metrics:
    """One registry for one process; nothing global, so that tests can have many."""

    def __init__(self, version: str) -> None:
        self.registry = registry = CollectorRegistry()
        self._stored = _Stored()
        registry.register(self._stored)
        self.fetches = Counter("duban_fetches", "Fetches by outcome", ["outcome"], registry=registry)
        self.fetch_duration = Histogram(
            "duban_fetch_duration_seconds", "Duration of a fetch", registry=registry
        )
        self.verdict_lag = Histogram(
            "duban_verdict_lag_seconds",
            "From the deciding reading to the verdict",
            buckets=LAG_BUCKETS,
            registry=registry,
        )
        self.deadline_lag = Histogram(
            "duban_deadline_reading_lag_seconds",
            "From a deadline to its first reading",
            buckets=LAG_BUCKETS,
            registry=registry,
        )
        self.deliveries = Counter(
            "duban_alert_deliveries", "Deliveries by result", ["channel", "result"], registry=registry
        )
        self.calendar_known_until = Gauge(
            "duban_calendar_known_until_timestamp_seconds",
            "End of the last year whose working days are announced",
            registry=registry,
        )
        self.reload_successful = Gauge(
            "duban_config_last_reload_successful", "Whether the last reload was taken", registry=registry
        )
        self.reload_time = Gauge(
            "duban_config_last_reload_success_timestamp_seconds",
            "When a configuration was last taken into force",
            registry=registry,
        )
        self.evidence_bytes = Gauge("duban_evidence_bytes", "Bytes of evidence on disk", registry=registry)
        self.evidence_lost = Gauge(
            "duban_evidence_lost",
            "Records that the disk did not take since evidence stopped being kept",
            registry=registry,
        )
        self.clock_offset = Gauge(
            "duban_clock_offset_seconds",
            "How far our clock is ahead of those of the servers read, by their median",
            registry=registry,
        )
        self.clock_offset.set(nan)
        build = Gauge("duban_build_info", "The running version", ["version"], registry=registry)
        build.labels(version).set(1)

    def observe_fetch(self, outcome: str, seconds: float) -> None:
        """Count one fetch."""
        self.fetches.labels(outcome).inc()
        self.fetch_duration.observe(seconds)

    def observe_verdict(self, lag: timedelta) -> None:
        self.verdict_lag.observe(max(0.0, lag.total_seconds()))

    def observe_deadline(self, lag: timedelta) -> None:
        self.deadline_lag.observe(max(0.0, lag.total_seconds()))

    def observe_delivery(self, channel: str, result: str) -> None:
        self.deliveries.labels(channel, result).inc()

    def render(self, figures: Sequence[FigureLike], delays: Sequence[DelaysLike]) -> bytes:
        """Write everything in Prometheus' text format."""
        self._stored.figures, self._stored.delays = figures, delays
        return generate_latest(self.registry)
