"""Every Prometheus metric of Skysift; `docs/metrics.md` explains them.

Declared with prometheus_client directly. Under several worker processes its values live in files
of the folder `PROMETHEUS_MULTIPROC_DIR`, which BentoML sets for its workers before they start;
prometheus_client looks for it when it is first imported. Multiprocess mode has only counters,
histograms and gauges, so what would be an `Info` is a gauge that is always 1.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Literal

from prometheus_client import Counter, Gauge, Histogram

from ensembles.reasons import Reason
from ensembles.votes import Verdict
from monitoring.counter_files import take_room_first
from monitoring.laps import Lap, add

Outcome = Literal["judged", "refused", "failed"]
Stage = Literal["receive", "decode", "wait", "voter", "settle"]

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
FRAMES = (1, 2, 4, 8, 16, 32, 64)
SCORES = tuple(step / 20 for step in range(1, 21))
PLAIN = "none"
"""The reason of a frame that nothing went wrong with."""

take_room_first()

FRAMES_RECEIVED = Counter(
    "skysift_frames_received_total",
    "Frames that arrived. Equal to the sum of skysift_frames_total when none is in flight.",
)
FRAMES_DONE = Counter(
    "skysift_frames_total",
    "Frames answered, by decision, by how they ended, and by the first reason.",
    ["ensemble", "decision", "outcome", "reason"],
)
FRAMES_IN_FLIGHT = Gauge(
    "skysift_frames_in_flight",
    "Frames received and not answered yet.",
    multiprocess_mode="livesum",
)
REQUESTS_WAITING = Gauge(
    "skysift_requests_waiting",
    "Requests whose body is here and that wait for a slot.",
    multiprocess_mode="livesum",
)
VOTES = Counter(
    "skysift_votes_total",
    "Votes: yes, no, abstained, or unasked because the others had settled it.",
    ["ensemble", "voter", "answer"],
)
SCORE = Histogram(
    "skysift_voter_score",
    "Scores that voters gave, in [0, 1].",
    ["ensemble", "voter"],
    buckets=SCORES,
)
STAGE_SECONDS = Histogram(
    "skysift_stage_duration_seconds",
    "Time spent in each stage; `ensemble` and `voter` are empty except in the stage `voter`.",
    ["stage", "ensemble", "voter"],
    buckets=SECONDS,
)
JUDGED_TOGETHER = Histogram(
    "skysift_judge_frames", "Frames joined into one judgement.", buckets=FRAMES
)
ENSEMBLE_INFO = Gauge(
    "skysift_ensemble_info",
    "1 for each ensemble that is loaded, 0 for an edition of it that was.",
    ["ensemble", "digest", "target", "rule"],
    multiprocess_mode="livemax",
)
RELOADS = Counter(
    "skysift_ensemble_reloads_total",
    "Edited ensemble files that a worker took note of: loaded, failed, or put_back as they were.",
    ["ensemble", "outcome"],
)
RELOAD_FAILED = Gauge(
    "skysift_ensemble_reload_failed",
    "1 while an ensemble file cannot be loaded as it is now, so that the gate before it judges.",
    ["ensemble"],
    multiprocess_mode="livemax",
)
SHADOW_FRAMES = Counter(
    "skysift_shadow_frames_total",
    "Frames of a shadow's share, by what it says beside what was answered.",
    ["ensemble", "shadow", "outcome"],
)
VOTER_PLACE = Gauge(
    "skysift_voter_place",
    "Place of a voter in the asking order, 1 first; of several workers, the one that spoke last.",
    ["ensemble", "voter"],
    multiprocess_mode="livemostrecent",
)
VOTER_FAILURES = Counter(
    "skysift_voter_failures_total",
    "Frames on which a voter gave no score, by kind.",
    ["ensemble", "voter", "kind"],
)
VOTER_DOWN = Gauge(
    "skysift_voter_down",
    "1 while a voter gives no score again and again, in any worker.",
    ["ensemble", "voter"],
    multiprocess_mode="livemax",
)
HTTP_REQUESTS = Counter(
    "skysift_http_requests_total",
    "Requests answered, by route template.",
    ["route", "method", "status"],
)
HTTP_SECONDS = Histogram(
    "skysift_http_request_duration_seconds",
    "Time from the first line of a request to the end of its answer.",
    ["route"],
    buckets=SECONDS,
)
HTTP_DISCONNECTS = Counter(
    "skysift_http_disconnects_total", "Clients that left before their answer."
)
REFUSED_AT_THE_DOOR = Counter(
    "skysift_refused_at_the_door_total",
    "Requests turned away before anything of their bodies was read, by why.",
    ["why"],
)
KEY_FILE_FAILURES = Counter(
    "skysift_key_file_failures_total",
    "Looks at the file of API keys that failed; the keys read before still count.",
)
LOG_LINES_LOST = Counter(
    "skysift_log_lines_lost_total", "Lines of the log that could not be written."
)

LABELS = Gauge(
    "skysift_labels",
    "Labels that people gave, as the review database holds them.",
    ["ensemble", "label", "source"],
    multiprocess_mode="mostrecent",
)
RECALL_POSITIVES = Gauge(
    "skysift_recall_positives",
    "Labelled frames of the blind sample that show the target, by what became of them.",
    ["ensemble", "outcome"],
    multiprocess_mode="mostrecent",
)
RECALL_EVIDENCE = Gauge(
    "skysift_recall_evidence",
    "How strongly labels speak against the promised recall; at the limit the promise is void.",
    ["ensemble"],
    multiprocess_mode="mostrecent",
)
RECALL_EVIDENCE_LIMIT = Gauge(
    "skysift_recall_evidence_limit",
    "From this evidence on, the promise on recall is void.",
    ["ensemble"],
    multiprocess_mode="mostrecent",
)
RECALL_LOWER_BOUND = Gauge(
    "skysift_recall_lower_bound",
    "What labels prove of the recall, with 95 % confidence at every look.",
    ["ensemble"],
    multiprocess_mode="mostrecent",
)
CERTIFICATE_STATUS = Gauge(
    "skysift_certificate_status",
    "1 for the status that the promise on recall has, 0 for the others.",
    ["ensemble", "status"],
    multiprocess_mode="mostrecent",
)
GATE_SWITCHED = Gauge(
    "skysift_gate_switched",
    "1 while frames for this ensemble are judged by the wider gate of its `on_drift`.",
    ["ensemble"],
    multiprocess_mode="mostrecent",
)
SWITCH_REVIEW_HOURS = Gauge(
    "skysift_gate_switch_review_hours_per_1000_frames",
    "What the wider gate of `on_drift` costs people beyond the gate that it stands in for.",
    ["ensemble"],
    multiprocess_mode="mostrecent",
)
AUDIT_FAILURES = Counter(
    "skysift_audit_failures_total",
    "Frames of the blind sample that could not be recorded; they were answered all the same.",
    ["ensemble"],
)
WATCH_FAILURES = Counter(
    "skysift_watch_failures_total",
    "Looks at the review database that failed: recall and certificates were not watched.",
)


@contextmanager
def clock(stage: Stage, *, ensemble: str = "", voter: str = "", views: int = 0) -> Iterator[None]:
    """Measure the block as one stage of a frame's way, for whoever keeps laps too."""
    start = perf_counter()
    try:
        yield
    finally:
        end = perf_counter()
        observe(stage, end - start, ensemble=ensemble, voter=voter)
        add(Lap(stage, start, end, voter, views))


