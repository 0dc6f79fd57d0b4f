"""Metrics of drift: counters for the fleet, gauges from whoever leads."""

from prometheus_client import Counter, Gauge

from monitoring.drift import Drift, Judged
from monitoring.findings import KINDS

DRIFT_FRAMES = Counter(
    "skysift_drift_frames_total",
    "Full-ballot frames in closed panes, at most five of a flight in each.",
    ["ensemble"],
)
DRIFT_PANES = Counter("skysift_drift_panes_total", "Panes of frames that closed.", ["ensemble"])
DRIFT_LOST = Counter(
    "skysift_drift_lost_total",
    "Full-ballot frames that drift did not see, because it fell behind or could not write.",
    ["ensemble"],
)
DRIFT_SCORE = Gauge(
    "skysift_drift_score",
    "-log10 of the chance that a usual window of so many panes is as unusual.",
    ["ensemble", "window"],
    multiprocess_mode="mostrecent",
)
DRIFT_THRESHOLD = Gauge(
    "skysift_drift_threshold",
    "Score from which a window alarms, from the false alarms per week.",
    ["ensemble", "window"],
    multiprocess_mode="mostrecent",
)
DRIFT_ALARM = Gauge(
    "skysift_drift_alarm",
    "1 while drift of this kind alarms: data, voter or label_shift.",
    ["ensemble", "kind"],
    multiprocess_mode="mostrecent",
)
DRIFT_ATTRIBUTE = Gauge(
    "skysift_drift_attribute_score",
    "-log10 of the chance of this attribute's rarest statistic, by itself.",
    ["ensemble", "attribute"],
    multiprocess_mode="mostrecent",
)
DRIFT_VOTER = Gauge(
    "skysift_drift_voter_score",
    "-log10 of the chance of this voter's rarest statistic, by itself.",
    ["ensemble", "voter"],
    multiprocess_mode="mostrecent",
)


def show_at_rest(ensemble: str, drift: Drift) -> None:
    """Show what there is to show before the first pane closes: limits, no alarm, no frames."""
    for counter in (DRIFT_PANES, DRIFT_FRAMES, DRIFT_LOST):
        counter.labels(ensemble)
    _show_limits(ensemble, drift)
    _show_alarms(ensemble, drift)


def show(ensemble: str, drift: Drift, judged: Judged) -> None:
    """Count a pane that closed and show what its windows say, each part by its rarest window."""
    DRIFT_PANES.labels(ensemble).inc()
    DRIFT_FRAMES.labels(ensemble).inc(len(judged.pane.numbers))
    _show_limits(ensemble, drift)
    _show_alarms(ensemble, drift)
    for finding in judged.findings:
        DRIFT_SCORE.labels(ensemble, str(finding.panes)).set(finding.score)
    for name in judged.findings[0].attributes if judged.findings else ():
        rarest = max(finding.attributes[name] for finding in judged.findings)
        DRIFT_ATTRIBUTE.labels(ensemble, name).set(rarest)
    for name in judged.findings[0].voters if judged.findings else ():
        rarest = max(finding.voters[name] for finding in judged.findings)
        DRIFT_VOTER.labels(ensemble, name).set(rarest)


def _show_limits(ensemble: str, drift: Drift) -> None:
    for size, limit in drift.limits().items():
        DRIFT_THRESHOLD.labels(ensemble, str(size)).set(limit)


def _show_alarms(ensemble: str, drift: Drift) -> None:
    for kind in KINDS:
        DRIFT_ALARM.labels(ensemble, kind).set(kind in drift.state.alarms)
