"""The card of a specialist: what it learned from, how good it is, how it wants its pictures."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from curation.train.average_precision import Measured
from models.cards import Card, Sha256


class Interval(BaseModel):
    """A number with its 95 % interval, from resampled flights."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, found: Measured) -> "Interval":
        """Return the same, for a card."""
        return cls(value=found.value, low=found.low, high=found.high)


class Data(BaseModel):
    """What was learned from.

    Attributes:
        sha256: Over the bytes of the pictures, their labels, groups and parts.
        frames: By what they were used for.
        positives: The same, those with the target.
        groups: The same, flights.
        unreadable: Pictures that could not be read, and were not used.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: Sha256
    frames: dict[str, int]
    positives: dict[str, int]
    groups: dict[str, int]
    unreadable: int


class Measure(BaseModel):
    """How good it is on one part of the frames.

    Attributes:
        part: test, whose frames had no say; validation, which said when to stop and flatters; or
            cross-validation, of learners of the same kind.
        average_precision: Of all thresholds.
        threshold: At which recall and share kept are given.
        recall: Share of the frames with the target that score at least that.
        kept: Share of all frames that do.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    part: str
    average_precision: Interval
    threshold: float | None = None
    recall: float | None = None
    kept: float | None = None


class SpecialistCard(Card):
    """`<name>.json` beside `<name>.onnx`: a model that `skysift train` made.

    Attributes:
        learner: Such as `mobilenet_v3_small` or `probe:clip`.
        target: What is looked for, in words; empty when nobody said.
        data: What it learned from.
        measures: How good it is, and on what.
        compared: Average precision of all that were compared, by cross-validation.
        training: Numbers of the training: epochs, rate, batch, patience.
        seed: Of everything that is random.
        made_with: The packages, with their versions.
        made_at: In UTC.
        differences: Largest difference between what was trained and the file, by output.
        output_name: The output to read, to which a sigmoid is to be applied.
        embedding_name: The output that holds an embedding; empty when there is none.
    """

    format: Literal["skysift-specialist-1"] = "skysift-specialist-1"
    learner: str
    target: str = ""
    data: Data
    measures: tuple[Measure, ...]
    compared: dict[str, Interval]
    training: dict[str, float]
    seed: int
    made_with: str
    made_at: datetime
    differences: dict[str, float]
    output_name: str
    embedding_name: str
