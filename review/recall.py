"""What the labels in the review database say of the recall of one gate."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitoring.live_recall import LIMIT, Outcome, RecallEvidence, lower_bound
from review.store import LabelledFrame


@dataclass(frozen=True, slots=True)
class LiveRecall:
    """Recall as people's labels show it.

    Args:
        kept: Labelled targets that the gate kept.
        missed: Labelled targets that it skipped.
        lower_bound: Of the recall, at 95 % confidence, valid at every look.
        evidence: Against the promised recall; None without a promise.
        limit: From which on the promise is void.
        alarmed: Whether the evidence reached it.
    """

    kept: int
    missed: int
    lower_bound: float
    evidence: float | None
    limit: float
    alarmed: bool


def live_recall(frames: Sequence[LabelledFrame], promised: float | None) -> LiveRecall:
    """Return what the labelled frames of one gate say.

    Args:
        frames: In the order in which labels came.
        promised: The recall to hold them against; None when none is promised.
    """
    outcomes = list(outcomes_of(frames))
    missed = sum(outcome.missed for outcome in outcomes)
    bound = lower_bound(outcomes)
    if promised is None:
        return LiveRecall(len(outcomes) - missed, missed, bound, None, LIMIT, alarmed=False)
    evidence = RecallEvidence(promised)
    for outcome in outcomes:
        evidence.update(outcome)
    return LiveRecall(
        len(outcomes) - missed, missed, bound, evidence.value, LIMIT, alarmed=evidence.alarmed
    )


def outcomes_of(frames: Sequence[LabelledFrame]) -> Iterator[Outcome]:
    """Return what became of each target, in the order in which people first saw it.

    A target that is named counts once, however many frames show it, and is found if one of them
    was kept. A frame whose target nobody named counts for itself.
    """
    sightings: dict[str, list[LabelledFrame]] = {}
    for frame in frames:
        if frame.positive:
            for target in frame.objects or (f"frame {frame.frame}",):
                sightings.setdefault(target, []).append(frame)
    return (_outcome(seen) for seen in sightings.values())


def _outcome(seen: Iterable[LabelledFrame]) -> Outcome:
    frames = list(seen)
    kept = next((frame for frame in frames if frame.decision == "review"), None)
    return Outcome(kept is None, (kept or frames[0]).weight)
