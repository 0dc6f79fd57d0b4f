"""A training from labels to a file that can be served: compare, learn, measure, write, describe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile, rmtree
from tempfile import TemporaryDirectory
from typing import Any

from curation.train.cross_validation import Comparison, compare
from curation.train.examples import TRAIN, VALIDATION, Examples, refuse_unfit
from curation.train.learner import LOGIT, Learner, Task, Written
from curation.train.measuring import data_of, made_with, measures_of, starting_threshold
from curation.train.parts import parted
from curation.train.pictures import Pictures, Tell, decoded
from curation.train.training_card import Interval, SpecialistCard
from curation.train.training_log import LOG
from ensembles.errors import ConfigError
from models.converted_file import card_path
from models.settings import ModelSettings
from models.weights import put, sha256_of

UNREADABLE = "unreadable"
"""The part of frames whose picture cannot be read: nothing is learned from them."""

DEFAULT_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Wish:
    """What a user said of a training.

    Args:
        out: The ONNX file.
        folds: Of the cross-validation; 0: only when there are several learners.
        share: Of the flights that say when to stop, where the labels do not say.
        seed: Of every division.
        target: What is looked for, in words.
        resume: Go on with an earlier run.
    """

    out: Path
    folds: int
    share: float
    seed: int
    target: str
    resume: bool

    @property
    def work(self) -> Path:
        """Folder for what must survive a kill; it goes when the training is done."""
        return self.out.with_name(f"{self.out.stem}.training")

    @property
    def log(self) -> Path:
        """One line an epoch."""
        return self.out.with_name(f"{self.out.stem}.log.csv")


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What was trained.

    Args:
        card: Describes it.
        threshold: To begin with.
        comparison: None when there was nothing to compare.
        unreadable: Pictures that could not be read, and why.
        log: One line an epoch; None for a probe.
    """

    card: SpecialistCard
    threshold: float
    comparison: Comparison | None
    unreadable: Mapping[Path, str]
    log: Path | None


def train(
    learners: Sequence[Learner],
    examples: Examples,
    wish: Wish,
    settings: ModelSettings,
    numbers: Mapping[str, float],
    tell: Tell,
) -> Outcome:
    """Train the learner, or the best of several, and write the model and its card.

    Args:
        learners: At least one.
        examples: Labelled frames.
        wish: The rest.
        settings: What a picture may cost, and how many cores there are.
        numbers: Of the training, for the card.
        tell: Is told how far it is.

    Raises:
        ConfigError: The labels do not do, or an unfinished training lies there.
        WeightsError: The file does not say what was trained. It was not written.
    """
    refuse_unfit(examples)
    _refuse_unfinished(wish)
    seen, pictures = _see(learners, examples, wish, settings, tell)
    parts = parted(seen, share=wish.share, seed=wish.seed)
    comparison = _compared(learners, seen, wish, tell)
    best = comparison.candidates[0].name if comparison else learners[0].name
    learner = next(each for each in learners if each.name == best)
    task = Task(seen, parts.training, parts.validation, wish.work / "best", resume=wish.resume)
    trained = learner.learn(task, tell)
    scores = trained.scores(parts.validation)
    threshold = starting_threshold(scores[seen.positive[parts.validation]])
    written = trained.write(wish.out)
    card = SpecialistCard(
        **_file_facts(learner, written, wish),
        target=wish.target,
        data=data_of(seen, parts, pictures),
        measures=tuple(measures_of(trained, seen, parts, threshold)),
        compared=_intervals(comparison),
        training={**numbers, **trained.story},
        seed=wish.seed,
        made_with=made_with(),
        made_at=datetime.now(UTC),
    )
    _save(card, card_path(wish.out))
    return Outcome(
        card,
        threshold,
        comparison,
        {examples[index].path: why for index, why in pictures.unreadable.items()},
        _finish(wish),
    )


def _refuse_unfinished(wish: Wish) -> None:
    """Refuse to lose what an earlier run did.

    Raises:
        ConfigError: It lies there, and nobody asked to go on with it.
    """
    if wish.work.exists() and not wish.resume:
        raise ConfigError(
            f"{wish.work}: an unfinished training lies there: --resume goes on with it; remove the "
            "folder to begin anew"
        )


def _see(
    learners: Sequence[Learner], examples: Examples, wish: Wish, settings: ModelSettings, tell: Tell
) -> tuple[Examples, Pictures]:
    """Show every learner the pictures; return the examples, those unreadable set apart."""
    found = None
    for learner in learners:
        found = decoded(
            examples,
            learner.recipe,
            wish.work,
            limits=settings.limits,
            threads=settings.shares.decode,
            tell=tell,
        )
        learner.see(examples, found, tell)
    if found is None:
        raise ValueError("at least one learner is needed")
    lost = found.unreadable
    items = [replace(e, part=UNREADABLE) if i in lost else e for i, e in enumerate(examples)]
    return Examples(items), found


def _compared(
    learners: Sequence[Learner], seen: Examples, wish: Wish, tell: Tell
) -> Comparison | None:
    """Compare the learners on all frames that may be learned from, when there is a reason to."""
    count = wish.folds or (DEFAULT_FOLDS if len(learners) > 1 else 0)
    if not count:
        return None
    frames = seen.of(TRAIN, VALIDATION, "")
    return compare(learners, seen, frames, count=count, seed=wish.seed, work=wish.work, tell=tell)


def _intervals(comparison: Comparison | None) -> dict[str, Interval]:
    candidates = comparison.candidates if comparison else ()
    return {each.name: Interval.of(each.average_precision) for each in candidates}


def _file_facts(learner: Learner, written: Written, wish: Wish) -> dict[str, Any]:
    """Return what the card says of the file."""
    return {
        "source": learner.source,
        "source_sha256": written.source_sha256,
        "opset": written.opset,
        "precision": "fp32",
        "image": learner.recipe,
        "files": {path.name: sha256_of(path) for path in (wish.out, *written.beside)},
        "learner": learner.name,
        "differences": dict(written.differences),
        "output_name": LOGIT,
        "embedding_name": written.embedding_name,
    }


def _save(card: SpecialistCard, path: Path) -> None:
    with TemporaryDirectory() as folder:
        draft = Path(folder) / path.name
        card.save(draft)
        put(draft, path)


def _finish(wish: Wish) -> Path | None:
    """Keep the log, and remove what was only for the way."""
    log = wish.work / "best" / LOG
    kept = wish.log if log.exists() else None
    if kept is not None:
        copyfile(log, kept)
    rmtree(wish.work)
    return kept
