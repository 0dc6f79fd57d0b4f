"""The Grafana board of Skysift, as a table; `python -m deploy.boards` writes its JSON.

Grafana's own JSON is a thousand lines in which a changed query cannot be found. A test fails when
the file is not what this makes, and runs every query against a Prometheus that scrapes a service.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BOARD = Path(__file__).parent / "grafana" / "boards" / "skysift.json"
SOURCE = {"type": "prometheus", "uid": "prometheus"}
COLUMNS, HEIGHT = 24, 7
UID = "skysift"


@dataclass(frozen=True, slots=True)
class Query:
    """What a panel asks Prometheus.

    Args:
        expression: PromQL.
        legend: Of each series, such as `{{voter}}`.
    """

    expression: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart.

    Args:
        title: A few words.
        about: What it tells, and what would be wrong.
        queries: Drawn together.
        unit: As Grafana names it: `short`, `percentunit`, `s`, `reqps`, `h`.
        now: Show the last value in large letters, not a line.
    """

    title: str
    about: str
    queries: tuple[Query, ...]
    unit: str = "short"
    now: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Panels side by side under a heading."""

    title: str
    panels: tuple[Panel, ...]


def share(part: str, whole: str, by: str = "") -> str:
    """Return the share of a counter's rate in another's; 0 where the part was never counted."""
    grouped = f" by ({by})" if by else ""
    whole_rate = f"sum{grouped} (rate({whole}[5m]))"
    return f"(sum{grouped} (rate({part}[5m])) or {whole_rate} * 0) / {whole_rate}"


ROWS = (
    Row(
        "Now",
        (
            Panel(
                "Frames per second",
                "How many pictures arrive. None for half an hour is an alert.",
                (Query("sum(rate(skysift_frames_received_total[5m]))", "received"),),
                "reqps",
                now=True,
            ),
            Panel(
                "To review",
                "Share of the frames that a person must look at.",
                (Query(share('skysift_frames_total{decision="review"}', "skysift_frames_total")),),
                "percentunit",
                now=True,
            ),
            Panel(
                "Unaccounted",
                "Frames received and never answered; anything but 0 for 5 minutes is an alert.",
                (
                    Query(
                        "sum(skysift_frames_received_total) - sum(skysift_frames_total)"
                        " - sum(skysift_frames_in_flight)"
                    ),
                ),
                now=True,
            ),
            Panel(
                "Certificate",
                "Status of the promise on recall, per ensemble.",
                (
                    Query(
                        "max by (ensemble, status) (skysift_certificate_status) == 1",
                        "{{ensemble}}: {{status}}",
                    ),
                ),
                now=True,
            ),
        ),
    ),
    Row(
        "Frames",
        (
            Panel(
                "Decisions",
                "Frames per second by what became of them.",
                (
                    Query(
                        "sum by (ensemble, decision, outcome) (rate(skysift_frames_total[5m]))",
                        "{{ensemble}} {{decision}} {{outcome}}",
                    ),
                ),
                "reqps",
            ),
            Panel(
                "Reasons",
                "Why frames are in review although no vote sent them there.",
                (
                    Query(
                        'sum by (reason) (rate(skysift_frames_total{reason!="none"}[5m]))'
                        " or sum(rate(skysift_frames_total[5m])) * 0",
                        "{{reason}}",
                    ),
                ),
                "reqps",
            ),
            Panel(
                "Waiting",
                "Frames received and not answered yet, and requests that wait for a slot.",
                (
                    Query("sum(skysift_frames_in_flight)", "in flight"),
                    Query("sum(skysift_requests_waiting)", "waiting for a slot"),
                ),
            ),
            Panel(
                "Watched for drift",
                "Frames that drift is judged on. Without them, nothing is watched.",
                (
                    Query("sum by (ensemble) (skysift_drift_frames_total)", "{{ensemble}} frames"),
                    Query("sum by (ensemble) (skysift_drift_panes_total)", "{{ensemble}} panes"),
                    Query("sum by (ensemble) (skysift_drift_lost_total)", "{{ensemble}} lost"),
                ),
            ),
        ),
    ),
    Row(
        "Voters",
        (
            Panel(
                "Says yes",
                "Share of yes among the votes that were asked for. Later voters see harder frames.",
                (
                    Query(
                        share(
                            'skysift_votes_total{answer="yes"}',
                            'skysift_votes_total{answer!="unasked"}',
                            "ensemble, voter",
                        ),
                        "{{ensemble}} {{voter}}",
                    ),
                ),
                "percentunit",
            ),
            Panel(
                "Gives no score",
                "Share of its votes that a voter abstained from. Over one half, it is down.",
                (
                    Query(
                        share(
                            'skysift_votes_total{answer="abstained"}',
                            'skysift_votes_total{answer!="unasked"}',
                            "ensemble, voter",
                        ),
                        "{{ensemble}} {{voter}}",
                    ),
                ),
                "percentunit",
            ),
            Panel(
                "Median score",
                "Half of a voter's scores lie below.",
                (
                    Query(
                        "histogram_quantile(0.5, sum by (le, ensemble, voter)"
                        " (rate(skysift_voter_score_bucket[5m])))",
                        "{{ensemble}} {{voter}}",
                    ),
                ),
            ),
        ),
    ),
    Row(
        "Time",
        (
            Panel(
                "Answers",
                "How long one picture takes, from its first byte to its answer.",
                tuple(
                    Query(
                        f"histogram_quantile({quantile}, sum by (le) (rate("
                        'skysift_http_request_duration_seconds_bucket{route="/v1/triage"}[5m])))',
                        f"{quantile:.0%} are quicker",
                    )
                    for quantile in (0.5, 0.95)
                ),
                "s",
            ),
            Panel(
                "Stages",
                "95 % of each stage are quicker: receive, decode, wait, one voter, settle.",
                (
                    Query(
                        "histogram_quantile(0.95, sum by (le, stage, ensemble, voter)"
                        " (rate(skysift_stage_duration_seconds_bucket[5m])))",
                        "{{stage}} {{ensemble}} {{voter}}",
                    ),
                ),
                "s",
            ),
            Panel(
                "Errors",
                "Share of the requests that fail, and that are turned away.",
                tuple(
                    Query(
                        share(
                            f'skysift_http_requests_total{{status=~"{status}"}}',
                            "skysift_http_requests_total",
                        ),
                        legend,
                    )
                    for status, legend in (("5..", "fail"), ("429", "turned away"))
                ),
                "percentunit",
            ),
        ),
    ),
    Row(
        "Drift",
        (
            Panel(
                "Score and limit",
                "How unusual the last panes are; over the limit an alarm is on.",
                (
                    Query(
                        "max by (ensemble, window) (skysift_drift_score)",
                        "{{ensemble}}, {{window}} panes",
                    ),
                    Query(
                        "max by (ensemble, window) (skysift_drift_threshold)",
                        "limit {{ensemble}}, {{window}} panes",
                    ),
                ),
            ),
            Panel(
                "Attributes",
                "What about the pictures is unusual.",
                (
                    Query(
                        "max by (ensemble, attribute) (skysift_drift_attribute_score)",
                        "{{ensemble}} {{attribute}}",
                    ),
                ),
            ),
            Panel(
                "Voters",
                "Which voter says what it did not use to say.",
                (
                    Query(
                        "max by (ensemble, voter) (skysift_drift_voter_score)",
                        "{{ensemble}} {{voter}}",
                    ),
                ),
            ),
            Panel(
                "Alarms",
                "1 while an alarm is on.",
                (
                    Query(
                        "max by (ensemble, kind) (skysift_drift_alarm)",
                        "{{ensemble}} {{kind}}",
                    ),
                ),
            ),
        ),
    ),
    Row(
        "Recall",
        (
            Panel(
                "Proved by labels",
                "Lower bound of the recall, 95 % confidence at every look.",
                (
                    Query(
                        "max by (ensemble) (skysift_recall_lower_bound)",
                        "{{ensemble}}",
                    ),
                ),
                "percentunit",
            ),
            Panel(
                "Evidence against the promise",
                "At the limit the certificate is void.",
                (
                    Query("max by (ensemble) (skysift_recall_evidence)", "{{ensemble}}"),
                    Query("max(skysift_recall_evidence_limit)", "limit"),
                ),
            ),
            Panel(
                "Labelled targets",
                "Of the blind sample: kept, and missed.",
                (
                    Query(
                        "max by (ensemble, outcome) (skysift_recall_positives)",
                        "{{ensemble}} {{outcome}}",
                    ),
                ),
            ),
            Panel(
                "Who judges",
                "1 while the wider gate judges, and what it costs people per 1,000 frames.",
                (
                    Query("max by (ensemble) (skysift_gate_switched)", "{{ensemble}} switched"),
                    Query(
                        "max by (ensemble) (skysift_gate_switch_review_hours_per_1000_frames)",
                        "{{ensemble}} more hours",
                    ),
                ),
            ),
        ),
    ),
)


def board() -> dict[str, Any]:
    """Return the board as Grafana reads it."""
    return {
        "uid": UID,
        "title": "Skysift",
        "tags": ["skysift"],
        "timezone": "utc",
        "schemaVersion": 39,
        "version": 1,
        "editable": False,
        "refresh": "15s",
        "time": {"from": "now-6h", "to": "now"},
        "panels": [panel | {"id": number} for number, panel in enumerate(_placed(), start=1)],
    }


def _placed() -> Iterator[dict[str, Any]]:
    top = 0
    for row in ROWS:
        place = {"h": 1, "w": COLUMNS, "x": 0, "y": top}
        yield {"type": "row", "title": row.title, "gridPos": place, "panels": []}
        width = COLUMNS // len(row.panels)
        for column, panel in enumerate(row.panels):
            place = {"h": HEIGHT, "w": width, "x": column * width, "y": top + 1}
            yield _drawn(panel) | {"gridPos": place}
        top += HEIGHT + 1


def _drawn(panel: Panel) -> dict[str, Any]:
    return {
        "type": "stat" if panel.now else "timeseries",
        "title": panel.title,
        "description": panel.about,
        "datasource": SOURCE,
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "options": _options(panel),
        "targets": [
            {
                "refId": chr(ord("A") + place),
                "datasource": SOURCE,
                "expr": query.expression,
                "legendFormat": query.legend or "__auto",
            }
            for place, query in enumerate(panel.queries)
        ],
    }


def _options(panel: Panel) -> dict[str, Any]:
    if panel.now:
        # By name where the name is the message, as with a certificate's status.
        mode = "name" if any("{{" in query.legend for query in panel.queries) else "value"
        return {"reduceOptions": {"calcs": ["lastNotNull"]}, "textMode": mode}
    return {"legend": {"displayMode": "list", "placement": "bottom"}}


def as_text() -> str:
    """Return the board's JSON as the file holds it."""
    return json.dumps(board(), indent=1) + "\n"


if __name__ == "__main__":
    BOARD.write_text(as_text(), encoding="utf-8")
