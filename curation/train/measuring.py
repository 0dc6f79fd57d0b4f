"""How good a trained model is, on which frames, and what it was made from."""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from curation.train.average_precision import measured
from curation.train.examples import Examples, Indices
from curation.train.learner import Trained
from curation.train.parts import Parts
from curation.train.pictures import Pictures
from curation.train.training_card import Data, Interval, Measure
from ensembles.voter import Floats

KEPT_POSITIVES = 0.95
"""The threshold to begin with keeps this share of the validation frames with the target."""

PACKAGES = ("skysift", "torch", "torchvision", "scikit-learn", "onnx", "numpy", "pillow")


def starting_threshold(positive_scores: Floats) -> float:
    """Return the highest threshold, to 6 decimals, that keeps enough of these scores."""
    ordered = np.sort(positive_scores.astype(np.float64))
    missed = int(len(ordered) * (1 - KEPT_POSITIVES))
    return float(np.floor(ordered[missed] * 1e6) / 1e6)


def measures_of(
    trained: Trained, examples: Examples, parts: Parts, threshold: float
) -> Iterator[Measure]:
    """Yield how good it is on the test frames, if there are any, and on the validation frames."""
    for part, frames in (("test", parts.test), ("validation", parts.validation)):
        positive = examples.positive[frames]
        if positive.any():
            scores = trained.scores(frames)
            yield Measure(
                part=part,
                average_precision=Interval.of(measured(positive, scores, examples.groups[frames])),
                threshold=threshold,
                recall=float((scores[positive] >= threshold).mean()),
                kept=float((scores >= threshold).mean()),
            )


def data_of(examples: Examples, parts: Parts, pictures: Pictures) -> Data:
    """Return what was learned from, in numbers."""
    used = {"training": parts.training, "validation": parts.validation, "test": parts.test}
    return Data(
        sha256=examples.digest(pictures.ids),
        frames={part: len(frames) for part, frames in used.items()},
        positives={part: int(examples.positive[frames].sum()) for part, frames in used.items()},
        groups={part: _groups(examples, frames) for part, frames in used.items()},
        unreadable=len(pictures.unreadable),
    )


def made_with() -> str:
    """Return the packages that have a say in what comes out, with their versions."""
    return ", ".join(f"{package} {found}" for package in PACKAGES if (found := _version(package)))


def _groups(examples: Examples, frames: Indices) -> int:
    return len(np.unique(examples.groups[frames]))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
