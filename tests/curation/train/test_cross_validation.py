from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from curation.train.cross_validation import Comparison, compare
from curation.train.examples import Example, Examples, Indices
from curation.train.learner import Task, Trained, Written
from curation.train.pictures import Pictures, Tell
from ensembles.voter import Floats
from models.preprocess import Recipe

EXAMPLES = Examples(
    Example(Path(f"{flight}-{frame}"), frame == 0, f"f{flight}")
    for flight in range(20)
    for frame in range(4)
)


class Guess:
    """Says the truth with some noise."""

    def __init__(self, noise: float) -> None:
        self._noise = noise

    @property
    def story(self) -> Mapping[str, float]:
        return {}

    def scores(self, frames: Indices) -> Floats:
        rng = np.random.default_rng(int(frames[0]))
        said = EXAMPLES.positive[frames] + rng.normal(0, self._noise, len(frames))
        return said.astype(np.float32)

    def write(self, path: Path) -> Written:
        raise NotImplementedError


class Guesser:
    """Learns nothing, and counts how often it was asked to."""

    source = ""
    recipe = Recipe(size=(8, 8))

    def __init__(self, name: str, noise: float) -> None:
        self.name = name
        self.identity = name
        self._noise = noise
        self.asked: list[Task] = []

    def see(self, examples: Examples, pictures: Pictures, tell: Tell) -> None:
        """Look at nothing."""

    def learn(self, task: Task, tell: Tell) -> Trained:
        self.asked.append(task)
        return Guess(self._noise)


def compared(*learners: Guesser, work: Path) -> Comparison:
    return compare(
        learners,
        EXAMPLES,
        np.arange(len(EXAMPLES)),
        count=4,
        seed=0,
        work=work,
        tell=lambda *words: None,
    )


def test_the_better_learner_comes_first_and_the_lead_says_how_sure_that_is(tmp_path: Path) -> None:
    found = compared(Guesser("vague", 2.0), Guesser("sharp", 0.1), work=tmp_path)

    assert [each.name for each in found.candidates] == ["sharp", "vague"]
    assert found.is_clear


def test_two_that_are_alike_are_not_told_apart(tmp_path: Path) -> None:
    found = compared(Guesser("one", 0.4), Guesser("other", 0.4), work=tmp_path)

    assert found.lead is not None
    assert found.lead.value == pytest.approx(0)
    assert not found.is_clear


def test_folds_that_were_done_before_a_kill_are_not_done_again(tmp_path: Path) -> None:
    first, second = Guesser("sharp", 0.1), Guesser("sharp", 0.1)

    before = compared(first, work=tmp_path)
    after = compared(second, work=tmp_path)

    assert len(first.asked) == 4
    assert not second.asked
    assert np.array_equal(before.candidates[0].scores, after.candidates[0].scores)
