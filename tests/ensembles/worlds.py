"""Worlds with a known truth, in which a promise can be tried thousands of times."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ensembles.bounds import Promise
from ensembles.point import OperatingPoint
from ensembles.score_table import NEGATIVE, NOBODY, POSITIVE, ScoreTable
from ensembles.voter import Floats

TRIALS = 2000
VOTERS = ("a", "b", "c")
Random = np.random.Generator


@dataclass(frozen=True)
class World:
    """Three correlated voters look at objects, each seen in some frames.

    Args:
        skill: How far each voter's scores of positives lie above those of negatives, in
            standard deviations.
        correlation: Between the voters' errors on one frame.
        frames_per_object: At most so many frames show one object; 1 means no clustering.
        likeness: Share of the variance that the frames of one object have in common.
    """

    skill: tuple[float, float, float] = (2.5, 2.0, 1.5)
    correlation: float = 0.4
    frames_per_object: int = 1
    likeness: float = 0.0

    def table(
        self, random: Random, *, positives: int, negatives: int, groups: int = 40
    ) -> ScoreTable:
        """Return a score table with `positives` objects and `negatives` negative frames."""
        shown = random.integers(1, self.frames_per_object + 1, positives)
        objects = np.repeat(np.arange(positives), shown)
        own = random.integers(0, groups, positives)
        other = random.integers(0, groups, negatives)
        nobody = np.full(negatives, NOBODY, dtype=np.int64)
        return ScoreTable(
            VOTERS,
            np.concatenate([self._seen(random, objects), self._scores(random, negatives)]),
            np.repeat(np.array([POSITIVE, NEGATIVE], dtype=np.int8), [len(objects), negatives]),
            np.concatenate([objects, nobody]),
            np.concatenate([own[objects], other]),
        )

    def _seen(self, random: Random, objects: npt.NDArray[np.int64]) -> Floats:
        alike = self._errors(random, int(objects.max()) + 1)[objects]
        single = self._errors(random, len(objects))
        errors = np.sqrt(self.likeness) * alike + np.sqrt(1 - self.likeness) * single
        return _squashed(errors + np.array(self.skill))

    def _scores(self, random: Random, frames: int) -> Floats:
        return _squashed(self._errors(random, frames))

    def _errors(self, random: Random, frames: int) -> npt.NDArray[np.float64]:
        shared = random.standard_normal((frames, 1))
        own = random.standard_normal((frames, len(VOTERS)))
        mixed = np.sqrt(self.correlation) * shared + np.sqrt(1 - self.correlation) * own
        return np.asarray(mixed, dtype=np.float64)


@dataclass(frozen=True)
class Truth:
    """So many objects that a share of them found is as good as the true recall.

    Args:
        scores: float64, shape (voters, frames), the frames of one object side by side.
        starts: int64, shape (objects,): the first frame of each.
    """

    scores: npt.NDArray[np.float64]
    starts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, world: World, random: Random, *, objects: int = 20_000) -> "Truth":
        """Return the truth of a world."""
        table = world.table(random, positives=objects, negatives=1)
        starts = np.flatnonzero(np.diff(table.objects[:-1], prepend=NOBODY))
        return cls(np.ascontiguousarray(table.scores[:-1].T.astype(np.float64)), starts)

    def recall(self, point: OperatingPoint) -> float:
        """Return the share of objects that the thresholds keep, counting vote by vote."""
        return float(np.logical_or.reduceat(self._kept(point), self.starts).mean())

    def frame_recall(self, point: OperatingPoint) -> float:
        """Return the share of positive frames that the thresholds keep."""
        return float(self._kept(point).mean())

    def _kept(self, point: OperatingPoint) -> npt.NDArray[np.bool_]:
        yes = np.zeros(self.scores.shape[1], dtype=np.int8)
        through = np.ones(self.scores.shape[1], dtype=bool)
        pairs = zip(point.candidate.voters, point.thresholds, point.floors, strict=True)
        for column, threshold, floor in pairs:
            yes += self.scores[column] >= threshold
            through &= self.scores[column] >= (floor or 0.0)
        return (yes >= point.candidate.rule.needed) & through


def share_broken(
    world: World,
    calibrated: Callable[[ScoreTable], OperatingPoint],
    promise: Promise,
    *,
    positives: int,
    negatives: int,
    trials: int = TRIALS,
) -> float:
    """Return in which share of trials the true recall falls below the promised one."""
    random = np.random.default_rng(7)
    truth = Truth.of(world, random)
    tables = (world.table(random, positives=positives, negatives=negatives) for _ in range(trials))
    return float(np.mean([truth.recall(calibrated(table)) < promise.recall for table in tables]))


def most_broken(promise: Promise, trials: int = TRIALS) -> float:
    """Return 1 - C and three standard errors of a share of trials."""
    return promise.delta + 3 * float(np.sqrt(promise.delta * promise.confidence / trials))


def _squashed(values: npt.NDArray[np.float64]) -> Floats:
    return (1 / (1 + np.exp(-values))).astype(np.float32)
