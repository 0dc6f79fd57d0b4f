"""Labels that the voters propose: for people to confirm or correct, never labels by themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from curation.labels.label_file import MODEL
from curation.select.pool import margins_of, over_voters
from ensembles.config import EnsembleConfig
from ensembles.rules import Settled
from ensembles.voter import Floats
from ensembles.votes import Ballots, answers_of

NONE = "none"
"""What tools call a frame without the target."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the voters say of one frame.

    Args:
        frame: The path of the picture.
        id: Hex SHA-256 of its bytes.
        group: The flight.
        size: (width, height) in pixels of the original; (0, 0) when unknown.
        label: `1` or `0`, as the rule settles; open votes count as they would for a verdict.
        confidence: In [0, 1]: 1/2 where the voters lie on their thresholds on the whole, below
            where they lean to the other side. No probability: it ranks proposals.
        scores: By voter; None where one abstained.
    """

    frame: str
    id: str
    group: str
    size: tuple[int, int]
    label: str
    confidence: float
    scores: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Proposer:
    """Who proposes.

    Args:
        target: What is looked for, such as `hiker`.
        ensemble: Its name.
        digest: Of the ensemble.
    """

    target: str
    ensemble: str
    digest: str

    @property
    def name(self) -> str:
        """What stands in `by` of a proposal."""
        return f"{MODEL}{self.ensemble}@{self.digest[:12]}"

    def word(self, label: str) -> str:
        """Return what tools show for a label."""
        return self.target if label == "1" else NONE

    def label(self, word: str) -> str:
        """Return the label that a tool's word stands for; other words are classes."""
        return {self.target: "1", NONE: "0"}.get(word, word)


def proposed(scores: Floats, config: EnsembleConfig) -> tuple[Sequence[str], Sequence[float]]:
    """Return the label and the confidence of each frame.

    Args:
        scores: float32 (n, v), in the order of the ensemble's voters; NaN where one abstained.
        config: The ensemble: thresholds, floors and rule.
    """
    columns = [
        answers_of(column, voter.threshold, voter.floor)
        for column, voter in zip(scores.T, config.voters, strict=True)
    ]
    settled = config.rule.settle(Ballots(np.stack(columns, axis=1)))
    yes = settled != Settled.NO
    thresholds = np.array([voter.threshold for voter in config.voters])
    leaning = over_voters(margins_of(scores, thresholds))
    confidence = (1 + np.where(yes, leaning, -leaning)) / 2
    return ["1" if each else "0" for each in yes], confidence.round(4).tolist()
