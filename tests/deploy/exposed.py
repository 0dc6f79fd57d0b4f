"""Metrics that are declared, by name as Prometheus sees them."""

from collections.abc import Iterator

from prometheus_client.metrics import MetricWrapperBase

from monitoring import drift_metrics, metrics

SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}


def exposed_names() -> Iterator[str]:
    """Every name that a scrape of the service may hold."""
    for metric in (*vars(metrics).values(), *vars(drift_metrics).values()):
        if isinstance(metric, MetricWrapperBase):
            (family,) = metric.describe()
            yield from (f"{family.name}{suffix}" for suffix in SUFFIXES[family.type])
