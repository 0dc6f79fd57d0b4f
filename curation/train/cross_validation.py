"""Which learner is better on these labels: each is trained on some flights, and asked of others."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from curation.train.average_precision import Measured, gain, measured
from curation.train.examples import Examples, Indices
from curation.train.learner import Learner, Task
from curation.train.parts import rounds
from curation.train.pictures import Tell
from ensembles.voter import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One learner, and what it said of frames of flights it had not learned from.

    Args:
        name: Of the learner.
        scores: One per frame, in the order of the frames.
        average_precision: Of them all, resampled by flight.
    """

    name: str
    scores: Floats
    average_precision: Measured


@dataclass(frozen=True, slots=True)
class Comparison:
    """Learners, the best first, and how sure it is that the first is better than the second.

    Args:
        candidates: By their average precision.
        lead: Of the first over the second; None when there is one.
    """

    candidates: tuple[Candidate, ...]
    lead: Measured | None

    @property
    def is_clear(self) -> bool:
        """Whether the interval of the lead leaves 0 out."""
        return self.lead is not None and self.lead.low > 0


def compare(
    learners: Sequence[Learner],
    examples: Examples,
    frames: Indices,
    *,
    count: int,
    seed: int,
    work: Path,
    tell: Tell,
) -> Comparison:
    """Return the learners by their average precision on frames they had not learned from.

    Each fold's scores are kept in `work`, so that what was done before a kill is not done again.

    Args:
        learners: Which have seen the pictures.
        examples: All.
        frames: That may be learned from.
        count: Of folds; flights are divided, not frames.
        seed: Of the division.
        work: Folder.
        tell: Is told how far it is.

    Raises:
        ConfigError: There are too few flights.
    """
    found = [
        _asked(learner, examples, frames, count=count, seed=seed, work=work, tell=tell)
        for learner in learners
    ]
    best = sorted(found, key=lambda each: -each.average_precision.value)
    lead = None
    if len(best) > 1:
        positive, groups = examples.positive[frames], examples.groups[frames]
        lead = gain(positive, best[0].scores, best[1].scores, groups)
    return Comparison(tuple(best), lead)


def _asked(
    learner: Learner,
    examples: Examples,
    frames: Indices,
    *,
    count: int,
    seed: int,
    work: Path,
    tell: Tell,
) -> Candidate:
    scores = np.full(len(examples), np.nan, dtype=np.float32)
    divided = rounds(examples, frames, count=count, seed=seed)
    for number, (training, validation, held_out) in enumerate(divided, start=1):
        tell(f"{learner.name}: folds", number - 1, count)
        folder = work / f"fold-{number}-{_key(learner, training, validation)}"
        kept = folder / "scores.npy"
        if not kept.exists():
            task = Task(examples, training, validation, folder, resume=True)
            said = learner.learn(task, tell).scores(held_out)
            folder.mkdir(parents=True, exist_ok=True)
            np.save(folder / "part.npy", said)
            (folder / "part.npy").replace(kept)
        scores[held_out] = np.load(kept)
    tell(f"{learner.name}: folds", count, count)
    positive, groups = examples.positive[frames], examples.groups[frames]
    return Candidate(learner.name, scores[frames], measured(positive, scores[frames], groups))


def _key(learner: Learner, training: Indices, validation: Indices) -> str:
    said = sha256(learner.identity.encode())
    said.update(training.tobytes())
    said.update(validation.tobytes())
    return said.hexdigest()[:12]
