"""The sums of a finished job for Prometheus: as a textfile, or pushed to a Pushgateway."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest, push_to_gateway

from ensembles.errors import SkysiftError

JOB = "skysift_score"
"""Under which a Pushgateway keeps the sums; the ensemble groups them."""

PUSH_SECONDS = 10.0


def registry_of(summary: Mapping[str, Any]) -> CollectorRegistry:
    """Return the sums as metrics.

    Args:
        summary: As `summary.json` has it.
    """
    registry = CollectorRegistry()
    labels = {"ensemble": summary["about"]["ensemble"]}

    def gauge(name: str, text: str, *more: str) -> Gauge:
        return Gauge(name, text, ["ensemble", *more], registry=registry)

    inputs = gauge("skysift_job_inputs", "Inputs of the job by what became of them.", "outcome")
    for outcome in ("scored", "failed"):
        inputs.labels(outcome=outcome, **labels).set(summary[outcome])
    rows = gauge("skysift_job_decisions", "Rows of the job by decision.", "decision")
    for decision in ("review", "skip"):
        rows.labels(decision=decision, **labels).set(summary[decision])
    reasons = gauge("skysift_job_reasons", "Rows of the job by reason.", "reason")
    for reason, count in summary["reasons"].items():
        reasons.labels(reason=reason, **labels).set(count)
    voters = gauge("skysift_job_voter_seconds", "Seconds spent in each voter.", "voter")
    for voter, seconds in summary["voter_seconds"].items():
        voters.labels(voter=voter, **labels).set(seconds)
    gauge("skysift_job_wall_seconds", "Seconds the job took.").labels(**labels).set(
        summary["wall_seconds"]
    )
    gauge("skysift_job_complete", "1 when every input has its row.").labels(**labels).set(
        summary["complete"]
    )
    return registry


def write_textfile(summary: Mapping[str, Any], path: Path) -> None:
    """Write the sums for the node exporter's textfile collector."""
    path.write_bytes(generate_latest(registry_of(summary)))


def push(summary: Mapping[str, Any], url: str) -> None:
    """Push the sums to a Pushgateway; raises `SkysiftError` when it cannot be reached."""
    grouping = {"ensemble": summary["about"]["ensemble"]}
    try:
        push_to_gateway(url, JOB, registry_of(summary), grouping_key=grouping, timeout=PUSH_SECONDS)
    except (OSError, ValueError) as error:
        raise SkysiftError(
            f"--pushgateway {url}: {error}; the job is complete, and its sums are in its folder"
        ) from error