def observe(stage: Stage, seconds: float, *, ensemble: str = "", voter: str = "") -> None:
    """Record how long a stage took."""
    STAGE_SECONDS.labels(stage, ensemble, voter).observe(seconds)


def count_verdict(ensemble: str, verdict: Verdict) -> None:
    """Count a frame that was judged, and its votes and scores."""
    reason = verdict.reasons[0].value if verdict.reasons else PLAIN
    FRAMES_DONE.labels(ensemble, verdict.decision, "judged", reason).inc()
    for vote in verdict.votes:
        VOTES.labels(ensemble, vote.voter, vote.answer).inc()
        if vote.score is not None:
            SCORE.labels(ensemble, vote.voter).observe(vote.score)
    for voter in verdict.skipped:
        VOTES.labels(ensemble, voter, "unasked").inc()


def count_unjudged(
    ensemble: str, outcome: Literal["refused", "failed"], reason: Reason, *, frames: int = 1
) -> None:
    """Count frames that never reached a verdict; a person must look at them."""
    FRAMES_DONE.labels(ensemble, "review", outcome, reason.value).inc(frames)


def count_failures(ensemble: str, voter: str, kind: Reason, frames: int) -> None:
    """Count the frames on which a voter gave no score."""
    VOTER_FAILURES.labels(ensemble, voter, kind.value).inc(frames)
