"""Where the demo's thresholds come from: validation flights, and one wish for every voter."""

from __future__ import annotations

from math import floor

import numpy as np

from demo.evaluate import Scored
from demo.measures import Bools
from ensembles.voter import Floats

WISHED_RECALL = 0.85
"""Share of the validation frames with a hiker that each voter alone shall keep."""


def choose_thresholds(scored: Scored, *, recall: float = WISHED_RECALL) -> dict[str, float]:
    """Return the highest threshold, by voter, that keeps this share of the frames with a target.

    Args:
        scored: Validation flights; never the ones of the table.
        recall: In (0, 1].
    """
    positive = scored.truth.positive
    return {
        voter: threshold_for(scores, positive, recall=recall)
        for voter, scores in zip(scored.voters, scored.scores.T, strict=True)
    }


def threshold_for(scores: Floats, positive: Bools, *, recall: float) -> float:
    """Return the highest of three-digit thresholds that keeps that share of the positives."""
    wanted = np.sort(scores[positive])[::-1]
    needed = int(np.ceil(recall * len(wanted)))
    return floor(float(wanted[needed - 1]) * 1000) / 1000
